import {
  AxisError,
  logsumexp,
  median,
  mul,
  norm,
  quantile,
  std,
  tensor,
  ValueError,
  variance,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { float64, gradientAt } from "./gradients.js";

describe("variance and std", () => {
  test("divide by n, or by n less the correction", () => {
    expect(variance([1, 2, 3, 4]).item()).toBe(1.25);
    expect(variance([1, 2, 3, 4], { correction: 1 }).item()).toBeCloseTo(5 / 3, 6);
    expect(
      std(
        [
          [1, 3],
          [2, 6],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([1, 2]);
    expect(variance(new Int32Array([1, 3]))).toMatchObject({ dtype: "float32" });
    expect(
      variance(
        [
          [1, 3],
          [2, 6],
        ],
        { axis: 1, keepDims: true },
      ).shape,
    ).toEqual([2, 1]);
  });

  test("do not cancel where the mean is large beside the deviations", () => {
    expect(variance([1_000_001, 1_000_002, 1_000_003, 1_000_004]).item()).toBe(1.25);
    expect(variance(float64([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), { correction: 1 }).item()).toBe(30);
    expect(gradientAt(variance, [1e9 + 1, 1e9 + 2])).toEqual([-0.5, 0.5]);
  });

  test("of one element, of nothing, of fewer than the correction", () => {
    expect(variance([7]).item()).toBe(0);
    expect(variance([7], { correction: 1 }).item()).toBeNaN();
    expect(variance([1, 3], { correction: 2 }).item()).toBe(Infinity);
    expect(variance([]).item()).toBeNaN();
    expect(std(zeros([0, 2]), { axis: 1 }).shape).toEqual([0]);
  });

  test("derivatives; that of std is 0 where the variance is 0", () => {
    expect(gradientAt(variance, [1, 3])).toEqual([-1, 1]);
    expect(gradientAt(std, [1, 3])).toEqual([-0.5, 0.5]);
    expect(gradientAt(std, [2, 2, 2])).toEqual([0, 0, 0]);
    expect(
      gradientAt(
        (x) => mul(std(x), std(x)),
        [
          [1, 1],
          [0, 2],
        ],
      ),
    ).toEqual([
      [0, 0],
      [-0.5, 0.5],
    ]);
  });

  test("the correction must be a number", () => {
    expect(() => variance([1], { correction: Number.NaN })).toThrow(
      new ValueError("variance: the correction is number NaN; use a number such as 0 or 1."),
    );
    // @ts-expect-error the compiler sees it too
    expect(() => std([1], { axis: 1 })).toThrow(AxisError);
  });
});

describe("logsumexp", () => {
  test("does not overflow", () => {
    expect(logsumexp([1000, 1000]).item()).toBe(Math.fround(1000 + Math.LN2));
    expect(
      logsumexp(
        [
          [0, 0],
          [-1000, -1000],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([Math.fround(Math.LN2), Math.fround(-1000 + Math.LN2)]);
    expect(logsumexp(float64([1, 2, 3]), { keepDims: true }).toArray()).toEqual([3.4076059644443806]);
  });

  test("infinities and NaN", () => {
    expect(logsumexp([-Infinity, 2]).item()).toBe(2);
    expect(logsumexp([-Infinity, -Infinity]).item()).toBe(-Infinity);
    expect(logsumexp([1, Infinity]).item()).toBe(Infinity);
    expect(logsumexp([Number.NaN, Infinity]).item()).toBeNaN();
    expect(logsumexp([]).item()).toBe(-Infinity);
  });

  test("the derivative is the softmax; −∞ weighs nothing, also where there is nothing else", () => {
    expect(gradientAt(logsumexp, [0, 0])).toEqual([0.5, 0.5]);
    expect(gradientAt(logsumexp, [-Infinity, 0])).toEqual([0, 1]);
    expect(gradientAt(logsumexp, [-Infinity, -Infinity])).toEqual([0, 0]);
    expect(gradientAt(logsumexp, [-Infinity, -Infinity], 2)).toEqual([0, 0]);
    expect(gradientAt(logsumexp, [0, Infinity])).toEqual([0, Number.NaN]);
    expect(gradientAt((x) => mul(logsumexp(x), 2), [0, 0], 2)).toEqual([0, 0]);
  });
});

describe("norm", () => {
  test("of every order", () => {
    const x = [3, -4, 0];
    const orders = [2, 1, Infinity, -Infinity, 0];
    expect(orders.map((ord) => norm(x, { ord }).item())).toEqual([5, 7, 4, 0, 2]);
    expect(norm(float64([1, 2, 2]), { ord: 3 }).item()).toBeCloseTo(17 ** (1 / 3), 14);
    expect(norm(float64([1, 2]), { ord: -1 }).item()).toBeCloseTo(2 / 3, 14);
    expect(norm([1, 0], { ord: -1 }).item()).toBe(0);
    expect(
      norm(
        [
          [3, 4],
          [6, 8],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([5, 10]);
    expect(
      norm(
        [
          [3, 4],
          [6, 8],
        ],
        { axis: 1, ord: Infinity, keepDims: true },
      ).toArray(),
    ).toEqual([[4], [8]]);
    expect(norm(new Int32Array([3, 4]))).toMatchObject({ dtype: "float32" });
  });

  test("neither overflows nor vanishes on the way", () => {
    expect(norm([3e30, 4e30]).item()).toBe(Math.fround(5e30));
    expect(norm(float64([3e-200, 4e-200])).item()).toBeCloseTo(5e-200, 210);
    expect(gradientAt(norm, [3e-200, 4e-200])).toEqual([0.6, 0.8]);
    expect(norm([Infinity, 1]).item()).toBe(Infinity);
    expect(norm([Number.NaN, Infinity]).item()).toBeNaN();
  });

  test("derivatives; 0 at 0", () => {
    expect(gradientAt(norm, [3, 4])).toEqual([0.6, 0.8]);
    expect(gradientAt(norm, [0, 0])).toEqual([0, 0]);
    expect(gradientAt(norm, [0, 0], 2)).toEqual([0, 0]);
    expect(gradientAt((x) => norm(x, { ord: 1 }), [3, 0, -4])).toEqual([1, 0, -1]);
    expect(gradientAt((x) => norm(x, { ord: Infinity }), [3, -3, 1])).toEqual([0.5, -0.5, 0]);
    expect(gradientAt((x) => norm(x, { ord: 0 }), [3, 0])).toEqual([0, 0]);
    expect(gradientAt((x) => norm(x, { ord: 0.5 }), [1, 0])).toEqual([1, 0]);
    expect(gradientAt((x) => norm(x, { ord: 3 }), [0, 2])).toEqual([0, 1]);
  });

  test("of nothing, and what is no order", () => {
    expect(norm([]).item()).toBe(0);
    expect(norm([], { ord: 1 }).item()).toBe(0);
    expect(() => norm([], { ord: Infinity })).toThrow(/^norm: the reduced axes .* hold no element/);
    expect(() => norm([1], { ord: Number.NaN })).toThrow(
      new ValueError("norm: ord is number NaN; use a number such as 1, 2 or Infinity."),
    );
  });
});

describe("median and quantile", () => {
  test("the middle, or the mean of the two middles", () => {
    expect(median([3, 1, 2]).item()).toBe(2);
    expect(median([10, 1, 3, 2]).item()).toBe(2.5);
    expect(
      median(
        [
          [1, 9, 5],
          [4, 2, 6],
        ],
        { axis: 1, keepDims: true },
      ).toArray(),
    ).toEqual([[5], [4]]);
    expect(
      median(
        [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ],
        { axis: [0, 2] },
      ).toArray(),
    ).toEqual([3.5, 5.5]);
    expect(median(7).item()).toBe(7);
    expect(median([Infinity, Infinity]).item()).toBe(Infinity);
    expect(median(new Int32Array([1, 2])).item()).toBe(1.5);
  });

  test("NaN is handed on, and gets the derivative", () => {
    expect(
      median(
        [
          [1, Number.NaN, 2],
          [1, 2, 3],
        ],
        { axis: 1 },
      ).toArray(),
    ).toEqual([Number.NaN, 2]);
    expect(quantile([Number.NaN, 1], 0).item()).toBeNaN();
    expect(gradientAt(median, [1, Number.NaN, 2])).toEqual([0, 1, 0]);
  });

  test("linear interpolation, for one number or several", () => {
    const x = float64([4, 1, 3, 2]);
    expect(quantile(x, 0.25).item()).toBe(1.75);
    expect(quantile(x, [0, 0.5, 1]).toArray()).toEqual([1, 2.5, 4]);
    expect(
      quantile(
        [
          [1, 2],
          [3, 4],
        ],
        [0, 1],
        { axis: 0, keepDims: true },
      ).shape,
    ).toEqual([2, 1, 2]);
    expect(quantile(zeros([0, 3]), 0.5, { axis: 1 }).shape).toEqual([0]);
  });

  test("derivatives go to the neighbours", () => {
    expect(gradientAt(median, [10, 1, 3, 2])).toEqual([0, 0, 0.5, 0.5]);
    expect(gradientAt((x) => quantile(x, 0.25), [4, 1, 3, 2])).toEqual([0, 0.25, 0, 0.75]);
  });

  test("bad places and no elements", () => {
    expect(() => quantile([1], 1.5)).toThrow(
      new ValueError("quantile: q is number 1.5; use a number from 0 to 1, or an array of them."),
    );
    expect(() => quantile([1], [])).toThrow(/^quantile: q is \[\]/);
    expect(() => quantile([1], [0.5, Number.NaN])).toThrow(ValueError);
    expect(() => median(tensor([]))).toThrow(/^median: the reduced axes .* hold no element/);
  });
});
