import type { Routine } from "../roads/drive.js";
import type { Meter } from "../roads/meter.js";
import type { Budget, RoadOptions, RoadResult } from "../roads/options.js";
import { type Point, travel } from "../roads/travel.js";
import type { TensorTree } from "../tree.js";
import type { Method } from "./method.js";
import { BudgetSpent, treeOf } from "./objective.js";
import type { Vector } from "./vector.js";

/** A budget that ends inside an iteration leaves the place as it was. */
function* withinBudget<P>(iteration: Routine<P | string>): Routine<P | string> {
  try {
    return yield* iteration;
  } catch (error) {
    if (error instanceof BudgetSpent) return error.message;
    throw error;
  }
}

/** The options of a road over vectors, whose callback sees trees. */
const vectorOptions = <T>(tree: TensorTree, { callback, ...rest }: RoadOptions<T>): RoadOptions<Vector> =>
  callback === undefined
    ? rest
    : { ...rest, callback: (progress) => callback({ ...progress, x: treeOf<T>(tree, progress.x) }) };

/** A way over vectors that ends in trees. */
export interface Journey<T, P> {
  readonly tree: TensorTree;
  readonly method: Method<P & Point<Vector>>;
  /** Why a place is the end, given the one before it. */
  readonly arrived: (point: P, previous: P | undefined) => string | undefined;
  readonly meter: Meter;
  readonly budget: Budget;
  readonly options: RoadOptions<T>;
}

/** Goes from a start that has been evaluated; gives the result over trees, and the last place. */
export function* journey<T, P extends Point<Vector>>(
  { tree, method, arrived, meter, budget, options }: Journey<T, P>,
  start: P,
): Routine<readonly [RoadResult<T>, P]> {
  let previous: P | undefined;
  let last = start;
  const road = {
    skipsNonFinite: false,
    *advance(point: P): Routine<P | string> {
      previous = point;
      const next = yield* withinBudget(method.advance(point));
      if (typeof next !== "string" && Number.isFinite(next.value)) last = next;
      return next;
    },
    arrived: (point: P): string | undefined => arrived(point, previous),
  };
  const { x, gradient, ...rest } = yield* travel(road, start, meter, budget, vectorOptions(tree, options));
  const result = { ...rest, x: treeOf<T>(tree, x), gradient: gradient && treeOf<T>(tree, gradient) };
  return [result, last];
}
