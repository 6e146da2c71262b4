import {
  add,
  div,
  type Fit,
  logSoftmax,
  mul,
  neg,
  notEqual,
  reshape,
  type ShapeOf,
  sum,
  type Tensor,
  type TensorLike,
  take,
  takeAlongAxis,
  ValueError,
  where,
} from "@glissade/autograd";
import { sameShape, toTensor } from "../operand.js";
import type { ClassWeights, CrossEntropyShape, LabelsFit, Reduced, ScoresShape } from "../shapes/losses.js";
import { type ClassScores, classLabels, classScores, classWeights } from "./labels.js";
import { checkReduction, type Reduction, type ReductionOption } from "./reduction.js";

/** Options of `nllLoss`. */
export interface NllLossOptions<
  R extends Reduction = Reduction,
  W extends TensorLike | undefined = TensorLike | undefined,
> extends ReductionOption<R> {
  /** One weight for each class, [C]; default 1. The mean divides by the sum of the weights of the targets. */
  readonly weight?: W;
  /** Targets with this value do not count, not even in the mean's denominator; default −100. */
  readonly ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions<
  R extends Reduction = Reduction,
  W extends TensorLike | undefined = TensorLike | undefined,
> extends NllLossOptions<R, W> {
  /** ε in [0, 1]: the part of each target that is spread evenly over the classes; default 0. */
  readonly labelSmoothing?: number;
}

/** The ignored label of PyTorch. */
const ignoredByDefault = -100;

interface LabelLossOptions {
  readonly weights: Tensor | undefined;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly reduction: Reduction;
}

function checkIgnored(operator: string, ignoreIndex: number): void {
  if (Number.isInteger(ignoreIndex) && Math.abs(ignoreIndex) < 2 ** 31) return;
  throw new ValueError(
    `${operator}: ignoreIndex is ${String(ignoreIndex)}; it must be a whole number that int32 can hold.`,
  );
}

/** The weights of the classes, shaped to broadcast against the scores. */
const alongClasses = (weights: Tensor, { scores, axis, classes }: ClassScores): Tensor =>
  reshape(weights, [classes, ...scores.shape.slice(axis + 1).map(() => 1)]);

/** −(1 − ε) w_y log p_y − ε/C Σ_c w_c log p_c for labels y; the mean divides by Σ w_y. */
function labelLoss(
  logProbabilities: Tensor,
  labels: Tensor,
  form: ClassScores,
  { weights, ignoreIndex, labelSmoothing, reduction }: LabelLossOptions,
): Tensor {
  const { scores, axis, classes, labelShape } = form;
  const counts = notEqual(labels, ignoreIndex);
  // An ignored label may be no class: class 0 stands in for it, and its loss is masked.
  const index = where(counts, labels, 0);
  const picked = takeAlongAxis(
    logProbabilities,
    reshape(
      index,
      scores.shape.map((side, i) => (i === axis ? 1 : side)),
    ),
    { axis },
  );
  const own = weights === undefined ? undefined : take(weights, index, { axis: 0 });
  let loss = neg(reshape(picked, labelShape));
  if (own !== undefined) loss = mul(own, loss);
  if (labelSmoothing > 0) {
    const all = weights === undefined ? logProbabilities : mul(logProbabilities, alongClasses(weights, form));
    loss = add(mul(1 - labelSmoothing, loss), mul(-labelSmoothing / classes, sum(all, { axis })));
  }
  loss = where(counts, loss, 0);
  if (reduction === "none") return loss;
  return reduction === "sum" ? sum(loss) : div(sum(loss), sum(where(counts, own ?? 1, 0)));
}

/** −Σ_c w_c q_c log p_c for probabilities q; the mean divides by the number of examples, whatever the weights. */
function probabilityLoss(
  logProbabilities: Tensor,
  targets: Tensor,
  form: ClassScores,
  { weights, labelSmoothing, reduction }: LabelLossOptions,
): Tensor {
  const { axis, classes, labelShape } = form;
  const smooth = labelSmoothing > 0 ? add(mul(1 - labelSmoothing, targets), labelSmoothing / classes) : targets;
  const products = mul(logProbabilities, smooth);
  const loss = neg(sum(weights === undefined ? products : mul(products, alongClasses(weights, form)), { axis }));
  if (reduction === "none") return loss;
  return reduction === "sum"
    ? sum(loss)
    : div(
        sum(loss),
        labelShape.reduce((count, side) => count * side, 1),
      );
}

/**
 * Cross entropy of scores that are no probabilities yet: −log softmax(logits)_y, computed without overflow. As PyTorch's.
 *
 * @param logits Float scores [C], [N, C] or [N, C, …]: one for each class.
 * @param targets Class indices, integers of shape [], [N] or [N, …]; or probabilities of the shape of `logits`.
 * @param options.reduction "mean" (default), "sum" or "none" (a loss for each example).
 * @param options.weight One weight for each class, [C]. With class indices the mean divides by Σ w_y; with probabilities by the
 * number of examples.
 * @param options.ignoreIndex Class indices with this value do not count; default −100. Not for probabilities.
 * @param options.labelSmoothing ε in [0, 1]: targets become (1 − ε) q + ε / C (C. Szegedy et al., "Rethinking the Inception
 * architecture for computer vision", 2016, section 7); default 0.
 * @returns A scalar, or with "none" the losses [], [N] or [N, …]. The mean of no example is NaN.
 * @throws ShapeError where targets or weight do not fit the logits; DTypeError for logits that are no floats or class indices that are no
 * integers; ValueError for an unknown reduction or ε outside [0, 1]; IndexError for an index that is no class: at once for plain
 * numbers, for tensors when the loss is computed.
 * @example
 * crossEntropy([[2, 0, 0]], [0]).item(); // 0.2395 = −log(e² / (e² + 2))
 */
export function crossEntropy<
  X extends TensorLike,
  T extends TensorLike,
  R extends Reduction = "mean",
  W extends TensorLike | undefined = undefined,
>(
  logits: Fit<ScoresShape<"crossEntropy", "logits", ShapeOf<X>>, X>,
  targets: Fit<CrossEntropyShape<ShapeOf<X>, ShapeOf<T>>, T>,
  options?: CrossEntropyOptions<R, W & ClassWeights<"crossEntropy", ShapeOf<X>, W>>,
): Reduced<R, CrossEntropyShape<ShapeOf<X>, ShapeOf<T>>>;
export function crossEntropy(logits: TensorLike, targets: TensorLike, options: CrossEntropyOptions = {}): Tensor {
  const { reduction = "mean", labelSmoothing = 0, ignoreIndex = ignoredByDefault, weight } = options;
  checkReduction("crossEntropy", reduction);
  checkIgnored("crossEntropy", ignoreIndex);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ValueError(`crossEntropy: labelSmoothing is ${String(labelSmoothing)}; it must be from 0 to 1.`);
  }
  const form = classScores("crossEntropy", "logits", logits);
  const { scores, axis } = form;
  const weights = weight === undefined ? undefined : classWeights("crossEntropy", weight, form);
  const settings = { weights, ignoreIndex, labelSmoothing, reduction };
  const given = toTensor("crossEntropy", targets, scores.dtype);
  if (!sameShape(given.shape, scores.shape)) {
    const labels = classLabels("crossEntropy", "logits", targets, form, ignoreIndex);
    return labelLoss(logSoftmax(scores, { axis }), labels, form, settings);
  }
  if (options.ignoreIndex !== undefined) {
    throw new ValueError(
      `crossEntropy: ignoreIndex is for class indices; targets of the logits' shape are probabilities. Give the examples to ignore rows of zeros.`,
    );
  }
  return probabilityLoss(logSoftmax(scores, { axis }), given, form, settings);
}

