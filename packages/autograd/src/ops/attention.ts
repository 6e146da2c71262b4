import { asTensor, commonDType } from "../convert.js";
import { floatOf } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { broadcastsTo, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Attention } from "../types/products.js";
import { castTo } from "./cast.js";
import { greaterEqual, notEqual } from "./comparison.js";
import { add, mul } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { expandDims, mT } from "./movement.js";
import { arange } from "./ranges.js";
import { softmax } from "./softmax.js";
import { where } from "./where.js";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** Broadcasts to [..., L, S]: booleans, true where a query may look, or numbers that are added to the scores. */
  readonly mask?: TensorLike | undefined;
  /** Query i looks at keys 0 … i only; not together with a mask. Default false. */
  readonly isCausal?: boolean | undefined;
  /** What the scores are multiplied by; default 1 / √E. */
  readonly scale?: number | undefined;
  /** What the weights [..., L, S] go through before the values, such as dropout; keeps their shape. Default: nothing. */
  readonly dropout?: ((weights: Tensor) => Tensor) | undefined;
}

/**
 * softmax(scale · Q Kᵀ + mask) V, as torch.nn.functional.scaled_dot_product_attention (A. Vaswani et al., Attention is all you need, 2017, eq. 1). A query that may
 * look at nothing gets zeros. Batch axes broadcast.
 *
 * @param query [..., L, E].
 * @param key [..., S, E].
 * @param value [..., S, Ev].
 * @param options.mask Broadcasts to [..., L, S]: booleans, true where a query may look, or numbers that are added to the scores.
 * @param options.isCausal Query i looks at keys 0 … i only; default false.
 * @param options.scale Default 1 / √E.
 * @param options.dropout What the weights go through before the values; default: nothing.
 * @returns [..., L, Ev].
 * @throws ShapeError where the operands or the mask do not fit; ValueError for a mask together with isCausal, or a scale that is no finite number.
 * @example
 * scaledDotProductAttention([[1, 0]], [[1, 0], [1, 0]], [[2], [4]]).toArray(); // [[3]]
 */
export const scaledDotProductAttention = typedOperator<Attention<AttentionOptions>>(
  "scaledDotProductAttention",
  (draw) => {
    const [L, S, E] = [draw.side(3), draw.side(3), draw.integer(1, 3)];
    const lead = draw.shape({ maxRank: 2, maxSide: 2 });
    const operands = [draw.tensor([...lead, L, E]), draw.tensor([...lead, S, E]), draw.tensor([...lead, S, 2])];
    const option = draw.pick(["none", "causal", "scale", "add", "boolean"] as const);
    const mask = { add: draw.tensor([L, S]), boolean: draw.tensor([L, S], { dtype: "bool" }) };
    if (option === "add" || option === "boolean") return [...operands, { mask: mask[option] }];
    return [...operands, option === "none" ? {} : option === "causal" ? { isCausal: true } : { scale: 0.7 }];
  },
  (
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    { mask, isCausal = false, scale, dropout = (weights) => weights }: AttentionOptions = {},
  ): Tensor => {
    const name = "scaledDotProductAttention";
    const dtype = floatOf(commonDType(name, [query, key, value]));
    const convert = (operand: TensorLike): Tensor => castTo(asTensor(name, operand), dtype);
    const [q, k, v] = [convert(query), convert(key), convert(value)];
    checkShapes(name, q, k, v);
    if (mask !== undefined && isCausal) {
      throw new ValueError(`${name}: a mask and isCausal together; join the causal part to the mask.`);
    }
    const factor = scale ?? 1 / Math.sqrt(q.shape[q.rank - 1]!);
    if (typeof factor !== "number" || Number.isNaN(factor) || (scale !== undefined && !Number.isFinite(scale))) {
      throw new ValueError(`${name}: the scale is ${String(scale)}; use a finite number.`);
    }
    const scores = mul(matmul(q, mT(k)), factor);
    const weigh = (weights: Tensor): Tensor => matmul(dropout(weights), v);
    if (isCausal) return weigh(attend(scores, causal(q.shape[q.rank - 2]!, k.shape[k.rank - 2]!)));
    if (mask === undefined) return weigh(softmax(scores));
    const given = asTensor(name, mask);
    if (!broadcastsTo(given.shape, scores.shape)) {
      throw new ShapeError(
        `${name}: a mask ${showShape(given.shape)} does not broadcast to the scores ${showShape(scores.shape)}, queries by keys.`,
      );
    }
    if (given.dtype === "bool") return weigh(attend(scores, given));
    const bias = castTo(given, dtype);
    const allowed = notEqual(bias, Number.NEGATIVE_INFINITY);
    return weigh(attend(add(scores, where(allowed, bias, 0)), allowed));
  },
);

/** The softmax over what is allowed, zeros elsewhere: also where nothing is, without a NaN in the derivative. */
const attend = (scores: Tensor, allowed: Tensor): Tensor =>
  where(allowed, softmax(where(allowed, scores, Number.NEGATIVE_INFINITY)), 0);

const causal = (queries: number, keys: number): Tensor =>
  greaterEqual(expandDims(arange(queries), 1), expandDims(arange(keys), 0));

function checkShapes(name: string, q: Tensor, k: Tensor, v: Tensor): void {
  const fits =
    Math.min(q.rank, k.rank, v.rank) >= 2 &&
    q.shape[q.rank - 1] === k.shape[k.rank - 1] &&
    k.shape[k.rank - 2] === v.shape[v.rank - 2];
  if (!fits) {
    throw new ShapeError(
      `${name}: query ${showShape(q.shape)}, key ${showShape(k.shape)} and value ${showShape(v.shape)} do not fit; they are [..., L, E], [..., S, E] and [..., S, Ev].`,
    );
  }
}
