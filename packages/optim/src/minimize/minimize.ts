import { type Tensor, ValueError } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { drive, driveSync, type Routine } from "../roads/drive.js";
import { type Meter, makeMeter } from "../roads/meter.js";
import { type Budget, budgetOf } from "../roads/options.js";
import { checkStart } from "../roads/start.js";
import { checkTravel } from "../roads/travel.js";
import type { TensorTree } from "../tree.js";
import { gradientDescentMethod, nonlinearCgMethod } from "./first-order.js";
import { journey } from "./journey.js";
import type { SmoothMethod } from "./method.js";
import { newtonCgMethod, trustRegionMethod } from "./newton.js";
import { flatten, type Objective, objectiveOf, type SmoothPoint } from "./objective.js";
import type { MinimizeMethod, MinimizeOptions, MinimizeResult } from "./options.js";
import { bfgsMethod, lbfgsMethod } from "./quasi-newton.js";
import { type Rules, rulesOf } from "./rules.js";

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

/** What has been checked before anything runs. */
interface Problem {
  readonly tree: TensorTree;
  readonly objective: Objective;
  readonly meter: Meter;
  readonly budget: Budget;
  readonly rules: Rules;
}

function problemOf<T>(f: (x: T) => Tensor, x0: T, options: MinimizeOptions<T>): Problem {
  const tree = checkStart(operator, f, x0);
  checkTravel(operator, options);
  const budget = budgetOf(operator, options);
  const meter = makeMeter(budget);
  const objective = objectiveOf<T>(operator, f, tree, meter, options.compile ?? false);
  return { tree, objective, meter, budget, rules: rulesOf(operator, options, objective.epsilon) };
}

function* minimizeRoutine<T>(f: (x: T) => Tensor, x0: T, options: MinimizeOptions<T>): Routine<MinimizeResult<T>> {
  const { method = "l-bfgs", memory = 10 } = options;
  const make = Object.hasOwn(smoothMethods, method) ? smoothMethods[method] : undefined;
  if (make === undefined) {
    const known = Object.keys(smoothMethods).join(", ");
    throw new ValueError(`${operator}: method must be one of ${known}, not ${String(method)}.`);
  }
  wholeNumber(operator, "memory", memory, 1);
  const { tree, objective, meter, budget, rules } = problemOf(f, x0, options);
  const descent = make(objective, memory);
  const arrived = (point: SmoothPoint, previous?: SmoothPoint): string | undefined =>
    rules.arrived(descent, point, previous);
  const start = yield* objective.withGradient(yield* flatten(tree));
  const [result] = yield* journey({ tree, method: descent, arrived, meter, budget, options }, start);
  return result;
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
