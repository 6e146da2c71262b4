import type { Box } from "../minimize/bounds.js";
import { clampTo } from "../minimize/bounds.js";
import { norm, subtract, type Vector } from "../minimize/vector.js";
import { type Factors, factor, type Matrix } from "./factorization.js";
import type { Linearised } from "./system.js";

/** The linear least-squares problem at a place, over the numbers of x that are free to move. */
export interface Local {
  readonly point: Linearised;
  /** The places of the free numbers in x. */
  readonly free: readonly number[];
  readonly factors: Factors;
  /** The share of the residuals that a step could still take away: the cosine of their angle with the derivatives. */
  readonly cosine: number;
}

/** Whether a number stands at a bound beyond which the value would fall. */
const isHeld = ({ lower, upper }: Box, { x, gradient }: Linearised, i: number): boolean =>
  ((gradient[i] ?? 0) > 0 && x[i] === lower[i]) || ((gradient[i] ?? 0) < 0 && x[i] === upper[i]);

function columnsOf({ rows, columns, data }: Matrix, chosen: readonly number[]): Matrix {
  if (chosen.length === columns) return { rows, columns, data };
  const kept = new Float64Array(rows * chosen.length);
  for (let row = 0; row < rows; row++) {
    for (const [k, column] of chosen.entries()) kept[row * chosen.length + k] = data[row * columns + column] ?? 0;
  }
  return { rows, columns: chosen.length, data: kept };
}

export function localProblem(point: Linearised, box: Box | undefined): Local {
  const all = Array.from(point.x, (_, i) => i);
  const free = box === undefined ? all : all.filter((i) => !isHeld(box, point, i));
  const { jacobian, residuals } = point.weighted;
  const factors = factor(
    columnsOf(jacobian, free),
    residuals.map((residual) => -residual),
  );
  const inside = norm(factors.rotated.subarray(0, factors.rank));
  return { point, free, factors, cosine: inside === 0 ? 0 : inside / norm(residuals) };
}

/** x after a step of its free numbers, put back into the box. */
export function moved({ point: { x }, free }: Local, step: Vector, box: Box | undefined): Vector {
  const next = x.slice();
  for (const [k, i] of free.entries()) next[i] = (x[i] ?? 0) + (step[k] ?? 0);
  return box === undefined ? next : clampTo(box, next);
}

/** By how much the linear model says that the value falls from x to `next`: −2 rᵀJs − ‖Js‖². */
export function promisedDecrease({ point }: Local, next: Vector): number {
  const { jacobian, residuals } = point.weighted;
  const step = subtract(next, point.x);
  let decrease = 0;
  for (let row = 0; row < jacobian.rows; row++) {
    let change = 0;
    for (let column = 0; column < jacobian.columns; column++) {
      change += (jacobian.data[row * jacobian.columns + column] ?? 0) * (step[column] ?? 0);
    }
    decrease -= change * (2 * (residuals[row] ?? 0) + change);
  }
  return decrease;
}
