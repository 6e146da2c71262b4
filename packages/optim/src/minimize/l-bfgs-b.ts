import { type Box, clampTo } from "./bounds.js";
import { apply, type Square, solveSquare, zeroSquare } from "./dense.js";
import { curves, firstStep } from "./first-order.js";
import { strongWolfe } from "./line-search.js";
import { noDescent, type SmoothMethod } from "./method.js";
import type { Objective, SmoothPoint } from "./objective.js";
import { addScaled, dot, norm, subtract, type Vector } from "./vector.js";

/** B = θ I − W M Wᵀ, the approximate Hessian of L-BFGS in compact form (Byrd, Nocedal & Schnabel 1994). */
interface Compact {
  readonly theta: number;
  /** Row i of W: what the i-th number of x is to the remembered steps. */
  readonly row: (i: number) => Vector;
  /** M times a vector. */
  readonly middle: (v: Vector) => Vector;
  /** Wᵀ v over the numbers of x in `places`. */
  readonly gather: (v: Vector, places?: readonly number[]) => Vector;
}

interface Pair {
  readonly step: Vector;
  readonly change: Vector;
}

/** @returns undefined where M is singular. */
function compactOf(pairs: readonly Pair[]): Compact | undefined {
  const newest = pairs.at(-1);
  const theta = newest === undefined ? 1 : dot(newest.change, newest.change) / dot(newest.step, newest.change);
  const m = pairs.length;
  const inner = zeroSquare(2 * m);
  for (const [i, a] of pairs.entries()) {
    for (const [j, b] of pairs.entries()) {
      const product = dot(a.step, b.change);
      const [upper, lower] = [inner[i], inner[m + i]];
      const transposed = inner[j];
      if (upper === undefined || lower === undefined || transposed === undefined) continue;
      if (i === j) upper[i] = -product;
      if (i > j) {
        lower[j] = product;
        transposed[m + i] = product;
      }
      lower[m + j] = theta * dot(a.step, b.step);
    }
  }
  // W is asked for row by row again and again: its rows are made once.
  const rows = Array.from({ length: newest?.step.length ?? 0 }, () => new Float64Array(2 * m));
  for (const [k, { step, change }] of pairs.entries()) {
    for (const [i, w] of rows.entries()) {
      w[k] = change[i] ?? 0;
      w[m + k] = theta * (step[i] ?? 0);
    }
  }
  const empty = new Float64Array(2 * m);
  const row = (i: number): Vector => rows[i] ?? empty;
  const inverse = inverseOf(inner);
  if (inverse === undefined) return undefined;
  return {
    theta,
    row,
    middle: (v) => apply(inverse, v),
    gather(v, places) {
      const result = new Float64Array(2 * m);
      const add = (i: number): void => {
        const w = row(i);
        for (let k = 0; k < w.length; k++) result[k] = (result[k] ?? 0) + (w[k] ?? 0) * (v[i] ?? 0);
      };
      if (places === undefined) for (let i = 0; i < v.length; i++) add(i);
      else for (const i of places) add(i);
      return result;
    },
  };
}

function inverseOf(a: Square): Square | undefined {
  const columns = a.map((_, i) =>
    solveSquare(
      a,
      Float64Array.from(a, (_, j) => (i === j ? 1 : 0)),
    ),
  );
  // M is symmetric, so that the columns of its inverse are the rows.
  const found = columns.filter((column) => column !== undefined);
  return found.length === a.length ? found : undefined;
}

/** Where the projected gradient path is lowest on the quadratic model, and Wᵀ(xc − x) there. */
interface Cauchy {
  readonly x: Vector;
  readonly c: Vector;
}

/** The generalised Cauchy point (Byrd, Lu, Nocedal & Zhu 1995, algorithm CP). */
function cauchyPoint({ x, gradient }: SmoothPoint, { lower, upper }: Box, model: Compact): Cauchy {
  const breaks = Float64Array.from(gradient, (slope, i) => {
    if (slope === 0) return Number.POSITIVE_INFINITY;
    const bound = slope < 0 ? upper[i] : lower[i];
    return ((x[i] ?? 0) - (bound ?? 0)) / slope;
  });
  const direction = gradient.map((slope, i) => (breaks[i] === 0 ? 0 : -slope));
  const found = x.slice();
  let p = model.gather(direction);
  let c: Vector = new Float64Array(p.length);
  let first = -dot(direction, direction);
  let second = -model.theta * first - dot(p, model.middle(p));
  let reached = 0;
  const order = [...breaks.keys()]
    .filter((i) => (breaks[i] ?? 0) > 0)
    .sort((a, b) => (breaks[a] ?? 0) - (breaks[b] ?? 0));
  for (const i of order) {
    const t = breaks[i] ?? 0;
    if (-first / second < t - reached || t === Number.POSITIVE_INFINITY) break;
    const slope = gradient[i] ?? 0;
    found[i] = (slope < 0 ? upper[i] : lower[i]) ?? 0;
    const moved = (found[i] ?? 0) - (x[i] ?? 0);
    const w = model.row(i);
    c = addScaled(c, t - reached, p);
    const bent = model.middle(w);
    first += (t - reached) * second + slope * slope + model.theta * slope * moved - slope * dot(bent, c);
    second -= model.theta * slope * slope + 2 * slope * dot(bent, p) + slope * slope * dot(bent, w);
    // Rounding can take the curvature below 0, which it cannot be.
    second = Math.max(second, Number.EPSILON * model.theta * dot(gradient, gradient));
    p = addScaled(p, slope, w);
    direction[i] = 0;
    reached = t;
    if (first >= 0) break;
  }
  const rest = Math.max(0, -first / second);
  const last = first >= 0 ? 0 : rest;
  for (const [i, slope] of direction.entries()) if (slope !== 0) found[i] = (x[i] ?? 0) + (reached + last) * slope;
  return { x: clampTo({ lower, upper }, found), c: addScaled(c, last, p) };
}

