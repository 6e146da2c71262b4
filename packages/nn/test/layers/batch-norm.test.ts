import {
  expectCompilations,
  jit,
  mul,
  ShapeError,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  variableGrads,
  vmap,
  zeros,
} from "@glissade/autograd";
import { BatchNorm1d, BatchNorm2d, type BatchNormOptions, type Module, Sequential } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** PyTorch's layer in plain numbers: `x` is [N, C, …], and `at` gives the channel of a flat index. */
class PlainBatchNorm {
  readonly mean: number[];
  readonly variance: number[];
  batches = 0;

  constructor(
    readonly channels: number,
    readonly options: { eps: number; momentum: number | null; track: boolean },
  ) {
    this.mean = new Array<number>(channels).fill(0);
    this.variance = new Array<number>(channels).fill(1);
  }

  forward(x: Tensor, training: boolean, weight?: ArrayLike<number>, bias?: ArrayLike<number>): number[] {
    const plane = x.shape.slice(2).reduce((a, b) => a * b, 1);
    const channelOf = (i: number): number => Math.floor(i / plane) % this.channels;
    const { eps, momentum, track } = this.options;
    const values = Array.from(x.data());
    if (training && track) this.batches++;
    const statistics = this.mean.map((_, c) => {
      if (!training && track) return { mean: this.mean[c]!, variance: this.variance[c]! };
      const own = values.filter((_, i) => channelOf(i) === c);
      const mean = average(own);
      const squares = own.map((v) => (v - mean) ** 2).reduce((a, b) => a + b, 0);
      if (training && track) {
        const part = momentum ?? 1 / this.batches;
        this.mean[c] = (1 - part) * this.mean[c]! + part * mean;
        this.variance[c] = (1 - part) * this.variance[c]! + (part * squares) / (own.length - 1);
      }
      return { mean, variance: squares / own.length };
    });
    return values.map((v, i) => {
      const { mean, variance } = statistics[channelOf(i)]!;
      return ((v - mean) / Math.sqrt(variance + eps)) * (weight?.[channelOf(i)] ?? 1) + (bias?.[channelOf(i)] ?? 0);
    });
  }
}

const problems = fc.record({
  channels: fc.integer({ min: 1, max: 3 }),
  sides: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  // What is done: batches of so many examples, in training or in evaluation.
  calls: fc.array(fc.record({ examples: fc.integer({ min: 2, max: 4 }), training: fc.boolean() }), { maxLength: 4 }),
  eps: fc.constantFrom(0.01, 1),
  momentum: fc.constantFrom(0.1, 0.7, 1, null),
  affine: fc.boolean(),
  track: fc.boolean(),
});

