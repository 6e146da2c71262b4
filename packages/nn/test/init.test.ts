import { DTypeError, generator, ShapeError, type Tensor, ValueError } from "@glissade/autograd";
import { init } from "@glissade/nn";
import { describe, expect, test } from "vitest";

const shape = [200, 150] as const;
const source = () => ({ generator: generator(11) });

function moments(x: Tensor): { mean: number; std: number; min: number; max: number } {
  const values = Array.from(x.data());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const [min, max] = values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return { mean, std: Math.sqrt(variance), min, max };
}

/** Checks mean 0 and this standard deviation, to five standard errors of 30,000 draws at least. */
function centred(x: Tensor, std: number): void {
  const found = moments(x);
  expect(Math.abs(found.mean)).toBeLessThan((5 * std) / Math.sqrt(x.size));
  expect(Math.abs(found.std / std - 1)).toBeLessThan(0.03);
}

describe("one value everywhere", () => {
  test("zeros, ones, constant", () => {
    expect(init.zeros([2, 2]).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(init.ones([3]).toArray()).toEqual([1, 1, 1]);
    expect(init.constant([2], 0.5).toArray()).toEqual([0.5, 0.5]);
    expect(init.constant([2], 0.1, { dtype: "float64" }).toArray()).toEqual([0.1, 0.1]);
  });
});

describe("distributions", () => {
  test("uniform on [min, max)", () => {
    const x = init.uniform(shape, { ...source(), min: -3, max: 3 });
    centred(x, 3 / Math.sqrt(3));
    const { min, max } = moments(x);
    expect(min).toBeGreaterThanOrEqual(-3);
    expect(min).toBeLessThan(-2.99);
    expect(max).toBeLessThan(3);
    expect(max).toBeGreaterThan(2.99);
    expect(moments(init.uniform(shape, source())).mean).toBeCloseTo(0.5, 1);
  });

  test("uniform in float64 has the bounds of float64", () => {
    const draw = (max: number): number => init.uniform([1], { ...source(), max, dtype: "float64" }).item();
    expect(draw(0.1)).toBe(draw(1) * 0.1);
  });

  test("normal with mean and std", () => {
    centred(init.normal(shape, { ...source(), std: 0.02 }), 0.02);
    const { mean, std } = moments(init.normal(shape, { ...source(), mean: 5, std: 2 }));
    expect(Math.abs(mean - 5)).toBeLessThan(0.06);
    expect(Math.abs(std - 2)).toBeLessThan(0.05);
    expect(init.normal([3], { mean: 2, std: 0 }).toArray()).toEqual([2, 2, 2]);
  });

  test("truncatedNormal within two standard deviations, or other bounds", () => {
    const { min, max, std } = moments(init.truncatedNormal(shape, source()));
    expect([min >= -2, max <= 2]).toEqual([true, true]);
    // The variance of a normal cut at ±2 is 1 − 4 φ(2) / (2 Φ(2) − 1) = 0.7737.
    expect(Math.abs(std - Math.sqrt(0.7737))).toBeLessThan(0.02);
    const narrow = moments(init.truncatedNormal(shape, { ...source(), std: 0.02, min: -0.01, max: 0.03 }));
    expect([narrow.min >= -0.01, narrow.max <= 0.03]).toEqual([true, true]);
    const small = moments(init.truncatedNormal(shape, { ...source(), mean: 1, std: 0.02 }));
    expect([small.min >= 0.96, small.max <= 1.04]).toEqual([true, true]);
  });
});

describe("scales by fan", () => {
  const bound = (x: Tensor): number => Math.max(moments(x).max, -moments(x).min);

  test("xavier: gain · √(2 / (in + out))", () => {
    const std = Math.sqrt(2 / 350);
    centred(init.xavierUniform(shape, source()), std);
    centred(init.xavierNormal(shape, source()), std);
    centred(init.xavierUniform(shape, { ...source(), gain: 5 / 3 }), (5 / 3) * std);
    expect(bound(init.xavierUniform(shape, source()))).toBeLessThanOrEqual(Math.fround(std * Math.sqrt(3)));
  });

  test("kaiming: gain / √fan, in or out", () => {
    centred(init.kaimingUniform(shape, source()), Math.sqrt(2 / 150));
    centred(init.kaimingNormal(shape, source()), Math.sqrt(2 / 150));
    centred(init.kaimingNormal(shape, { ...source(), mode: "fanOut" }), Math.sqrt(2 / 200));
    centred(init.kaimingNormal(shape, { ...source(), nonlinearity: "tanh" }), 5 / 3 / Math.sqrt(150));
    expect(bound(init.kaimingUniform(shape, { ...source(), a: Math.sqrt(5) }))).toBeLessThanOrEqual(
      1 / Math.sqrt(150) + 1e-8,
    );
  });

  test("the window of a kernel counts in both fans", () => {
    const kernel = [30, 20, 5, 10];
    centred(init.kaimingNormal(kernel, source()), Math.sqrt(2 / (20 * 50)));
    centred(init.kaimingNormal(kernel, { ...source(), mode: "fanOut" }), Math.sqrt(2 / (30 * 50)));
    centred(init.xavierNormal(kernel, source()), Math.sqrt(2 / (50 * 50)));
  });

  test("shapes without elements stay without", () => {
    expect(init.kaimingUniform([0, 3]).shape).toEqual([0, 3]);
    expect(init.kaimingUniform([3, 0]).shape).toEqual([3, 0]);
    expect(init.xavierNormal([0, 0]).shape).toEqual([0, 0]);
  });

  test("gains are those of PyTorch's table", () => {
    const names = ["linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu"] as const;
    expect(names.map((name) => init.gain(name))).toEqual([1, 1, 5 / 3, Math.SQRT2, Math.sqrt(2 / 1.0001), 0.75]);
    expect(init.gain("leakyRelu", { a: Math.sqrt(5) })).toBeCloseTo(1 / Math.sqrt(3), 15);
  });
});

describe("orthogonal", () => {
  /** The greatest deviation of the smaller Gram matrix from gain² · I. */
  function deviation(x: Tensor, rows: number, columns: number, gain = 1): number {
    const m = x.reshape([rows, columns]);
    const gram = Array.from((rows <= columns ? m.matmul(m.transpose()) : m.transpose().matmul(m)).data());
    const side = Math.min(rows, columns);
    return gram.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (i % (side + 1) === 0 ? gain * gain : 0))),
      0,
    );
  }

  test.each([
    [5, 5],
    [3, 8],
    [8, 3],
    [1, 4],
    [40, 60],
  ])("rows or columns of [%d, %d] are orthonormal", (rows, columns) => {
    const x = init.orthogonal([rows, columns], { ...source(), dtype: "float64" });
    expect(deviation(x, rows, columns)).toBeLessThan(1e-13);
  });

  test("takes trailing axes as one, and scales by gain", () => {
    const x = init.orthogonal([6, 2, 5], { ...source(), gain: 3 });
    expect([x.shape, x.dtype]).toEqual([[6, 2, 5], "float32"]);
    expect(deviation(x, 6, 10, 3)).toBeLessThan(1e-5);
    expect(init.orthogonal([0, 3]).shape).toEqual([0, 3]);
  });

  test("favours no direction: entries have mean 0 and variance 1 / columns", () => {
    centred(init.orthogonal(shape, source()), 1 / Math.sqrt(200));
  });
});

