import { type Tensor, tensor, ValueError } from "@glissade/autograd";
import { nonNegative, positive } from "../arguments.js";
import { boxOf } from "../minimize/bounds.js";
import { journey } from "../minimize/journey.js";
import { epsilonOf, flatten, treeOf } from "../minimize/objective.js";
import { drive, driveSync, type Routine } from "../roads/drive.js";
import { makeMeter } from "../roads/meter.js";
import { budgetOf } from "../roads/options.js";
import { checkStart } from "../roads/start.js";
import { checkTravel } from "../roads/travel.js";
import { estimateOf, matrixTensor } from "./estimate.js";
import { losses } from "./loss.js";
import { gaussNewtonMethod, levenbergMarquardtMethod, type Tolerances } from "./methods.js";
import type { LeastSquaresMethod, LeastSquaresOptions, LeastSquaresResult } from "./options.js";
import { type Linearised, systemOf } from "./system.js";

const methods = { "levenberg-marquardt": levenbergMarquardtMethod, "gauss-newton": gaussNewtonMethod } as const;

/** What `leastSquares` and `curveFit` share. */
export interface Fit<T> {
  /** The public function, for messages. */
  readonly operator: string;
  readonly residuals: (x: T) => Tensor;
  readonly x0: T;
  /** The variance of the residuals; default estimated from them. */
  readonly variance?: number | undefined;
}

function oneOf<K extends string>(operator: string, name: string, value: K, known: Readonly<Record<K, unknown>>): K {
  if (Object.hasOwn(known, value)) return value;
  throw new ValueError(`${operator}: ${name} must be one of ${Object.keys(known).join(", ")}, not ${String(value)}.`);
}

function tolerancesOf<T>(operator: string, options: LeastSquaresOptions<T>, epsilon: number): Tolerances {
  const isSingle = epsilon > 1e-10;
  const {
    gradientTolerance = isSingle ? 1e-4 : 1e-8,
    valueTolerance = 0,
    stepTolerance = isSingle ? 1e-6 : 1e-14,
  } = options;
  return {
    gradient: nonNegative(operator, "gradientTolerance", gradientTolerance),
    value: nonNegative(operator, "valueTolerance", valueTolerance),
    step: nonNegative(operator, "stepTolerance", stepTolerance),
  };
}

export function* fitRoutine<T>(
  { operator, residuals, x0, variance }: Fit<T>,
  options: LeastSquaresOptions<T>,
): Routine<LeastSquaresResult<T>> {
  const { method = "levenberg-marquardt", loss = "linear", lossScale = 1, compile = false, bounds } = options;
  const tree = checkStart(operator, residuals, x0);
  checkTravel<T>(operator, options);
  oneOf<LeastSquaresMethod>(operator, "method", method, methods);
  oneOf(operator, "loss", loss, losses);
  positive(operator, "lossScale", lossScale);
  const tolerances = tolerancesOf(operator, options, epsilonOf(tree));
  const budget = budgetOf(operator, options);
  const start = yield* flatten(tree);
  const box = bounds && (yield* boxOf(operator, bounds, tree, start));

  const meter = makeMeter(budget);
  const system = systemOf(operator, residuals, tree, meter, { loss, lossScale, compile });
  const descent = methods[method](system, box, tolerances);
  const arrived = (point: Linearised): string | undefined => descent.arrived?.(point);
  const first = yield* system.linearise(yield* system.at(start));
  const [result, last] = yield* journey<T, Linearised>(
    { tree, method: descent, arrived, meter, budget, options },
    first,
  );
  return {
    ...result,
    gradient: treeOf<T>(tree, last.gradient),
    residuals: tensor(last.residuals).reshape(system.shape()),
    jacobian: matrixTensor(last.jacobian),
    ...estimateOf<T>(tree, last, variance),
  };
}

/**
 * The minimum of a sum of squares, nearest downhill from a start: nonlinear least squares, with the Jacobian by differentiation.
 *
 * - "levenberg-marquardt" (default): damped Gauss–Newton steps (Levenberg 1944, Marquardt 1963), the damping after Nielsen (1999) in units
 *   after Moré (1978). Each linear problem is solved by a pivoted QR factorisation, never by the normal equations.
 * - "gauss-newton": undamped, with backtracking; for residuals that are small or nearly linear.
 *
 * @param residuals From a tree like `x0` to a float tensor of any shape: the differences themselves, neither squared nor summed.
 * @param x0 A tree of float tensors: the start.
 * @param options.bounds A box `{ lower, upper }`, each a number or a tree like `x0`; steps stay in it.
 * @param options.loss "linear" (default), "huber", "soft-l1" or "cauchy": how much outliers count.
 * @param options.lossScale From which size on a residual is an outlier; default 1.
 * @param options.gradientTolerance Default 1e-8 for float64, 1e-4 where x0 has float32 leaves: a cosine, whatever the units.
 * @param options.iterations Default 1000, unless `evaluations` or `seconds` is given.
 * @param options.evaluations Residuals and Jacobians; each counts as one.
 * @returns A Promise of `LeastSquaresResult`: besides what every minimiser returns, the residuals, their Jacobian, and the estimated
 * covariance of x.
 * @throws (as a rejection) ValueError for options out of range or a start outside its bounds, DTypeError for an `x0` that is no float,
 * GradientError where the function gives no float tensor.
 * @example
 * const { x } = await leastSquares((p: Tensor) => sub(exp(mul(p, times)), counts), tensor([0.1]));
 */
export async function leastSquares<T>(
  residuals: (x: T) => Tensor,
  x0: T,
  options: LeastSquaresOptions<T> = {},
): Promise<LeastSquaresResult<T>> {
  return drive(fitRoutine({ operator: "leastSquares", residuals, x0 }, options));
}

/**
 * `leastSquares` without a Promise, for backends that read synchronously.
 *
 * @throws as `leastSquares` rejects.
 * @example
 * leastSquaresSync((x: Tensor) => sub(x, 3), zeros([2])).x.data(); // Float32Array [3, 3]
 */
export function leastSquaresSync<T>(
  residuals: (x: T) => Tensor,
  x0: T,
  options: LeastSquaresOptions<T> = {},
): LeastSquaresResult<T> {
  return driveSync(fitRoutine({ operator: "leastSquares", residuals, x0 }, options));
}
