import { jit, ShapeError, type Tensor, ValueError, vmap, zeros } from "@glissade/autograd";
import { GroupNorm, LayerNorm, type Module, RMSNorm } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** (v − μ) / √(σ² + eps), σ² divided by n. */
function standardize(values: readonly number[], eps: number): number[] {
  const mean = average(values);
  const deviation = Math.sqrt(average(values.map((v) => (v - mean) ** 2)) + eps);
  return values.map((v) => (v - mean) / deviation);
}

/** The rows of so many numbers each, one after another. */
const rows = (x: Tensor, length: number): number[][] =>
  Array.from({ length: x.size / length }, (_, i) => Array.from(x.data().slice(i * length, (i + 1) * length)));

const ends = fc.record({
  lead: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  sides: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
  eps: fc.constantFrom(0.01, 1),
  elementwiseAffine: fc.boolean(),
  bias: fc.boolean(),
});

/** Eager and jitted results of a layer against the same numbers. */
function expectNumbers(layer: Module & { forward(x: Tensor): Tensor }, x: Tensor, expected: readonly number[]): void {
  expect(layer.forward(x).shape).toEqual(x.shape);
  expect(distance(layer.forward(x), expected)).toBeLessThan(1e-12);
  expect(distance(jit((operand: Tensor) => layer.forward(operand))(x), expected)).toBeLessThan(1e-12);
}

describe("LayerNorm", () => {
  test("standardises the last axes, and scales and shifts their elements; the same inside jit", () => {
    fc.assert(
      fc.property(ends, ({ lead, sides, ...options }) => {
        const layer = new LayerNorm(sides, { ...options, dtype: "float64" });
        const { weight, bias } = fillParameters(layer);
        const x = waves([...lead, ...sides], 2);
        const expected = rows(x, sizeOf(sides)).flatMap((row) =>
          standardize(row, options.eps).map((v, i) => v * (weight?.[i] ?? 1) + (bias?.[i] ?? 0)),
        );
        expectNumbers(layer, x, expected);
      }),
      { numRuns: 50 },
    );
  });

  test("has PyTorch's parameters: ones and zeros of the shape that is normalised", () => {
    const layer = new LayerNorm([2, 3]);
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ["weight", [2, 3]],
      ["bias", [2, 3]],
    ]);
    expect([layer.weight?.value.toArray(), layer.bias?.value.toArray()]).toEqual([
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ]);
    expect([layer.normalizedShape, layer.eps]).toEqual([[2, 3], 1e-5]);
    expect(new LayerNorm(4, { bias: false }).namedParameters().map(([name]) => name)).toEqual(["weight"]);
    expect(new LayerNorm(4, { elementwiseAffine: false }).parameters()).toEqual([]);
  });
});

describe("RMSNorm", () => {
  test("divides by the root mean square, and scales; the same inside jit", () => {
    fc.assert(
      fc.property(ends, ({ lead, sides, eps, elementwiseAffine }) => {
        const layer = new RMSNorm(sides, { eps, elementwiseAffine, dtype: "float64" });
        const { weight } = fillParameters(layer);
        const x = waves([...lead, ...sides], 2);
        const expected = rows(x, sizeOf(sides)).flatMap((row) => {
          const root = Math.sqrt(average(row.map((v) => v * v)) + eps);
          return row.map((v, i) => (v / root) * (weight?.[i] ?? 1));
        });
        expectNumbers(layer, x, expected);
      }),
      { numRuns: 50 },
    );
  });

  test("starts with a weight of ones, and takes the eps of the dtype", () => {
    const layer = new RMSNorm(3);
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([["weight", [3]]]);
    expect(layer.weight?.value.toArray()).toEqual([1, 1, 1]);
    // √(eps of float32) is 2^−11.5: a row of that size is divided by √2 times it.
    expect(layer.forward([2 ** -11.5, 2 ** -11.5, 2 ** -11.5]).data()[0]).toBeCloseTo(Math.SQRT1_2, 6);
  });
});

