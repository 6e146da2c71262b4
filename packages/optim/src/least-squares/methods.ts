import type { Box } from "../minimize/bounds.js";
import { type Method, noDescent } from "../minimize/method.js";
import { dot, scale, subtract, type Vector } from "../minimize/vector.js";
import { columnNorms, solve, solveDamped } from "./factorization.js";
import { type Local, localProblem, moved, promisedDecrease } from "./step.js";
import type { Linearised, System } from "./system.js";

/** When both methods have arrived. */
export interface Tolerances {
  readonly gradient: number;
  readonly value: number;
  readonly step: number;
}

/** The local problem at a place, computed once for each. */
function locals(box: Box | undefined) {
  let last: Local | undefined;
  return (point: Linearised): Local => {
    if (last?.point !== point) last = localProblem(point, box);
    return last;
  };
}

/** Each number of x in units in which its derivatives have been at most 1, as MINPACK scales them (Moré 1978). */
function scaling(): (point: Linearised) => Vector {
  let largest: Vector | undefined;
  return ({ weighted }) => {
    const norms = columnNorms(weighted.jacobian);
    largest = largest?.map((value, i) => Math.max(value, norms[i] ?? 0)) ?? norms;
    return largest.map((value) => value || 1);
  };
}

const scaledNorm = (a: Vector, units: Vector): number => {
  let total = 0;
  for (const [i, value] of a.entries()) total = Math.hypot(total, value * (units[i] ?? 1));
  return total;
};

/** The length of a step from a place, as a share of the place; a step from 0 as it is. */
function relativeStep({ x }: Linearised, next: Vector, units: Vector): number {
  const length = scaledNorm(subtract(next, x), units);
  return length / (scaledNorm(x, units) || 1);
}

/** How many times the machine epsilon rounding may move a value, relative to it: residuals are small differences of large numbers. */
const blur = 1e4;

/** The stopping rules of both methods, which look at each place and at the step to the next. */
function rulesOf({ gradient, value, step }: Tolerances, epsilon: number, box: Box | undefined) {
  let first: number | undefined;
  let before: Linearised | undefined;
  let settled: string | undefined;
  let isBlurred = false;
  return {
    arrived({ point, cosine }: Local): string | undefined {
      first ??= point.value;
      if (settled !== undefined) return settled;
      if (point.value <= epsilon * epsilon * first)
        return `the residuals are 0 but for rounding: their loss is ${point.value}`;
      if (cosine <= gradient) {
        return `the cosine between the residuals and their derivatives, ${cosine}, is at most ${gradient}`;
      }
      const decrease = before === undefined ? 1 : (before.value - point.value) / before.value;
      return decrease <= value && value > 0
        ? `the relative decrease of an iteration, ${decrease}, is at most ${value}`
        : undefined;
    },
    /** Whether the undamped step from a place is too small to matter, so that the place is the end. */
    settles(local: Local, units: Vector): boolean {
      const { point } = local;
      before = point;
      const whole = moved(local, solve(local.factors), box);
      const length = relativeStep(point, whole, units);
      if (length <= step) settled = `the next relative step, ${length}, is at most ${step}`;
      // A promise far below 0 comes from a step that the box has cut.
      const share = Math.abs(promisedDecrease(local, whole)) / point.value;
      if (share <= 4 * epsilon) settled = roundedOff(point);
      // How much rounding blurs the values, only a search that found nothing tells.
      isBlurred = share <= blur * epsilon;
      return settled !== undefined;
    },
    /** The end where no step lowers the value: well, where none has promised to by more than rounding might hide. */
    stops({ point }: Local): Linearised | string {
      if (!isBlurred) return noDescent;
      settled = roundedOff(point);
      return point;
    },
  };
}

const roundedOff = ({ value }: Linearised): string =>
  `no step promises to lower the value ${value} by more than rounding`;

const isSame = (a: Vector, b: Vector): boolean => a.every((value, i) => value === b[i]);

const notFinite = "the derivatives of the residuals are not finite";
const isUsable = ({ jacobian }: Linearised): boolean => jacobian.data.every((entry) => Number.isFinite(entry));

/** The step of linear least squares with √damping · units · step below the residuals. */
function dampedStep({ factors, free }: Local, damping: number, units: Vector): Vector {
  const root = Math.sqrt(damping);
  return solveDamped(
    factors,
    Float64Array.from(free, (i) => root * (units[i] ?? 1)),
  );
}

/** The damping of the first iteration: cautious, since a first step too long may end in another valley or on a plateau. */
const firstDamping = 30;

/** The least damping that an iteration starts from. */
const leastDamping = 1e-18;

/**
 * The method of Levenberg (1944) and Marquardt (1963): Gauss–Newton steps, damped in units in which derivatives are alike (Moré 1978), the
 * damping after Nielsen, "Damping Parameter in Marquardt's Method" (1999). Steps are put back into the box (Kanzow, Yamashita &
 * Fukushima 2004), numbers held by a bound left out.
 */
export function levenbergMarquardtMethod(
  system: System,
  box: Box | undefined,
  tolerances: Tolerances,
): Method<Linearised> {
  const localAt = locals(box);
  const unitsAt = scaling();
  let damping = firstDamping;
  let growth = 2;
  const rules = rulesOf(tolerances, system.epsilon, box);
  return {
    arrived: (point) => rules.arrived(localAt(point)),
    *advance(point) {
      if (!isUsable(point)) return notFinite;
      const local = localAt(point);
      const units = unitsAt(point);
      if (rules.settles(local, units)) return point;
      for (;;) {
        const next = moved(local, dampedStep(local, damping, units), box);
        if (!Number.isFinite(damping) || isSame(next, point.x)) return rules.stops(local);
        const promised = promisedDecrease(local, next);
        const found = yield* system.at(next);
        const kept = point.value - found.value;
        if (promised > 0 && kept > 1e-4 * promised) {
          const ratio = kept / promised;
          damping = Math.max(leastDamping, damping * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3));
          growth = 2;
          return yield* system.linearise(found);
        }
        damping *= growth;
        growth *= 2;
      }
    },
  };
}

/** How often Gauss–Newton halves a step that the box may have turned uphill, before it takes damped ones, which cannot be. */
const halvings = 10;

/** After so many, a step can't be told from 0. */
const trials = 300;

/** Gauss–Newton: the steps of linear least squares, halved until the value falls enough (Nocedal & Wright, section 10.3). */
export function gaussNewtonMethod(system: System, box: Box | undefined, tolerances: Tolerances): Method<Linearised> {
  const localAt = locals(box);
  const unitsAt = scaling();
  const rules = rulesOf(tolerances, system.epsilon, box);
  return {
    arrived: (point) => rules.arrived(localAt(point)),
    *advance(point) {
      if (!isUsable(point)) return notFinite;
      const local = localAt(point);
      const units = unitsAt(point);
      if (rules.settles(local, units)) return point;
      const step = solve(local.factors);
      for (let trial = 0; trial < trials; trial++) {
        const isDamped = box !== undefined && trial >= halvings;
        const change = isDamped ? dampedStep(local, 10 ** (trial - halvings - 3), units) : scale(step, 2 ** -trial);
        const next = moved(local, change, box);
        if (isSame(next, point.x) && (isDamped || box === undefined)) break;
        const slope = dot(point.gradient, subtract(next, point.x));
        if (!(slope < 0)) continue;
        const found = yield* system.at(next);
        const enough = found.value < point.value && found.value <= point.value + 1e-4 * slope;
        if (enough) return yield* system.linearise(found);
      }
      return rules.stops(local);
    },
  };
}
