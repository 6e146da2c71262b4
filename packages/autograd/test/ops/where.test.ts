import {
  clip,
  DTypeError,
  div,
  grad,
  log,
  maskedFill,
  nanToNum,
  type Tensor,
  tensor,
  ValueError,
  where,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, valueAt } from "./slopes.js";

describe("where", () => {
  test("selects, and broadcasts all three", () => {
    expect(where([true, false], [1, 2], -1).toArray()).toEqual([1, -1]);
    expect(where([[true], [false]], [1, 2], [[3, 4]]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(where(true, [], 1).shape).toEqual([0]);
  });

  test("takes the common dtype; numbers are weak", () => {
    const int = tensor(new Int32Array([1]));
    expect(where([true], int, 0).dtype).toBe("int32");
    expect(where([true], int, 0.5).dtype).toBe("float32");
    expect(where([true], tensor([1], { dtype: "float64" }), 0.1).data()).toEqual(new Float64Array([1]));
    expect(where([false], tensor([1]), tensor([0.1], { dtype: "float64" })).data()).toEqual(new Float64Array([0.1]));
    expect(where([true], [true], [false]).dtype).toBe("bool");
  });

  test("the condition must be bool, the shapes must fit", () => {
    expect(() => where([1, 0], 1, 2)).toThrow(DTypeError);
    expect(() => where([1, 0], 1, 2)).toThrow("where: the condition must be bool, not float32; use notEqual(x, 0)");
    expect(() => where([true, false], [1, 2, 3], 0)).toThrow(/^where: cannot broadcast \[2\] with \[3\]/);
  });

  test("the cotangent reaches the branch taken alone", () => {
    const f = (x: Tensor): Tensor => where(true, x, div(1, x));
    expect(grad(f)(tensor(2)).item()).toBe(1);
    const both = grad((a: Tensor, b: Tensor) => where(false, a, b), { argnums: [0, 1] })(tensor(NaN), tensor(1));
    expect(both.map((g) => g.item())).toEqual([0, 1]);
  });

  test("a second where keeps the operand of the other branch legal", () => {
    const safeLog = (x: Tensor): Tensor => where(clipped(x), log(where(clipped(x), x, 1)), 0);
    const clipped = (x: Tensor): Tensor => where(true, maskOf(x), false);
    const maskOf = (x: Tensor): Tensor => tensor((x.item() as number) > 0);
    expect(grad(safeLog)(tensor(0)).item()).toBe(0);
    expect(grad(safeLog)(tensor(2)).item()).toBe(0.5);
  });
});

describe("maskedFill", () => {
  test("fills, and stops the derivative", () => {
    expect(maskedFill([1, 2, 3], [false, true, false], -Infinity).toArray()).toEqual([1, -Infinity, 3]);
    expect(maskedFill(tensor(new Int32Array([1, 2])), [true, false], 0).dtype).toBe("int32");
    const x: Tensor = tensor([[1], [2]]);
    const mask: Tensor = tensor([true, false, true]);
    const short: Tensor = tensor([true, false]);
    expect(() => maskedFill(short, mask, 0)).toThrow("maskedFill: cannot broadcast [2] with [3]");
    expect(() => maskedFill(x, mask, short)).toThrow("maskedFill: cannot broadcast [2, 3] with [2]");
    expect(slopeAt((x) => maskedFill(x, true, 3), 1)).toBe(0);
    expect(slopeAt((x) => maskedFill(x, false, 3), 1)).toBe(1);
    expect(() => maskedFill([1], [1], 0)).toThrow(/^maskedFill: the mask must be bool, not float32/);
  });
});

describe("clip", () => {
  test("keeps what lies between the bounds", () => {
    expect(clip([-2, 0.5, 3], { min: -1, max: 1 }).toArray()).toEqual([-1, 0.5, 1]);
    expect(clip([-2, 3], { max: 1 }).toArray()).toEqual([-2, 1]);
    expect(clip([-2, 3], { min: [[0], [5]] }).toArray()).toEqual([
      [0, 3],
      [5, 5],
    ]);
    expect(clip([1, NaN], { min: 3, max: 2 }).toArray()).toEqual([2, NaN]);
    expect(clip(tensor(new Int32Array([-7, 7])), { min: -1, max: 5 }).data()).toEqual(new Int32Array([-1, 5]));
    expect(clip(tensor([0.3]), { min: 0.1 }).dtype).toBe("float32");
  });

  test("the derivative is 1 at the bounds and 0 beyond", () => {
    const f = (x: Tensor): Tensor => clip(x, { min: -1, max: 2 });
    expect([-1.5, -1, 0, 2, 2.5].map((x) => slopeAt(f, x))).toEqual([0, 1, 1, 1, 0]);
    expect(slopeAt((bound) => clip(5, { max: bound }), 3)).toBe(1);
  });

  test("needs a bound", () => {
    expect(() => clip([1], {})).toThrow(ValueError);
    expect(() => clip([1])).toThrow("clip: give min, max or both.");
  });

  test("speaks of itself where shapes do not broadcast", () => {
    const x: Tensor = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const bound: Tensor = tensor([1, 2]);
    expect(() => clip(x, { min: bound })).toThrow(/^clip: cannot broadcast \[2, 3\] with \[2\]/);
    expect(() => clip(x, { max: bound })).toThrow(/^clip: cannot broadcast \[2, 3\] with \[2\]/);
  });
});

describe("nanToNum", () => {
  test("replaces what is not finite", () => {
    expect(nanToNum([NaN, 1, -Infinity], { negInf: -9 }).toArray()).toEqual([0, 1, -9]);
    expect(valueAt((x) => nanToNum(x), Infinity)).toBe(Number.MAX_VALUE);
    expect(nanToNum([Infinity, -Infinity]).data()).toEqual(
      new Float32Array([3.4028234663852886e38, -3.4028234663852886e38]),
    );
    expect(nanToNum(NaN, { nan: 7 }).item()).toBe(7);
    const int = tensor(new Int32Array([3]));
    expect(nanToNum(int)).toBe(int);
  });

  test("the derivative is 0 where it replaced", () => {
    expect([NaN, Infinity, -Infinity, 2].map((x) => slopeAt((t) => nanToNum(t), x))).toEqual([0, 0, 0, 1]);
  });

  test("a replacement is a number", () => {
    // @ts-expect-error: a string is no number
    expect(() => nanToNum([1], { nan: "0" })).toThrow("nanToNum: nan is string, not a number.");
  });
});
