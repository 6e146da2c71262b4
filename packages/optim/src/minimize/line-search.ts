import type { Routine } from "../roads/drive.js";
import type { Objective, SmoothPoint } from "./objective.js";
import { addScaled, dot, type Vector } from "./vector.js";

/** A place along a direction. */
export interface Trial {
  /** How far: x = start + t · direction. */
  readonly t: number;
  readonly value: number;
  /** The derivative along the direction. */
  readonly slope: number;
  readonly point: SmoothPoint;
}

/** What a line search may do. */
export interface LineSearchOptions {
  /** The first step to try; above 0. */
  readonly first: number;
  /** The largest step; default none. */
  readonly largest?: number;
  /** How much of the slope must be left at most; default 0.9, right for quasi-Newton directions. */
  readonly curvature?: number;
}

/** The share of the first-order decrease that is asked for (Nocedal & Wright, section 3.1). */
const sufficient = 1e-4;
const trials = 40;

/** How far below the start a value is, and whether that is enough. */
interface Line {
  readonly at: (t: number) => Routine<Trial>;
  readonly start: Trial;
  readonly descends: (trial: Trial) => boolean;
  readonly isFlat: (trial: Trial) => boolean;
}

function lineOf(objective: Objective, start: SmoothPoint, direction: Vector, curvature: number): Line {
  const slope = dot(start.gradient, direction);
  // Where values differ by rounding only, the slope decides (Hager & Zhang 2005, "approximate Wolfe").
  const noise = 8 * objective.epsilon * Math.abs(start.value);
  const first: Trial = { t: 0, value: start.value, slope, point: start };
  return {
    start: first,
    *at(t) {
      const point = yield* objective.withGradient(addScaled(start.x, t, direction));
      return { t, value: point.value, slope: dot(point.gradient, direction), point };
    },
    descends: (trial) =>
      trial.value <= first.value + sufficient * trial.t * slope ||
      (trial.value <= first.value + noise && trial.slope <= (2 * sufficient - 1) * slope),
    isFlat: (trial) => Math.abs(trial.slope) <= -curvature * slope,
  };
}

const isFinite = ({ value, slope }: Trial): boolean => Number.isFinite(value) && Number.isFinite(slope);

/** Where the cubic through two trials with their slopes is lowest (Nocedal & Wright, equation 3.59); NaN where it is nowhere. */
function cubicMinimum(a: Trial, b: Trial): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const d2 = Math.sign(b.t - a.t) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.t - ((b.t - a.t) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}

/** The next step inside a bracket: by interpolation, at least a tenth of the bracket away from its ends. */
function between(low: Trial, high: Trial): number {
  const [least, most] = [Math.min(low.t, high.t), Math.max(low.t, high.t)];
  const margin = 0.1 * (most - least);
  const guess = isFinite(high) ? cubicMinimum(low, high) : Number.NaN;
  return Number.isNaN(guess) ? (least + most) / 2 : Math.min(Math.max(guess, least + margin), most - margin);
}

/** Narrows a bracket down to a step of strong Wolfe (Nocedal & Wright, algorithm 3.6). */
function* zoom(line: Line, from: Trial, to: Trial): Routine<Trial | undefined> {
  let [low, high] = [from, to];
  for (let trial = 0; trial < trials; trial++) {
    const t = between(low, high);
    if (t === low.t || t === high.t) break;
    const next = yield* line.at(t);
    if (!isFinite(next) || !line.descends(next) || next.value > low.value + Math.abs(low.value) * Number.EPSILON) {
      high = next;
      continue;
    }
    if (line.isFlat(next)) return next;
    if (next.slope * (high.t - low.t) >= 0) high = low;
    low = next;
  }
  return low.t > 0 && low.value < line.start.value ? low : undefined;
}

/**
 * A step that meets the strong Wolfe conditions: enough decrease, and a slope that is nearly flat (Nocedal & Wright, "Numerical
 * Optimization", 2nd edition, algorithm 3.5 with zoom). Places where the function is not finite are stepped back from.
 *
 * @returns undefined where no lower place was found along the direction.
 */
export function* strongWolfe(
  objective: Objective,
  start: SmoothPoint,
  direction: Vector,
  { first, largest = Number.POSITIVE_INFINITY, curvature = 0.9 }: LineSearchOptions,
): Routine<Trial | undefined> {
  const line = lineOf(objective, start, direction, curvature);
  if (!(line.start.slope < 0)) return undefined;
  let previous = line.start;
  let t = Math.min(first, largest);
  for (let trial = 0; trial < trials; trial++) {
    const next = yield* line.at(t);
    const higher = trial > 0 && next.value >= previous.value;
    if (!isFinite(next) || !line.descends(next) || higher) return yield* zoom(line, previous, next);
    if (line.isFlat(next)) return next;
    if (next.slope >= 0) return yield* zoom(line, next, previous);
    if (t >= largest) return next;
    previous = next;
    t = Math.min(2 * t, largest);
  }
  return previous.t > 0 ? previous : undefined;
}

/** A step with enough decrease by halving the first one (Armijo 1966); undefined where there is none. */
export function* backtrack(
  objective: Objective,
  start: SmoothPoint,
  direction: Vector,
  first: number,
): Routine<Trial | undefined> {
  const line = lineOf(objective, start, direction, 1);
  if (!(line.start.slope < 0)) return undefined;
  let t = first;
  for (let trial = 0; trial < 2 * trials; trial++) {
    const next = yield* line.at(t);
    // Strictly lower, or rounding would let it wander about a minimum for ever.
    if (isFinite(next) && next.value < start.value && line.descends(next)) return next;
    t /= 2;
  }
  return undefined;
}
