import {
  add,
  div,
  elementwise,
  type Fit,
  log,
  log1p,
  logSigmoid,
  maximum,
  mul,
  neg,
  sub,
  type Tensor,
  type TensorLike,
} from "@glissade/autograd";
import { toTensor } from "../operand.js";
import type { PairShape, Reduced } from "../shapes/losses.js";
import { checkReduction, type Reduction, type ReductionOption, reduce } from "./reduction.js";
import { pairOf } from "./regression.js";

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** Factors of the elements' losses, broadcast; default 1. The mean divides by the number of elements. */
  readonly weight?: TensorLike;
}

/** Options of `bceWithLogits`. */
export interface BceWithLogitsOptions<R extends Reduction = Reduction> extends BinaryCrossEntropyOptions<R> {
  /** Factor of the losses of positive targets, broadcast: above 1 it raises recall; default 1. */
  readonly posWeight?: TensorLike;
}

/** Logarithms are kept above −100, and p (1 − p) in the derivative above 1e-12: PyTorch's bounds, for loss and slope to be finite at 0 and 1. */
const leastLog = -100;
const leastVariance = 1e-12;

const binaryEntropy = elementwise("binaryCrossEntropy", {
  value: (p: number, y: number) => y * -Math.max(Math.log(p), leastLog) + (1 - y) * -Math.max(Math.log1p(-p), leastLog),
  derivative: [
    (p: TensorLike, y: TensorLike) => div(sub(p, y), maximum(mul(p, sub(1, p)), leastVariance)),
    (p: TensorLike) => sub(maximum(log1p(neg(p)), leastLog), maximum(log(p), leastLog)),
  ],
  domain: [
    { min: 0.05, max: 0.95 },
    { min: 0, max: 1 },
  ],
});

const weighted = (operator: string, losses: Tensor, weight: TensorLike | undefined): Tensor =>
  weight === undefined ? losses : mul(losses, toTensor(operator, weight, losses.dtype));

/**
 * Binary cross entropy of probabilities: −y log p − (1 − y) log(1 − p) for each element. Logarithms are kept above −100, as
 * in PyTorch, so that it stays finite; `bceWithLogits` is more accurate where scores are at hand.
 *
 * @param probabilities Floats in [0, 1], any shape; outside the loss is NaN.
 * @param targets The same shape, in [0, 1].
 * @param options.weight Factors of the elements' losses, broadcast.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for an unknown reduction.
 * @example
 * binaryCrossEntropy([0.5, 0.9], [1, 1]).item(); // 0.3993
 */
export function binaryCrossEntropy<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  probabilities: P,
  targets: Fit<PairShape<"binaryCrossEntropy", P, T>, T>,
  options?: BinaryCrossEntropyOptions<R>,
): Reduced<R, PairShape<"binaryCrossEntropy", P, T>>;
export function binaryCrossEntropy(
  probabilities: TensorLike,
  targets: TensorLike,
  { reduction = "mean", weight }: BinaryCrossEntropyOptions = {},
): Tensor {
  checkReduction("binaryCrossEntropy", reduction);
  const [p, y] = pairOf("binaryCrossEntropy", probabilities, targets);
  return reduce(weighted("binaryCrossEntropy", binaryEntropy(p, y), weight), reduction);
}

/**
 * Binary cross entropy of scores x before the sigmoid: (1 − y) x − (1 + (w⁺ − 1) y) log σ(x) for each element, without
 * overflow at any x.
 *
 * @param logits Floats of any shape.
 * @param targets The same shape, in [0, 1].
 * @param options.weight Factors of the elements' losses, broadcast.
 * @param options.posWeight w⁺: factor of the losses of positive targets, broadcast; default 1.
 * @param options.reduction "mean" over all elements (default), "sum" or "none".
 * @throws ShapeError where the shapes differ; ValueError for an unknown reduction.
 * @example
 * bceWithLogits([0, 2], [1, 1]).item(); // 0.4100
 */
export function bceWithLogits<P extends TensorLike, T extends TensorLike, R extends Reduction = "mean">(
  logits: P,
  targets: Fit<PairShape<"bceWithLogits", P, T>, T>,
  options?: BceWithLogitsOptions<R>,
): Reduced<R, PairShape<"bceWithLogits", P, T>>;
export function bceWithLogits(
  logits: TensorLike,
  targets: TensorLike,
  { reduction = "mean", weight, posWeight }: BceWithLogitsOptions = {},
): Tensor {
  checkReduction("bceWithLogits", reduction);
  const [x, y] = pairOf("bceWithLogits", logits, targets);
  const positive = logSigmoid(x);
  const factor =
    posWeight === undefined ? undefined : add(1, mul(sub(toTensor("bceWithLogits", posWeight, x.dtype), 1), y));
  const losses = sub(mul(sub(1, y), x), factor === undefined ? positive : mul(factor, positive));
  return reduce(weighted("bceWithLogits", losses, weight), reduction);
}
