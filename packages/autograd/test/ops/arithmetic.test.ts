import {
  abs,
  cbrt,
  DTypeError,
  div,
  lerp,
  maximum,
  minimum,
  neg,
  reciprocal,
  rsqrt,
  ShapeError,
  sign,
  sqrt,
  square,
  sub,
  tensor,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, slopesAt, valueAt } from "./slopes.js";

const int = (values: number[]) => tensor(new Int32Array(values));

describe("values", () => {
  test("subtraction broadcasts", () => {
    expect(sub([[1], [2]], [10, 20]).toArray()).toEqual([
      [-9, -19],
      [-8, -18],
    ]);
  });

  test("integers stay integers and wrap", () => {
    const x = int([-2147483648, 7, -3]);
    expect(neg(x).data()).toEqual(new Int32Array([-2147483648, -7, 3]));
    expect(abs(x).data()).toEqual(new Int32Array([-2147483648, 7, 3]));
    expect(sign(x).data()).toEqual(new Int32Array([-1, 1, -1]));
    expect(square(int([100000, -3])).data()).toEqual(new Int32Array([1410065408, 9]));
    expect(sub(x, 1).data()).toEqual(new Int32Array([2147483647, 6, -4]));
    expect(sub(tensor(new Uint8Array([3])), 5).data()).toEqual(new Uint8Array([254]));
    expect(maximum(x, 0).data()).toEqual(new Int32Array([0, 7, 0]));
    expect(minimum(x, int([1, 1, 1])).data()).toEqual(new Int32Array([-2147483648, 1, -3]));
  });

  test("integers divide to float32", () => {
    expect(div(int([1, -7]), int([2, 2])).data()).toEqual(new Float32Array([0.5, -3.5]));
    expect(div(int([1]), 0).data()).toEqual(new Float32Array([Infinity]));
    expect(reciprocal(int([4])).data()).toEqual(new Float32Array([0.25]));
    expect(sqrt(int([9])).dtype).toBe("float32");
    expect(lerp(int([0]), int([3]), 0.5).data()).toEqual(new Float32Array([1.5]));
  });

  test("numbers do not widen a tensor", () => {
    expect(sub(tensor(1), 0.1).dtype).toBe("float32");
    expect(div(0.1, tensor([1], { dtype: "float64" })).data()).toEqual(new Float64Array([0.1]));
    expect(maximum(int([1]), 0.5).dtype).toBe("float32");
    expect(maximum(tensor([true]), tensor([false])).dtype).toBe("bool");
  });

  test("booleans have no sign and no difference", () => {
    for (const f of [neg, abs, sign]) expect(() => f([true])).toThrow(DTypeError);
    expect(() => sub([true], [false])).toThrow(/^sub: not defined for bool; use cast/);
    expect(square([true, false]).data()).toEqual(new Int32Array([1, 0]));
  });

  test("shapes that do not broadcast are named", () => {
    expect(() => maximum([1, 2], [1, 2, 3])).toThrow(ShapeError);
    expect(() => maximum([1, 2], [1, 2, 3])).toThrow(/^maximum: cannot broadcast \[2\] with \[3\]/);
    expect(() => lerp([1, 2], [1, 2, 3], 0)).toThrow(/^lerp: cannot broadcast \[2\] with \[3\]/);
  });

  test.each([
    ["rsqrt at 0", rsqrt, 0, Infinity],
    ["sqrt below 0", sqrt, -1, NaN],
    ["sqrt of −0", sqrt, -0, -0],
    ["cbrt below 0", cbrt, -27, -3],
    ["sign of −0", sign, -0, -0],
    ["sign of NaN", sign, NaN, NaN],
    ["reciprocal of −0", reciprocal, -0, -Infinity],
    ["abs of −∞", abs, -Infinity, Infinity],
  ])("%s", (_name, f, x, y) => expect(valueAt(f, x)).toBe(y));

  test("extremes propagate NaN and order zeros", () => {
    for (const f of [maximum, minimum]) {
      expect(valueAt(f, NaN, 1)).toBeNaN();
      expect(valueAt(f, 1, NaN)).toBeNaN();
    }
    expect(valueAt(maximum, -0, 0)).toBe(0);
    expect(valueAt(minimum, -0, 0)).toBe(-0);
  });

  test("lerp meets both ends exactly", () => {
    expect(valueAt(lerp, 0.1, 0.7, 1)).toBe(0.7);
    expect(valueAt(lerp, 0.1, 0.7, 0)).toBe(0.1);
    expect(lerp([0, 10], [[10], [20]], 0.25).toArray()).toEqual([
      [2.5, 10],
      [5, 12.5],
    ]);
  });
});

describe("derivatives at kinks, ties and poles", () => {
  test.each([
    ["abs at 0", abs, 0, 0],
    ["abs at −0", abs, -0, 0],
    ["abs left of 0", abs, -2, -1],
    ["sign at 0", sign, 0, 0],
    ["sqrt at 0", sqrt, 0, Infinity],
    ["cbrt at 0", cbrt, 0, Infinity],
    ["cbrt at 8", cbrt, 8, 1 / 12],
    ["rsqrt at 4", rsqrt, 4, -1 / 16],
    ["reciprocal at 2", reciprocal, 2, -0.25],
    ["reciprocal at ∞", reciprocal, Infinity, -0],
  ])("%s", (_name, f, x, y) => expect(slopeAt(f, x)).toBe(y));

  test("an infinite cotangent does not make abs'(0) NaN", () => {
    expect(slopeAt((x) => sqrt(abs(x)), 0)).toBe(0);
  });

  test("ties share half and half", () => {
    for (const f of [maximum, minimum]) expect(slopesAt(f, 3, 3)).toEqual([0.5, 0.5]);
    expect(slopesAt(maximum, Infinity, Infinity)).toEqual([0.5, 0.5]);
    expect(slopesAt(maximum, 2, 3)).toEqual([0, 1]);
    expect(slopesAt(minimum, 2, 3)).toEqual([1, 0]);
  });

  test("the quotient's derivative needs no division by the dividend", () => {
    expect(slopesAt(div, 0, 2)).toEqual([0.5, -0]);
    expect(slopesAt(div, 3, 2)).toEqual([0.5, -0.75]);
    expect(slopesAt(div, 3, Infinity)).toEqual([0, -0]);
  });

  test("second derivatives", () => {
    expect(slopeAt(square, 3, 2)).toBe(2);
    expect(slopeAt(reciprocal, 2, 2)).toBe(0.25);
    expect(slopeAt(sqrt, 4, 2)).toBe(-1 / 32);
    expect(slopeAt(abs, 0, 2)).toBe(0);
  });
});
