import {
  allClose,
  batchNorm,
  grad,
  groupNorm,
  layerNorm,
  rmsNorm,
  ShapeError,
  scaledDotProductAttention,
  sum,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const rows = tensor(Float64Array.of(1, 3, 5, 7, -2, 0, 4, 10), { shape: [2, 4] });

/** (v − μ) / √(σ² + eps) of plain numbers. */
function standardize(v: readonly number[], eps: number): number[] {
  const mean = v.reduce((a, b) => a + b, 0) / v.length;
  const variance = v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length;
  return v.map((each) => (each - mean) / Math.sqrt(variance + eps));
}

const close = (actual: ReturnType<typeof tensor>, expected: readonly number[]): void =>
  expect(allClose(actual, tensor(Float64Array.from(expected), { shape: actual.shape }), { rtol: 1e-12 }).item()).toBe(
    1,
  );

describe("layerNorm", () => {
  test("standardises the last axis, then weighs it", () => {
    const expected = [...standardize([1, 3, 5, 7], 1e-5), ...standardize([-2, 0, 4, 10], 1e-5)];
    close(layerNorm(rows), expected);
    const weight = [1, 2, 3, 4];
    close(
      layerNorm(rows, weight, weight, { eps: 1e-5 }),
      expected.map((y, i) => y * weight[i % 4]! + weight[i % 4]!),
    );
    close(layerNorm(rows, { axis: [0, 1] }), standardize([1, 3, 5, 7, -2, 0, 4, 10], 1e-5));
  });

  test("names what does not fit", () => {
    expect(() => layerNorm(rows, [1, 2])).toThrow("layerNorm: the weight has shape [2]; x needs [4].");
    expect(() => layerNorm(rows, undefined, [1])).toThrow(ShapeError);
    expect(() => layerNorm(rows, { eps: -1 })).toThrow(ValueError);
    // @ts-expect-error: the options come last.
    expect(() => layerNorm(rows, {}, [1])).toThrow("an object in the place of a tensor");
  });
});

test("rmsNorm divides by the root of the mean square", () => {
  const root = Math.sqrt((1 + 9 + 25 + 49) / 4 + 0.5);
  const other = Math.sqrt((4 + 0 + 16 + 100) / 4 + 0.5);
  const expected = [1, 3, 5, 7].map((v) => v / root).concat([-2, 0, 4, 10].map((v) => v / other));
  close(rmsNorm(rows, { eps: 0.5 }), expected);
  close(
    rmsNorm(rows, [2, 2, 2, 2], { eps: 0.5 }),
    expected.map((v) => 2 * v),
  );
  expect(rmsNorm([[0, 0]]).toArray()).toEqual([[0, 0]]);
});

describe("groupNorm", () => {
  test("standardises groups of channels", () => {
    const expected = [
      [1, 3],
      [5, 7],
      [-2, 0],
      [4, 10],
    ].flatMap((group) => standardize(group, 0));
    close(groupNorm(rows, { groups: 2, eps: 0 }), expected);
    close(
      groupNorm(rows, [1, 2, 3, 4], [1, 1, 1, 1], { groups: 2, eps: 0 }),
      expected.map((v, i) => v * ((i % 4) + 1) + 1),
    );
  });

  test("names what does not fit", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => groupNorm(rows, { groups: 3 })).toThrow("groupNorm: 3 groups do not divide the 4 channels of [2, 4].");
    expect(() => groupNorm(rows, { groups: 0 })).toThrow(ValueError);
    // @ts-expect-error the compiler sees it too
    expect(() => groupNorm([1, 2], { groups: 1 })).toThrow(ShapeError);
  });
});

describe("batchNorm", () => {
  test("standardises channels by the batch, or by what is given", () => {
    const x = tensor(Float64Array.of(1, 2, 5, 8, 3, 4, 7, 0), { shape: [2, 2, 2] });
    const [first, second] = [standardize([1, 2, 3, 4], 0), standardize([5, 8, 7, 0], 0)];
    close(batchNorm(x, { eps: 0 }), [
      first[0]!,
      first[1]!,
      second[0]!,
      second[1]!,
      first[2]!,
      first[3]!,
      second[2]!,
      second[3]!,
    ]);
    close(batchNorm(x, [2, 1], [0, 1], { mean: [1, 0], variance: [4, 1], eps: 0 }), [0, 1, 6, 9, 2, 3, 8, 1]);
  });

  test("names what does not fit", () => {
    expect(() => batchNorm(rows, { mean: [1] })).toThrow("batchNorm: the mean has shape [1]; x needs [4].");
    // @ts-expect-error the compiler sees it too
    expect(() => batchNorm([1, 2])).toThrow("x must be [N, C, ...]");
  });
});

describe("scaledDotProductAttention", () => {
  const [q, k, v] = [
    tensor([[1, 0]]),
    tensor([
      [1, 0],
      [0, 1],
    ]),
    tensor([[2], [4]]),
  ];

  test("weighs values by the softmax of the scores", () => {
    const e = Math.exp(1 / Math.SQRT2);
    expect(scaledDotProductAttention(q, k, v).item()).toBeCloseTo((2 * e + 4) / (e + 1), 6);
    expect(scaledDotProductAttention(q, k, v, { scale: 0 }).item()).toBeCloseTo(3, 6);
    expect(scaledDotProductAttention(zeros([2, 3, 4, 5]), zeros([2, 3, 6, 5]), zeros([2, 3, 6, 7])).shape).toEqual([
      2, 3, 4, 7,
    ]);
  });

  test("looks only where the mask allows", () => {
    expect(scaledDotProductAttention(q, k, v, { mask: tensor([false, true]) }).item()).toBe(4);
    expect(scaledDotProductAttention(q, k, v, { mask: tensor([0, -Infinity]) }).item()).toBe(2);
    expect(scaledDotProductAttention(q, k, v, { isCausal: true }).item()).toBe(2);
    expect(scaledDotProductAttention(k, k, v, { isCausal: true, scale: 0 }).toArray()).toEqual([[2], [3]]);
    const dropout = (weights: Tensor): Tensor => weights.mul(tensor([0, 2]));
    expect(scaledDotProductAttention(q, k, v, { scale: 0, dropout }).item()).toBe(4);
    expect(scaledDotProductAttention(q, k, v, { mask: tensor([true, false]), dropout }).item()).toBe(0);
  });

  test("gives zeros to a query that may look at nothing, and a gradient of zeros", () => {
    for (const mask of [tensor([false, false]), tensor([-Infinity, -Infinity])]) {
      expect(scaledDotProductAttention(q, k, v, { mask }).toArray()).toEqual([[0]]);
      expect(grad((a: Tensor) => sum(scaledDotProductAttention(a, k, v, { mask })))(q).toArray()).toEqual([[0, 0]]);
    }
  });

  test("names what does not fit", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => scaledDotProductAttention(q, zeros([2, 3]), v)).toThrow(ShapeError);
    expect(() => scaledDotProductAttention(q, k, v, { mask: zeros([3]) })).toThrow("a mask [3] does not broadcast");
    expect(() => scaledDotProductAttention(q, k, v, { mask: zeros([2]), isCausal: true })).toThrow(ValueError);
    expect(() => scaledDotProductAttention(q, k, v, { scale: Infinity })).toThrow("the scale is Infinity");
  });
});
