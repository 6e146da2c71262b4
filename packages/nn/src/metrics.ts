import {
  add,
  any,
  argmax,
  cast,
  equal,
  expandDims,
  type Fit,
  mean,
  mul,
  onesLike,
  reshape,
  type ShapeOf,
  scatterAdd,
  type Tensor,
  type TensorLike,
  topk,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { classLabels, classScores } from "./losses/labels.js";
import { showShape } from "./operand.js";
import type { ClassCount, LabelsFit, ScoresShape } from "./shapes/losses.js";

/**
 * The part of the examples whose highest score is that of the right class. Among equal scores the first class wins.
 *
 * @param logits Float scores [C], [N, C] or [N, C, …]; probabilities do as well.
 * @param targets Class indices, integers of shape [], [N] or [N, …].
 * @returns A float32 scalar in [0, 1]; NaN without examples.
 * @throws ShapeError where the shapes do not fit; DTypeError for logits that are no floats or targets that are no integers; IndexError for
 * an index that is no class: at once for plain numbers, for tensors when the result is computed.
 * @example
 * accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1]).item(); // 0.5
 */
export function accuracy<X extends TensorLike, T extends TensorLike>(
  logits: Fit<ScoresShape<"accuracy", "logits", ShapeOf<X>>, X>,
  targets: Fit<LabelsFit<"accuracy", "logits", ShapeOf<X>, ShapeOf<T>>, T>,
): Tensor<[], "float32">;
export function accuracy(logits: TensorLike, targets: TensorLike): Tensor {
  const form = classScores("accuracy", "logits", logits);
  const labels = classLabels("accuracy", "logits", targets, form);
  return mean(cast(equal(argmax(form.scores, { axis: form.axis }), labels), "float32"));
}

/**
 * The part of the examples whose right class is among those of the k highest scores. Among equal scores the first classes win.
 *
 * @param logits Float scores [C], [N, C] or [N, C, …]; probabilities do as well.
 * @param targets Class indices, integers of shape [], [N] or [N, …].
 * @param options.k From 1 to the number of classes; default 5.
 * @returns A float32 scalar in [0, 1]; NaN without examples.
 * @throws ValueError for another k; else as `accuracy`.
 * @example
 * topKAccuracy([[0.1, 0.5, 0.4], [0.8, 0.1, 0.05]], [2, 2], { k: 2 }).item(); // 0.5
 */
export function topKAccuracy<X extends TensorLike, T extends TensorLike>(
  logits: Fit<ScoresShape<"topKAccuracy", "logits", ShapeOf<X>>, X>,
  targets: Fit<LabelsFit<"topKAccuracy", "logits", ShapeOf<X>, ShapeOf<T>>, T>,
  options?: { readonly k?: number },
): Tensor<[], "float32">;
export function topKAccuracy(logits: TensorLike, targets: TensorLike, { k = 5 }: { readonly k?: number } = {}): Tensor {
  const form = classScores("topKAccuracy", "logits", logits);
  const { scores, axis, classes } = form;
  if (!Number.isInteger(k) || k < 1 || k > classes) {
    throw new ValueError(
      `topKAccuracy: k is ${String(k)}; logits ${showShape(scores.shape)} have ${classes} classes, so use 1 … ${classes}.`,
    );
  }
  const labels = classLabels("topKAccuracy", "logits", targets, form);
  const best = topk(scores, { k, axis }).indices;
  return mean(cast(any(equal(best, expandDims(labels, axis)), { axis }), "float32"));
}

/**
 * How often examples of each class get each class as the one with the highest score: rows are the right classes, columns the others. The
 * diagonal counts what is right; a row's sum is the number of examples of its class. Among equal scores the first class wins.
 *
 * @param logits Float scores [C], [N, C] or [N, C, …]; probabilities do as well.
 * @param targets Class indices, integers of shape [], [N] or [N, …].
 * @returns int32 [C, C].
 * @throws As `accuracy`.
 * @example
 * confusionMatrix([[0.1, 0.9], [0.8, 0.2]], [1, 1]).toArray(); // [[0, 0], [1, 1]]
 */
export function confusionMatrix<X extends TensorLike, T extends TensorLike>(
  logits: Fit<ScoresShape<"confusionMatrix", "logits", ShapeOf<X>>, X>,
  targets: Fit<LabelsFit<"confusionMatrix", "logits", ShapeOf<X>, ShapeOf<T>>, T>,
): Tensor<[ClassCount<ShapeOf<X>>, ClassCount<ShapeOf<X>>], "int32">;
export function confusionMatrix(logits: TensorLike, targets: TensorLike): Tensor {
  const form = classScores("confusionMatrix", "logits", logits);
  const { scores, axis, classes } = form;
  const labels = classLabels("confusionMatrix", "logits", targets, form);
  const places = add(mul(labels, classes), argmax(scores, { axis }));
  const flat = reshape(places, [places.size]);
  const counts = scatterAdd(zeros([classes * classes], { dtype: "int32" }), flat, onesLike(flat));
  return reshape(counts, [classes, classes]);
}
