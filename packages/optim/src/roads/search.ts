import { add, realize, type Tensor } from "@glissade/autograd";
import { mapTrees, tensorTree } from "../tree.js";
import { drive, driveSync, type Routine, read } from "./drive.js";
import { makeMeter } from "./meter.js";
import { budgetOf, type RoadOptions, type RoadResult, scalarLoss } from "./options.js";
import { checkStart, normalTrees, type RandomOptions } from "./start.js";
import { checkTravel, type Point, travel } from "./travel.js";

/** Options of `randomSearch`. */
export interface RandomSearchOptions<T> extends RoadOptions<T>, RandomOptions {
  /** The standard deviation of every number drawn; default 1. */
  readonly scale?: number;
}

/** Options of `randomLocalSearch`. */
export interface RandomLocalSearchOptions<T> extends RoadOptions<T>, RandomOptions {
  /** The standard deviation of the perturbation of every number; above 0. */
  readonly stepSize: number;
}

/** Evaluates candidates and keeps the best; what both searches share. */
function* search<T>(
  operator: string,
  f: (x: T) => Tensor,
  x0: T,
  candidate: (best: T) => T,
  options: RoadOptions<T>,
): Routine<RoadResult<T>> {
  checkTravel(operator, options);
  const budget = budgetOf(operator, options);
  const meter = makeMeter(budget);
  const evaluate = function* (x: T): Routine<Point<T>> {
    meter.spend();
    const value = yield* read(scalarLoss(operator, f(x)));
    return { x, value, gradient: undefined };
  };
  const road = {
    skipsNonFinite: true,
    *advance(best: Point<T>): Routine<Point<T>> {
      const found = yield* evaluate(candidate(best.x));
      // Written so that any finite loss beats NaN.
      if (!Number.isFinite(found.value) || found.value >= best.value) return best;
      // Leaves that f did not read would go on holding what they were made from.
      realize(...tensorTree(operator, "x", found.x).leaves);
      return found;
    },
  };
  return yield* travel(road, yield* evaluate(x0), meter, budget, options);
}

function randomSearchRoutine<T>(f: (x: T) => Tensor, x0: T, options: RandomSearchOptions<T>): Routine<RoadResult<T>> {
  const { scale = 1 } = options;
  const draw = normalTrees<T>("randomSearch", checkStart("randomSearch", f, x0), ["scale", scale], options);
  return search("randomSearch", f, x0, draw, options);
}

function randomLocalSearchRoutine<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: RandomLocalSearchOptions<T>,
): Routine<RoadResult<T>> {
  const operator = "randomLocalSearch";
  const draw = normalTrees<T>(operator, checkStart(operator, f, x0), ["stepSize", options.stepSize], options);
  const candidate = (best: T): T => mapTrees(operator, ["x", best], { perturbation: draw() }, add);
  return search(operator, f, x0, candidate, options);
}

/**
 * Random search: draws whole parameter vectors, every number normal with standard deviation `scale`, and keeps the one with the lowest loss,
 * `x0` included (the first road of the lecture note on optimisation of Stanford's CS231n). Candidates whose loss is infinite or NaN are
 * passed over.
 *
 * @param f From a tree like `x0` to a scalar float tensor.
 * @param x0 A tree of float tensors; gives the shapes, and is the first candidate.
 * @param options.scale Default 1.
 * @param options.generator Default `generator(0)`.
 * @param options.iterations How many candidates; default 1000, unless `evaluations` or `seconds` is given.
 * @returns A Promise of `RoadResult`; `history` has the best loss so far.
 * @throws (as a rejection) ValueError for options out of range, DTypeError for an `x0` that is no float, GradientError where `f` gives no
 * float scalar.
 * @example
 * const { x, value } = await randomSearch((w) => sum(square(w)), zeros([2]), { scale: 0.1, iterations: 100 });
 */
export async function randomSearch<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: RandomSearchOptions<T> = {},
): Promise<RoadResult<T>> {
  return drive(randomSearchRoutine(f, x0, options));
}

/**
 * `randomSearch` without a Promise, for backends that read synchronously.
 *
 * @throws as `randomSearch` rejects.
 * @example
 * randomSearchSync((w) => sum(square(sub(w, 1))), zeros([2]), { iterations: 100 }).value; // below 2
 */
export function randomSearchSync<T>(f: (x: T) => Tensor, x0: T, options: RandomSearchOptions<T> = {}): RoadResult<T> {
  return driveSync(randomSearchRoutine(f, x0, options));
}

/**
 * Random local search: perturbs the best parameters by normal numbers with standard deviation `stepSize`, and moves there if the loss is lower
 * (the second road of the CS231n note). Candidates whose loss is infinite or NaN are passed over.
 *
 * @param f From a tree like `x0` to a scalar float tensor.
 * @param x0 A tree of float tensors: the start.
 * @param options.stepSize Above 0.
 * @param options.generator Default `generator(0)`.
 * @param options.iterations How many candidates; default 1000, unless `evaluations` or `seconds` is given.
 * @returns A Promise of `RoadResult`; `history` has the best loss so far.
 * @throws (as a rejection) as `randomSearch`.
 * @example
 * const { x } = await randomLocalSearch((w) => sum(square(w)), ones([2]), { stepSize: 0.1, iterations: 100 });
 */
export async function randomLocalSearch<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: RandomLocalSearchOptions<T>,
): Promise<RoadResult<T>> {
  return drive(randomLocalSearchRoutine(f, x0, options));
}

/**
 * `randomLocalSearch` without a Promise, for backends that read synchronously.
 *
 * @throws as `randomLocalSearch` rejects.
 * @example
 * randomLocalSearchSync((w) => sum(square(w)), ones([2]), { stepSize: 0.1, iterations: 100 }).value; // below 2
 */
export function randomLocalSearchSync<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: RandomLocalSearchOptions<T>,
): RoadResult<T> {
  return driveSync(randomLocalSearchRoutine(f, x0, options));
}
