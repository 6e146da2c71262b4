import {
  concat,
  expectCompilations,
  generator,
  jit,
  ShapeError,
  type Tensor,
  ValueError,
  variableGrads,
  vmap,
  zeros,
} from "@glissade/autograd";
import { GRU, LSTM, type RecurrentOptions, RNN } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";
import { type RecurrentKind, recur } from "./plain-recurrent.js";

type RecurrentLayer = RNN | LSTM | GRU;

function make(kind: RecurrentKind, input: number, hidden: number, options: RecurrentOptions): RecurrentLayer {
  if (kind === "LSTM") return new LSTM(input, hidden, options);
  return kind === "GRU" ? new GRU(input, hidden, options) : new RNN(input, hidden, { ...options, nonlinearity: kind });
}

/** The outputs and the last states, in a list. */
function results(layer: RecurrentLayer, x: Tensor, [h, c]: readonly Tensor[] = []): readonly Tensor[] {
  if (!(layer instanceof LSTM)) return layer.forward(x, h);
  const [output, states] = layer.forward(x, h && c && [h, c]);
  return [output, ...states];
}

const outputs = (layer: RecurrentLayer, x: Tensor): Tensor => results(layer, x)[0]!;

const kinds = ["tanh", "relu", "LSTM", "GRU"] as const;

const problems = fc.record({
  input: fc.integer({ min: 1, max: 3 }),
  hidden: fc.integer({ min: 1, max: 3 }),
  layers: fc.integer({ min: 1, max: 3 }),
  bidirectional: fc.boolean(),
  bias: fc.boolean(),
  batchFirst: fc.boolean(),
  examples: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  length: fc.integer({ min: 0, max: 4 }),
  given: fc.boolean(),
});

