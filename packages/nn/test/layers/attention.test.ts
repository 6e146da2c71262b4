import {
  DTypeError,
  generator,
  jit,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import { type AttentionMasks, MultiHeadAttention } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";
import { attend, type PlainMasks } from "./plain-attention.js";

const problems = fc.record({
  examples: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  heads: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 3 }),
  queries: fc.integer({ min: 1, max: 4 }),
  keys: fc.integer({ min: 1, max: 4 }),
  kdim: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  vdim: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  bias: fc.boolean(),
  batchFirst: fc.boolean(),
  isSelf: fc.boolean(),
  isCausal: fc.boolean(),
  attnMask: fc.constantFrom("none", "booleans", "numbers", "each"),
  keyPaddingMask: fc.constantFrom("none", "booleans", "numbers"),
});

/** Booleans that are true here and there, but never in the first place of a row: that key is open to all. */
const booleans = (shape: readonly number[]): Tensor => {
  const row = shape.at(-1) ?? 1;
  const values = waves(shape).data();
  return tensor(Array.from(values, (v, i) => i % row > 0 && v > 0)).reshape(shape);
};

/** Numbers by example, head, query and key, of a mask of three or two axes. */
const added = (mask: Tensor | undefined, [heads, queries, keys]: readonly number[]): PlainMasks["added"] => {
  if (mask === undefined) return () => 0;
  const values = Array.from(mask.data(), (v) => (mask.dtype === "bool" ? (v ? Number.NEGATIVE_INFINITY : 0) : v));
  return (n, h, l, s) => values[(mask.rank === 2 ? l : (n * heads! + h) * queries! + l) * keys! + s]!;
};

const padded = (mask: Tensor | undefined, keys: number): ((n: number, s: number) => number) => {
  if (mask === undefined) return () => 0;
  const values = Array.from(mask.data(), (v) => (mask.dtype === "bool" ? (v ? Number.NEGATIVE_INFINITY : 0) : v));
  return (n, s) => values[n * keys + s]!;
};

