import {
  add,
  exp,
  exp2,
  expm1,
  grad,
  log,
  log1p,
  log2,
  log10,
  logaddexp,
  logSigmoid,
  mul,
  pow,
  sigmoid,
  softplus,
  type Tensor,
  tensor,
  xlogy,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, slopeInFloat32, slopesAt, valueAt } from "./slopes.js";

const int = (values: number[]) => tensor(new Int32Array(values));

describe("exponentials and logarithms", () => {
  test.each([
    ["exp", exp, 1, Math.E],
    ["exp2", exp2, -3, 0.125],
    ["expm1", expm1, 1e-10, 1.00000000005e-10],
    ["log", log, Math.E, 1],
    ["log of 0", log, 0, -Infinity],
    ["log below 0", log, -1, NaN],
    ["log2", log2, 8, 3],
    ["log10", log10, 1000, 3],
  ])("%s", (_name, f, x, y) => expect(valueAt(f, x)).toBe(y));

  test("log1p keeps what 1 + x would lose", () => expect(valueAt(log1p, 1e-10) / 9.9999999995e-11).toBeCloseTo(1, 14));

  test.each([
    ["exp", exp, 1, Math.E],
    ["exp2", exp2, 2, 4 * Math.LN2],
    ["expm1", expm1, 0, 1],
    ["log", log, 4, 0.25],
    ["log at 0", log, 0, Infinity],
    ["log2", log2, 2, 1 / (2 * Math.LN2)],
    ["log10", log10, 2, 1 / (2 * Math.LN10)],
    ["log1p", log1p, 1, 0.5],
  ])("derivative of %s", (_name, f, x, y) => expect(slopeAt(f, x)).toBeCloseTo(y, 14));

  test("integers give float32", () => {
    expect(exp(int([0])).data()).toEqual(new Float32Array([1]));
    expect(log2(tensor(new Uint8Array([8]))).data()).toEqual(new Float32Array([3]));
  });
});

