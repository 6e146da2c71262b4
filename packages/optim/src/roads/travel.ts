import { finite, wholeNumber } from "../arguments.js";
import type { Routine } from "./drive.js";
import type { Meter } from "./meter.js";
import type { Budget, HistoryEntry, RoadOptions, RoadResult } from "./options.js";

/** A place on a road. */
export interface Point<T> {
  readonly x: T;
  readonly value: number;
  readonly gradient: T | undefined;
}

/** What tells one road from another. */
export interface Road<T, P extends Point<T> = Point<T>> {
  /** One iteration: from a place to the next, or why there is none, in words; a search that finds nothing better stays. */
  readonly advance: (point: P) => Routine<P | string>;
  /** Whether an infinite loss or NaN is passed over; otherwise it ends the road. */
  readonly skipsNonFinite: boolean;
  /** Why the road ends well at a place, in words. */
  readonly arrived?: (point: P) => string | undefined;
}

/** @throws ValueError for options out of range. */
export function checkTravel<T>(operator: string, { recordEvery, target }: RoadOptions<T>): void {
  if (recordEvery !== undefined) wholeNumber(operator, "recordEvery", recordEvery, 1);
  if (target !== undefined) finite(operator, "target", target);
}

/** The loop of every road, from a start that has been evaluated: record, ask whether to stop, go on. */
export function* travel<T, P extends Point<T> = Point<T>>(
  road: Road<T, P>,
  start: P,
  meter: Meter,
  budget: Budget,
  options: RoadOptions<T>,
): Routine<RoadResult<T>> {
  const { recordEvery = 1, target = Number.NEGATIVE_INFINITY, callback } = options;
  const history: HistoryEntry[] = [];
  let iteration = 0;
  let value = Number.NaN;
  const entry = (): HistoryEntry => ({ iteration, evaluations: meter.evaluations(), value, seconds: meter.seconds() });
  const finish = ({ x, value, gradient }: P, converged: boolean, reason: string): RoadResult<T> => {
    if (history.at(-1)?.iteration !== iteration) history.push(entry());
    return { x, value, gradient, converged, reason, iterations: iteration, evaluations: meter.evaluations(), history };
  };

  let point = start;
  // Only the start can be a point without a finite loss: the loop does not go on to one.
  for (;;) {
    value = point.value;
    if (iteration % recordEvery === 0) history.push(entry());
    if (callback !== undefined) {
      const progress = { ...entry(), x: point.x };
      if (meter.pause(() => callback(progress)) === true) return finish(point, false, "the callback asked to stop");
    }
    const stuck = !Number.isFinite(value) && !road.skipsNonFinite;
    if (stuck) return finish(point, false, `the loss is ${value} at x0`);
    if (value <= target) return finish(point, true, `the loss reached the target ${target}`);
    const arrival = road.arrived?.(point);
    if (arrival !== undefined) return finish(point, true, arrival);
    if (iteration >= budget.iterations)
      return finish(point, false, `the budget of ${budget.iterations} iterations is spent`);
    const spent = meter.spent();
    if (spent !== undefined) return finish(point, false, spent);

    const next = yield* road.advance(point);
    if (typeof next === "string") return finish(point, false, next);
    iteration++;
    if (!Number.isFinite(next.value) && !road.skipsNonFinite) {
      value = next.value;
      return finish(point, false, `the loss became ${value} in iteration ${iteration}; a smaller stepSize may help`);
    }
    point = next;
  }
}
