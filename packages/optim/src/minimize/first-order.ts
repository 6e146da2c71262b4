import type { Routine } from "../roads/drive.js";
import { backtrack, strongWolfe } from "./line-search.js";
import { noDescent, type SmoothMethod } from "./method.js";
import type { Objective, SmoothPoint } from "./objective.js";
import { addScaled, dot, maxNorm, norm, scale, subtract, type Vector } from "./vector.js";

/** The first step of a method that knows nothing of the scale yet: it moves by 1 at most. */
export const firstStep = (gradient: Vector): number => Math.min(1, 1 / norm(gradient));

/** Steepest descent with backtracking; each line search starts from twice the last step. */
export function gradientDescentMethod(objective: Objective): SmoothMethod {
  let step: number | undefined;
  return {
    *advance(point) {
      const first = step === undefined ? firstStep(point.gradient) : 2 * step;
      const trial = yield* backtrack(objective, point, scale(point.gradient, -1), first);
      step = trial?.t;
      return trial?.point ?? noDescent;
    },
  };
}

/**
 * Nonlinear conjugate gradients with the factor of Polak, Ribière and Polyak, never negative (Gilbert & Nocedal 1992; Nocedal & Wright,
 * section 5.2), starting anew along the gradient where the direction would not descend.
 */
export function nonlinearCgMethod(objective: Objective): SmoothMethod {
  let last: { readonly gradient: Vector; readonly direction: Vector; readonly t: number } | undefined;

  function* search(point: SmoothPoint, direction: Vector, first: number): Routine<SmoothPoint | undefined> {
    const trial = yield* strongWolfe(objective, point, direction, { first, curvature: 0.1 });
    if (trial !== undefined) last = { gradient: point.gradient, direction, t: trial.t };
    return trial?.point;
  }

  return {
    *advance(point) {
      const { gradient } = point;
      const steepest = scale(gradient, -1);
      if (last !== undefined) {
        const factor = Math.max(
          0,
          dot(gradient, subtract(gradient, last.gradient)) / dot(last.gradient, last.gradient),
        );
        const direction = addScaled(steepest, factor, last.direction);
        const slope = dot(gradient, direction);
        if (slope < 0) {
          const first = (last.t * dot(last.gradient, last.direction)) / slope;
          const found = yield* search(point, direction, Number.isFinite(first) ? first : firstStep(gradient));
          if (found !== undefined) return found;
        }
      }
      const found = yield* search(point, steepest, firstStep(gradient));
      return found ?? noDescent;
    },
  };
}

/** Whether a step tells of positive curvature, so that the update keeps the approximation positive definite. */
export const curves = (step: Vector, change: Vector): boolean =>
  dot(step, change) > Number.EPSILON * maxNorm(step) * maxNorm(change);
