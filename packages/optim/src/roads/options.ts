import { GradientError, Tensor, TransformError } from "@glissade/autograd";
import { positive, wholeNumber } from "../arguments.js";
import { describeValue } from "../tree.js";

/** A line of a road's history. */
export interface HistoryEntry {
  /** How many updates, or candidates of a search, there have been. */
  readonly iteration: number;
  /** How often the function has been evaluated, alone or with its gradient. */
  readonly evaluations: number;
  /** The loss; in a search, the best so far. */
  readonly value: number;
  /** Since the start, without the time spent in the callback. */
  readonly seconds: number;
}

/** What a callback is told after each iteration, and once before the first. */
export interface RoadProgress<T> extends HistoryEntry {
  /** The parameters; in a search, the best so far. */
  readonly x: T;
}

/** What every road takes. The first budget that is spent ends it; without any, `iterations` is 1000. */
export interface RoadOptions<T> {
  /** How many updates, or candidates, at most; 0 or more. */
  readonly iterations?: number;
  /** How often to evaluate the function at most; 1 or more. A gradient by differentiation counts as one with its value. */
  readonly evaluations?: number;
  /** How long at most, above 0; an update or evaluation in progress is finished. */
  readonly seconds?: number;
  /** A loss at which to stop, converged. */
  readonly target?: number;
  /** Keeps every so many iterations in the history, besides the first and the last; default 1. */
  readonly recordEvery?: number;
  /** Called with each iteration; stops the road by returning true. Its time does not count. */
  readonly callback?: (progress: RoadProgress<T>) => unknown;
}

/** What every road returns. */
export interface RoadResult<T> {
  /** Where the road ended: the last parameters with a finite loss; in a search, the best. */
  readonly x: T;
  /** The loss at `x`; on the road's last batch, where there are batches. */
  readonly value: number;
  /** The gradient at `x`, where the road has one. */
  readonly gradient: T | undefined;
  /** Whether `target` or a tolerance was reached. */
  readonly converged: boolean;
  /** Why the road ended, in words. */
  readonly reason: string;
  readonly iterations: number;
  readonly evaluations: number;
  readonly history: readonly HistoryEntry[];
}

/** The budget where none is given. */
const defaultIterations = 1000;

/** The budgets of a road, infinite where there is none. */
export interface Budget {
  readonly iterations: number;
  readonly evaluations: number;
  readonly seconds: number;
}

/** @throws ValueError for a budget that is no number in range. */
export function budgetOf<T>(operator: string, options: RoadOptions<T>): Budget {
  const { iterations, evaluations, seconds } = options;
  const none = iterations === undefined && evaluations === undefined && seconds === undefined;
  if (iterations !== undefined) wholeNumber(operator, "iterations", iterations, 0);
  if (evaluations !== undefined) wholeNumber(operator, "evaluations", evaluations, 1);
  if (seconds !== undefined) positive(operator, "seconds", seconds);
  return {
    iterations: none ? defaultIterations : (iterations ?? Number.POSITIVE_INFINITY),
    evaluations: evaluations ?? Number.POSITIVE_INFINITY,
    seconds: seconds ?? Number.POSITIVE_INFINITY,
  };
}

/** The loss that a function gave. @throws GradientError, TransformError where it is no float scalar. */
export function scalarLoss(operator: string, loss: unknown): Tensor {
  if (loss instanceof Promise) {
    throw new TransformError(
      `${operator}: the function returned a Promise. Await outside, and return the loss itself.`,
    );
  }
  if (!(loss instanceof Tensor) || loss.rank !== 0 || (loss.dtype !== "float32" && loss.dtype !== "float64")) {
    const found =
      loss instanceof Tensor ? `shape [${loss.shape.join(", ")}] and dtype ${loss.dtype}` : describeValue(loss);
    throw new GradientError(
      `${operator}: the function must return a scalar float tensor, not ${found}. Reduce the loss with sum or mean.`,
    );
  }
  return loss;
}
