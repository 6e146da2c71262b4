import type { Routine } from "../roads/drive.js";
import { curves, firstStep } from "./first-order.js";
import { strongWolfe } from "./line-search.js";
import { noDescent, type SmoothMethod } from "./method.js";
import type { Objective, SmoothPoint } from "./objective.js";
import { addScaled, dot, scale, subtract, type Vector } from "./vector.js";

/** What a quasi-Newton method knows of the curvature. */
interface Curvature {
  /** The inverse Hessian, as far as known, times a gradient. */
  readonly solve: (gradient: Vector) => Vector;
  /** Learns from a step and the change of the gradient over it. */
  readonly learn: (step: Vector, change: Vector) => void;
  readonly forget: () => void;
  readonly isEmpty: () => boolean;
}

/** Line searches along −H g; where one fails, once more along the gradient with all forgotten. */
function quasiNewton(objective: Objective, curvature: Curvature): SmoothMethod {
  function* search(point: SmoothPoint): Routine<SmoothPoint | undefined> {
    const direction = scale(curvature.solve(point.gradient), -1);
    const first = curvature.isEmpty() ? firstStep(point.gradient) : 1;
    const trial = yield* strongWolfe(objective, point, direction, { first });
    if (trial === undefined) return undefined;
    const step = subtract(trial.point.x, point.x);
    const change = subtract(trial.point.gradient, point.gradient);
    if (curves(step, change)) curvature.learn(step, change);
    return trial.point;
  }
  return {
    *advance(point) {
      const found = yield* search(point);
      if (found !== undefined || curvature.isEmpty()) return found ?? noDescent;
      curvature.forget();
      return (yield* search(point)) ?? noDescent;
    },
  };
}

/**
 * The method of Broyden, Fletcher, Goldfarb and Shanno on the inverse Hessian (Nocedal & Wright, algorithm 6.1), whose first
 * approximation is scaled by the first step (equation 6.20).
 */
export function bfgsMethod(objective: Objective): SmoothMethod {
  const n = objective.size;
  let inverse: Float64Array | undefined;
  const times = (matrix: Float64Array, v: Vector): Vector =>
    Float64Array.from({ length: n }, (_, i) => dot(matrix.subarray(i * n, (i + 1) * n), v));
  return quasiNewton(objective, {
    solve: (gradient) => (inverse === undefined ? gradient : times(inverse, gradient)),
    learn(step, change) {
      const product = dot(step, change);
      inverse ??= scaledIdentity(n, product / dot(change, change));
      const moved = times(inverse, change);
      const outer = (1 + dot(change, moved) / product) / product;
      for (let i = 0; i < n; i++) {
        const [stepI, movedI] = [step[i] ?? 0, moved[i] ?? 0];
        for (let j = 0; j < n; j++) {
          const [stepJ, movedJ] = [step[j] ?? 0, moved[j] ?? 0];
          const at = i * n + j;
          inverse[at] = (inverse[at] ?? 0) + outer * stepI * stepJ - (movedI * stepJ + stepI * movedJ) / product;
        }
      }
    },
    forget() {
      inverse = undefined;
    },
    isEmpty: () => inverse === undefined,
  });
}

function scaledIdentity(n: number, factor: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * (n + 1)] = factor;
  return matrix;
}

/** One step and what it did to the gradient. */
interface Pair {
  readonly step: Vector;
  readonly change: Vector;
  /** 1 / (step · change). */
  readonly inverse: number;
}

/** L-BFGS: BFGS from the last few steps alone, by the two-loop recursion (Nocedal 1980; Nocedal & Wright, algorithm 7.4). */
export function lbfgsMethod(objective: Objective, memory: number): SmoothMethod {
  let pairs: readonly Pair[] = [];
  return quasiNewton(objective, {
    solve: (gradient) => twoLoops(pairs, gradient),
    learn(step, change) {
      pairs = [...pairs, { step, change, inverse: 1 / dot(step, change) }].slice(-memory);
    },
    forget() {
      pairs = [];
    },
    isEmpty: () => pairs.length === 0,
  });
}

function twoLoops(pairs: readonly Pair[], gradient: Vector): Vector {
  let result = gradient;
  const weights: number[] = [];
  for (const { step, change, inverse } of [...pairs].reverse()) {
    const weight = inverse * dot(step, result);
    weights.push(weight);
    result = addScaled(result, -weight, change);
  }
  const newest = pairs.at(-1);
  if (newest !== undefined) result = scale(result, 1 / (newest.inverse * dot(newest.change, newest.change)));
  for (const { step, change, inverse } of pairs) {
    result = addScaled(result, (weights.pop() ?? 0) - inverse * dot(change, result), step);
  }
  return result;
}
