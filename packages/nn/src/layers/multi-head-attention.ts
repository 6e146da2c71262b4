import {
  type Fit,
  type FloatDType,
  type Generator,
  type Ok,
  reshape,
  type Shape,
  type ShapeOf,
  scaledDotProductAttention,
  shapeError,
  split,
  swapaxes,
  type Tensor,
  type TensorLike,
  transpose,
  ValueError,
  type Variable,
  variable,
  zeros,
} from "@glissade/autograd";
import { freshGenerator } from "../init/drawing.js";
import { xavierUniform } from "../init/variance.js";
import { Module } from "../module.js";
import { checkChance, checkCount, checkFloat, showShape, sizeOf, toInput } from "../operand.js";
import type { AttentionOf, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";
import { type AttentionMasks, combineMasks } from "./attention-masks.js";
import { Dropout } from "./dropout.js";
import { affine, Linear } from "./linear.js";

/** Options of `MultiHeadAttention`. */
export interface MultiHeadAttentionOptions {
  /** The chance in training that a weight of the attention is dropped; default 0. */
  readonly dropout?: number;
  /** Whether the four projections have biases; default true. */
  readonly bias?: boolean;
  /** The features of the keys; default: `embedDim`. */
  readonly kdim?: number;
  /** The features of the values; default: `embedDim`. */
  readonly vdim?: number;
  /** Whether operands are [N, L, E]; default false: [L, N, E], as in PyTorch. */
  readonly batchFirst?: boolean;
  /** Draws first values and what is dropped; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
  /** Of the parameters; default float32. */
  readonly dtype?: FloatDType;
}

/** Queries, keys and values. */
type Triple<T> = readonly [T, T, T];

const each = <T, U>([query, key, value]: Triple<T>, f: (item: T) => U): Triple<U> => [f(query), f(key), f(value)];

/** A tensor cut into three along an axis. */
const thirds = (x: Tensor, axis: number): Triple<Tensor> => split(x, 3, { axis });

/** Weights of the projections of queries, keys and values: stacked, or apart where their inputs differ in size. */
type Projections = { readonly stacked: Variable } | { readonly apart: Triple<Variable> };

/**
 * Attention in several heads (A. Vaswani et al., "Attention is all you need", 2017), as torch.nn.MultiheadAttention: queries,
 * keys and values are projected, cut into heads, attended to, joined and projected once more. Parameters as there:
 * `in_proj_weight` [3 E, E] (or `q_proj_weight`, `k_proj_weight`, `v_proj_weight` where `kdim` or `vdim` differ), `in_proj_bias`
 * [3 E], `out_proj.weight` [E, E], `out_proj.bias` [E]. The projections into heads start by `xavierUniform`, the last one as in
 * `Linear`, biases as zeros.
 *
 * @param embedDim E, the features of queries and of the result.
 * @param numHeads Divides E.
 * @throws ValueError for numbers that are no such whole numbers, or a dropout that is no chance; DTypeError for a dtype that is
 * no float.
 * @example
 * const layer = new MultiHeadAttention(64, 4, { batchFirst: true });
 * layer.forward(zeros([32, 10, 64])).shape; // [32, 10, 64]
 */
export class MultiHeadAttention<
  E extends number = number,
  const O extends Given<MultiHeadAttentionOptions> = Given<MultiHeadAttentionOptions>,
> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"attention", [E, OptionsIn<O>]>;
  readonly embedDim: E;
  readonly numHeads: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly batchFirst: boolean;
  /** [3 E], or undefined without biases: `in_proj_bias` in a state. */
  readonly inProjBias: Variable | undefined;
  /** The last projection: `out_proj` in a state. */
  readonly outProj: Linear;
  readonly dropout: Dropout;
  readonly #projections: Projections;

  constructor(embedDim: E, numHeads: number, ...options: Refusing<O, MultiHeadAttentionOptions>);
  constructor(
    embedDim: E,
    numHeads: number,
    {
      dropout = 0,
      bias = true,
      kdim,
      vdim,
      batchFirst = false,
      generator,
      dtype = "float32",
    }: MultiHeadAttentionOptions = {},
  ) {
    super();
    const layer = "MultiHeadAttention";
    const counts = { embedDim, numHeads, kdim: kdim ?? embedDim, vdim: vdim ?? embedDim };
    for (const [name, count] of Object.entries(counts)) checkCount(layer, name, count);
    if (embedDim % numHeads !== 0) {
      throw new ValueError(
        `${layer}: numHeads ${numHeads} does not divide embedDim ${embedDim}. Use one of its divisors.`,
      );
    }
    checkChance(layer, "dropout", dropout);
    checkFloat(layer, dtype);
    const drawing = { generator: generator ?? freshGenerator(), dtype };
    const projection = (name: string, rows: number, columns: number): Variable =>
      variable(xavierUniform([rows, columns], drawing), { name });
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.kdim = counts.kdim;
    this.vdim = counts.vdim;
    this.batchFirst = batchFirst;
    this.#projections =
      counts.kdim === embedDim && counts.vdim === embedDim
        ? { stacked: projection("in_proj_weight", 3 * embedDim, embedDim) }
        : {
            apart: [
              projection("q_proj_weight", embedDim, embedDim),
              projection("k_proj_weight", embedDim, counts.kdim),
              projection("v_proj_weight", embedDim, counts.vdim),
            ],
          };
    this.inProjBias = bias ? variable(zeros([3 * embedDim], { dtype }), { name: "in_proj_bias" }) : undefined;
    this.outProj = new Linear(embedDim, embedDim, { ...drawing, bias });
    this.outProj.bias?.assign(zeros([embedDim], { dtype }));
    this.dropout = new Dropout(dropout, { generator: drawing.generator });
  }

  /**
   * @param query [L, N, E], or [N, L, E] where `batchFirst`, or [L, E] for one example.
   * @param key [S, N, kdim] in the same form; default: the query.
   * @param value [S, N, vdim] in the same form; default: the key.
   * @param options What queries may look at. A query that may look at nothing gets the bias of the last projection.
   * @returns The form of the query.
   * @throws ShapeError where operands or masks do not fit; DTypeError for a mask of integers.
   * @example
   * const layer = new MultiHeadAttention(8, 2, { batchFirst: true });
   * layer.forward(zeros([1, 5, 8]), zeros([1, 7, 8])).shape; // [1, 5, 8]
   */
  forward<Q extends TensorLike, Self extends Shaped, K extends TensorLike = Q, V extends TensorLike = K>(
    this: Self,
    query: Fit<AttentionOf<Self, ShapeOf<Q>, ShapeOf<K>, ShapeOf<V>>, Q>,
    key?: K,
    value?: V,
    options?: AttentionMasks,
  ): Tensor<Ok<AttentionOf<Self, ShapeOf<Q>, ShapeOf<K>, ShapeOf<V>>>>;
  forward(query: TensorLike, key: TensorLike = query, value: TensorLike = key, options: AttentionMasks = {}): Tensor {
    const name = "MultiHeadAttention";
    const operands = each([query, key, value], (operand) => toInput(name, operand, this.outProj.weight));
    this.#check(operands);
    const isBatched = operands[0].rank === 3;
    const projected = this.#project(
      each(operands, (x) => this.#examplesFirst(x)),
      query === key && key === value,
    );
    const [q, k, v] = each(projected, (x) => this.#heads(x));
    const [examples = 0, heads = 0, queries = 0] = q.shape;
    const sizes = { examples, heads, queries, keys: k.shape[2] ?? 0, isBatched };
    const attended = scaledDotProductAttention(q, k, v, {
      ...combineMasks(name, options, sizes, q.dtype),
      dropout: (weights) => this.dropout.forward(weights),
    });
    const features: number = this.embedDim;
    const joined = reshape(transpose(attended, { axes: [0, 2, 1, 3] }), [examples, queries, features]);
    const result = this.outProj.forward(joined);
    if (!isBatched) return reshape(result, [queries, features]);
    return this.batchFirst ? result : swapaxes(result, 0, 1);
  }

  /** Projections into heads, scores, their softmax (five operations each) and the weighted sums of values. */
  override cost([query = [], key = query, value = key]: readonly Shape[]): LayerCost {
    const [E, d] = [this.embedDim, this.inProjBias === undefined ? 0 : 1];
    const rows = [query, key, value].map((shape) => sizeOf(shape.slice(0, -1)));
    const columns = [E, this.kdim, this.vdim];
    const projected = rows.reduce((sum, count) => sum + count * E, 0);
    const projections = rows.reduce((sum, count, i) => sum + count * E * (2 * (columns[i] ?? E) + d), 0);
    const [length = 0] = key.length === 2 || !this.batchFirst ? key : key.slice(1);
    const pairs = (rows[0] ?? 0) * length;
    return { flops: projections + pairs * (4 * E + 6 * this.numHeads), kept: projected + pairs * this.numHeads };
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    if ("stacked" in this.#projections) yield ["in_proj_weight", this.#projections.stacked];
    else {
      const [query, key, value] = this.#projections.apart;
      yield ["q_proj_weight", query];
      yield ["k_proj_weight", key];
      yield ["v_proj_weight", value];
    }
    yield ["in_proj_bias", this.inProjBias];
    yield ["out_proj", this.outProj];
    yield ["dropout", this.dropout];
    yield ["numHeads", this.numHeads];
    yield ["batchFirst", this.batchFirst];
  }

  /** [N, L, features], whatever the form of the operand. */
  #examplesFirst(x: Tensor): Tensor {
    if (x.rank === 2) return reshape(x, [1, ...x.shape]);
    return this.batchFirst ? x : swapaxes(x, 0, 1);
  }

  /** Queries, keys and values [N, length, E]; by one product where they are of the same operand. */
  #project([query, key, value]: Triple<Tensor>, isSelf: boolean): Triple<Tensor> {
    const bias = this.inProjBias?.value;
    const projections = this.#projections;
    if (isSelf && "stacked" in projections) return thirds(affine(query, projections.stacked.value, bias), -1);
    const [wq, wk, wv] =
      "stacked" in projections
        ? thirds(projections.stacked.value, 0)
        : each(projections.apart, (weight) => weight.value);
    const [bq, bk, bv] = bias === undefined ? [] : thirds(bias, 0);
    return [affine(query, wq, bq), affine(key, wk, bk), affine(value, wv, bv)];
  }

  /** [N, L, E] as [N, heads, L, E / heads]. */
  #heads(x: Tensor): Tensor {
    const [examples = 0, length = 0] = x.shape;
    const parted = reshape(x, [examples, length, this.numHeads, this.embedDim / this.numHeads]);
    return transpose(parted, { axes: [0, 2, 1, 3] });
  }

  #check([query, key, value]: Triple<Tensor>): void {
    const isBatched = query.rank === 3;
    const [batch, length] = !isBatched ? [undefined, 0] : this.batchFirst ? [0, 1] : [1, 0];
    const sideOf = (x: Tensor, axis: number | undefined): number => (axis === undefined ? 1 : (x.shape[axis] ?? 0));
    const fits =
      [query, key, value].every((x) => x.rank === (isBatched ? 3 : 2) && sideOf(x, batch) === sideOf(query, batch)) &&
      query.shape.at(-1) === this.embedDim &&
      key.shape.at(-1) === this.kdim &&
      value.shape.at(-1) === this.vdim &&
      sideOf(key, length) === sideOf(value, length);
    if (fits) return;
    const form = (name: string, features: number): string =>
      !isBatched
        ? `[${name}, ${features}]`
        : this.batchFirst
          ? `[N, ${name}, ${features}]`
          : `[${name}, N, ${features}]`;
    throw shapeError(
      `MultiHeadAttention: query ${showShape(query.shape)}, key ${showShape(key.shape)} and value ${showShape(value.shape)} do not fit; they are ` +
        `${form("L", this.embedDim)}, ${form("S", this.kdim)} and ${form("S", this.vdim)}, with batchFirst ${this.batchFirst}.`,
      [query, key, value],
    );
  }
}
