import { tensor } from "@glissade/autograd";
import type { Method } from "../../src/minimize/method.js";
import type { Objective, SmoothPoint } from "../../src/minimize/objective.js";
import { driveSync, type Routine } from "../../src/roads/drive.js";
import type { Point } from "../../src/roads/travel.js";

/** A function of plain numbers with its gradient. */
export type Plain = (x: Float64Array) => readonly [value: number, gradient: Float64Array];

const scalar = tensor(0);

/** A routine that reads one tensor and ends. */
function* done<R>(result: R): Routine<R> {
  yield scalar;
  return result;
}

/** A plain function as an objective that remembers where it was asked. */
export function plainObjective(size: number, f: Plain) {
  const asked: Float64Array[] = [];
  const withGradient = (x: Float64Array): SmoothPoint => {
    asked.push(x.slice());
    const [value, gradient] = f(x);
    return { x, value, gradient };
  };
  const sampled = (x: Float64Array): Point<Float64Array> => ({ ...withGradient(x), gradient: undefined });
  const objective: Objective = {
    size,
    epsilon: Number.EPSILON,
    value: (x) => done(sampled(x)),
    values: (xs) => done(xs.map(sampled)),
    withGradient: (x) => done(withGradient(x)),
    curvature: () => done(new Float64Array(size)),
  };
  return { objective, asked, withGradient, sampled };
}

/** Where a method led, and why it ended: `arrived` where that was by its own rule or the one given. */
export interface Way<P> {
  readonly points: readonly P[];
  readonly reason: string;
  readonly hasArrived: boolean;
}

/** Calls a method again and again until it has arrived, gives up or has had its iterations. */
export function follow<P extends Point<Float64Array>>(
  method: Method<P>,
  start: P,
  iterations: number,
  isThere: (point: P) => boolean = () => false,
): Way<P> {
  const points = [start];
  let point = start;
  for (let i = 0; i < iterations; i++) {
    const arrival = method.arrived?.(point) ?? (isThere(point) ? "there" : undefined);
    if (arrival !== undefined) return { points, reason: arrival, hasArrived: true };
    const next = driveSync(method.advance(point));
    if (typeof next === "string") return { points, reason: next, hasArrived: false };
    point = next;
    points.push(point);
  }
  return { points, reason: `no end in ${iterations} iterations`, hasArrived: false };
}

/** x · x */
export const sphere: Plain = (x) => [x.reduce((sum, value) => sum + value * value, 0), x.map((value) => 2 * value)];

/** Rosenbrock's valley in any dimension from two, chained. */
export const rosenbrock: Plain = (x) => {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i]!, x[i + 1]!];
    value += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i]! += -400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1]! += 200 * (b - a * a);
  }
  return [value, gradient];
};

/** Many minima, the least 0 at 0. */
export const rastrigin: Plain = (x) => [
  x.reduce((sum, value) => sum + 10 + value * value - 10 * Math.cos(2 * Math.PI * value), 0),
  x.map((value) => 2 * value + 20 * Math.PI * Math.sin(2 * Math.PI * value)),
];
