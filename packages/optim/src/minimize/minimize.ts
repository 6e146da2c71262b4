import { type Tensor, ValueError } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { drive, driveSync, type Routine } from "../roads/drive.js";
import { type Meter, makeMeter } from "../roads/meter.js";
import { type Budget, budgetOf, type RoadOptions } from "../roads/options.js";
import { checkStart } from "../roads/start.js";
import { checkTravel, type Point, type Road, travel } from "../roads/travel.js";
import type { TensorTree } from "../tree.js";
import { gradientDescentMethod, nonlinearCgMethod } from "./first-order.js";
import type { Method, SmoothMethod } from "./method.js";
import { newtonCgMethod, trustRegionMethod } from "./newton.js";
import { BudgetSpent, flatten, type Objective, objectiveOf, treeOf } from "./objective.js";
import type { MinimizeMethod, MinimizeOptions, MinimizeResult } from "./options.js";
import { bfgsMethod, lbfgsMethod } from "./quasi-newton.js";
import { type Rules, rulesOf } from "./rules.js";
import type { Vector } from "./vector.js";

const operator = "minimize";

/** The methods that follow gradients. */
const smoothMethods: Readonly<Record<MinimizeMethod, (objective: Objective, memory: number) => SmoothMethod>> = {
  "gradient-descent": gradientDescentMethod,
  "nonlinear-cg": nonlinearCgMethod,
  bfgs: bfgsMethod,
  "l-bfgs": lbfgsMethod,
  "newton-cg": newtonCgMethod,
  "trust-region": trustRegionMethod,
};

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

/** From the start with a method over vectors; the result is over trees. */
function* travelWith<T, P extends Point<Vector>>(
  { tree, meter, budget, rules, options }: Problem<T>,
  method: Method<P>,
  evaluate: (x: Vector) => Routine<P>,
): Routine<MinimizeResult<T>> {
  let previous: P | undefined;
  const road: Road<Vector, P> = {
    skipsNonFinite: false,
    *advance(point) {
      previous = point;
      return yield* withinBudget(method.advance(point));
    },
    arrived: (point) => rules.arrived(method, point, previous),
  };
  const start = yield* evaluate(yield* flatten(tree));
  const { x, gradient, ...rest } = yield* travel(road, start, meter, budget, vectorOptions(tree, options));
  return { ...rest, x: treeOf<T>(tree, x), gradient: gradient && treeOf<T>(tree, gradient) };
}

/** What has been checked before anything runs. */
interface Problem<T> {
  readonly tree: TensorTree;
  readonly objective: Objective;
  readonly meter: Meter;
  readonly budget: Budget;
  readonly rules: Rules;
  readonly options: MinimizeOptions<T>;
}

function problemOf<T>(f: (x: T) => Tensor, x0: T, options: MinimizeOptions<T>): Problem<T> {
  const tree = checkStart(operator, f, x0);
  checkTravel(operator, options);
  const budget = budgetOf(operator, options);
  const meter = makeMeter(budget);
  const objective = objectiveOf<T>(operator, f, tree, meter, options.compile ?? false);
  return { tree, objective, meter, budget, rules: rulesOf(operator, options, objective.epsilon), options };
}

function minimizeRoutine<T>(f: (x: T) => Tensor, x0: T, options: MinimizeOptions<T>): Routine<MinimizeResult<T>> {
  const { method = "l-bfgs", memory = 10 } = options;
  const make = Object.hasOwn(smoothMethods, method) ? smoothMethods[method] : undefined;
  if (make === undefined) {
    const known = Object.keys(smoothMethods).join(", ");
    throw new ValueError(`${operator}: method must be one of ${known}, not ${String(method)}.`);
  }
  wholeNumber(operator, "memory", memory, 1);
  const problem = problemOf(f, x0, options);
  return travelWith(problem, make(problem.objective, memory), problem.objective.withGradient);
}

/**
 * The minimum of a function of a tree of tensors, nearest downhill from a start.
 *
 * The methods, with line searches that meet the strong Wolfe conditions (Nocedal & Wright, "Numerical Optimization", 2nd edition,
 * section 3.5) unless something else is said:
 *
 * - "l-bfgs" (default): quasi-Newton from the last few steps (Nocedal 1980); for many unknowns.
 * - "bfgs": quasi-Newton with a dense inverse Hessian of n² numbers (section 6.1).
 * - "newton-cg": Newton steps by conjugate gradients on Hessian-vector products (section 7.1).
 * - "trust-region": the same in a trust region, after Steihaug (1983); the surest on hard problems.
 * - "nonlinear-cg": conjugate gradients after Polak, Ribière and Polyak (section 5.2); needs the least memory.
 * - "gradient-descent": steepest descent, with backtracking after Armijo.
 *
 * All arithmetic besides `f` is in float64. An iteration that finds no lower place ends the run, not converged, with that reason: where
 * the gradient cannot be told from rounding, that is the minimum.
 *
 * @param f From a tree like `x0` to a scalar float tensor.
 * @param x0 A tree of float tensors: the start.
 * @param options.method See above.
 * @param options.gradientTolerance Default 1e-8 for float64, 1e-4 where x0 has float32 leaves.
 * @param options.valueTolerance Default 0: off.
 * @param options.stepTolerance Default 0: off.
 * @param options.iterations Default 1000, unless `evaluations` or `seconds` is given.
 * @param options.evaluations Evaluations of f, alone or with its gradient, and Hessian-vector products; each counts as one.
 * @param options.callback Called with each iteration; stops the run by returning true.
 * @returns A Promise of `MinimizeResult`, with value and gradient at `x`, and the reason of the end in words.
 * @throws (as a rejection) ValueError for options out of range, DTypeError for an `x0` that is no float, GradientError where `f` gives no
 * float scalar.
 * @example
 * const bowl = (x: Tensor) => sum(square(sub(x, tensor([1, 2]))));
 * const { x, reason } = await minimize(bowl, zeros([2]), { method: "bfgs" });
 */
export async function minimize<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: MinimizeOptions<T> = {},
): Promise<MinimizeResult<T>> {
  return drive(minimizeRoutine(f, x0, options));
}

/**
 * `minimize` without a Promise, for backends that read synchronously.
 *
 * @throws as `minimize` rejects.
 * @example
 * minimizeSync((x) => sum(square(sub(x, 3))), zeros([2])).x.data(); // Float32Array [3, 3]
 */
export function minimizeSync<T>(f: (x: T) => Tensor, x0: T, options: MinimizeOptions<T> = {}): MinimizeResult<T> {
  return driveSync(minimizeRoutine(f, x0, options));
}
