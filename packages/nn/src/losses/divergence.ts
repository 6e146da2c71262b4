import { div, exp, type Fit, mul, sub, sum, type Tensor, type TensorLike, ValueError, xlogy } from "@glissade/autograd";
import { showSetting } from "../operand.js";
import type { PairShape, Reduced } from "../shapes/losses.js";
import { checkReduction, type Reduction, reduce } from "./reduction.js";
import { pairOf } from "./regression.js";

/** Options of `klDivergence`. */
export interface KlDivergenceOptions<R extends Reduction | "batchmean" = Reduction | "batchmean"> {
  /** "mean" over all elements (default), "batchmean" (the sum divided by the first side: the divergence itself), "sum" or "none". */
  readonly reduction?: R;
  /** Whether the targets are logarithms too; default false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence of predictions from targets, element by element: p (log p − log q), and 0 where p is 0 (S.
 * Kullback, R. A. Leibler, "On information and sufficiency", 1951). As in PyTorch, the predictions are logarithms, and the mean
 * is over all elements: "batchmean" gives the divergence.
 *
 * @param logPredictions log q, any shape.
 * @param targets p, or log p with `logTarget`; the same shape.
 * @param options.reduction "mean" (default), "batchmean", "sum" or "none".
 * @param options.logTarget Default false.
 * @throws ShapeError where the shapes differ; ValueError for an unknown reduction, or "batchmean" of scalars.
 * @example
 * klDivergence(logSoftmax([[0, 0]]), [[1, 0]], { reduction: "batchmean" }).item(); // 0.693
 */
export function klDivergence<P extends TensorLike, T extends TensorLike, R extends Reduction | "batchmean" = "mean">(
  logPredictions: P,
  targets: Fit<PairShape<"klDivergence", P, T>, T>,
  options?: KlDivergenceOptions<R>,
): Reduced<R, PairShape<"klDivergence", P, T>>;
export function klDivergence(
  logPredictions: TensorLike,
  targets: TensorLike,
  { reduction = "mean", logTarget = false }: KlDivergenceOptions = {},
): Tensor {
  if (reduction !== "batchmean") checkReduction("klDivergence", reduction);
  const [logs, given] = pairOf("klDivergence", logPredictions, targets);
  const losses = logTarget ? mul(exp(given), sub(given, logs)) : sub(xlogy(given, given), mul(given, logs));
  if (reduction !== "batchmean") return reduce(losses, reduction);
  const [count] = losses.shape;
  if (count !== undefined) return div(sum(losses), count);
  throw new ValueError(
    `klDivergence: reduction ${showSetting(reduction)} of a scalar; it divides by the first side. Use "sum".`,
  );
}
