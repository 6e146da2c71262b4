import type { Tensor } from "@glissade/autograd";
import { drive, driveSync, type Routine } from "../roads/drive.js";
import { checkStart } from "../roads/start.js";
import { descentOf } from "./descend.js";
import { flatten, objectiveOf } from "./objective.js";
import type { MinimizeOptions, MinimizeResult } from "./options.js";

const operator = "minimize";

function* minimizeRoutine<T>(f: (x: T) => Tensor, x0: T, options: MinimizeOptions<T>): Routine<MinimizeResult<T>> {
  const tree = checkStart(operator, f, x0);
  const descend = descentOf(operator, tree, options);
  return yield* descend(yield* flatten(tree), (meter) =>
    objectiveOf<T>(operator, f, tree, meter, options.compile ?? false),
  );
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
 * - "l-bfgs-b" (default where there are bounds): L-BFGS within a box (Byrd, Lu, Nocedal & Zhu 1995).
 *
 * And without gradients, for functions that have none, or many minima; a population is evaluated as one batch, by `vmap`:
 *
 * - "nelder-mead": the simplex search of Nelder & Mead (1965) with the coefficients of Gao & Han (2012).
 * - "cma-es": covariance matrix adaptation (Hansen & Ostermeier 2001), for rugged functions.
 * - "differential-evolution": Storn & Price (1997), for many minima within a box.
 *
 * All arithmetic besides `f` is in float64. An iteration that finds no lower place ends the run, not converged, with that reason: where
 * the gradient cannot be told from rounding, that is the minimum.
 *
 * @param f From a tree like `x0` to a scalar float tensor.
 * @param x0 A tree of float tensors: the start.
 * @param options.method See above.
 * @param options.bounds A box `{ lower, upper }`, each a number or a tree like `x0`, in which x0 lies.
 * @param options.generator Draws what is random; default `generator(0)`.
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
