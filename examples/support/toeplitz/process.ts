import { add, exp, linalg, matmul, mul, neg, square, sub, sum, type Tensor, tensor } from "@glissade/autograd";
import { type MinimizeResult, minimizeSync } from "@glissade/optim";
import { toeplitz, toeplitzLogDet } from "./log-det.js";

/** What a stationary Gaussian process is described by: its mean, and logarithms of its scales. */
export interface Process {
  readonly mean: Tensor;
  /** log of the standard deviation of the slow part, and of the noise. */
  readonly slow: Tensor;
  readonly noise: Tensor;
  /** log of the years over which the slow part forgets. */
  readonly length: Tensor;
}

const column = (values: ArrayLike<number>): Tensor => tensor(Float64Array.from(values));

/** The covariance of observations one year apart: slow² e^(−k / length), and noise² besides on the diagonal. */
export function covariance({ slow, noise, length }: Process, count: number): readonly [diagonal: Tensor, band: Tensor] {
  const variance = exp(mul(2, slow));
  const distances = column(Array.from({ length: count - 1 }, (_, i) => i + 1));
  return [add(variance, exp(mul(2, noise))), mul(variance, exp(neg(mul(distances, exp(neg(length))))))];
}

/** The negative logarithm of the likelihood of observations a year apart. */
export function negativeLogLikelihood(process: Process, y: Tensor): Tensor {
  const [diagonal, band] = covariance(process, y.size);
  const away = sub(y, process.mean).reshape([-1, 1]);
  const misfit = sum(mul(away, linalg.solve(toeplitz(diagonal, band), away)));
  return mul(0.5, add(add(toeplitzLogDet(diagonal, band), misfit), y.size * Math.log(2 * Math.PI)));
}

/** The process under which the observations are likeliest. */
export function fitProcess(observed: readonly number[]): MinimizeResult<Process> {
  const y = column(observed);
  const average = observed.reduce((total, value) => total + value, 0) / observed.length;
  const spread = Math.log(Math.sqrt(sum(square(sub(y, average))).item() / observed.length));
  const scalar = (value: number): Tensor => tensor(value, { dtype: "float64" });
  const start = { mean: scalar(average), slow: scalar(spread), noise: scalar(spread), length: scalar(Math.log(10)) };
  return minimizeSync((process: Process) => negativeLogLikelihood(process, y), start, {
    gradientTolerance: 1e-6,
    compile: true,
  });
}

/** The slow part in each year, given the observations, with its standard deviation. */
export function smoothed(
  process: Process,
  observed: readonly number[],
): { readonly mean: number[]; readonly deviation: number[] } {
  const [diagonal, band] = covariance(process, observed.length);
  const slow = toeplitz(exp(mul(2, process.slow)), band);
  const away = sub(column(observed), process.mean).reshape([-1, 1]);
  const gain = linalg.solve(toeplitz(diagonal, band), slow);
  const mean = add(process.mean, matmul(gain.transpose(), away).reshape([-1]));
  const variance = sub(exp(mul(2, process.slow)), sum(mul(slow, gain), { axis: 0 }));
  return {
    mean: Array.from(mean.data()),
    deviation: Array.from(variance.data(), (value) => Math.sqrt(Math.max(value, 0))),
  };
}
