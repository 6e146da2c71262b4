import {
  add,
  arange,
  cast,
  DTypeError,
  expandDims,
  greaterEqual,
  logicalAnd,
  logicalNot,
  reshape,
  shapeError,
  type Tensor,
  type TensorLike,
  where,
} from "@glissade/autograd";
import { isFloat, sameShape, showShape, toTensor } from "../operand.js";

/** What queries may look at. */
export interface AttentionMasks {
  /**
   * [L, S], or [N · heads, L, S] with one for each example and head. Booleans are true where a query may **not** look, as in
   * PyTorch (and unlike the mask of `scaledDotProductAttention`); numbers are added to the scores.
   */
  readonly attnMask?: TensorLike;
  /** [N, S], or [S] for one example: true for keys that nobody may look at; or numbers that are added to their scores. */
  readonly keyPaddingMask?: TensorLike;
  /** Query i looks at keys 0 … i only; default false. */
  readonly isCausal?: boolean;
}

/** The sizes of a call: examples, heads, queries, keys. */
export interface AttentionSizes {
  readonly examples: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** Whether there is an axis of examples. */
  readonly isBatched: boolean;
}

/** The masks as one for `scaledDotProductAttention`, which broadcasts to [N, heads, L, S]. @throws shapeError, DTypeError. */
export function combineMasks(
  layer: string,
  { attnMask, keyPaddingMask, isCausal = false }: AttentionMasks,
  { examples: N, heads, queries: L, keys: S, isBatched }: AttentionSizes,
  dtype: Tensor["dtype"],
): { readonly mask?: Tensor; readonly isCausal?: boolean } {
  if (attnMask === undefined && keyPaddingMask === undefined) return { isCausal };
  const laid: Tensor[] = [];
  if (attnMask !== undefined) {
    const many = isBatched ? "N · heads" : "heads";
    const forms = [
      { name: "[L, S]", shape: [L, S], laid: [1, 1, L, S] },
      { name: `[${many}, L, S]`, shape: [N * heads, L, S], laid: [N, heads, L, S] },
    ];
    laid.push(maskOf(layer, "attnMask", attnMask, forms));
  }
  if (keyPaddingMask !== undefined) {
    const form = { name: isBatched ? "[N, S]" : "[S]", shape: isBatched ? [N, S] : [S], laid: [N, 1, 1, S] };
    laid.push(maskOf(layer, "keyPaddingMask", keyPaddingMask, [form]));
  }
  const allowed = laid.filter((mask) => mask.dtype === "bool").map((mask) => logicalNot(mask));
  if (isCausal) allowed.push(greaterEqual(expandDims(arange(L), 1), expandDims(arange(S), 0)));
  const added = laid.filter((mask) => mask.dtype !== "bool").map((mask) => cast(mask, dtype));
  const bias = added.length === 0 ? undefined : added.reduce((a, b) => add(a, b));
  const allowedAt = allowed.length === 0 ? undefined : allowed.reduce((a, b) => logicalAnd(a, b));
  if (bias === undefined) return allowedAt === undefined ? {} : { mask: allowedAt };
  return { mask: allowedAt === undefined ? bias : where(allowedAt, bias, Number.NEGATIVE_INFINITY) };
}

interface MaskForm {
  readonly name: string;
  readonly shape: readonly number[];
  /** With all four axes. */
  readonly laid: readonly number[];
}

function maskOf(layer: string, name: string, given: TensorLike, forms: readonly MaskForm[]): Tensor {
  const mask = toTensor(layer, given);
  const form = forms.find(({ shape }) => sameShape(shape, mask.shape));
  if (form === undefined) {
    const expected = forms.map((each) => `${each.name} = ${showShape(each.shape)}`).join(" or ");
    throw shapeError(`${layer}: ${name} has shape ${showShape(mask.shape)}; it must be ${expected}.`, [mask]);
  }
  if (mask.dtype !== "bool" && !isFloat(mask.dtype)) {
    throw new DTypeError(
      `${layer}: ${name} is ${mask.dtype} ${showShape(mask.shape)}; give booleans, true where nobody may look, or floats that are added. Use cast(${name}, "bool").`,
    );
  }
  return reshape(mask, form.laid);
}
