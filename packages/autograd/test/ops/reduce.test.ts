import {
  AxisError,
  all,
  any,
  argmax,
  argmin,
  countNonzero,
  full,
  max,
  mean,
  min,
  mul,
  ones,
  prod,
  square,
  sum,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { gradientAt } from "./gradients.js";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("axes of reductions", () => {
  test("all, one, several, negative, none", () => {
    expect(sum(matrix).toArray()).toBe(21);
    expect(sum(matrix, { axis: 0 }).toArray()).toEqual([5, 7, 9]);
    expect(sum(matrix, { axis: -1 }).toArray()).toEqual([6, 15]);
    expect(sum(matrix, { axis: [1, 0] }).toArray()).toBe(21);
    expect(sum(matrix, { axis: [] }).toArray()).toEqual(matrix.toArray());
    expect(sum(ones([2, 3, 4, 5]), { axis: [0, 2] }).toArray()).toEqual(full([3, 5], 8).toArray());
  });

  test("stay with size 1 for keepDims", () => {
    expect(max(matrix, { axis: 1, keepDims: true }).toArray()).toEqual([[3], [6]]);
    expect(mean(matrix, { keepDims: true }).toArray()).toEqual([[3.5]]);
    expect(sum(3, { keepDims: true }).shape).toEqual([]);
  });

  test("out of range or named twice are refused", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => sum(matrix, { axis: 2 })).toThrow(
      new AxisError("sum: axis 2 is out of range for rank 2; use -2 … 1."),
    );
    expect(() => mean(matrix, { axis: [0, -2] })).toThrow(/^mean: axis 0 is named twice/);
    // @ts-expect-error the compiler sees it too
    expect(() => max(5, { axis: 0 })).toThrow("max: axis 0 is out of range for rank 0; a scalar has no axes.");
  });
});

describe("sum and mean", () => {
  test("of a million float32 elements lose nothing", () => {
    expect(sum(full([1_000_000], 0.1)).item()).toBe(Math.fround(Math.fround(0.1) * 1_000_000));
    expect(mean(full([1_000_000], 0.1)).item()).toBe(Math.fround(0.1));
    expect(sum(full([1_000_000, 2], 0.1), { axis: 0 }).toArray()).toEqual(
      new Array(2).fill(Math.fround(Math.fround(0.1) * 1_000_000)),
    );
  });

  test("dtypes: integers and booleans sum to int32, and have float32 means", () => {
    expect(sum([true, false, true])).toMatchObject({ dtype: "int32" });
    expect(sum([true, false, true]).item()).toBe(2);
    expect(sum(new Uint8Array([200, 100])).item()).toBe(300);
    expect(sum(new Uint32Array([4294967295, 2]))).toMatchObject({ dtype: "uint32" });
    expect(sum(new Uint32Array([4294967295, 2])).item()).toBe(1);
    expect(sum(new Int32Array([2147483647, 1])).item()).toBe(-2147483648);
    expect(mean(new Int32Array([1, 2]))).toMatchObject({ dtype: "float32" });
    expect(mean([true, false]).item()).toBe(0.5);
    expect(sum(new Float64Array([0.1, 0.2])).item()).toBe(0.1 + 0.2);
  });

  test("of nothing", () => {
    expect(sum([]).item()).toBe(0);
    expect(mean([]).item()).toBeNaN();
    expect(sum(zeros([2, 0]), { axis: 1 }).toArray()).toEqual([0, 0]);
    expect(sum(zeros([2, 0]), { axis: 0 }).shape).toEqual([0]);
    expect(gradientAt((x) => mean(x, { axis: 0 }), zeros([0, 2]))).toEqual([]);
  });

  test("the cotangent goes to every element", () => {
    expect(gradientAt((x) => square(sum(x, { axis: 1 })), matrix)).toEqual([
      [12, 12, 12],
      [30, 30, 30],
    ]);
    expect(gradientAt((x) => mean(x, { axis: 1 }), matrix)).toEqual(
      full([2, 3], 1 / 3, { dtype: "float64" }).toArray(),
    );
  });
});