describe("GroupNorm", () => {
  const problems = fc.record({
    groups: fc.integer({ min: 1, max: 3 }),
    inGroup: fc.integer({ min: 1, max: 3 }),
    examples: fc.integer({ min: 0, max: 3 }),
    sides: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    eps: fc.constantFrom(0.01, 1),
    affine: fc.boolean(),
  });

  test("standardises each group of channels of each example, and scales and shifts channels; the same inside jit", () => {
    fc.assert(
      fc.property(problems, ({ groups, inGroup, examples, sides, eps, affine }) => {
        const layer = new GroupNorm(groups, groups * inGroup, { eps, affine, dtype: "float64" });
        const { weight, bias } = fillParameters(layer);
        const x = waves([examples, groups * inGroup, ...sides], 2);
        const plane = sizeOf(sides);
        const expected = rows(x, inGroup * plane).flatMap((group, g) =>
          standardize(group, eps).map((v, i) => {
            const channel = (g % groups) * inGroup + Math.floor(i / plane);
            return v * (weight?.[channel] ?? 1) + (bias?.[channel] ?? 0);
          }),
        );
        expectNumbers(layer, x, expected);
      }),
      { numRuns: 50 },
    );
  });

  test("has PyTorch's parameters: ones and zeros for each channel", () => {
    const layer = new GroupNorm(2, 4);
    expect(layer.namedParameters().map(([name, { value }]) => [name, value.toArray()])).toEqual([
      ["weight", [1, 1, 1, 1]],
      ["bias", [0, 0, 0, 0]],
    ]);
    expect(new GroupNorm(2, 4, { affine: false }).parameters()).toEqual([]);
  });
});

test("normalisations are batched by vmap", () => {
  const x = waves([3, 2, 4]);
  for (const layer of [new LayerNorm(4, { dtype: "float64" }), new RMSNorm(4, { dtype: "float64" })]) {
    expect(distance(vmap((row: Tensor) => layer.forward(row))(x), layer.forward(x).data())).toBeLessThan(1e-15);
  }
});

test.each<[string, () => unknown, new (message: string) => Error, string]>([
  [
    "a length of 0",
    () => new LayerNorm(0),
    ValueError,
    "LayerNorm: normalizedShape is 0; it must be a whole number, at least 1.",
  ],
  [
    "no axes",
    () => new LayerNorm([]),
    ValueError,
    "LayerNorm: normalizedShape is []; give the length of the last axis.",
  ],
  ["a negative eps", () => new RMSNorm(1, { eps: -1 }), ValueError, "RMSNorm: eps is -1; it must be at least 0"],
  [
    "an eps of NaN",
    () => new LayerNorm(1, { eps: Number.NaN }),
    ValueError,
    "LayerNorm: eps is NaN; it must be a finite",
  ],
  [
    "another last axis",
    // @ts-expect-error the compiler sees it too
    () => new LayerNorm([3, 4]).forward(zeros([3, 5])),
    ShapeError,
    "LayerNorm: the input [3, 5] must end in [3, 4], the normalizedShape.",
  ],
  [
    "too few axes",
    // @ts-expect-error the compiler sees it too
    () => new RMSNorm([3, 4]).forward(zeros([4])),
    ShapeError,
    "RMSNorm: the input [4] must end in [3, 4]",
  ],
  [
    "groups that do not divide",
    () => new GroupNorm(2, 3),
    ValueError,
    "GroupNorm: numGroups 2 does not divide numChannels 3. Use one of its divisors.",
  ],
  [
    "no groups",
    () => new GroupNorm(0, 3),
    ValueError,
    "GroupNorm: numGroups is 0; it must be a whole number, at least 1.",
  ],
  [
    "other channels",
    // @ts-expect-error the compiler sees it too
    () => new GroupNorm(1, 3).forward(zeros([3, 4])),
    ShapeError,
    "GroupNorm: the input [3, 4] must be [N, 3, …]: its channels are axis 1.",
  ],
])("normalisations refuse %s", (_, call, kind, message) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
});

const forward = (layer: Module & { forward(x: Tensor): Tensor }, [x]: readonly Tensor[]): Tensor => layer.forward(x!);

describeLayer("LayerNorm", {
  settings: (draw) => ({ sides: draw.shape({ minRank: 1, maxRank: 2, minSide: 2, maxSide: 3 }), bias: draw.boolean() }),
  make: ({ sides, bias }, dtype) => new LayerNorm(sides, { bias, eps: 0.1, dtype }),
  inputs: (draw, { sides }) => [draw.tensor([...draw.shape({ maxRank: 1 }), ...sides], { separation: 0.2 })],
  forward,
});

describeLayer("RMSNorm", {
  settings: (draw) => ({ sides: draw.shape({ minRank: 1, maxRank: 2, minSide: 1, maxSide: 3 }) }),
  make: ({ sides }, dtype) => new RMSNorm(sides, { eps: 0.1, dtype }),
  inputs: (draw, { sides }) => [draw.tensor([...draw.shape({ maxRank: 1 }), ...sides])],
  forward,
});

describeLayer("GroupNorm", {
  settings: (draw) => ({ groups: draw.integer(1, 2), inGroup: draw.integer(1, 2) }),
  make: ({ groups, inGroup }, dtype) => new GroupNorm(groups, groups * inGroup, { eps: 0.1, dtype }),
  inputs: (draw, { groups, inGroup }) => [
    draw.tensor([draw.side(2), groups * inGroup, ...draw.shape({ maxRank: 1, minSide: 2, maxSide: 3 })], {
      separation: 0.2,
    }),
  ],
  forward,
});