describe("pow", () => {
  test.each([
    [0, 0, 1],
    [NaN, 0, 1],
    [1, NaN, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [0, -1, Infinity],
    [-8, 1 / 3, NaN],
    [-2, 3, -8],
  ])("%d to the %d is %d", (a, b, y) => expect(valueAt(pow, a, b)).toBe(y));

  test("integers stay integers", () => {
    expect(pow(int([2, -3, 7]), 3).data()).toEqual(new Int32Array([8, -27, 343]));
    expect(pow(int([3]), 20).data()).toEqual(new Int32Array([3486784401 - 2 ** 32]));
    expect(pow(tensor(new Uint32Array([3])), 20).data()).toEqual(new Uint32Array([3486784401]));
    expect(pow(int([-3, 5]), 2).data()).toEqual(new Int32Array([9, 25]));
    expect(pow(int([2, 1, -1, -1, 0]), int([-1, -5, -2, -3, -1])).data()).toEqual(new Int32Array([0, 1, 1, -1, 0]));
    expect(pow(int([4]), 0.5).data()).toEqual(new Float32Array([2]));
    expect(pow([true, false], 2).data()).toEqual(new Int32Array([1, 0]));
  });

  test.each([
    [3, 2, 6, 9 * Math.log(3)],
    [0, 0, 0, 0],
    [0, 1, 1, 0],
    [0, 2, 0, 0],
    [5, 0, 0, Math.log(5)],
  ])("derivatives at %d to the %d", (a, b, da, db) => {
    const [first, second] = slopesAt(pow, a, b);
    expect(first).toBe(da);
    expect(second).toBeCloseTo(db, 14);
  });

  test("the derivative in the exponent of a negative base is NaN", () => {
    expect(slopesAt(pow, -2, 3)).toEqual([12, NaN]);
    expect(slopesAt(pow, -2, 0)).toEqual([-0, NaN]);
  });

  test("derivatives of every order at 0", () => {
    const cube = (x: Tensor): Tensor => pow(x, 3);
    expect([0, 1, 2, 3, 4].map((order) => slopeAt(cube, 0, order))).toEqual([0, 0, 0, 6, 0]);
    const square = (x: Tensor): Tensor => pow(x, tensor(2, { dtype: "float64" }));
    expect([1, 2, 3].map((order) => slopeAt(square, 0, order))).toEqual([0, 2, 0]);
    expect([1, 2, 3].map((order) => slopeAt((x) => pow(x, 2), 0, order))).toEqual([0, 2, 0]);
    expect([1, 2].map((order) => slopeAt((x) => pow(x, 0), 0, order))).toEqual([0, 0]);
  });

  test("the mixed derivative where the exponent is 0", () => {
    const inBase = (a: Tensor, b: Tensor): Tensor => grad(pow as (a: Tensor, b: Tensor) => Tensor)(a, b);
    expect(slopesAt((a, b) => inBase(a as Tensor, b as Tensor), 2, 0)[1]).toBeCloseTo(0.5, 14);
  });
});

describe("xlogy", () => {
  test.each([
    [0, 0, 0],
    [0, -1, 0],
    [0, NaN, NaN],
    [2, Math.E, 2],
    [2, 0, -Infinity],
  ])("of %d and %d is %d", (x, y, value) => expect(valueAt(xlogy, x, y)).toBe(value));

  test.each([
    [0, 0, 0, 0],
    [0, -1, 0, 0],
    [0, 2, Math.LN2, 0],
    [3, 2, Math.LN2, 1.5],
    [2, 0, -Infinity, Infinity],
  ])("derivatives at %d and %d", (x, y, dx, dy) => expect(slopesAt(xlogy, x, y)).toEqual([dx, dy]));

  test("an entropy has finite derivatives where a probability is 0", () => {
    const entropy = (p: Tensor): Tensor => xlogy(p, p);
    expect(slopeAt(entropy, 0)).toBe(0);
    expect(slopeAt(entropy, 0, 2)).toBe(1);
  });
});

describe("the logistic family", () => {
  test.each([
    ["sigmoid", sigmoid, [0, 0, 0.5, 1, 1]],
    ["logSigmoid", logSigmoid, [-Infinity, -1000, -Math.LN2, 0, 0]],
    ["softplus", softplus, [0, 0, Math.LN2, 1000, Infinity]],
  ])("%s from −∞ to ∞", (_name, f, expected) => {
    const found = [-Infinity, -1000, 0, 1000, Infinity].map((x) => valueAt(f, x) + 0);
    expect(found).toEqual(expected);
  });

  test.each([
    ["sigmoid", sigmoid, [0, 0.25, 0]],
    ["logSigmoid", logSigmoid, [1, 0.5, 0]],
    ["softplus", softplus, [0, 0.5, 1]],
  ])("first and second derivative of %s far out", (_name, f, expected) => {
    expect([-1e4, 0, 1e4].map((x) => slopeAt(f, x))).toEqual(expected);
    expect([-3e38, 0, 3e38].map((x) => slopeInFloat32(f, x))).toEqual(expected);
    for (const x of [-1e4, 1e4, -Infinity, Infinity]) expect(slopeAt(f, x, 2) + 0).toBe(0);
  });

  test("logaddexp", () => {
    expect(valueAt(logaddexp, 1000, 1000)).toBe(1000 + Math.LN2);
    expect(valueAt(logaddexp, -Infinity, -Infinity)).toBe(-Infinity);
    expect(valueAt(logaddexp, -Infinity, 3)).toBe(3);
    expect(slopesAt(logaddexp, 1000, 1000)).toEqual([0.5, 0.5]);
    expect(slopesAt(logaddexp, -1e300, 1e300)).toEqual([0, 1]);
    expect(slopesAt(logaddexp, -Infinity, -Infinity)).toEqual([0.5, 0.5]);
    expect(slopesAt(logaddexp, -Infinity, 3)).toEqual([0, 1]);
    expect(slopeAt((x) => logaddexp(x, mul(2, x)), 0, 2)).toBe(0.25);
    expect(slopeAt((x) => logaddexp(x, add(x, Infinity)), 0, 2)).toBe(0);
  });
});
