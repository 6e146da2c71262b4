import { digamma, erf, erfc, erfinv, lgamma, polygamma, sinc, tensor, ValueError } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, valueAt } from "./slopes.js";

const rootPi = Math.sqrt(Math.PI);
const euler = 0.5772156649015329;
const zeta3 = 1.2020569031595942;

describe("error functions", () => {
  test("values", () => {
    expect(erf([0, Infinity, -Infinity]).toArray()).toEqual([0, 1, -1]);
    expect(valueAt(erf, 1)).toBeCloseTo(0.8427007929497149, 15);
    expect(valueAt(erfc, 10) / 2.088487583762545e-45).toBeCloseTo(1, 14);
    expect(valueAt(erfinv, 0.5)).toBeCloseTo(0.4769362762044699, 15);
    expect([-1, 1, 1.5].map((x) => valueAt(erfinv, x))).toEqual([-Infinity, Infinity, NaN]);
    expect(erf(tensor(new Int32Array([0]))).dtype).toBe("float32");
  });

  test("derivatives", () => {
    expect(slopeAt(erf, 0)).toBe(2 / rootPi);
    expect(slopeAt(erfc, 1)).toBeCloseTo(-2 / (rootPi * Math.E), 15);
    expect(slopeAt(erf, 1, 2)).toBeCloseTo(-4 / (rootPi * Math.E), 14);
    expect([1, 2].map((order) => slopeAt(erf, 1e200, order) + 0)).toEqual([0, 0]);
    expect(slopeAt(erfinv, 0)).toBe(rootPi / 2);
    expect(slopeAt(erfinv, 1)).toBe(Infinity);
  });
});

describe("the gamma family", () => {
  test("values", () => {
    expect([1, 2, 0, -3].map((x) => valueAt(lgamma, x) + 0)).toEqual([0, 0, Infinity, Infinity]);
    expect(valueAt(lgamma, 0.5)).toBeCloseTo(Math.log(rootPi), 15);
    expect(valueAt(lgamma, -0.5)).toBeCloseTo(Math.log(2 * rootPi), 14);
    expect(valueAt(digamma, 1)).toBeCloseTo(-euler, 15);
    expect([0, -0, -1].map((x) => valueAt(digamma, x))).toEqual([-Infinity, Infinity, NaN]);
    expect(valueAt((x) => polygamma(1, x), 1)).toBeCloseTo(Math.PI ** 2 / 6, 14);
    expect(valueAt((x) => polygamma(0, x), 1)).toBeCloseTo(-euler, 15);
  });

  test("each is the derivative of the one before", () => {
    expect(slopeAt(lgamma, 1)).toBeCloseTo(-euler, 15);
    expect(slopeAt(lgamma, -0.5)).toBeCloseTo(2 - euler - 2 * Math.LN2, 14);
    expect(slopeAt(lgamma, 1, 2)).toBeCloseTo(Math.PI ** 2 / 6, 14);
    expect(slopeAt(digamma, 1, 2)).toBeCloseTo(-2 * zeta3, 14);
    expect(slopeAt((x) => polygamma(0, x), 1, 3)).toBeCloseTo(Math.PI ** 4 / 15, 12);
    expect(slopeAt((x) => polygamma(2, x), 1)).toBeCloseTo(Math.PI ** 4 / 15, 12);
  });

  test("the order is an integer of 0 or more", () => {
    expect(() => polygamma(-1, [1])).toThrow(ValueError);
    expect(() => polygamma(0.5, [1])).toThrow("polygamma: the order is 0.5; use an integer of 0 or more");
  });
});

describe("sinc", () => {
  test("values", () => {
    expect([0, 1, -2, Infinity].map((x) => valueAt(sinc, x) + 0)).toEqual([1, 0, 0, 0]);
    expect(valueAt(sinc, 0.5)).toBeCloseTo(2 / Math.PI, 15);
    expect(valueAt(sinc, NaN)).toBeNaN();
  });

  test("derivatives of every order at 0", () => {
    const found = [1, 2, 3, 4].map((order) => slopeAt(sinc, 0, order) + 0);
    const expected = [0, -(Math.PI ** 2) / 3, 0, Math.PI ** 4 / 5];
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] ?? NaN, 12);
  });

  test("derivatives at integers and infinity", () => {
    expect(slopeAt(sinc, 1)).toBeCloseTo(-1, 15);
    expect(slopeAt(sinc, 2)).toBeCloseTo(0.5, 15);
    expect(slopeAt(sinc, 1, 2)).toBeCloseTo(2, 14);
    expect(slopeAt(sinc, Infinity)).toBe(0);
    expect(slopeAt(sinc, NaN)).toBeNaN();
  });
});
