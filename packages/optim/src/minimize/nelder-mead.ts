import type { Routine } from "../roads/drive.js";
import { type Box, clampTo } from "./bounds.js";
import type { Sampled, SampledMethod } from "./method.js";
import type { Objective } from "./objective.js";
import { addScaled, maxNorm, scale, subtract, type Vector } from "./vector.js";

/** When a method without gradients has arrived. */
export interface Spreads {
  /** Of the values, as a share of max(|f|, 1). */
  readonly value: number;
  /** Of the places, as a share of max(|x|, 1). */
  readonly step: number;
}

/** Puts what is not finite last. */
export const orderOf = (value: number): number => (Number.isFinite(value) ? value : Number.POSITIVE_INFINITY);

const byValue = (a: Sampled, b: Sampled): number => orderOf(a.value) - orderOf(b.value) || 0;

/** The first simplex of scipy.optimize: each number once larger by 5 %, or 0.00025 where it is 0. */
const corners = (x: Vector, box: Box | undefined): Vector[] =>
  Array.from(x, (value, i) => {
    const corner = x.slice();
    corner[i] = value === 0 ? 0.00025 : 1.05 * value;
    const clamped = box === undefined ? corner : clampTo(box, corner);
    // At a wall the simplex would be flat: it goes the other way.
    if (clamped[i] === value) clamped[i] = value === 0 ? -0.00025 : 0.95 * value;
    return box === undefined ? clamped : clampTo(box, clamped);
  });

const centroid = (simplex: readonly Sampled[], size: number): Vector =>
  simplex.reduce<Vector>((sum, { x }) => addScaled(sum, 1 / simplex.length, x), new Float64Array(size));

/**
 * The simplex search of Nelder & Mead (1965), with the coefficients of Gao & Han (2012), which depend on the number of unknowns and are the
 * classical ones for two. Places outside a box are put back into it.
 */
export function nelderMeadMethod(objective: Objective, box: Box | undefined, spreads: Spreads): SampledMethod {
  const n = objective.size;
  const coefficients = { expand: 1 + 2 / n, contract: 0.75 - 1 / (2 * n), shrink: 1 - 1 / n };
  // One unknown has no simplex to keep from collapsing: the classical halves.
  const { expand, contract, shrink } = n < 2 ? { expand: 2, contract: 0.5, shrink: 0.5 } : coefficients;
  let simplex: readonly Sampled[] = [];

  const inside = (x: Vector): Vector => (box === undefined ? x : clampTo(box, x));

  function* improved(): Routine<readonly Sampled[]> {
    const rest = simplex.slice(0, -1);
    const [best, worst] = [simplex[0], simplex.at(-1)];
    const second = rest.at(-1);
    if (best === undefined || worst === undefined || second === undefined) return simplex;
    const centre = centroid(rest, n);
    const away = subtract(centre, worst.x);
    const at = (t: number): Routine<Sampled> => objective.value(inside(addScaled(centre, t, away)));
    const reflected = yield* at(1);
    if (byValue(reflected, best) < 0) {
      const expanded = yield* at(expand);
      return [...rest, byValue(expanded, reflected) < 0 ? expanded : reflected];
    }
    if (byValue(reflected, second) < 0) return [...rest, reflected];
    const isOutside = byValue(reflected, worst) < 0;
    const contracted = yield* at(isOutside ? contract : -contract);
    if (byValue(contracted, isOutside ? reflected : worst) < 0) return [...rest, contracted];
    const shrunken = simplex.slice(1).map(({ x }) => addScaled(scale(x, shrink), 1 - shrink, best.x));
    return [best, ...(yield* objective.values(shrunken))];
  }

  return {
    *advance(point) {
      simplex = simplex.length === 0 ? [point, ...(yield* objective.values(corners(point.x, box)))] : yield* improved();
      simplex = [...simplex].sort(byValue);
      return simplex[0] ?? point;
    },
    arrived(point) {
      if (simplex.length === 0) return undefined;
      const places = Math.max(...simplex.map(({ x }) => maxNorm(subtract(x, point.x)))) / Math.max(maxNorm(point.x), 1);
      const last = orderOf(simplex.at(-1)?.value ?? Number.NaN);
      const values = (last - point.value) / Math.max(Math.abs(point.value), 1);
      return places <= spreads.step && values <= spreads.value
        ? `the simplex has shrunk to a relative size of ${places}, and its values differ by ${values}`
        : undefined;
    },
  };
}
