import {
  erf,
  generator,
  jit,
  ShapeError,
  type Tensor,
  tanh,
  tensor,
  ValueError,
  variableGrads,
  vmap,
  zeros,
} from "@glissade/autograd";
import { Sequential, TransformerBlock } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";
import { affine, attend } from "./plain-attention.js";

type Parameters = Record<string, Float64Array>;

const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v + b[i]!);

function normalize(
  row: readonly number[],
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
  eps: number,
): number[] {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
  return row.map((v, i) => ((v - mean) / Math.sqrt(variance + eps)) * weight[i]! + (bias?.[i] ?? 0));
}

interface Plain {
  readonly heads: number;
  readonly hidden: number;
  readonly eps: number;
  readonly normFirst: boolean;
  readonly isCausal: boolean;
  readonly activation: (v: number) => number;
}

/** One example [L][E] through the block. */
function block(
  rows: readonly number[][],
  p: Parameters,
  { heads, hidden, eps, normFirst, isCausal, activation }: Plain,
): number[][] {
  const E = rows[0]!.length;
  const own = Object.fromEntries(
    Object.entries(p).flatMap(([name, v]) => (name.startsWith("self_attn.") ? [[name.slice(10), v]] : [])),
  );
  const norm = (which: "norm1" | "norm2", row: number[]): number[] =>
    normalize(row, p[`${which}.weight`]!, p[`${which}.bias`], eps);
  const attention = (x: readonly number[][]): number[][] => {
    const at = (_: number, l: number): number[] => x[l]!;
    const sizes = { E, heads, L: x.length, S: x.length, N: 1, parameters: own };
    return attend({ query: at, key: at, value: at }, sizes, { added: () => 0, padded: () => 0, isCausal })[0] ?? [];
  };
  const feed = (row: readonly number[]): number[] => {
    const between = affine(row, p["linear1.weight"]!, p["linear1.bias"], hidden).map(activation);
    return affine(between, p["linear2.weight"]!, p["linear2.bias"], E);
  };
  if (normFirst) {
    const added = attention(rows.map((row) => norm("norm1", row)));
    return rows.map((row, l) => plus(row, added[l]!)).map((row) => plus(row, feed(norm("norm2", row))));
  }
  const added = attention(rows);
  return rows.map((row, l) => norm("norm1", plus(row, added[l]!))).map((row) => norm("norm2", plus(row, feed(row))));
}

const activations = {
  relu: (v: number) => Math.max(0, v),
  gelu: (v: number) => (v / 2) * (1 + erf(tensor(new Float64Array([v * Math.SQRT1_2]))).data()[0]!),
  tanh: Math.tanh,
};

