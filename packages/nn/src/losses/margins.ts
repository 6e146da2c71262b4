import {
  add,
  div,
  equal,
  type Fit,
  minimum,
  mul,
  norm,
  relu,
  type ShapeOf,
  shapeError,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  ValueError,
  where,
} from "@glissade/autograd";
import { checkNumber, isFloat, sameShape, showShape, toTensor } from "../operand.js";
import type { CosinePairs, CosineTargets, PairShape, Reduced, TripletShape } from "../shapes/losses.js";
import { checkReduction, type Reduction, type ReductionOption, reduce } from "./reduction.js";
import { pairOf } from "./regression.js";

/** Options of `hingeLoss`. */
export interface HingeLossOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** The score that a right answer needs; default 1. */
  readonly margin?: number;
}

/**
 * max(0, margin − y s) for each score s and its sign y: the loss of a binary support vector machine (C. Cortes, V. Vapnik,
 * "Support-vector networks", 1995). At the kink the derivative is 0.
 *
 * @param scores Any shape.
 * @param targets −1 or 1 each, the same shape.
 * @param options.margin Default 1.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for a margin that is no finite number or an unknown reduction.
 * @example
 * hingeLoss([0.5, 2, -1], [1, 1, 1], { reduction: "none" }).toArray(); // [0.5, 0, 2]
 */
export function hingeLoss<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  scores: P,
  targets: Fit<PairShape<"hingeLoss", P, T>, T>,
  options?: HingeLossOptions<R>,
): Reduced<R, PairShape<"hingeLoss", P, T>>;
export function hingeLoss(
  scores: TensorLike,
  targets: TensorLike,
  { margin = 1, reduction = "mean" }: HingeLossOptions = {},
): Tensor {
  checkReduction("hingeLoss", reduction);
  checkNumber("hingeLoss", "margin", margin);
  const [s, y] = pairOf("hingeLoss", scores, targets);
  return reduce(relu(sub(margin, mul(s, y))), reduction);
}

/** The operand as a tensor; plain numbers in the dtype of the first operand. */
const beside = (operator: string, x: TensorLike, { dtype }: Tensor): Tensor =>
  toTensor(operator, x, isFloat(dtype) ? dtype : undefined);

/** @throws ShapeError where tensors are not of one shape that ends in an axis of features. */
function checkVectors(operator: string, named: Readonly<Record<string, Tensor>>): void {
  const shapes = Object.values(named).map(({ shape }) => shape);
  const [first = []] = shapes;
  if (first.length > 0 && shapes.every((shape) => sameShape(shape, first))) return;
  const shown = Object.entries(named).map(([name, { shape }]) => `${name} ${showShape(shape)}`);
  throw shapeError(`${operator}: ${shown.join(", ")} must have one shape [..., D]. Reshape them, or use broadcastTo.`, [
    ...Object.values(named),
  ]);
}

/** Options of `cosineEmbeddingLoss`. */
export interface CosineEmbeddingLossOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** The cosine that strangers may have, −1 to 1; default 0. */
  readonly margin?: number;
}

/** Added to squared lengths, as in PyTorch (ATen/native/Loss.cpp), so that a vector of zeros has a cosine. */
const leastSquare = 1e-12;

/**
 * 1 − cos(a, b) where the target is 1, and max(0, cos(a, b) − margin) where it is −1, as
 * torch.nn.functional.cosine_embedding_loss.
 *
 * @param a [..., D].
 * @param b The same shape.
 * @param targets 1 for pairs that belong together, −1 for others: [...].
 * @param options.margin Default 0.
 * @param options.reduction "mean" over the pairs (default), "sum" or "none".
 * @throws ShapeError where the shapes do not fit; ValueError for a margin that is no finite number or an unknown reduction.
 * @example
 * cosineEmbeddingLoss([[1, 0], [1, 0]], [[0, 1], [1, 0]], [1, -1], { reduction: "none" }).toArray(); // [1, 1]
 */
export function cosineEmbeddingLoss<
  A extends TensorLike,
  B extends TensorLike,
  T extends TensorLike,
  R extends Reduction = "mean",
