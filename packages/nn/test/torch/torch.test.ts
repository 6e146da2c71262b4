import { grad, logSoftmax, softmax, type Tensor, tensor, variableGrads } from "@glissade/autograd";
import * as nn from "@glissade/nn";
import { describe, expect, test } from "vitest";
import { distance, fillParameters, waves } from "../layers/layer-laws.js";
import { reference } from "./reference.js";

/** A layer, its input, and a call of it; the results in a list. */
interface Case<M extends nn.Module> {
  readonly layer: M;
  readonly x: Tensor;
  readonly forward: (layer: M, x: Tensor) => readonly Tensor[];
  /** How often it is called; default once. */
  readonly calls?: number;
}

const dtype = "float64";

const simple = (layer: nn.Layer, x: Tensor, calls = 1): ((name: string) => void) =>
  check({ layer, x, calls, forward: (_, input) => [layer.forward(input)] });

/** Checks a case against the reference of its name: parameters, results, derivatives and buffers. */
function check<M extends nn.Module>({ layer, x, forward, calls = 1 }: Case<M>): (name: string) => void {
  return (name) => {
    const expected = reference.layers[name]!;
    fillParameters(layer);
    expect(layer.namedParameters().map(([key, { shape }]) => [key, shape])).toEqual(expected.parameters);
    for (let i = 1; i < calls; i++) forward(layer, x);
    const loss = (input: Tensor): Tensor =>
      forward(layer, input)
        .map((result) => result.mul(waves(result.shape)).sum())
        .reduce((a, b) => a.add(b));
    const state = layer.stateDict();
    const results = forward(layer, x);
    expect(results.map(({ shape }) => shape)).toEqual(expected.results.map(({ shape }) => shape));
    for (const [i, { values }] of expected.results.entries()) expect(distance(results[i]!, values)).toBeLessThan(1e-12);
    for (const [key, buffer] of layer.namedBuffers())
      expect(distance(buffer.value, expected.buffers[key]!)).toBeLessThan(1e-13);
    expect(layer.namedBuffers().map(([key]) => key)).toEqual(Object.keys(expected.buffers));
    layer.loadStateDict(state);
    const { grads } = variableGrads(() => loss(x), layer.parameters());
    for (const [i, due] of expected.parameterGradients.entries()) expect(distance(grads[i]!, due)).toBeLessThan(1e-12);
    if (expected.inputGradient !== null) expect(distance(grad(loss)(x), expected.inputGradient)).toBeLessThan(1e-12);
  };
}

const recurrent = <M extends nn.RNN | nn.GRU>(layer: M, x: Tensor, h0?: Tensor): ((name: string) => void) =>
  check({ layer, x, forward: (_, input) => layer.forward(input, h0) });

const layers: Readonly<Record<string, (name: string) => void>> = {
  Linear: simple(new nn.Linear(3, 2, { dtype }), waves([2, 4, 3])),
  Conv1d: simple(new nn.Conv1d(4, 6, 3, { stride: 2, padding: 1, dilation: 2, groups: 2, dtype }), waves([2, 4, 9])),
  Conv2d: simple(new nn.Conv2d(2, 3, [3, 2], { stride: [1, 2], padding: [2, 1], dtype }), waves([2, 2, 5, 6])),
  "Conv2d same": simple(new nn.Conv2d(1, 2, [2, 4], { padding: "same", dtype }), waves([1, 1, 4, 5])),
  "Conv2d reflect": simple(new nn.Conv2d(1, 2, 3, { padding: 2, paddingMode: "reflect", dtype }), waves([1, 1, 4, 5])),
  "Conv2d replicate": simple(
    new nn.Conv2d(1, 2, 3, { padding: 2, paddingMode: "replicate", dtype }),
    waves([1, 1, 4, 5]),
  ),
  "Conv2d circular": simple(
    new nn.Conv2d(1, 2, 3, { padding: 2, paddingMode: "circular", dtype }),
    waves([1, 1, 4, 5]),
  ),
  ConvTranspose2d: simple(
    new nn.ConvTranspose2d(4, 6, [3, 2], { stride: [2, 3], padding: 1, outputPadding: [1, 2], groups: 2, dtype }),
    waves([2, 4, 3, 4]),
  ),
  Embedding: simple(
    new nn.Embedding(4, 3, { paddingIdx: 1, dtype }),
    tensor(new Int32Array([0, 1, 3, 3, 1, 2]), { shape: [2, 3] }),
  ),
  BatchNorm1d: simple(new nn.BatchNorm1d(3, { dtype }), waves([4, 3]), 2),
  "BatchNorm1d sequences": simple(new nn.BatchNorm1d(3, { momentum: null, dtype }), waves([2, 3, 4]), 3),
  BatchNorm2d: simple(new nn.BatchNorm2d(2, { eps: 0.1, momentum: 0.3, dtype }), waves([2, 2, 3, 2])),
  "BatchNorm2d eval": simple(new nn.BatchNorm2d(2, { dtype }).eval(), waves([2, 2, 3, 2])),
  GroupNorm: simple(new nn.GroupNorm(2, 4, { dtype }), waves([2, 4, 3])),
  LayerNorm: simple(new nn.LayerNorm([2, 3], { dtype }), waves([2, 2, 3])),
  RMSNorm: simple(new nn.RMSNorm(3, { dtype }), waves([2, 3])),
  MaxPool2d: simple(new nn.MaxPool2d([3, 2], { stride: 2, padding: 1, ceilMode: true }), waves([1, 2, 6, 5])),
  AvgPool2d: simple(new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true }), waves([1, 2, 6, 6])),
  "AvgPool2d inside": simple(new nn.AvgPool2d(3, { padding: 1, countIncludePad: false }), waves([1, 2, 6, 5])),
  MultiHeadAttention: check({
    layer: new nn.MultiHeadAttention(4, 2, { dtype }),
    x: waves([3, 2, 4]),
    forward: (layer, x) => [
      layer.forward(x, waves([5, 2, 4], 2), waves([5, 2, 4], 3), {
        attnMask: new Array(3).fill([false, true, false, false, true]),
        keyPaddingMask: [
          [false, false, false, true, false],
          [false, false, true, false, false],
        ],
      }),
    ],
  }),
  "MultiHeadAttention sizes": check({
    layer: new nn.MultiHeadAttention(4, 2, { kdim: 3, vdim: 5, batchFirst: true, dtype }),
    x: waves([2, 3, 4]),
    forward: (layer, x) => [layer.forward(x, waves([2, 5, 3], 2), waves([2, 5, 5], 3), { attnMask: waves([4, 3, 5]) })],
  }),
  TransformerBlock: simple(new nn.TransformerBlock(4, 2, { dimFeedforward: 5, dropout: 0, dtype }), waves([3, 2, 4])),
  "TransformerBlock normFirst": simple(
    new nn.TransformerBlock(4, 2, {
      dimFeedforward: 5,
      dropout: 0,
      activation: "gelu",
      batchFirst: true,
      normFirst: true,
      isCausal: true,
      dtype,
    }),
    waves([2, 3, 4]),
  ),
  RNN: recurrent(new nn.RNN(2, 3, { numLayers: 2, bidirectional: true, dtype }), waves([4, 2, 2]), waves([4, 2, 3])),
  "RNN relu": recurrent(new nn.RNN(2, 3, { nonlinearity: "relu", batchFirst: true, dtype }), waves([2, 4, 2])),
  LSTM: check({
    layer: new nn.LSTM(2, 3, { numLayers: 2, bidirectional: true, dtype }),
    x: waves([4, 2, 2]),
    forward: (layer, x) => {
      const [output, states] = layer.forward(x, [waves([4, 2, 3]), waves([4, 2, 3], 2)]);
      return [output, ...states];
    },
  }),
  GRU: recurrent(new nn.GRU(2, 3, { numLayers: 2, bidirectional: true, dtype }), waves([4, 2, 2]), waves([4, 2, 3])),
  "GRU single": recurrent(new nn.GRU(2, 3, { bias: false, dtype }), waves([4, 2]), waves([1, 3])),
};

