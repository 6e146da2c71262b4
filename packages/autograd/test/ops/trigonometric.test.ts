import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  hypot,
  sin,
  sinh,
  tan,
  tanh,
  tensor,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, slopeInFloat32, slopesAt, valueAt } from "./slopes.js";

describe("values and derivatives", () => {
  const root2 = Math.SQRT2;

  test.each([
    ["sin", sin, Math.PI / 6, 0.5, Math.sqrt(3) / 2],
    ["cos", cos, Math.PI / 6, Math.sqrt(3) / 2, -0.5],
    ["tan", tan, Math.PI / 4, 1, 2],
    ["asin", asin, Math.SQRT1_2, Math.PI / 4, root2],
    ["acos", acos, Math.SQRT1_2, Math.PI / 4, -root2],
    ["atan", atan, 1, Math.PI / 4, 0.5],
    ["sinh", sinh, Math.LN2, 0.75, 1.25],
    ["cosh", cosh, Math.LN2, 1.25, 0.75],
    ["tanh", tanh, Math.LN2, 0.6, 0.64],
    ["asinh", asinh, 0.75, Math.LN2, 0.8],
    ["acosh", acosh, 1.25, Math.LN2, 4 / 3],
    ["atanh", atanh, 0.6, Math.LN2, 1 / 0.64],
  ])("%s", (_name, f, x, value, slope) => {
    expect(valueAt(f, x)).toBeCloseTo(value, 14);
    expect(slopeAt(f, x)).toBeCloseTo(slope, 13);
  });

  test("outside their domains they are NaN, derivative and all", () => {
    for (const f of [asin, acos])
      for (const x of [-1.5, 1.5]) expect([valueAt(f, x), slopeAt(f, x)]).toEqual([NaN, NaN]);
    for (const x of [0.5, -2]) expect([valueAt(acosh, x), slopeAt(acosh, x)]).toEqual([NaN, NaN]);
    expect(valueAt(atanh, 1.5)).toBeNaN();
  });

  test("at the ends of their domains derivatives are infinite", () => {
    expect(slopeAt(asin, 1)).toBe(Infinity);
    expect(slopeAt(acos, -1)).toBe(-Infinity);
    expect(slopeAt(acosh, 1)).toBe(Infinity);
    expect(slopeAt(atanh, -1)).toBe(Infinity);
  });

  test("no square overflows far out", () => {
    expect(slopeAt(asinh, 1e200)).toBe(1e-200);
    expect(slopeAt(acosh, 1e200)).toBeCloseTo(1e-200, 210);
    expect(slopeInFloat32(asinh, 1e30)).toBeCloseTo(1e-30, 36);
    expect(slopeAt(atan, 1e200)).toBe(0);
    expect(slopeAt(atan, 1e200, 2) + 0).toBe(0);
    expect([1, 2].map((order) => slopeAt(tanh, 1e3, order) + 0)).toEqual([0, 0]);
  });

  test("integers give float32", () => {
    expect(cos(tensor(new Int32Array([0]))).data()).toEqual(new Float32Array([1]));
    expect(hypot(tensor(new Int32Array([3])), 4).data()).toEqual(new Float32Array([5]));
  });
});

describe("hypot and atan2", () => {
  test("values", () => {
    expect(hypot([3, 5], [4, 12]).toArray()).toEqual([5, 13]);
    expect(valueAt(hypot, 3 * 2 ** 700, 4 * 2 ** 700)).toBe(5 * 2 ** 700);
    expect(valueAt(hypot, NaN, Infinity)).toBe(Infinity);
    expect(valueAt(atan2, 1, -1)).toBe((3 * Math.PI) / 4);
    expect(valueAt(atan2, -0, -1)).toBe(-Math.PI);
    expect(valueAt(atan2, 0, 0)).toBe(0);
  });

  test("derivatives", () => {
    expect(slopesAt(hypot, 3, 4)).toEqual([0.6, 0.8]);
    const [dy, dx] = slopesAt(atan2, 3, 4);
    expect(dy).toBeCloseTo(0.16, 15);
    expect(dx).toBeCloseTo(-0.12, 15);
  });

  test("derivatives at the origin are 0", () => {
    expect(slopesAt(hypot, 0, 0)).toEqual([0, 0]);
    expect(slopesAt(atan2, 0, 0)).toEqual([0, -0]);
    expect(slopeAt((x) => hypot(x, x), 0)).toBe(0);
  });

  test("derivatives far out and close in", () => {
    expect(slopesAt(hypot, 3 * 2 ** 700, 4 * 2 ** 700)).toEqual([0.6, 0.8]);
    expect(slopesAt(atan2, 0, 1e200)).toEqual([1e-200, -0]);
    expect(slopesAt(atan2, 0, 1e-200)).toEqual([1e200, -0]);
  });
});
