import { ceil, DTypeError, floor, floorDivide, remainder, round, tensor, trunc } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, slopesAt, valueAt } from "./slopes.js";

const int = (values: number[]) => tensor(new Int32Array(values));

describe("rounding", () => {
  const x = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.7];

  test.each([
    ["floor", floor, [-3, -2, -1, 0, 1, 2, 2]],
    ["ceil", ceil, [-2, -1, -0, 1, 2, 3, 3]],
    ["round", round, [-2, -2, -0, 0, 2, 2, 3]],
    ["trunc", trunc, [-2, -1, -0, 0, 1, 2, 2]],
  ])("%s", (_name, f, expected) => {
    expect(f(x).toArray()).toEqual(expected);
    expect(f(int([-3, 3])).data()).toEqual(new Int32Array([-3, 3]));
    for (const special of [NaN, Infinity, -Infinity, 2 ** 53 - 1]) expect(valueAt(f, special)).toBe(special);
    expect([0, 0.3, -2.5].map((at) => slopeAt(f, at))).toEqual([0, 0, 0]);
  });
});

describe("division with remainder", () => {
  test.each([
    [7, 2, 3, 1],
    [-7, 2, -4, 1],
    [7, -2, -4, -1],
    [-7, -2, 3, -1],
    [5.5, 2, 2, 1.5],
    [1, 0.1, 9, 1 - 9 * 0.1],
  ])("%d by %d", (a, b, quotient, rest) => {
    expect(valueAt(floorDivide, a, b)).toBe(quotient);
    expect(valueAt(remainder, a, b)).toBeCloseTo(rest, 15);
  });

  test("integers stay integers, and divided by 0 give 0", () => {
    expect(floorDivide(int([7, -7, 5]), int([2, 2, 0])).data()).toEqual(new Int32Array([3, -4, 0]));
    expect(remainder(int([7, -7, 5]), int([3, 3, 0])).data()).toEqual(new Int32Array([1, 2, 0]));
    expect(remainder(int([7]), 2.5).data()).toEqual(new Float32Array([2]));
  });

  test("floats divided by 0", () => {
    expect(valueAt(floorDivide, 1, 0)).toBe(Infinity);
    expect(valueAt(remainder, 1, 0)).toBeNaN();
  });

  test("derivatives", () => {
    expect(slopesAt(remainder, 7.5, 2)).toEqual([1, -3]);
    expect(slopesAt(remainder, -7.5, 2)).toEqual([1, 4]);
    expect(slopesAt(remainder, 4, 2)).toEqual([1, -2]);
    expect(slopesAt(floorDivide, 7.5, 2)).toEqual([0, 0]);
  });

  test("booleans are refused", () => {
    expect(() => remainder([true], [true])).toThrow(DTypeError);
    expect(() => floorDivide([true], [true])).toThrow(/^floorDivide: not defined for bool/);
  });
});