describe("TransformerBlock", () => {
  test("is PyTorch's encoder layer in plain numbers, and the same inside jit", () => {
    const problems = fc.record({
      heads: fc.integer({ min: 1, max: 2 }),
      size: fc.integer({ min: 1, max: 2 }),
      hidden: fc.integer({ min: 1, max: 3 }),
      N: fc.integer({ min: 1, max: 2 }),
      L: fc.integer({ min: 1, max: 3 }),
      eps: fc.constantFrom(0.01, 1),
      normFirst: fc.boolean(),
      isCausal: fc.boolean(),
      batchFirst: fc.boolean(),
      bias: fc.boolean(),
      activation: fc.constantFrom("relu" as const, "gelu" as const, "tanh" as const),
    });
    fc.assert(
      fc.property(problems, ({ heads, size, hidden, N, L, eps, activation, bias, batchFirst, normFirst, isCausal }) => {
        const E = heads * size;
        const layer = new TransformerBlock(E, heads, {
          dimFeedforward: hidden,
          dropout: 0,
          layerNormEps: eps,
          activation: activation === "tanh" ? (x) => tanh(x) : activation,
          normFirst,
          isCausal,
          batchFirst,
          bias,
          dtype: "float64",
        });
        const parameters = fillParameters(layer);
        const x = waves(batchFirst ? [N, L, E] : [L, N, E]);
        const place = (n: number, l: number): number => (batchFirst ? n * L + l : l * N + n) * E;
        const expected = new Float64Array(N * L * E);
        for (let n = 0; n < N; n++) {
          const rows = Array.from({ length: L }, (_, l) => Array.from(x.data().slice(place(n, l), place(n, l) + E)));
          const settings = { heads, hidden, eps, normFirst, isCausal, activation: activations[activation] };
          for (const [l, row] of block(rows, parameters, settings).entries()) expected.set(row, place(n, l));
        }
        expect(layer.forward(x).shape).toEqual(x.shape);
        expect(distance(layer.forward(x), expected)).toBeLessThan(1e-11);
        expect(distance(jit((operand: Tensor) => layer.forward(operand))(x), expected)).toBeLessThan(1e-11);
      }),
      { numRuns: 40 },
    );
  });

  test("has PyTorch's parameters and defaults", () => {
    const layer = new TransformerBlock(8, 2);
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ["self_attn.in_proj_weight", [24, 8]],
      ["self_attn.in_proj_bias", [24]],
      ["self_attn.out_proj.weight", [8, 8]],
      ["self_attn.out_proj.bias", [8]],
      ["linear1.weight", [2048, 8]],
      ["linear1.bias", [2048]],
      ["linear2.weight", [8, 2048]],
      ["linear2.bias", [8]],
      ["norm1.weight", [8]],
      ["norm1.bias", [8]],
      ["norm2.weight", [8]],
      ["norm2.bias", [8]],
    ]);
    expect([layer.dropout.p, layer.norm1.eps, layer.normFirst, layer.selfAttn.batchFirst]).toEqual([
      0.1,
      1e-5,
      false,
      false,
    ]);
  });

  test("masks what it is told to; a causal block does not look ahead", () => {
    const layer = new TransformerBlock(4, 2, { batchFirst: true, isCausal: true, dropout: 0, dimFeedforward: 8 });
    const head = (x: Tensor): unknown =>
      layer
        .forward(x)
        .slice({ start: [0, 0, 0], stop: [1, 2, 4] })
        .toArray();
    const [x, y] = [waves([1, 3, 4]), waves([1, 3, 4])];
    const changed = y.mul(tensor([[[1], [1], [9]]]));
    expect(head(changed)).toEqual(head(x));
    const open = { isCausal: false };
    expect(layer.forward(changed, open).data().slice(0, 4)).not.toEqual(layer.forward(x, open).data().slice(0, 4));
    const padding = { isCausal: false, keyPaddingMask: [[false, false, true]] };
    expect(layer.forward(changed, padding).data().slice(0, 8)).toEqual(layer.forward(x, padding).data().slice(0, 8));
  });

  test("drops in training only, the same inside jit from the same seed, and learns there", () => {
    const make = () =>
      new TransformerBlock(4, 2, { batchFirst: true, dropout: 0.5, dimFeedforward: 8, generator: generator(7) });
    const [plain, compiled] = [make(), make()];
    const x = waves([2, 3, 4]);
    const gradients = (of: TransformerBlock) => (input: Tensor) =>
      variableGrads(
        () =>
          of
            .forward(input)
            .mul(waves([2, 3, 4]))
            .sum(),
        of.parameters(),
      ).grads;
    const step = jit(gradients(compiled));
    for (let i = 0; i < 2; i++) {
      const [expected, found] = [gradients(plain)(x), step(x)];
      for (const [k, due] of expected.entries()) expect(distance(found[k]!, due.data())).toBeLessThan(1e-4);
    }
    plain.eval();
    expect(plain.forward(x).data()).toEqual(plain.forward(x).data());
    expect(plain.selfAttn.dropout.training).toBe(false);
  });

  test("goes into Sequential, and is batched by vmap", () => {
    const options = { batchFirst: true, dropout: 0, dimFeedforward: 8, dtype: "float64" } as const;
    const model = new Sequential(new TransformerBlock(4, 2, options), new TransformerBlock(4, 2, options));
    const x = waves([3, 5, 4]);
    expect(distance(vmap((each: Tensor) => model.forward(each))(x), model.forward(x).data())).toBeLessThan(1e-12);
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    ["no features", () => new TransformerBlock(0, 1), ValueError, "embedDim is 0; it must be a whole number"],
    [
      "heads that do not divide",
      () => new TransformerBlock(4, 3),
      ValueError,
      "numHeads 3 does not divide embedDim 4.",
    ],
    [
      "nothing between the layers",
      () => new TransformerBlock(4, 2, { dimFeedforward: 0 }),
      ValueError,
      "dimFeedforward is 0; it must be a whole number",
    ],
    [
      "a dropout of -1",
      () => new TransformerBlock(4, 2, { dropout: -1 }),
      ValueError,
      "dropout is -1; a chance is from",
    ],
    [
      "a negative eps",
      () => new TransformerBlock(4, 2, { layerNormEps: -1 }),
      ValueError,
      "eps is -1; it must be at least",
    ],
    [
      "an unknown activation",
      // @ts-expect-error No such name.
      () => new TransformerBlock(4, 2, { activation: "swish" }),
      ValueError,
      'unknown activation "swish". Use "relu", "gelu" or a function of tensors.',
    ],
    [
      "other features",
      // @ts-expect-error the compiler sees it too
      () => new TransformerBlock(4, 2).forward(zeros([5, 1, 3])),
      ShapeError,
      "the input [5, 1, 3] must be [L, N, 4], with batchFirst false, or [L, 4].",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(/^TransformerBlock: /);
  });
});

describeLayer("TransformerBlock", {
  numRuns: 25,
  settings: (draw) => ({ normFirst: draw.boolean(), isCausal: draw.boolean() }),
  make: (settings, dtype) =>
    new TransformerBlock(2, 1, {
      ...settings,
      batchFirst: true,
      dimFeedforward: 2,
      dropout: 0,
      layerNormEps: 0.5,
      activation: (x) => tanh(x),
      dtype,
    }),
  inputs: (draw) => [draw.tensor([draw.side(2), draw.side(2), 2], { min: -1, max: 1 })],
  forward: (layer, [x]) => layer.forward(x!),
});
