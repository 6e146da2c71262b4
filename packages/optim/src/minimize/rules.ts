import { nonNegative } from "../arguments.js";
import type { Point } from "../roads/travel.js";
import type { Method } from "./method.js";
import type { Spreads } from "./nelder-mead.js";
import type { Tolerances } from "./options.js";
import { maxNorm, subtract, type Vector } from "./vector.js";

/** The largest gradient at which a minimiser stops by itself, by the machine epsilon of x0. */
const defaultGradientTolerance = (epsilon: number): number => (epsilon > 1e-10 ? 1e-4 : 1e-8);

const defaultSpread = (epsilon: number): number => (epsilon > 1e-10 ? 1e-4 : 1e-8);

/** The exact stopping rules that all methods share, as a function of a place and the one before it. */
export interface Rules {
  /** Those of the methods without gradients. */
  readonly spreads: Spreads;
  readonly arrived: <P extends Point<Vector>>(
    method: Method<P>,
    point: P,
    previous: P | undefined,
  ) => string | undefined;
}

/** @throws ValueError for a tolerance below 0. */
export function rulesOf(operator: string, options: Tolerances, epsilon: number): Rules {
  const { gradientTolerance = defaultGradientTolerance(epsilon), valueTolerance = 0, stepTolerance = 0 } = options;
  nonNegative(operator, "gradientTolerance", gradientTolerance);
  nonNegative(operator, "valueTolerance", valueTolerance);
  nonNegative(operator, "stepTolerance", stepTolerance);
  const spread = defaultSpread(epsilon);
  return {
    spreads: { value: options.valueTolerance ?? spread, step: options.stepTolerance ?? spread },
    arrived(method, point, previous) {
      const own = method.arrived?.(point);
      if (own !== undefined) return own;
      const slope = method.slope?.(point) ?? point.gradient;
      if (slope !== undefined && maxNorm(slope) <= gradientTolerance) {
        return `the largest magnitude in the gradient, ${maxNorm(slope)}, is at most ${gradientTolerance}`;
      }
      if (previous === undefined || previous === point) return undefined;
      const decrease = (previous.value - point.value) / Math.max(Math.abs(previous.value), 1);
      if (valueTolerance > 0 && decrease <= valueTolerance) {
        return `the relative decrease of an iteration, ${decrease}, is at most ${valueTolerance}`;
      }
      const step = maxNorm(subtract(point.x, previous.x)) / Math.max(maxNorm(previous.x), 1);
      if (stepTolerance > 0 && step <= stepTolerance) {
        return `the relative step of an iteration, ${step}, is at most ${stepTolerance}`;
      }
      return undefined;
    },
  };
}
