import type { Tensor } from "../../tensor.js";
import { abs, div, sub } from "../arithmetic.js";
import { equal, lessEqual, logicalOr } from "../comparison.js";
import { add, mul } from "../elementwise.js";
import { expandDims } from "../movement.js";
import { max } from "../reduce.js";
import { where } from "../where.js";
import { epsilonOf, identityLike } from "./matrices.js";

/**
 * 1 / (wⱼ − wᵢ) for row i and column j, 0 on the diagonal: what vectors turn by when the matrix changes. NaN for values
 * that count as repeated, because they are closer than rounding: n ε times the greatest magnitude, where n is `side`.
 * Their vectors are not determined, and have no derivative.
 *
 * @param values [..., k].
 * @param ofSquares Of the squares of the values instead, 1 / (wⱼ² − wᵢ²).
 * @returns [..., k, k].
 */
export function inverseGaps(values: Tensor, side: number, ofSquares = false): Tensor {
  if (values.size === 0) return mul(expandDims(values, -1), expandDims(values, -2));
  const [column, row] = [expandDims(values, -1), expandDims(values, -2)];
  const gap = sub(row, column);
  const isDiagonal = equal(identityLike(gap), 1);
  const tolerance = mul(max(abs(column), { axis: -2, keepDims: true }), side * epsilonOf(values.dtype));
  const isRepeated = lessEqual(abs(gap), tolerance);
  // A divisor that is never 0: what `where` leaves out must not turn into 0 · ∞ in its derivative.
  const divisor = where(logicalOr(isDiagonal, isRepeated), 1, ofSquares ? mul(gap, add(row, column)) : gap);
  return where(isDiagonal, 0, where(isRepeated, Number.NaN, div(1, divisor)));
}