const [x, y] = [waves([3, 4], 2), waves([3, 4], -1.5)];
const weight = [1, 2, 3, 4];

const losses: Readonly<Record<string, (a: Tensor) => Tensor>> = {
  huberLoss: (a) => nn.huberLoss(a, y, { delta: 0.7 }),
  smoothL1Loss: (a) => nn.smoothL1Loss(a, y, { beta: 2.5, reduction: "none" }),
  klDivergence: (a) => nn.klDivergence(logSoftmax(a), softmax(y)),
  "klDivergence batchmean": (a) => nn.klDivergence(a, y, { reduction: "batchmean", logTarget: true }),
  crossEntropy: (a) => nn.crossEntropy(a, [2, 0, 3], { weight, ignoreIndex: 0, labelSmoothing: 0.1 }),
  "crossEntropy probabilities": (a) => nn.crossEntropy(a, softmax(y), { labelSmoothing: 0.1 }),
  nllLoss: (a) => nn.nllLoss(a, [2, 0, 3], { weight }),
  multiMarginLoss: (a) => nn.multiMarginLoss(a, [2, 0, 3], { p: 2, margin: 0.5 }),
  bceWithLogits: (a) => nn.bceWithLogits(a, softmax(y), { posWeight: 3 }),
  cosineEmbeddingLoss: (a) => nn.cosineEmbeddingLoss(a, y, [1, -1, -1], { margin: -0.5, reduction: "none" }),
  tripletMarginLoss: (a) => nn.tripletMarginLoss(a, y, waves([3, 4], 0.1), { margin: 9, p: 3, swap: true }),
  ctcLoss: (a) =>
    nn.ctcLoss(
      logSoftmax(a),
      [
        [1, 1],
        [3, 2],
        [2, 0],
      ],
      [5, 4, 3],
      [2, 2, 1],
    ),
};

describe("PyTorch's own numbers: layers", () => {
  test("all of the reference are tried", () => {
    expect(Object.keys(layers)).toEqual(Object.keys(reference.layers));
    expect(Object.keys(losses).sort()).toEqual(Object.keys(reference.losses).sort());
  });

  test.each(Object.entries(layers))("%s", (name, run) => run(name));
});

describe("PyTorch's own numbers: losses", () => {
  test.each(Object.entries(losses))("%s", (name, loss) => {
    const { results, inputGradient } = reference.losses[name]!;
    const operand = name === "ctcLoss" ? waves([5, 3, 4], 2) : x;
    expect(loss(operand).shape).toEqual(results[0]!.shape);
    expect(distance(loss(operand), results[0]!.values)).toBeLessThan(1e-12);
    expect(distance(grad((a: Tensor) => loss(a).sum())(operand), inputGradient!)).toBeLessThan(1e-12);
  });
});
