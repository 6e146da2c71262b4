import { div, sub, type Tensor } from "@glissade/autograd";
import { drive, driveSync } from "../roads/drive.js";
import { type Fit, fitRoutine } from "./least-squares.js";
import type { LeastSquaresOptions, LeastSquaresResult } from "./options.js";

/** Options of `curveFit`. */
export interface CurveFitOptions<T> extends LeastSquaresOptions<T> {
  /** The standard deviations of y, alike in shape or broadcast to it; default all 1. */
  readonly sigma?: Tensor | number;
  /** Whether `sigma` is in the unit of y, so that the covariance takes it as it is; default false: only its ratios count. */
  readonly absoluteSigma?: boolean;
}

function fitOf<X, T>(
  model: (x: X, parameters: T) => Tensor,
  x: X,
  y: Tensor,
  parameters: T,
  { sigma = 1, absoluteSigma = false }: CurveFitOptions<T>,
): Fit<T> {
  return {
    operator: "curveFit",
    residuals: (values) => div(sub(model(x, values), y), sigma),
    x0: parameters,
    variance: absoluteSigma ? 1 : undefined,
  };
}

/**
 * Fits a model to data: the parameters for which Σ ((model(x, parameters) − y) / sigma)² is least, with their covariance. It is
 * `leastSquares` on those differences, and what scipy.optimize.curve_fit does.
 *
 * @param model From the inputs and a tree of parameters to a tensor like `y`.
 * @param x The inputs: handed to `model` as they are.
 * @param y The measured values, a float tensor.
 * @param parameters A tree of float tensors: the start.
 * @param options.sigma The standard deviations of y; default all 1.
 * @param options.absoluteSigma Whether sigma is in the unit of y; default false: the covariance estimates the unit from the residuals.
 * @param options Otherwise as for `leastSquares`.
 * @returns A Promise of `LeastSquaresResult`; `x` has the parameters, `standardErrors` their uncertainty.
 * @throws (as a rejection) as `leastSquares`; ShapeError where model, y and sigma do not broadcast.
 * @example
 * const decay = (t: Tensor, { height, rate }: { height: Tensor; rate: Tensor }) => mul(height, exp(mul(-1, mul(rate, t))));
 * const { x, standardErrors } = await curveFit(decay, times, counts, { height: tensor(1), rate: tensor(0.1) });
 */
export async function curveFit<X, T>(
  model: (x: X, parameters: T) => Tensor,
  x: X,
  y: Tensor,
  parameters: T,
  options: CurveFitOptions<T> = {},
): Promise<LeastSquaresResult<T>> {
  return drive(fitRoutine(fitOf(model, x, y, parameters, options), options));
}

/**
 * `curveFit` without a Promise, for backends that read synchronously.
 *
 * @throws as `curveFit` rejects.
 * @example
 * curveFitSync((x: Tensor, p: Tensor) => mul(p, x), tensor([1, 2]), tensor([2, 4]), tensor(1)).x.item(); // 2
 */
export function curveFitSync<X, T>(
  model: (x: X, parameters: T) => Tensor,
  x: X,
  y: Tensor,
  parameters: T,
  options: CurveFitOptions<T> = {},
): LeastSquaresResult<T> {
  return driveSync(fitRoutine(fitOf(model, x, y, parameters, options), options));
}
