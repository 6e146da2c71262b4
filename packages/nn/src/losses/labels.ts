import {
  cast,
  DTypeError,
  definePrimitive,
  IndexError,
  realize,
  ShapeError,
  Tensor,
  type TensorLike,
  Variable,
} from "@glissade/autograd";
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
    throw new ShapeError(`${operator}: ${name} is a scalar; it needs an axis of classes: [C], [N, C] or [N, C, …].`);
  }
  const axis = scores.rank === 1 ? 0 : 1;
  const labelShape = scores.shape.filter((_, i) => i !== axis);
  return { scores, axis, classes: scores.shape[axis] ?? 0, labelShape };
}

/** The position of the first label that is no class and not to be ignored, or −1. */
function firstOutside(labels: ArrayLike<number>, classes: number, ignoreIndex: number | undefined): number {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? -1;
    if ((label < 0 || label >= classes) && label !== ignoreIndex) return i;
  }
  return -1;
}

/** The place of a flat index in a shape: `[2, 0]`. */
function placeOf(index: number, shape: readonly number[]): string {
  let rest = index;
  const place = [...shape].reverse().map((side) => {
    const at = rest % side;
    rest = Math.floor(rest / side);
    return at;
  });
  return showShape(place.reverse());
}

interface LabelRange {
  readonly operator: string;
  readonly classes: number;
  readonly ignoreIndex: number | undefined;
}

/** The labels as they are; computing them finds one that is no class. Labels have values only then, so it is a primitive. */
const checkedLabels = definePrimitive<LabelRange>("classLabels", {
  linear: "none",
  infer: ({ inputs: [labels] }) => labels,
  run({ inputs: [labels], attributes: { operator, classes, ignoreIndex } }) {
    const at = firstOutside(labels.data, classes, ignoreIndex);
    if (at < 0) return labels.data;
    throw new IndexError(
      `${operator}: target ${labels.data[at]} at ${placeOf(at, labels.shape)} is none of the classes 0 … ${classes - 1}. ` +
        "Number the classes from 0, and give the scores one entry for each class.",
    );
  },
  vjp: { none: "class labels are integers" },
  batch: ({ inputs: [labels], attributes }): Tensor => checkedLabels(labels, attributes),
});

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
    throw new ShapeError(
      `${operator}: ${name} ${showShape(scores.shape)} take targets of shape ${showShape(labelShape)} (class indices), not ${showShape(given.shape)}. ` +
        "Reshape them, or turn one-hot rows into indices with argmax.",
    );
  }
  const isTensor = targets instanceof Tensor || targets instanceof Variable;
  // Plain numbers are float32 by themselves: what counts is whether they are whole.
  const isPlain = !isTensor && !ArrayBuffer.isView(targets) && given.dtype !== "bool";
  if (isPlain ? !given.data().every(Number.isInteger) : isFloat(given.dtype) || given.dtype === "bool") {
    throw new DTypeError(
      `${operator}: targets of shape ${showShape(given.shape)} are class indices and must be integers, not ${isPlain ? "fractions" : given.dtype}. ` +
        'Use cast(targets, "int32").',
    );
  }
  const labels = checkedLabels(cast(given, "int32"), { operator, classes, ignoreIndex });
  if (!isTensor) realize(labels);
  return labels;
}

/** Weights of the classes as a tensor. @throws ShapeError where there is not one for each class. */
export function classWeights(operator: string, weight: TensorLike, { scores, classes }: ClassScores): Tensor {
  const weights = toTensor(operator, weight, scores.dtype);
  if (sameShape(weights.shape, [classes])) return weights;
  throw new ShapeError(
    `${operator}: weight has shape ${showShape(weights.shape)} and needs [${classes}]: one number for each class of ${showShape(scores.shape)}.`,
  );
}