>(
  a: A,
  b: Fit<CosinePairs<ShapeOf<A>, ShapeOf<B>>, B>,
  targets: Fit<CosineTargets<ShapeOf<A>, ShapeOf<T>>, T>,
  options?: CosineEmbeddingLossOptions<R>,
): Reduced<R, CosinePairs<ShapeOf<A>, ShapeOf<B>>>;
export function cosineEmbeddingLoss(
  a: TensorLike,
  b: TensorLike,
  targets: TensorLike,
  { margin = 0, reduction = "mean" }: CosineEmbeddingLossOptions = {},
): Tensor {
  const name = "cosineEmbeddingLoss";
  checkReduction(name, reduction);
  checkNumber(name, "margin", margin);
  const x = toTensor(name, a);
  const y = beside(name, b, x);
  checkVectors(name, { a: x, b: y });
  const signs = toTensor(name, targets);
  if (!sameShape(signs.shape, x.shape.slice(0, -1))) {
    throw shapeError(
      `${name}: vectors ${showShape(x.shape)} take targets of shape ${showShape(x.shape.slice(0, -1))}, 1 or -1 for each pair, not ${showShape(signs.shape)}.`,
      [x, signs],
    );
  }
  const along = { axis: -1 };
  const lengths = mul(add(sum(square(x), along), leastSquare), add(sum(square(y), along), leastSquare));
  const cosine = div(sum(mul(x, y), along), sqrt(lengths));
  return reduce(where(equal(signs, 1), sub(1, cosine), relu(sub(cosine, margin))), reduction);
}

/** Options of `tripletMarginLoss`. */
export interface TripletMarginLossOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** By how much the negative must be farther than the positive; default 1. */
  readonly margin?: number;
  /** Of the norm that distances are; above 0, default 2. */
  readonly p?: number;
  /** Added to each difference, so that distances have a derivative at 0; default 1e-6. */
  readonly eps?: number;
  /** Whether the distance from positive to negative counts, where it is the less; default false. */
  readonly swap?: boolean;
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin), with d(x, y) = ‖x − y + eps‖ₚ, as
 * torch.nn.functional.triplet_margin_loss (V. Balntas et al., "Learning local feature descriptors with triplets and shallow
 * convolutional neural networks", 2016).
 *
 * @param anchor [..., D].
 * @param positive The same shape: what belongs to the anchor.
 * @param negative The same shape: what does not.
 * @param options.margin Default 1.
 * @param options.p Default 2.
 * @param options.eps Default 1e-6.
 * @param options.swap Default false.
 * @param options.reduction "mean" over the triplets (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for numbers that are none such or an unknown reduction.
 * @example
 * tripletMarginLoss([0, 0], [0, 3], [0, 3.5]).item(); // 0.5
 */
export function tripletMarginLoss<
  A extends TensorLike,
  P extends TensorLike,
  N extends TensorLike,
  R extends Reduction = "mean",
>(
  anchor: A,
  positive: P,
  negative: Fit<TripletShape<ShapeOf<A>, ShapeOf<P>, ShapeOf<N>>, N>,
  options?: TripletMarginLossOptions<R>,
): Reduced<R, TripletShape<ShapeOf<A>, ShapeOf<P>, ShapeOf<N>>>;
export function tripletMarginLoss(
  anchor: TensorLike,
  positive: TensorLike,
  negative: TensorLike,
  { margin = 1, p = 2, eps = 1e-6, swap = false, reduction = "mean" }: TripletMarginLossOptions = {},
): Tensor {
  const name = "tripletMarginLoss";
  checkReduction(name, reduction);
  for (const [option, value] of Object.entries({ margin, p, eps })) checkNumber(name, option, value);
  if (p <= 0) throw new ValueError(`${name}: p is ${p}; it must be above 0, such as 2.`);
  const a = toTensor(name, anchor);
  const [near, far] = [beside(name, positive, a), beside(name, negative, a)];
  checkVectors(name, { anchor: a, positive: near, negative: far });
  const distance = (x: Tensor, y: Tensor): Tensor => norm(add(sub(x, y), eps), { ord: p, axis: -1 });
  const away = swap ? minimum(distance(a, far), distance(near, far)) : distance(a, far);
  return reduce(relu(add(sub(distance(a, near), away), margin)), reduction);
}