describe("MultiHeadAttention", () => {
  test("is the plain formula, with every form of operand and mask, and the same inside jit", () => {
    fc.assert(
      fc.property(problems, (p) => {
        const [E, L, S] = [p.heads * p.size, p.queries, p.isSelf ? p.queries : p.keys];
        const dims = p.isSelf ? {} : { ...(p.kdim && { kdim: p.kdim }), ...(p.vdim && { vdim: p.vdim }) };
        const { bias, batchFirst } = p;
        const layer = new MultiHeadAttention(E, p.heads, { ...dims, bias, batchFirst, dtype: "float64" });
        const parameters = fillParameters(layer);
        const N = p.examples ?? 1;
        const shape = (length: number, features: number): number[] => {
          if (p.examples === undefined) return [length, features];
          return batchFirst ? [N, length, features] : [length, N, features];
        };
        const query = waves(shape(L, E));
        const key = p.isSelf ? query : waves(shape(S, layer.kdim), 2);
        const value = p.isSelf ? query : waves(shape(S, layer.vdim), 3);
        const maskShape = p.attnMask === "each" ? [N * p.heads, L, S] : [L, S];
        const attnMask =
          p.attnMask === "none" ? undefined : p.attnMask === "numbers" ? waves(maskShape) : booleans(maskShape);
        const paddingShape = p.examples === undefined ? [S] : [N, S];
        const keyPaddingMask =
          p.keyPaddingMask === "none"
            ? undefined
            : p.keyPaddingMask === "numbers"
              ? waves(paddingShape)
              : booleans(paddingShape);
        const masks: AttentionMasks = {
          isCausal: p.isCausal,
          ...(attnMask && { attnMask }),
          ...(keyPaddingMask && { keyPaddingMask }),
        };
        const at = (x: Tensor, features: number) => (n: number, l: number) => {
          const length = x.size / features / N;
          const row = p.examples === undefined ? l : batchFirst ? n * length + l : l * N + n;
          return Array.from(x.data().slice(row * features, (row + 1) * features));
        };
        const rows = attend(
          { query: at(query, E), key: at(key, layer.kdim), value: at(value, layer.vdim) },
          { E, heads: p.heads, L, S, N, parameters },
          { added: added(attnMask, [p.heads, L, S]), padded: padded(keyPaddingMask, S), isCausal: p.isCausal },
        );
        const order =
          batchFirst || p.examples === undefined
            ? rows.flat(2)
            : Array.from({ length: L }, (_, l) => rows.map((row) => row[l]!)).flat(2);
        const found = layer.forward(query, key, value, masks);
        expect(found.shape).toEqual(shape(L, E));
        expect(distance(found, order)).toBeLessThan(1e-12);
        const compiled = jit((q: Tensor, k: Tensor, v: Tensor) => layer.forward(q, k, v, masks));
        expect(distance(compiled(query, key, value), order)).toBeLessThan(1e-12);
      }),
      { numRuns: 50 },
    );
  });

  test("has PyTorch's parameters: xavier, zeros, and out_proj as Linear starts", () => {
    const layer = new MultiHeadAttention(60, 4, { generator: generator(1) });
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ["in_proj_weight", [180, 60]],
      ["in_proj_bias", [180]],
      ["out_proj.weight", [60, 60]],
      ["out_proj.bias", [60]],
    ]);
    const [weight, inBias, outWeight, outBias] = layer.parameters().map(({ value }) => Array.from(value.data()));
    const greatest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
    expect(greatest(weight!) / Math.sqrt(6 / 240)).toBeGreaterThan(0.98);
    expect(greatest(weight!) / Math.sqrt(6 / 240)).toBeLessThanOrEqual(1.0000001);
    expect(greatest(outWeight!) / Math.sqrt(1 / 60)).toBeGreaterThan(0.98);
    expect(greatest(outWeight!) / Math.sqrt(1 / 60)).toBeLessThanOrEqual(1.0000001);
    expect([greatest(inBias!), greatest(outBias!)]).toEqual([0, 0]);
    expect(
      new MultiHeadAttention(4, 2, { kdim: 3, vdim: 5, bias: false })
        .namedParameters()
        .map(([name, { shape }]) => [name, shape]),
    ).toEqual([
      ["q_proj_weight", [4, 4]],
      ["k_proj_weight", [4, 3]],
      ["v_proj_weight", [4, 5]],
      ["out_proj.weight", [4, 4]],
    ]);
    expect(layer.modules()).toContain(layer.dropout);
  });

  test("drops weights in training only, the same from the same seed", () => {
    const make = () => new MultiHeadAttention(4, 2, { dropout: 0.5, batchFirst: true, generator: generator(3) });
    const x = waves([2, 5, 4]);
    const layer = make();
    const first = layer.forward(x).data();
    expect(make().forward(x).data()).toEqual(first);
    expect(layer.forward(x).data()).not.toEqual(first);
    const plain = new MultiHeadAttention(4, 2, { batchFirst: true, generator: generator(3) });
    expect(layer.eval().forward(x).data()).toEqual(plain.forward(x).data());
    const all = new MultiHeadAttention(4, 2, { dropout: 1 });
    all.outProj.bias?.assign(tensor([1, 2, 3, 4]));
    expect(all.forward([[1, 2, 3, 4]]).toArray()).toEqual([[1, 2, 3, 4]]);
  });

  test("gives the last bias for a query that may look at nothing", () => {
    const layer = new MultiHeadAttention(2, 1);
    layer.outProj.bias?.assign(tensor([5, 6]));
    expect(layer.forward([[1, 2]], undefined, undefined, { keyPaddingMask: [true] }).toArray()).toEqual([[5, 6]]);
  });

  test("is batched by vmap", () => {
    const layer = new MultiHeadAttention(4, 2, { batchFirst: true, dtype: "float64" });
    const x = waves([3, 5, 4]);
    expect(distance(vmap((each: Tensor) => layer.forward(each))(x), layer.forward(x).data())).toBeLessThan(1e-14);
  });

  const layer = new MultiHeadAttention(4, 2);
  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    ["no features", () => new MultiHeadAttention(0, 1), ValueError, "embedDim is 0; it must be a whole number"],
    ["half a head", () => new MultiHeadAttention(2, 0.5), ValueError, "numHeads is 0.5; it must be a whole number"],
    ["no features of keys", () => new MultiHeadAttention(2, 1, { kdim: 0 }), ValueError, "kdim is 0; it must be"],
    [
      "heads that do not divide",
      () => new MultiHeadAttention(4, 3),
      ValueError,
      "numHeads 3 does not divide embedDim 4. Use one of its divisors.",
    ],
    [
      "a dropout of 2",
      () => new MultiHeadAttention(4, 2, { dropout: 2 }),
      ValueError,
      "dropout is 2; a chance is from 0 to 1.",
    ],
    [
      "an integer dtype",
      // @ts-expect-error Parameters are floats.
      () => new MultiHeadAttention(4, 2, { dtype: "int32" }),
      DTypeError,
      "dtype int32; parameters are float32 or float64.",
    ],
    [
      "other features",
      // @ts-expect-error the compiler sees it too
      () => layer.forward(zeros([5, 2, 3])),
      ShapeError,
      "query [5, 2, 3], key [5, 2, 3] and value [5, 2, 3] do not fit; they are [L, N, 4], [S, N, 4] and [S, N, 4], with batchFirst false.",
    ],
    // @ts-expect-error the compiler sees it too
    ["other examples", () => layer.forward(zeros([5, 2, 4]), zeros([5, 3, 4])), ShapeError, "do not fit; they are"],
    [
      "other lengths",
      // @ts-expect-error the compiler sees it too
      () => layer.forward(zeros([5, 4]), zeros([3, 4]), zeros([2, 4])),
      ShapeError,
      "they are [L, 4], [S, 4]",
    ],
    // @ts-expect-error the compiler sees it too
    ["four axes", () => layer.forward(zeros([1, 5, 2, 4])), ShapeError, "query [1, 5, 2, 4]"],
    [
      "a mask of another shape",
      () => layer.forward(zeros([5, 3, 4]), undefined, undefined, { attnMask: zeros([5, 4]) }),
      ShapeError,
      "attnMask has shape [5, 4]; it must be [L, S] = [5, 5] or [N · heads, L, S] = [6, 5, 5].",
    ],
    [
      "a padding mask of another shape",
      () => layer.forward(zeros([5, 3, 4]), undefined, undefined, { keyPaddingMask: zeros([5, 3]) }),
      ShapeError,
      "keyPaddingMask has shape [5, 3]; it must be [N, S] = [3, 5].",
    ],
    [
      "a mask of integers",
      () => layer.forward(zeros([1, 4]), undefined, undefined, { attnMask: zeros([1, 1], { dtype: "int32" }) }),
      DTypeError,
      "attnMask is int32 [1, 1]; give booleans, true where nobody may look, or floats that are added.",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(/^MultiHeadAttention: /);
  });
});

describeLayer("MultiHeadAttention", {
  numRuns: 25,
  settings: (draw) => ({ heads: draw.integer(1, 2), size: 1, isCausal: draw.boolean(), isSelf: draw.boolean() }),
  make: ({ heads, size }, dtype) => new MultiHeadAttention(heads * size, heads, { batchFirst: true, dtype }),
  inputs: (draw, { heads, size, isSelf }) => {
    const examples = draw.side(2);
    const operand = (): Tensor => draw.tensor([examples, draw.side(2), heads * size], { min: -1, max: 1 });
    return isSelf ? [operand()] : [operand(), operand()];
  },
  forward: (layer, [query, key], { isCausal }) => layer.forward(query!, key, undefined, { isCausal }),
});
