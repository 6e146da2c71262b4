import {
  AxisError,
  cummax,
  cummin,
  cumprod,
  cumsum,
  diff,
  logcumsumexp,
  mul,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { float64, gradientAt } from "./gradients.js";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("axes of running totals", () => {
  test("one, negative, or the flattened tensor; backwards", () => {
    expect(cumsum(matrix, { axis: 0 }).toArray()).toEqual([
      [1, 2, 3],
      [5, 7, 9],
    ]);
    expect(cumsum(matrix, { axis: -1 }).toArray()).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
    expect(cumsum(matrix).toArray()).toEqual([1, 3, 6, 10, 15, 21]);
    expect(cumsum(matrix, { axis: 1, reverse: true }).toArray()).toEqual([
      [6, 5, 3],
      [15, 11, 6],
    ]);
    expect(cumsum(matrix, { axis: 0, reverse: true }).toArray()).toEqual([
      [5, 7, 9],
      [4, 5, 6],
    ]);
    expect(cumsum(5).toArray()).toEqual([5]);
    // @ts-expect-error the compiler sees it too
    expect(() => cumsum(matrix, { axis: 2 })).toThrow(AxisError);
  });

  test("without elements", () => {
    for (const f of [cumsum, cumprod, cummax, cummin, logcumsumexp]) {
      expect(f(zeros([2, 0]), { axis: 1 }).shape).toEqual([2, 0]);
      expect(f([]).toArray()).toEqual([]);
      expect(gradientAt((x) => f(x, { axis: 0, reverse: true }), zeros([0, 3]))).toEqual([]);
    }
  });
});

describe("cumsum and cumprod", () => {
  test("integers stay exact and wrap; bool and uint8 widen", () => {
    expect(cumsum([true, false, true])).toMatchObject({ dtype: "int32" });
    expect(cumsum(new Uint8Array([200, 100])).toArray()).toEqual([200, 300]);
    expect(cumsum(new Int32Array([2147483647, 1])).toArray()).toEqual([2147483647, -2147483648]);
    expect(cumsum(new Uint32Array([4294967295, 2])).toArray()).toEqual([4294967295, 1]);
    expect(cumprod(new Int32Array([65537, 65537])).toArray()).toEqual([65537, 131073]);
  });

  test("float32 is accumulated in float64", () => {
    const sums = cumsum(new Float32Array(100_000).fill(0.1)).data();
    expect(sums[99_999]).toBe(Math.fround(Math.fround(0.1) * 100_000));
  });

  test("derivatives", () => {
    expect(gradientAt((x) => mul(cumsum(x), [1, 10, 100]), [1, 2, 3])).toEqual([111, 110, 100]);
    expect(gradientAt(cumprod, [2, 3, 4])).toEqual([1 + 3 + 12, 2 + 8, 6]);
    expect(gradientAt((x) => cumprod(x, { reverse: true }), [2, 3, 4])).toEqual([12, 4 + 8, 1 + 3 + 6]);
  });

  test("of products with zeros, to second order", () => {
    expect(gradientAt(cumprod, [2, 0, 4])).toEqual([1, 2 + 8, 0]);
    expect(gradientAt(cumprod, [0, 0, 4])).toEqual([1, 0, 0]);
    // Σ y = a + ab + abc: row sums of the Hessian.
    expect(gradientAt(cumprod, [2, 0, 4], 2)).toEqual([1 + 4 + 0, 1 + 4 + 2, 0 + 2]);
    expect(gradientAt(cumprod, [0, 0, 0], 3)).toEqual([2, 2, 2]);
  });
});

describe("cummax and cummin", () => {
  test("values; NaN from the first one on", () => {
    expect(cummax([1, 3, 2, 4]).toArray()).toEqual([1, 3, 3, 4]);
    expect(cummin([4, 2, 3, 1], { reverse: true }).toArray()).toEqual([1, 1, 1, 1]);
    expect(cummax([1, Number.NaN, 5]).toArray()).toEqual([1, Number.NaN, Number.NaN]);
    expect(cummin(matrix, { axis: 1, reverse: true }).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(cummax(new Int32Array([2, 1])).dtype).toBe("int32");
  });

  test("the latest of equal elements gets the derivative", () => {
    expect(gradientAt(cummax, [1, 3, 3, 2])).toEqual([1, 1, 2, 0]);
    expect(gradientAt((x) => cummin(x, { reverse: true }), [3, 1, 1])).toEqual([0, 2, 1]);
  });
});

describe("logcumsumexp", () => {
  test("does not overflow; −∞ weighs nothing", () => {
    expect(logcumsumexp([1000, 1000]).toArray()).toEqual([1000, Math.fround(1000 + Math.LN2)]);
    expect(logcumsumexp([-Infinity, 0, -Infinity]).toArray()).toEqual([-Infinity, 0, 0]);
    expect(logcumsumexp(new Int32Array([0])).dtype).toBe("float32");
  });

  test("derivatives are sums of softmaxes", () => {
    expect(gradientAt(logcumsumexp, [0, 0])).toEqual([1.5, 0.5]);
    expect(gradientAt(logcumsumexp, [-Infinity, 0])).toEqual([0, 2 - 1]);
    expect(gradientAt(logcumsumexp, [-Infinity, -Infinity])).toEqual([0, 0]);
    expect(gradientAt(logcumsumexp, [1000, 0])).toEqual([2, 0]);
    expect(gradientAt(logcumsumexp, [0, -Infinity, -Infinity], 2)).toEqual([0, 0, 0]);
  });
});

describe("diff", () => {
  test("once, several times, along an axis", () => {
    expect(diff([1, 4, 9, 16]).toArray()).toEqual([3, 5, 7]);
    expect(diff([1, 4, 9, 16], { n: 2 }).toArray()).toEqual([2, 2]);
    expect(diff(matrix, { axis: 0 }).toArray()).toEqual([[3, 3, 3]]);
    expect(diff(matrix, { n: 0 }).toArray()).toEqual(matrix.toArray());
    expect(diff(matrix, { n: 5 }).shape).toEqual([2, 0]);
    expect(diff([true, false, false]).toArray()).toEqual([1, 0]);
    expect(diff(float64([[]])).shape).toEqual([1, 0]);
  });

  test("bad arguments", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => diff(1)).toThrow("diff: axis -1 is out of range for rank 0; a scalar has no axes.");
    expect(() => diff([1], { n: 1.5 })).toThrow(
      new ValueError("diff: n is 1.5 for shape [1]; use an integer of 0 or more."),
    );
  });
});
