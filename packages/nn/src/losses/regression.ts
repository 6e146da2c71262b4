import { abs, ShapeError, square, sub, type Tensor, type TensorLike } from "@glissade/autograd";
import { isFloat, sameShape, showShape, toTensor } from "../operand.js";
import { checkReduction, type ReductionOption, reduce } from "./reduction.js";

/**
 * Predictions and targets as tensors.
 *
 * @throws ShapeError where the shapes differ: broadcasting [N] against [N, 1] would compare every pair.
 */
export function pairOf(operator: string, predictions: TensorLike, targets: TensorLike): [Tensor, Tensor] {
  const x = toTensor(operator, predictions);
  const y = toTensor(operator, targets, isFloat(x.dtype) ? x.dtype : undefined);
  if (sameShape(x.shape, y.shape)) return [x, y];
  throw new ShapeError(
    `${operator}: predictions ${showShape(x.shape)} and targets ${showShape(y.shape)} differ in shape. Reshape one of them, or stretch it with broadcastTo.`,
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
export function l1Loss(
  predictions: TensorLike,
  targets: TensorLike,
  { reduction = "mean" }: ReductionOption = {},
): Tensor {
  checkReduction("l1Loss", reduction);
  const [x, y] = pairOf("l1Loss", predictions, targets);
  return reduce(abs(sub(x, y)), reduction);
}
