import { asTensor } from "../convert.js";
import { ShapeError } from "../errors.js";
import { type Shape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { argmax } from "./arg-reduce.js";
import { maximum, neg } from "./arithmetic.js";
import { add } from "./elementwise.js";
import { log } from "./exponential.js";

/**
 * Classes with probabilities softmax(logits), by the Gumbel-max trick, from uniform float64 numbers in [0, 1).
 *
 * @throws ShapeError where the shape does not end with that of the logits without their last axis, or there is no class.
 */
export function drawCategorical(shape: Shape, logits: TensorLike, uniformOf: (shape: Shape) => Tensor): Tensor {
  const scores = asTensor("categorical", logits);
  const batch = scores.shape.slice(0, -1);
  const classes = scores.shape[scores.rank - 1] ?? 0;
  const end = shape.slice(shape.length - batch.length);
  if (classes === 0 || batch.length > shape.length || batch.some((side, i) => side !== end[i] && side !== 1)) {
    throw new ShapeError(
      `categorical: logits ${showShape(scores.shape)} do not give draws of shape ${showShape(shape)}: classes are on their last axis, and their other axes must broadcast to the last axes of the shape.`,
    );
  }
  // Float64 for ties to be rare among many classes. Both ends would give ∞: 1 is not drawn, and 0 moves to the middle of its interval.
  const uniform = maximum(uniformOf([...shape, classes]), 2 ** -54);
  return argmax(add(scores, neg(log(neg(log(uniform))))), { axis: -1 });
}
