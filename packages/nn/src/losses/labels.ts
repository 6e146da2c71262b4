import { DTypeError, shapeError, type Tensor, type TensorLike } from "@glissade/autograd";
import { indicesIn } from "../indices.js";
import { isFloat, sameShape, showShape, toTensor } from "../operand.js";

/** One score for each class: [C], [N, C], or [N, C, …] with more axes behind. */
export interface ClassScores {
  readonly scores: Tensor;
  /** The axis of the classes: 1, or 0 where there is no batch. */
  readonly axis: number;
  readonly classes: number;
  /** The shape without the axis of the classes: what class indices must have. */
  readonly labelShape: readonly number[];
}

/** @throws ShapeError for a scalar; DTypeError for scores that are no floats. */
export function classScores(operator: string, name: string, x: TensorLike): ClassScores {
  const scores = toTensor(operator, x);
  if (!isFloat(scores.dtype)) {
    throw new DTypeError(
      `${operator}: ${name} must be float32 or float64, not ${scores.dtype} ${showShape(scores.shape)}. Are ${name} and targets exchanged? Else use cast(${name}, "float32").`,
    );
  }
  if (scores.rank === 0) {
    throw shapeError(`${operator}: ${name} is a scalar; it needs an axis of classes: [C], [N, C] or [N, C, …].`, [
      scores,
    ]);
  }
  const axis = scores.rank === 1 ? 0 : 1;
  const labelShape = scores.shape.filter((_, i) => i !== axis);
  return { scores, axis, classes: scores.shape[axis] ?? 0, labelShape };
}

/**
 * Class indices as int32, which throw an IndexError when they are computed if one is out of range; plain numbers at once.
 *
 * @throws ShapeError where the shape is not `labelShape`; DTypeError where they are no integers; IndexError.
 */
export function classLabels(
  operator: string,
  name: string,
  targets: TensorLike,
  { scores, classes, labelShape }: ClassScores,
  ignoreIndex?: number,
): Tensor {
  const given = toTensor(operator, targets);
  if (!sameShape(given.shape, labelShape)) {
    throw shapeError(
      `${operator}: ${name} ${showShape(scores.shape)} take targets of shape ${showShape(labelShape)} (class indices), not ${showShape(given.shape)}. ` +
        "Reshape them, or turn one-hot rows into indices with argmax.",
      [scores, given],
    );
  }
  return indicesIn(targets, given, {
    operator,
    role: "target",
    indices: "targets",
    meaning: "are class indices and",
    members: "classes",
    remedy: "Number the classes from 0, and give the scores one entry for each class.",
    size: classes,
    ignored: ignoreIndex,
  });
}

/** Weights of the classes as a tensor. @throws ShapeError where there is not one for each class. */
export function classWeights(operator: string, weight: TensorLike, { scores, classes }: ClassScores): Tensor {
  const weights = toTensor(operator, weight, scores.dtype);
  if (sameShape(weights.shape, [classes])) return weights;
  throw shapeError(
    `${operator}: weight has shape ${showShape(weights.shape)} and needs [${classes}]: one number for each class of ${showShape(scores.shape)}.`,
    [weights, scores],
  );
}
