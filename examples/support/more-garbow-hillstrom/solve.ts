import { leastSquaresSync, type MinimizeMethod, minimizeSync } from "@glissade/optim";
import type { Problem } from "./problems.js";
import { column } from "./vectors.js";

/** The methods of the table: those of `minimize` that follow curvature, and `leastSquares`. */
export const methods = ["bfgs", "l-bfgs", "newton-cg", "trust-region", "levenberg-marquardt"] as const;
export type Method = (typeof methods)[number];

/** How a method ended on a problem. */
export interface Solution {
  readonly value: number;
  readonly evaluations: number;
  readonly isSolved: boolean;
  readonly reason: string;
}

const isMinimizer = (method: Method): method is Method & MinimizeMethod => method !== "levenberg-marquardt";

/** Runs a method from the standard start with its default tolerances. */
export function solve(problem: Problem, method: Method): Solution {
  const start = column(problem.start);
  const { value, evaluations, reason } = isMinimizer(method)
    ? minimizeSync(problem.f, start, { method })
    : leastSquaresSync(problem.residuals, start, { method });
  return { value, evaluations, reason, isSolved: problem.isSolved(value) };
}