/**
 * Negative log likelihood: −log p_y, where the logarithms are given. `crossEntropy(x, y)` is `nllLoss(logSoftmax(x), y)`.
 *
 * @param logProbabilities Floats [C], [N, C] or [N, C, …].
 * @param targets Class indices, integers of shape [], [N] or [N, …].
 * @param options.reduction "mean" (default), "sum" or "none".
 * @param options.weight One weight for each class, [C]; the mean divides by Σ w_y.
 * @param options.ignoreIndex Targets with this value do not count; default −100.
 * @throws ShapeError, DTypeError, ValueError, IndexError as `crossEntropy`.
 * @example
 * nllLoss(log([[0.5, 0.5]]), [1]).item(); // 0.6931
 */
export function nllLoss<
  X extends TensorLike,
  T extends TensorLike,
  R extends Reduction = "mean",
  W extends TensorLike | undefined = undefined,
>(
  logProbabilities: Fit<ScoresShape<"nllLoss", "logProbabilities", ShapeOf<X>>, X>,
  targets: Fit<LabelsFit<"nllLoss", "logProbabilities", ShapeOf<X>, ShapeOf<T>>, T>,
  options?: NllLossOptions<R, W & ClassWeights<"nllLoss", ShapeOf<X>, W>>,
): Reduced<R, LabelsFit<"nllLoss", "logProbabilities", ShapeOf<X>, ShapeOf<T>>>;
export function nllLoss(logProbabilities: TensorLike, targets: TensorLike, options: NllLossOptions = {}): Tensor {
  const { reduction = "mean", ignoreIndex = ignoredByDefault, weight } = options;
  checkReduction("nllLoss", reduction);
  checkIgnored("nllLoss", ignoreIndex);
  const form = classScores("nllLoss", "logProbabilities", logProbabilities);
  const weights = weight === undefined ? undefined : classWeights("nllLoss", weight, form);
  const labels = classLabels("nllLoss", "logProbabilities", targets, form, ignoreIndex);
  return labelLoss(form.scores, labels, form, { weights, ignoreIndex, labelSmoothing: 0, reduction });
}
