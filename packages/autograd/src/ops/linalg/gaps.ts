import type { Tensor } from "../../tensor.js";
import { abs, sub } from "../arithmetic.js";
import { equal, lessEqual } from "../comparison.js";
import { full } from "../create.js";
import { add, mul } from "../elementwise.js";
import { expandDims } from "../movement.js";
import { where } from "../where.js";
import { epsilonOf, identityLike } from "./matrices.js";

/**
 * wⱼ − wᵢ for row i and column j, by which vectors' turns are divided when the matrix changes: ∞ on the diagonal, which turns nothing, and NaN for values
 * that count as repeated, because they are closer than rounding: n ε times the greatest magnitude, where n is `side`.
 * Their vectors are not determined, and have no derivative.
 *
 * @param values [..., k].
 * @param greatest Finds the greatest magnitude of columns of values, [..., k, 1]; gives [..., 1, 1].
 * @param ofSquares Of the squares of the values instead, wⱼ² − wᵢ².
 * @returns [..., k, k].
 */
export function gapsOf(values: Tensor, side: number, greatest: (column: Tensor) => Tensor, ofSquares = false): Tensor {
  const [column, row] = [expandDims(values, -1), expandDims(values, -2)];
  const gap = sub(row, column);
  if (values.size === 0) return gap;
  const isRepeated = lessEqual(abs(gap), mul(greatest(column), side * epsilonOf(values.dtype)));
  const identity = identityLike(gap);
  const instead = where(equal(identity, 1), Number.POSITIVE_INFINITY, full(identity.shape, Number.NaN, gap));
  return where(isRepeated, instead, ofSquares ? mul(gap, add(row, column)) : gap);
}
