import { type Tensor, tensor } from "@glissade/autograd";
import { curveFitSync } from "@glissade/optim";
import type { Problem } from "./problems.js";

/** How near a fit came to the certified values. */
export interface Fit {
  readonly parameters: Tensor;
  /** Certified digits, at most 11, which is as many as NIST gives: of the worst parameter, of the worst of their standard deviations, … */
  readonly digits: { readonly parameters: number; readonly deviations: number; readonly residual: number };
  readonly evaluations: number;
  readonly reason: string;
}

/** How many digits of a number are right: the log relative error of McCullough, "Assessing the Reliability of Statistical Software" (1998). */
export function certifiedDigits(value: number, certified: number): number {
  if (!Number.isFinite(value)) return 0;
  const error = Math.abs(value - certified) / Math.abs(certified);
  return Math.min(11, Math.max(0, -Math.log10(error)));
}

const worst = (values: ArrayLike<number>, certified: readonly number[]): number =>
  Math.min(...certified.map((value, i) => certifiedDigits(values[i] ?? Number.NaN, value)));

/** Fits a problem from one of its starts, with derivatives by differentiation. */
export function fitProblem(problem: Problem, start: readonly number[]): Fit {
  const { x, standardErrors, value, evaluations, reason } = curveFitSync(
    (predictors: readonly Tensor[], parameters: Tensor) => problem.fitted(parameters, predictors),
    problem.x,
    problem.y,
    tensor(Float64Array.from(start)),
  );
  return {
    parameters: x,
    digits: {
      parameters: worst(x.data(), problem.parameters),
      deviations: worst(standardErrors.data(), problem.standardDeviations),
      residual: certifiedDigits(value, problem.residualSumOfSquares),
    },
    evaluations,
    reason,
  };
}
