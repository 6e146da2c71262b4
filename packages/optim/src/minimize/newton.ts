import type { Routine } from "../roads/drive.js";
import { strongWolfe } from "./line-search.js";
import { noDescent, type SmoothMethod } from "./method.js";
import type { Objective, SmoothPoint } from "./objective.js";
import { addScaled, dot, norm, scale, type Vector } from "./vector.js";

/** How exactly the inner conjugate gradients solve: ever better towards the minimum (Nocedal & Wright, equation 7.3). */
const forcing = (gradient: Vector): number => Math.min(0.5, Math.sqrt(norm(gradient))) * norm(gradient);

/** Where conjugate gradients ended: at a solution, or beyond a boundary or on a direction of no positive curvature. */
interface Inner {
  readonly step: Vector;
  /** H step, which the model's decrease needs. */
  readonly bent: Vector;
}

/** How conjugate gradients go on where they meet the boundary or no positive curvature; undefined where they go on as they are. */
interface Boundary {
  readonly leaves: (step: Vector) => boolean;
  /** The place on the boundary from `step` along `direction`. */
  readonly meet: (step: Vector, direction: Vector) => number;
}

/** Conjugate gradients on H step = −gradient, from 0 (Steihaug 1983; Nocedal & Wright, algorithms 7.1 and 7.2). */
function* conjugateGradients(objective: Objective, point: SmoothPoint, boundary?: Boundary): Routine<Inner> {
  const { x, gradient } = point;
  const tolerance = forcing(gradient);
  let step: Vector = new Float64Array(objective.size);
  let bent: Vector = step;
  let residual = gradient;
  let direction = scale(gradient, -1);
  // Rounding can cost more iterations than there are unknowns.
  for (let iteration = 0; iteration < 2 * objective.size + 10; iteration++) {
    const turned = yield* objective.curvature(x, direction);
    const curvature = dot(direction, turned);
    const flat = !(curvature > Number.EPSILON * dot(direction, direction));
    if (flat && boundary === undefined) return iteration === 0 ? { step: direction, bent: turned } : { step, bent };
    const length = dot(residual, residual) / curvature;
    const next = addScaled(step, length, direction);
    if (boundary !== undefined && (flat || boundary.leaves(next))) {
      const t = boundary.meet(step, direction);
      return { step: addScaled(step, t, direction), bent: addScaled(bent, t, turned) };
    }
    step = next;
    bent = addScaled(bent, length, turned);
    const rest = addScaled(residual, length, turned);
    if (norm(rest) <= tolerance) break;
    direction = addScaled(scale(rest, -1), dot(rest, rest) / dot(residual, residual), direction);
    residual = rest;
  }
  return { step, bent };
}

/** Newton's method, whose steps are found by conjugate gradients on Hessian-vector products, with a line search. */
export function newtonCgMethod(objective: Objective): SmoothMethod {
  return {
    *advance(point) {
      const { step } = yield* conjugateGradients(objective, point);
      const trial = yield* strongWolfe(objective, point, step, { first: 1 });
      if (trial !== undefined) return trial.point;
      const steepest = scale(point.gradient, -1);
      const last = yield* strongWolfe(objective, point, steepest, { first: 1 / (1 + norm(point.gradient)) });
      return last?.point ?? noDescent;
    },
  };
}

/** How a trust region of this radius bounds conjugate gradients. */
const sphere = (radius: number): Boundary => ({
  leaves: (step) => norm(step) >= radius,
  meet(step, direction) {
    const [a, b, c] = [dot(direction, direction), dot(step, direction), dot(step, step) - radius * radius];
    const root = Math.sqrt(Math.max(0, b * b - a * c));
    return b > 0 ? -c / (b + root) : (root - b) / a;
  },
});

/** The least radius that still moves anything, as a share of x. */
const leastRadius = 4 * Number.EPSILON;

/** Newton's method in a trust region, solved by Steihaug's conjugate gradients (Nocedal & Wright, algorithms 4.1 and 7.2). */
export function trustRegionMethod(objective: Objective): SmoothMethod {
  let radius = 1;
  return {
    *advance(point) {
      while (radius > leastRadius * (norm(point.x) + leastRadius)) {
        const { step, bent } = yield* conjugateGradients(objective, point, sphere(radius));
        const promised = -dot(point.gradient, step) - 0.5 * dot(step, bent);
        const next = yield* objective.withGradient(addScaled(point.x, 1, step));
        const kept = point.value - next.value;
        const ratio = agreement(objective, point, kept, promised);
        const finite = Number.isFinite(next.value) && next.gradient.every(Number.isFinite);
        if (!finite || !(ratio >= 0.25)) radius = 0.25 * Math.min(radius, norm(step));
        else if (ratio > 0.75 && norm(step) >= 0.99 * radius) radius *= 2;
        if (finite && ratio > 1e-4) return next;
      }
      return noDescent;
    },
  };
}

/** How much of the decrease that the model promised was kept; 1 where both are lost in rounding. */
function agreement({ epsilon }: Objective, { value }: SmoothPoint, kept: number, promised: number): number {
  const noise = 8 * epsilon * Math.abs(value);
  if (Math.abs(kept) <= noise && promised <= noise) return 1;
  return kept / promised;
}
