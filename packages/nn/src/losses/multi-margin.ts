import {
  add,
  arange,
  div,
  equal,
  type Fit,
  mul,
  relu,
  reshape,
  type ShapeOf,
  shapeError,
  square,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  take,
  takeAlongAxis,
  ValueError,
  where,
} from "@glissade/autograd";
import { checkNumber, showShape } from "../operand.js";
import type { ClassWeights, LabelsFit, Reduced, RowsShape } from "../shapes/losses.js";
import { classLabels, classScores, classWeights } from "./labels.js";
import { checkReduction, type Reduction, type ReductionOption, reduce } from "./reduction.js";

/** Options of `multiMarginLoss`. */
export interface MultiMarginLossOptions<
  R extends Reduction = Reduction,
  W extends TensorLike | undefined = TensorLike | undefined,
> extends ReductionOption<R> {
  /** By how much the score of the right class must lead, Δ; default 1. */
  readonly margin?: number;
  /** 1 (default) sums the violations, 2 their squares. */
  readonly p?: 1 | 2;
  /** One weight for each class, [C], applied by the right class; default 1. The mean divides by the number of examples. */
  readonly weight?: W;
}

/**
 * Multi-class support vector machine loss (J. Weston and C. Watkins, "Support vector machines for multi-class pattern
 * recognition", 1999): for scores s and the right class y, Σ_{j≠y} max(0, s_j − s_y + Δ)^p / C. As PyTorch's, it divides by
 * the number of classes C; the sum of the CS231n lecture notes, Σ_{j≠y} max(0, s_j − s_y + Δ), is C times it:
 * `mul(classes, multiMarginLoss(scores, y))`. At the kink, where a violation is exactly 0, the derivative is 0.
 *
 * @param scores Floats [N, C], or [C] for one example.
 * @param targets Class indices, integers of shape [N] or [].
 * @param options.margin Δ, default 1.
 * @param options.p 1 (default) or 2.
 * @param options.weight One weight for each class, [C].
 * @param options.reduction "mean" (default), "sum" or "none" (a loss for each example).
 * @throws ShapeError where the shapes do not fit; DTypeError for scores that are no floats or targets that are no integers; ValueError
 * for another p, a margin that is no number or an unknown reduction; IndexError for an index that is no class: at once for plain
 * numbers, for tensors when the loss is computed.
 * @example
 * multiMarginLoss([[3.2, 5.1, -1.7]], [0]).item(); // 0.9667 = max(0, 5.1 − 3.2 + 1) / 3
 */
export function multiMarginLoss<
  X extends TensorLike,
  T extends TensorLike,
  R extends Reduction = "mean",
  W extends TensorLike | undefined = undefined,
>(
  scores: Fit<RowsShape<"multiMarginLoss", "scores", ShapeOf<X>>, X>,
  targets: Fit<LabelsFit<"multiMarginLoss", "scores", ShapeOf<X>, ShapeOf<T>>, T>,
  options?: MultiMarginLossOptions<R, W & ClassWeights<"multiMarginLoss", ShapeOf<X>, W>>,
): Reduced<R, LabelsFit<"multiMarginLoss", "scores", ShapeOf<X>, ShapeOf<T>>>;
export function multiMarginLoss(
  scores: TensorLike,
  targets: TensorLike,
  { margin = 1, p = 1, weight, reduction = "mean" }: MultiMarginLossOptions = {},
): Tensor {
  checkReduction("multiMarginLoss", reduction);
  checkNumber("multiMarginLoss", "margin", margin);
  if (p !== 1 && p !== 2) throw new ValueError(`multiMarginLoss: p is ${String(p)}; it must be 1 or 2.`);
  const form = classScores("multiMarginLoss", "scores", scores);
  const { scores: s, axis, classes, labelShape } = form;
  if (s.rank > 2) {
    throw shapeError(
      `multiMarginLoss: scores have shape ${showShape(s.shape)}; they must be [N, C] or [C]. Flatten the leading axes with reshape.`,
      [s],
    );
  }
  const weights = weight === undefined ? undefined : classWeights("multiMarginLoss", weight, form);
  const labels = classLabels("multiMarginLoss", "scores", targets, form);
  const column = reshape(labels, [...labelShape, 1]);
  const violations = relu(add(sub(s, takeAlongAxis(s, column, { axis })), margin));
  const others = where(
    equal(arange(classes, { dtype: "int32" }), column),
    0,
    p === 1 ? violations : square(violations),
  );
  const losses = div(sum(others, { axis }), classes);
  return reduce(weights === undefined ? losses : mul(losses, take(weights, labels, { axis: 0 })), reduction);
}