describe("max and min", () => {
  test("NaN wins, +0 beats −0", () => {
    expect(max([1, Number.NaN, 3]).item()).toBeNaN();
    expect(
      min(
        [
          [1, Number.NaN],
          [0, 2],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([Number.NaN, 0]);
    expect(max([-0, 0]).item()).toBe(0);
    expect(min([0, -0]).item()).toBe(-0);
    expect(max([-Infinity, -Infinity]).item()).toBe(-Infinity);
    expect(max(new Int32Array([3, 7])).dtype).toBe("int32");
    expect(max([true, false]).dtype).toBe("bool");
  });

  test("ties share the derivative evenly, within the reduced axes only", () => {
    expect(gradientAt((x) => max(x), [1, 3, 3])).toEqual([0, 0.5, 0.5]);
    expect(
      gradientAt(
        (x) => min(x, { axis: 1 }),
        [
          [2, 2],
          [3, 1],
        ],
      ),
    ).toEqual([
      [0.5, 0.5],
      [0, 1],
    ]);
    expect(gradientAt((x) => mul(max(x), max(x)), [1, 3, 3], 2)).toEqual([0, 1, 1]);
  });

  test("a NaN gets the derivative", () => {
    expect(gradientAt((x) => max(x), [1, Number.NaN, 3])).toEqual([0, 1, 0]);
  });

  test("of nothing are an error, but no result needs no element", () => {
    expect(() => max([])).toThrow(ValueError);
    expect(() => max(zeros([2, 0]), { axis: 1 })).toThrow(
      "max: the reduced axes [1] of shape [2, 0] hold no element, and max has no value for none.",
    );
    expect(min(zeros([0, 3]), { axis: 1 }).shape).toEqual([0]);
  });
});

describe("argmax and argmin", () => {
  test("the first of equals, a NaN before all, int32", () => {
    expect(argmax([1, 3, 3])).toMatchObject({ dtype: "int32", shape: [] });
    expect(argmax([1, 3, 3]).item()).toBe(1);
    expect(argmin([3, 1, 1]).item()).toBe(1);
    expect(argmax([1, Number.NaN, 9, Number.NaN]).item()).toBe(1);
    expect(argmin([1, Number.NaN, -9]).item()).toBe(1);
  });

  test("along an axis, or in the flattened tensor", () => {
    expect(argmax(matrix).item()).toBe(5);
    expect(argmax(matrix, { axis: 0 }).toArray()).toEqual([1, 1, 1]);
    expect(argmin(matrix, { axis: -1, keepDims: true }).toArray()).toEqual([[0], [0]]);
    expect(argmax(matrix, { keepDims: true }).toArray()).toEqual([[5]]);
    expect(argmax(7).item()).toBe(0);
  });

  test("of nothing are an error", () => {
    expect(() => argmax([])).toThrow(/^argmax: the reduced axes .* hold no element/);
    expect(() => argmin(zeros([3, 0]), { axis: 1 })).toThrow(ValueError);
    expect(argmax(zeros([0, 3]), { axis: 1 }).shape).toEqual([0]);
    // @ts-expect-error the compiler sees it too
    expect(() => argmax(matrix, { axis: 5 })).toThrow(AxisError);
  });
});

describe("prod", () => {
  test("values and dtypes", () => {
    expect(prod(matrix, { axis: 1 }).toArray()).toEqual([6, 120]);
    expect(prod([]).item()).toBe(1);
    expect(prod(new Int32Array([65536, 65536])).item()).toBe(0);
    expect(prod([true, true])).toMatchObject({ dtype: "int32" });
    expect(prod(new Uint8Array([200, 2])).item()).toBe(400);
  });

  test("the derivative is right with no zero, one, two, three", () => {
    expect(gradientAt(prod, [2, 3, 4])).toEqual([12, 8, 6]);
    expect(gradientAt(prod, [2, 0, 4])).toEqual([0, 8, 0]);
    expect(gradientAt(prod, [0, 0, 4])).toEqual([0, 0, 0]);
  });

  test("to second order too", () => {
    // Row sums of the Hessian, whose off-diagonal elements are the products of all but two.
    expect(gradientAt(prod, [2, 3, 4], 2)).toEqual([4 + 3, 4 + 2, 3 + 2]);
    expect(gradientAt(prod, [2, 0, 4], 2)).toEqual([4, 4 + 2, 2]);
    expect(gradientAt(prod, [0, 0, 4], 2)).toEqual([4, 4, 0]);
    expect(gradientAt(prod, [0, 0, 0, 5], 3)).toEqual([10, 10, 10, 0]);
  });

  test("over axes that are no neighbours", () => {
    const x = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    expect(prod(x, { axis: [0, 2] }).toArray()).toEqual([60, 672]);
    expect(gradientAt((y) => prod(y, { axis: [0, 2] }), x)).toEqual([
      [
        [60, 30],
        [224, 168],
      ],
      [
        [12, 10],
        [96, 84],
      ],
    ]);
  });
});

describe("any, all, countNonzero", () => {
  test("count what is not 0", () => {
    expect(
      any(
        [
          [0, 0],
          [0, 2],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([0, 1]);
    expect(
      all(
        [
          [1, 0],
          [3, 2],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([0, 1]);
    expect(
      countNonzero([
        [1, 0],
        [Number.NaN, -0],
      ]).item(),
    ).toBe(2);
    expect(any([Number.NaN]).item()).toBe(1);
    expect(all([Number.NaN]).item()).toBe(1);
    expect([any([1]).dtype, all([1]).dtype, countNonzero([1]).dtype]).toEqual(["bool", "bool", "int32"]);
  });

  test("of nothing: false, true, 0", () => {
    expect([any([]).item(), all([]).item(), countNonzero([]).item()]).toEqual([0, 1, 0]);
    expect(all(zeros([2, 0]), { axis: 1, keepDims: true }).toArray()).toEqual([[1], [1]]);
  });
});