/** The minimum of the model over the numbers that the Cauchy point leaves free, put back into the box (section 5.1, direct primal method). */
function subspaceMinimum(point: SmoothPoint, box: Box, model: Compact, cauchy: Cauchy): Vector {
  const free = [...cauchy.x.keys()].filter(
    (i) => (cauchy.x[i] ?? 0) > (box.lower[i] ?? 0) && (cauchy.x[i] ?? 0) < (box.upper[i] ?? 0),
  );
  if (free.length === 0) return cauchy.x;
  const { theta } = model;
  const pulled = model.middle(cauchy.c);
  const reduced = new Float64Array(point.x.length);
  for (const i of free) {
    const moved = (cauchy.x[i] ?? 0) - (point.x[i] ?? 0);
    reduced[i] = (point.gradient[i] ?? 0) + theta * moved - dot(model.row(i), pulled);
  }
  const inside = model.middle(model.gather(reduced, free));
  const size = inside.length;
  const system = zeroSquare(size);
  for (let k = 0; k < size; k++) {
    // Column k of W_Fᵀ W_F, then I − M W_Fᵀ W_F / θ.
    const column = new Float64Array(point.x.length);
    for (const i of free) column[i] = model.row(i)[k] ?? 0;
    const bent = model.middle(model.gather(column, free));
    for (const [j, row] of system.entries()) row[k] = (j === k ? 1 : 0) - (bent[j] ?? 0) / theta;
  }
  const solved = solveSquare(system, inside);
  if (solved === undefined) return cauchy.x;
  const found = cauchy.x.slice();
  for (const i of free) {
    const change = -(reduced[i] ?? 0) / theta - dot(model.row(i), solved) / (theta * theta);
    found[i] = (found[i] ?? 0) + change;
  }
  return backInto(point, box, cauchy.x, found);
}

/** Projects what lies outside, or where that would not descend, stops at the box's wall (Morales & Nocedal 2011). */
function backInto({ x, gradient }: SmoothPoint, box: Box, from: Vector, to: Vector): Vector {
  const projected = clampTo(box, to);
  if (dot(gradient, subtract(projected, x)) < 0) return projected;
  let t = 1;
  for (const [i, start] of from.entries()) {
    const change = (to[i] ?? 0) - start;
    const wall = change < 0 ? box.lower[i] : box.upper[i];
    if (change !== 0) t = Math.min(t, ((wall ?? 0) - start) / change);
  }
  return clampTo(box, addScaled(from, t, subtract(to, from)));
}

/** The place in the box, exactly on the walls that it has reached but for rounding on the way from another. */
const ontoWalls = (box: Box, x: Vector, from: Vector): Vector =>
  clampTo(box, x).map((value, i) => {
    const near = (wall = Number.NaN): boolean =>
      Number.isFinite(wall) && Math.abs(value - wall) <= 4 * Number.EPSILON * (Math.abs(from[i] ?? 0) + Math.abs(wall));
    return [box.lower[i], box.upper[i]].find(near) ?? value;
  });

/** How far a direction leads before it leaves the box. */
function room({ lower, upper }: Box, x: Vector, direction: Vector): number {
  let largest = Number.POSITIVE_INFINITY;
  for (const [i, slope] of direction.entries()) {
    if (slope !== 0) largest = Math.min(largest, (((slope < 0 ? lower[i] : upper[i]) ?? 0) - (x[i] ?? 0)) / slope);
  }
  return Math.max(largest, 1);
}

/**
 * L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995, with the projection of Morales & Nocedal 2011): the quadratic model of L-BFGS is minimised within
 * the box, and a line search leads towards that place.
 */
export function lbfgsbMethod(objective: Objective, memory: number, box: Box): SmoothMethod {
  let from: Vector = new Float64Array(objective.size);
  const inside: Objective = { ...objective, withGradient: (x) => objective.withGradient(ontoWalls(box, x, from)) };
  let pairs: readonly Pair[] = [];

  function directionAt(point: SmoothPoint): Vector {
    const model = compactOf(pairs) ?? compactOf([]);
    if (model === undefined) return new Float64Array(point.x.length);
    return subtract(subspaceMinimum(point, box, model, cauchyPoint(point, box, model)), point.x);
  }

  return {
    slope: ({ x, gradient }) => subtract(clampTo(box, subtract(x, gradient)), x),
    *advance(point) {
      for (;;) {
        from = point.x;
        const direction = directionAt(point);
        const first = pairs.length === 0 ? Math.min(1, firstStep(direction)) : 1;
        const largest = norm(direction) === 0 ? 1 : room(box, point.x, direction);
        const trial = yield* strongWolfe(inside, point, direction, { first, largest });
        if (trial !== undefined) {
          const step = subtract(trial.point.x, point.x);
          const change = subtract(trial.point.gradient, point.gradient);
          if (curves(step, change)) pairs = [...pairs, { step, change }].slice(-memory);
          return trial.point;
        }
        if (pairs.length === 0) return noDescent;
        pairs = [];
      }
    },
  };
}