describe("generators", () => {
  const drawing = { ...init };

  test.each(["uniform", "normal", "truncatedNormal", "xavierUniform", "kaimingNormal", "orthogonal"] as const)(
    "%s is reproduced by a seed, moves its generator on, and differs without one",
    (name) => {
      const draw = drawing[name];
      const own = generator(3);
      const first = draw([3, 4], { generator: own }).data();
      expect(draw([3, 4], { generator: own }).data()).not.toEqual(first);
      expect(draw([3, 4], { generator: generator(3) }).data()).toEqual(first);
      expect(draw([3, 4]).data()).not.toEqual(draw([3, 4]).data());
    },
  );
});

describe("what cannot be", () => {
  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "a vector has no fan",
      () => init.xavierUniform([3]),
      ShapeError,
      "init.xavierUniform: shape [3] has no fan: weights are [out, in] or [out, in, …window].",
    ],
    ["nor a scalar", () => init.kaimingNormal([]), ShapeError, "init.kaimingNormal: shape [] has no fan"],
    [
      "a vector is not orthogonal",
      () => init.orthogonal([3]),
      ShapeError,
      "init.orthogonal: shape [3] has fewer than two axes.",
    ],
    [
      "min above max",
      () => init.uniform([1], { min: 1, max: 0 }),
      ValueError,
      "init.uniform: min 1 is above max 0. Exchange them.",
    ],
    [
      "a bound of NaN",
      () => init.uniform([1], { min: Number.NaN }),
      ValueError,
      "init.uniform: min is NaN; it must be a finite number.",
    ],
    [
      "a negative std",
      () => init.normal([1], { std: -1 }),
      ValueError,
      "init.normal: std is -1; a standard deviation is at least 0.",
    ],
    [
      "an infinite mean",
      () => init.normal([1], { mean: Number.POSITIVE_INFINITY }),
      ValueError,
      "init.normal: mean is Infinity",
    ],
    [
      "truncation to nothing",
      () => init.truncatedNormal([1], { min: 1, max: 1 }),
      ValueError,
      "init.truncatedNormal: min 1 must be below max 1.",
    ],
    [
      "truncation of one value",
      () => init.truncatedNormal([1], { std: 0 }),
      ValueError,
      "init.truncatedNormal: std is 0; it must be above 0. Use constant for one value.",
    ],
    [
      "an unknown nonlinearity",
      // @ts-expect-error No such nonlinearity.
      () => init.gain("toString"),
      ValueError,
      'init.gain: unknown nonlinearity "toString". Use one of linear, sigmoid, tanh, relu, leakyRelu, selu, or give a gain as a number.',
    ],
    [
      "an unknown mode",
      // @ts-expect-error No such mode.
      () => init.kaimingUniform([2, 2], { mode: "fan_in" }),
      ValueError,
      'init.kaimingUniform: unknown mode "fan_in". Use "fanIn" or "fanOut".',
    ],
    ["a gain of NaN", () => init.orthogonal([2, 2], { gain: Number.NaN }), ValueError, "init.orthogonal: gain is NaN"],
    [
      "an integer dtype",
      // @ts-expect-error Parameters are floats.
      () => init.normal([2], { dtype: "int32" }),
      DTypeError,
      "init.normal: dtype int32; parameters are float32 or float64.",
    ],
  ])("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
