import { inspect } from "node:util";
import {
  AxisError,
  add,
  cast,
  DTypeError,
  full,
  mul,
  ones,
  reshape,
  ShapeError,
  tensor,
  ValueError,
  variable,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

describe("tensor", () => {
  test.each<[string, Parameters<typeof tensor>[0], readonly number[], string]>([
    ["a number", 3, [], "float32"],
    ["a boolean", true, [], "bool"],
    [
      "nested numbers",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
      "float32",
    ],
    ["booleans", [true, false], [2], "bool"],
    ["Float64Array", new Float64Array(2), [2], "float64"],
    ["Int32Array", new Int32Array(2), [2], "int32"],
    ["Uint32Array", new Uint32Array(2), [2], "uint32"],
    ["Uint8Array", new Uint8Array(2), [2], "uint8"],
    ["nothing", [], [0], "float32"],
    ["rows of nothing", [[], []], [2, 0], "float32"],
  ])("reads %s", (_, data, shape, dtype) => {
    const x = tensor(data);
    expect([x.shape, x.dtype, x.rank]).toEqual([shape, dtype, shape.length]);
  });

  test("copies its data, and so does data()", () => {
    const source = Float32Array.of(1, 2);
    const x = tensor(source);
    source[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
    x.data()[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
    const y = reshape(x, [2, 1]);
    y.data()[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("takes a shape and a dtype", () => {
    expect(tensor(new Float64Array(6), { shape: [2, -1] }).shape).toEqual([2, 3]);
    expect(tensor([0.5, 2], { dtype: "bool" }).toArray()).toEqual([1, 1]);
    expect(tensor([1.7, -1.7], { dtype: "int32" }).toArray()).toEqual([1, -1]);
  });

  test("read gives what data gives", async () => {
    expect(await tensor([1, 2]).read()).toEqual(Float32Array.of(1, 2));
    expect(JSON.stringify({ x: tensor([[1], [2]]) })).toBe('{"x":[[1],[2]]}');
  });

  test("zeros, ones and full", () => {
    expect(zeros([2]).toArray()).toEqual([0, 0]);
    expect(ones([1, 2], { dtype: "bool" }).dtype).toBe("bool");
    expect(full([2], 2.5, { dtype: "float64" }).data()).toEqual(Float64Array.of(2.5, 2.5));
  });
});

describe("printing", () => {
  test("shows shape, dtype and an abbreviated value", () => {
    expect(
      String(
        tensor([
          [1, 2.5],
          [-0, Number.NaN],
        ]),
      ),
    ).toBe("Tensor<[2, 2], float32> [[1, 2.5],\n [-0, NaN]]");
    expect(inspect(zeros([20]))).toBe("Tensor<[20], float32> [0, 0, 0, …, 0, 0, 0]");
    expect(`${variable([true], { name: "v" })}`).toBe('Variable "v" Tensor<[1], bool> [true]');
    expect(inspect({ x: tensor(1 / 3) })).toBe("{ x: Tensor<[], float32> 0.333333 }");
  });

  test("a tensor used as a number throws and names the remedy", () => {
    const x = tensor([1]) as unknown as number;
    expect(() => x > 0).toThrow(DTypeError);
    expect(() => x + 1).toThrow(/\.item\(\).*where\(condition, a, b\)/);
    expect(() => (variable(1) as unknown as number) * 2).toThrow(DTypeError);
  });
});

describe("dtypes", () => {
  test("promote like PyTorch's and JAX's", () => {
    const of = (dtype: "bool" | "uint8" | "int32" | "uint32" | "float32" | "float64") => zeros([1], { dtype });
    expect(add(of("bool"), of("uint8")).dtype).toBe("uint8");
    expect(add(of("uint8"), of("int32")).dtype).toBe("int32");
    expect(add(of("int32"), of("uint32")).dtype).toBe("float64");
    expect(add(of("int32"), of("float32")).dtype).toBe("float32");
    expect(add(of("float32"), of("float64")).dtype).toBe("float64");
  });

  test("numbers are weak: they never widen a tensor", () => {
    expect(mul(zeros([1], { dtype: "float32" }), Math.PI).dtype).toBe("float32");
    expect(mul(zeros([1], { dtype: "uint8" }), 2).dtype).toBe("uint8");
    expect(mul(zeros([1], { dtype: "int32" }), 0.5).dtype).toBe("float32");
    expect(add(zeros([1], { dtype: "bool" }), 2).dtype).toBe("int32");
    expect(() => add(zeros([1], { dtype: "uint8" }), 300)).toThrow(
      /add: the number 300 does not fit into uint8 \(0 … 255\)/,
    );
  });

  test("integers wrap and multiply exactly; booleans add as or", () => {
    expect(add(tensor(Uint8Array.of(250)), 10).item()).toBe(4);
    expect(mul(tensor(Int32Array.of(123456789)), 987654321).item()).toBe(Math.imul(123456789, 987654321));
    expect(add(tensor([true, false]), tensor([true, false])).toArray()).toEqual([1, 0]);
  });
});

describe("Variables", () => {
  test("hold versions: a tensor read before stays what it was", () => {
    const v = variable([1, 2]);
    const before = v.value;
    v.assign(add(v, 1));
    expect([before.toArray(), v.value.toArray()]).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test("refuse another shape or dtype, and stay unchanged", () => {
    const v = variable([1, 2], { name: "w" });
    expect(() => v.assign(zeros([3]))).toThrow(/assign: Variable "w" has shape \[2\] and cannot hold \[3\]/);
    expect(() => v.assign(zeros([2], { dtype: "float64" }))).toThrow(/has dtype float32 and cannot hold float64.*cast/);
    expect(() => v.assign([1, 2] as never)).toThrow(ValueError);
    expect(v.value.toArray()).toEqual([1, 2]);
  });
});

describe("errors name operator, argument, shapes and remedy", () => {
  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    [
      "shapes",
      // @ts-expect-error the compiler sees it too
      () => add(zeros([2, 3]), zeros([4])),
      ShapeError,
      /add: cannot broadcast \[2, 3\] with \[4\]: axis -1 is 3 .* and 4 .*reshape/,
    ],
    [
      "ragged arrays",
      () => tensor([[1, 2], [3]]),
      ShapeError,
      /tensor: ragged arrays: an array of length 1 at depth 1 where the first one has an array of length 2/,
    ],
    ["ragged depth", () => tensor([[1], 2] as never), ShapeError, /ragged arrays: a number at depth 1/],
    ["mixed kinds", () => tensor([1, true]), DTypeError, /numbers and booleans are mixed/],
    ["strings", () => tensor(["a"] as never), DTypeError, /"a" is no number/],
    ["a foreign typed array", () => tensor(new Int16Array(2) as never), DTypeError, /Int16Array has no dtype/],
    ["an unknown dtype", () => zeros([1], { dtype: "int8" as never }), DTypeError, /unknown dtype "int8".*float32/],
    ["a negative size", () => zeros([-1]), ValueError, /-1 in shape \[-1\] is no size/],
    [
      "a shape that does not fit",
      () => reshape(zeros([6]), [4, -1]),
      ShapeError,
      /reshape: 6 elements do not fit shape \[4, -1\]/,
    ],
    // @ts-expect-error the compiler sees it too
    ["two unknown sides", () => reshape(zeros([6]), [-1, -1]), ShapeError, /at most one −1/],
    ["item of several", () => zeros([2]).item(), ShapeError, /item: a tensor of shape \[2\] has 2 elements/],
    ["a foreign operand", () => add({} as never, 1), Error, /add/],
    ["cast to nothing", () => cast([1], "float16" as never), DTypeError, /cast: unknown dtype "float16"/],
  ])("%s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  test("axis errors say which axes there are", () => {
    expect(AxisError.name).toBe("AxisError");
  });
});