describe("BatchNorm1d and BatchNorm2d", () => {
  const make = (rank: number, channels: number, options: BatchNormOptions) =>
    rank === 4 ? new BatchNorm2d(channels, options) : new BatchNorm1d(channels, options);

  test.each([false, true])(
    "are PyTorch's formula through batches in training and evaluation, inside jit: %s",
    (jitted) => {
      fc.assert(
        fc.property(problems, ({ channels, sides, calls, eps, momentum, affine, track }) => {
          const layer = make(sides.length + 2, channels, {
            eps,
            momentum,
            affine,
            trackRunningStats: track,
            dtype: "float64",
          });
          const { weight, bias } = fillParameters(layer);
          const plain = new PlainBatchNorm(channels, { eps, momentum, track });
          const call = jitted ? jit((x: Tensor) => layer.forward(x)) : (x: Tensor) => layer.forward(x);
          for (const [i, { examples, training }] of calls.entries()) {
            if (training) layer.train();
            else layer.eval();
            const x = waves([examples, channels, ...sides], i + 1);
            const expected = plain.forward(x, training, weight, bias);
            expect(distance(call(x), expected)).toBeLessThan(1e-11);
            if (!track) continue;
            expect(distance(layer.runningMean!.value, plain.mean)).toBeLessThan(1e-12);
            expect(distance(layer.runningVar!.value, plain.variance)).toBeLessThan(1e-12);
            expect(layer.numBatchesTracked!.value.item()).toBe(plain.batches);
          }
        }),
        { numRuns: 40 },
      );
    },
  );

  test("have PyTorch's parameters and buffers, and a state of both", () => {
    const layer = new BatchNorm2d(2);
    expect(layer.namedParameters().map(([name, { value }]) => [name, value.toArray()])).toEqual([
      ["weight", [1, 1]],
      ["bias", [0, 0]],
    ]);
    expect(layer.namedBuffers().map(([name, { value }]) => [name, value.toArray(), value.dtype])).toEqual([
      ["running_mean", [0, 0], "float32"],
      ["running_var", [1, 1], "float32"],
      ["num_batches_tracked", 0, "int32"],
    ]);
    layer.forward(waves([2, 2, 2, 2]));
    const copy = new BatchNorm2d(2);
    copy.loadStateDict(layer.stateDict());
    expect(Object.keys(layer.stateDict())).toEqual([
      "weight",
      "bias",
      "running_mean",
      "running_var",
      "num_batches_tracked",
    ]);
    expect(copy.runningVar?.value.data()).toEqual(layer.runningVar?.value.data());
    expect(new BatchNorm1d(2, { trackRunningStats: false }).buffers()).toEqual([]);
    expect(new BatchNorm1d(2, { affine: false }).parameters()).toEqual([]);
    expect(String(layer)).toContain("running_mean: [2] not trained");
    expect(new Sequential(layer).namedBuffers()[0]?.[0]).toBe("0.running_mean");
  });

  test("move their statistics inside a jitted derivative, compiled once for each of training and evaluation", () => {
    const [plain, layer] = [new BatchNorm1d(3), new BatchNorm1d(3)];
    const loss = (of: BatchNorm1d, x: Tensor): Tensor => sum(mul(of.forward(x), waves([4, 3])));
    const gradients = (of: BatchNorm1d) => (x: Tensor) =>
      variableGrads(() => loss(of, x), of.parameters(), { allowUnused: true }).grads;
    const step = jit(gradients(layer));
    for (let i = 1; i <= 3; i++) {
      const x = waves([4, 3], i);
      const [expected, found] = [gradients(plain)(x), step(x)];
      for (const [k, due] of expected.entries()) expect(distance(found[k]!, due.data())).toBeLessThan(1e-5);
    }
    expectCompilations(step, 1);
    expect(distance(layer.runningMean!.value, plain.runningMean!.value.data())).toBeLessThan(1e-6);
    expect(layer.numBatchesTracked?.value.item()).toBe(3);
    const before = layer.runningMean?.value.data();
    layer.eval();
    step(waves([4, 3], 5));
    expectCompilations(step, 2);
    expect(layer.runningMean?.value.data()).toEqual(before);
  });

  test("leave their statistics alone where the call fails", () => {
    const layer = new BatchNorm1d(2);
    const failing = jit((x: Tensor) => {
      layer.forward(x);
      throw new Error("no");
    });
    expect(() => failing(waves([3, 2]))).toThrow("no");
    expect(layer.numBatchesTracked?.value.item()).toBe(0);
  });

  test("are batched by vmap in evaluation; in training a statistic cannot be one for each", () => {
    const layer = new BatchNorm1d(2, { dtype: "float64" }).eval();
    const x = waves([3, 4, 2]);
    const each = vmap((batch: Tensor) => layer.forward(batch));
    expect(each(x).shape).toEqual([3, 4, 2]);
    layer.train();
    expect(() => each(x)).toThrow(TransformError);
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    ["no channels", () => new BatchNorm1d(0), ValueError, "BatchNorm1d: numFeatures is 0; it must be a whole number"],
    [
      "a negative eps",
      () => new BatchNorm2d(1, { eps: -1 }),
      ValueError,
      "BatchNorm2d: eps is -1; it must be at least 0",
    ],
    [
      "a momentum of NaN",
      () => new BatchNorm1d(1, { momentum: Number.NaN }),
      ValueError,
      "BatchNorm1d: momentum is NaN; it must be from 0 to 1, or null.",
    ],
    [
      "other channels",
      // @ts-expect-error the compiler sees it too
      () => new BatchNorm1d(2).forward(zeros([4, 3])),
      ShapeError,
      "BatchNorm1d: the input [4, 3] must be [N, 2] or [N, 2, L]: its channels are axis 1.",
    ],
    [
      "images in one dimension",
      // @ts-expect-error the compiler sees it too
      () => new BatchNorm1d(2).forward(zeros([4, 2, 3, 3])),
      ShapeError,
      "BatchNorm1d: the input [4, 2, 3, 3] must be",
    ],
    [
      "sequences in two",
      // @ts-expect-error the compiler sees it too
      () => new BatchNorm2d(2).forward(zeros([4, 2, 3])),
      ShapeError,
      "BatchNorm2d: the input [4, 2, 3] must be [N, 2, H, W]",
    ],
    [
      "one number in a channel in training",
      () => new BatchNorm1d(2).forward(tensor([[1, 2]])),
      ValueError,
      "BatchNorm1d: in training each channel needs two numbers or more, and the input [1, 2] has 1. Use larger batches, or eval().",
    ],
  ])("refuse %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});

const forward = (layer: Module & { forward(x: Tensor): Tensor }, [x]: readonly Tensor[]): Tensor => layer.forward(x!);

describeLayer("BatchNorm1d", {
  settings: (draw) => ({ channels: draw.integer(1, 2), affine: draw.boolean(), training: draw.boolean() }),
  make: ({ channels, affine, training }, dtype) => {
    const layer = new BatchNorm1d(channels, { eps: 0.1, affine, dtype });
    return training ? layer : layer.eval();
  },
  inputs: (draw, { channels }) => [
    draw.tensor([draw.integer(2, 3), channels, ...draw.shape({ maxRank: 1, maxSide: 3 })], { separation: 0.2 }),
  ],
  forward,
});

describeLayer("BatchNorm2d", {
  settings: (draw) => ({ channels: draw.integer(1, 2), training: draw.boolean() }),
  make: ({ channels, training }, dtype) => {
    const layer = new BatchNorm2d(channels, { eps: 0.1, dtype });
    return training ? layer : layer.eval();
  },
  inputs: (draw, { channels }) => [
    draw.tensor([draw.integer(1, 2), channels, 2, draw.integer(1, 2)], { separation: 0.2 }),
  ],
  forward,
});
