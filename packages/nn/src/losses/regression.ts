import {
  abs,
  div,
  type Fit,
  less,
  mul,
  shapeError,
  square,
  sub,
  type Tensor,
  type TensorLike,
  ValueError,
  where,
} from "@glissade/autograd";
import { checkNumber, isFloat, sameShape, showShape, toTensor } from "../operand.js";
import type { PairShape, Reduced } from "../shapes/losses.js";
import { checkReduction, type Reduction, type ReductionOption, reduce } from "./reduction.js";

/**
 * Predictions and targets as tensors.
 *
 * @throws ShapeError where the shapes differ: broadcasting [N] against [N, 1] would compare every pair.
 */
export function pairOf(operator: string, predictions: TensorLike, targets: TensorLike): [Tensor, Tensor] {
  const x = toTensor(operator, predictions);
  const y = toTensor(operator, targets, isFloat(x.dtype) ? x.dtype : undefined);
  if (sameShape(x.shape, y.shape)) return [x, y];
  throw shapeError(
    `${operator}: predictions ${showShape(x.shape)} and targets ${showShape(y.shape)} differ in shape. Reshape one of them, or stretch it with broadcastTo.`,
    [x, y],
  );
}

/**
 * Mean squared error: (x − y)² for each element.
 *
 * @param predictions Any shape.
 * @param targets The same shape.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for an unknown reduction.
 * @example
 * mseLoss([1, 2], [1, 4]).item(); // 2
 */
export function mseLoss<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  predictions: P,
  targets: Fit<PairShape<"mseLoss", P, T>, T>,
  options?: ReductionOption<R>,
): Reduced<R, PairShape<"mseLoss", P, T>>;
export function mseLoss(
  predictions: TensorLike,
  targets: TensorLike,
  { reduction = "mean" }: ReductionOption = {},
): Tensor {
  checkReduction("mseLoss", reduction);
  const [x, y] = pairOf("mseLoss", predictions, targets);
  return reduce(square(sub(x, y)), reduction);
}

/**
 * Mean absolute error: |x − y| for each element. Its derivative at x = y is 0.
 *
 * @param predictions Any shape.
 * @param targets The same shape.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for an unknown reduction.
 * @example
 * l1Loss([1, 2], [1, 4]).item(); // 1
 */
export function l1Loss<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  predictions: P,
  targets: Fit<PairShape<"l1Loss", P, T>, T>,
  options?: ReductionOption<R>,
): Reduced<R, PairShape<"l1Loss", P, T>>;
export function l1Loss(
  predictions: TensorLike,
  targets: TensorLike,
  { reduction = "mean" }: ReductionOption = {},
): Tensor {
  checkReduction("l1Loss", reduction);
  const [x, y] = pairOf("l1Loss", predictions, targets);
  return reduce(abs(sub(x, y)), reduction);
}

/** Options of `huberLoss`. */
export interface HuberLossOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** δ, where the parabola ends; above 0, default 1. */
  readonly delta?: number;
}

/**
 * Squared for small errors, absolute for large ones (P. J. Huber, "Robust estimation of a location parameter", 1964): with d = x
 * − y, d²/2 where |d| < δ and δ (|d| − δ/2) elsewhere.
 *
 * @param predictions Any shape.
 * @param targets The same shape.
 * @param options.delta δ, above 0; default 1.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for a δ that is not above 0 or an unknown reduction.
 * @example
 * huberLoss([0, 0], [1, 3], { reduction: "none" }).toArray(); // [0.5, 2.5]
 */
export function huberLoss<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  predictions: P,
  targets: Fit<PairShape<"huberLoss", P, T>, T>,
  options?: HuberLossOptions<R>,
): Reduced<R, PairShape<"huberLoss", P, T>>;
export function huberLoss(
  predictions: TensorLike,
  targets: TensorLike,
  { delta = 1, reduction = "mean" }: HuberLossOptions = {},
): Tensor {
  checkReduction("huberLoss", reduction);
  checkNumber("huberLoss", "delta", delta);
  if (delta <= 0) throw new ValueError(`huberLoss: delta is ${delta}; it must be above 0. Use l1Loss for none.`);
  const [x, y] = pairOf("huberLoss", predictions, targets);
  const error = sub(x, y);
  const size = abs(error);
  return reduce(where(less(size, delta), mul(square(error), 0.5), mul(sub(size, delta / 2), delta)), reduction);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** β, where the parabola ends; at least 0, default 1. */
  readonly beta?: number;
}

/**
 * `huberLoss` divided by β (R. Girshick, "Fast R-CNN", 2015): with d = x − y, d² / (2 β) where |d| < β and |d| − β/2 elsewhere.
 * With β = 0 it is `l1Loss`.
 *
 * @param predictions Any shape.
 * @param targets The same shape.
 * @param options.beta β, at least 0; default 1.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for a negative β or an unknown reduction.
 * @example
 * smoothL1Loss([0, 0], [1, 3], { beta: 2, reduction: "none" }).toArray(); // [0.25, 2]
 */
export function smoothL1Loss<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  predictions: P,
  targets: Fit<PairShape<"smoothL1Loss", P, T>, T>,
  options?: SmoothL1LossOptions<R>,
): Reduced<R, PairShape<"smoothL1Loss", P, T>>;
export function smoothL1Loss(
  predictions: TensorLike,
  targets: TensorLike,
  { beta = 1, reduction = "mean" }: SmoothL1LossOptions = {},
): Tensor {
  checkReduction("smoothL1Loss", reduction);
  checkNumber("smoothL1Loss", "beta", beta);
  if (beta < 0) throw new ValueError(`smoothL1Loss: beta is ${beta}; it must be at least 0.`);
  const [x, y] = pairOf("smoothL1Loss", predictions, targets);
  const error = sub(x, y);
  const size = abs(error);
  if (beta === 0) return reduce(size, reduction);
  return reduce(where(less(size, beta), div(square(error), 2 * beta), sub(size, beta / 2)), reduction);
}
