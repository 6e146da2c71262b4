import { argmax, cast, equal, mean, type Tensor, type TensorLike } from "@glissade/autograd";
import { classLabels, classScores } from "./losses/labels.js";

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
export function accuracy(logits: TensorLike, targets: TensorLike): Tensor {
  const form = classScores("accuracy", "logits", logits);
  const labels = classLabels("accuracy", "logits", targets, form);
  return mean(cast(equal(argmax(form.scores, { axis: form.axis }), labels), "float32"));
}