describe.each(kinds)("recurrent layers: %s", (kind) => {
  test("are PyTorch's formula in plain numbers, and the same inside jit", () => {
    fc.assert(
      fc.property(problems, ({ input, hidden, layers, bidirectional, bias, batchFirst, examples, length, given }) => {
        const options = { numLayers: layers, bidirectional, bias, batchFirst, dtype: "float64" as const };
        const layer = make(kind, input, hidden, options);
        const parameters = fillParameters(layer);
        const [N, cells, width] = [examples ?? 1, layers * (bidirectional ? 2 : 1), (bidirectional ? 2 : 1) * hidden];
        const form = (features: number): number[] => {
          if (examples === undefined) return [length, features];
          return batchFirst ? [N, length, features] : [length, N, features];
        };
        const stateShape = examples === undefined ? [cells, hidden] : [cells, N, hidden];
        const states = kind === "LSTM" ? [waves(stateShape), waves(stateShape, 2)] : [waves(stateShape)];
        const x = waves(form(input), 2);
        const place = (n: number, l: number): number => (batchFirst ? n * length + l : l * N + n);
        const rowsOf = (state: Tensor | undefined, n: number): number[][] =>
          Array.from({ length: cells }, (_, cell) =>
            Array.from({ length: hidden }, (__, k) => (given && state?.data()[(cell * N + n) * hidden + k]) || 0),
          );
        const due = {
          output: new Float64Array(length * N * width),
          hidden: new Float64Array(cells * N * hidden),
          cell: new Float64Array(cells * N * hidden),
        };
        for (let n = 0; n < N; n++) {
          const rows = Array.from({ length }, (_, l) =>
            Array.from(x.data().slice(place(n, l) * input, (place(n, l) + 1) * input)),
          );
          const first = { hidden: rowsOf(states[0], n), cell: rowsOf(states[1], n) };
          const recurred = recur(rows, first, { kind, hidden, layers, bidirectional, parameters });
          for (const [l, row] of recurred.outputs.entries()) due.output.set(row, place(n, l) * width);
          for (const [i, row] of recurred.last.hidden.entries()) due.hidden.set(row, (i * N + n) * hidden);
          for (const [i, row] of recurred.last.cell.entries()) due.cell.set(row, (i * N + n) * hidden);
        }
        const expected = kind === "LSTM" ? [due.output, due.hidden, due.cell] : [due.output, due.hidden];
        const call = (operand: Tensor): readonly Tensor[] => results(layer, operand, given ? states : []);
        for (const found of [call(x), jit((operand: Tensor) => [...call(operand)])(x)]) {
          expect(found.map(({ shape }) => shape)).toEqual([form(width), ...states.map(() => stateShape)]);
          for (const [i, result] of found.entries()) expect(distance(result, expected[i]!)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("have PyTorch's parameters, uniform on ±1/√hidden, and reproduced by a seed", () => {
    const gates = { tanh: 1, relu: 1, LSTM: 4, GRU: 3 }[kind];
    const options = { numLayers: 2, bidirectional: true };
    const layer = make(kind, 3, 25, { ...options, generator: generator(1) });
    const names = ["l0", "l0_reverse", "l1", "l1_reverse"].flatMap((suffix) => [
      [`weight_ih_${suffix}`, [gates * 25, suffix.startsWith("l0") ? 3 : 50]],
      [`weight_hh_${suffix}`, [gates * 25, 25]],
      [`bias_ih_${suffix}`, [gates * 25]],
      [`bias_hh_${suffix}`, [gates * 25]],
    ]);
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual(names);
    const all = layer.parameters().flatMap(({ value }) => Array.from(value.data()));
    const greatest = all.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    expect(greatest).toBeLessThanOrEqual(Math.fround(0.2));
    expect(greatest).toBeGreaterThan(0.199);
    const again = make(kind, 3, 25, { ...options, generator: generator(1) });
    expect(again.stateDict().weight_hh_l1?.data()).toEqual(layer.stateDict().weight_hh_l1?.data());
    expect(make(kind, 3, 2, { bias: false }).parameters()).toHaveLength(2);
  });

  test("drop between layers in training only, the same inside jit from the same seed", () => {
    const options = () => ({ numLayers: 2, dropout: 0.5, generator: generator(5) });
    const [plain, compiled] = [make(kind, 2, 3, options()), make(kind, 2, 3, options())];
    const x = waves([4, 2, 2]);
    const forward = jit((operand: Tensor) => outputs(compiled, operand));
    const first = outputs(plain, x).data();
    expect(distance(forward(x), first)).toBeLessThan(1e-5);
    const second = outputs(plain, x).data();
    expect(distance(forward(x), second)).toBeLessThan(1e-5);
    expectCompilations(forward, 1);
    expect(second).not.toEqual(first);
    plain.eval();
    expect(outputs(plain, x).data()).toEqual(outputs(plain, x).data());
    const all = make(kind, 2, 3, { numLayers: 1, dropout: 1 });
    expect(
      outputs(all, x)
        .data()
        .some((v) => v !== 0),
    ).toBe(true);
  });

  test("learn inside jit as outside, through all steps, and are batched by vmap", () => {
    const layer = make(kind, 2, 3, { bidirectional: true, dtype: "float64" });
    const gradients = (x: Tensor) =>
      variableGrads(
        () =>
          outputs(layer, x)
            .mul(waves([4, 2, 6]))
            .sum(),
        layer.parameters(),
      ).grads;
    const x = waves([4, 2, 2]);
    const [expected, found] = [gradients(x), jit(gradients)(x)];
    for (const [i, due] of expected.entries()) expect(distance(found[i]!, due.data())).toBeLessThan(1e-12);
    const each = vmap((sequence: Tensor) => outputs(layer, sequence), { inAxes: [1], outAxes: 1 });
    expect(distance(each(x), outputs(layer, x).data())).toBeLessThan(1e-14);
  });
});

const lstm = new LSTM(2, 3, { numLayers: 2 });
test.each<[string, () => unknown, new (message: string) => Error, string]>([
  ["no features", () => new RNN(0, 1), ValueError, "RNN: inputSize is 0; it must be a whole number, at least 1."],
  ["half a state", () => new GRU(1, 0.5), ValueError, "GRU: hiddenSize is 0.5; it must be a whole number"],
  ["no layers", () => new LSTM(1, 1, { numLayers: 0 }), ValueError, "LSTM: numLayers is 0; it must be a whole number"],
  ["a dropout of 2", () => new LSTM(1, 1, { dropout: 2 }), ValueError, "LSTM: dropout is 2; a chance is from 0 to 1."],
  [
    "an unknown nonlinearity",
    // @ts-expect-error No such name.
    () => new RNN(1, 1, { nonlinearity: "gelu" }),
    ValueError,
    'RNN: unknown nonlinearity "gelu". Use "tanh" or "relu".',
  ],
  [
    "other features",
    // @ts-expect-error the compiler sees it too
    () => new GRU(2, 1, { batchFirst: true }).forward(zeros([1, 5, 3])),
    ShapeError,
    "GRU: the input [1, 5, 3] must be [N, L, 2], with batchFirst true, or [L, 2].",
  ],
  [
    "a state of another shape",
    // @ts-expect-error the compiler sees it too
    () => new RNN(2, 3).forward(zeros([5, 4, 2]), zeros([4, 3])),
    ShapeError,
    "RNN: h0 has shape [4, 3]; it must be [layers · directions, N, hidden] = [1, 4, 3].",
  ],
  [
    "a cell state of another shape",
    // @ts-expect-error the compiler sees it too
    () => lstm.forward(zeros([5, 2]), [zeros([2, 3]), zeros([1, 3])]),
    ShapeError,
    "LSTM: the cell state has shape [1, 3]; it must be [layers · directions, hidden] = [2, 3].",
  ],
  [
    "one state in place of two",
    // @ts-expect-error The states are a pair.
    () => lstm.forward(zeros([5, 2]), zeros([2, 3])),
    ValueError,
    "LSTM: the states are no pair. Pass [hidden, cell], as the layer returns them.",
  ],
])("recurrent layers refuse %s", (_, call, kind, message) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
});

for (const kind of ["tanh", "LSTM", "GRU"] as const) {
  describeLayer(`recurrent layer: ${kind}`, {
    numRuns: 15,
    settings: (draw) => ({ input: 1, hidden: draw.integer(1, 2), bidirectional: draw.boolean() }),
    make: ({ input, hidden, bidirectional }, dtype) => make(kind, input, hidden, { bidirectional, dtype }),
    inputs: (draw, { input, hidden, bidirectional }) => {
      const N = draw.side(2);
      const state = (): Tensor => draw.tensor([bidirectional ? 2 : 1, N, hidden], { min: -1, max: 1 });
      const states = kind === "LSTM" ? [state(), state()] : [state()];
      return [draw.tensor([draw.side(3), N, input], { min: -1, max: 1 }), ...states];
    },
    forward: (layer, [x, ...states]) => concat(results(layer, x!, states).map((each) => each.reshape([each.size]))),
  });
}
