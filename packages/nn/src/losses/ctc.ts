import {
  add,
  arange,
  cast,
  concat,
  div,
  equal,
  expandDims,
  type Fit,
  full,
  greater,
  less,
  logicalAnd,
  logsumexp,
  maximum,
  mul,
  neg,
  notEqual,
  reshape,
  roll,
  type ShapeOf,
  scan,
  shapeError,
  stack,
  sub,
  type Tensor,
  type TensorLike,
  takeAlongAxis,
  ValueError,
  where,
  zeros,
} from "@glissade/autograd";
import { indicesIn } from "../indices.js";
import { sameShape, showShape, toTensor } from "../operand.js";
import type { CtcInput, CtcLengths, CtcShape, Reduced } from "../shapes/losses.js";
import { checkReduction, type Reduction, type ReductionOption, reduce } from "./reduction.js";

/** Options of `ctcLoss`. */
export interface CtcLossOptions<R extends Reduction = Reduction> extends ReductionOption<R> {
  /** The class that stands for no label; default 0. */
  readonly blank?: number;
  /** Whether a loss is 0, with derivative 0, where the input is too short for its labels, in place of Infinity; default false. */
  readonly zeroInfinity?: boolean;
}

/** In place of −∞, whose differences are NaN: e to it is 0 beside any logarithm of a float32, and sums of it stay finite. */
const never = -1e30;

/** The operands with an axis of examples, and the numbers along their axes. */
interface Problem {
  /** [T, N, C] */
  readonly logs: Tensor;
  /** [N, S], the blank behind the end. */
  readonly labels: Tensor;
  /** [N] each. */
  readonly inputLengths: Tensor;
  readonly targetLengths: Tensor;
  readonly blank: number;
}

const name = "ctcLoss";

/**
 * Connectionist temporal classification (A. Graves et al., ICML 2006, eqs. 5–8): the negative logarithm of the probability that a
 * sequence of classes, with repetitions and blanks taken out, reads as the labels. As torch.nn.functional.ctc_loss, but for the
 * derivative, which is that of the function also where the rows of probabilities do not sum to 1. "mean" divides each loss by the
 * number of its labels (at least 1) before it takes the mean.
 *
 * @param logProbs Logarithms of probabilities [T, N, C], or [T, C] for one example, as `logSoftmax` gives them.
 * @param targets Labels [N, S] or [S]: classes without the blank; what is behind their end does not count.
 * @param inputLengths How many of the T steps count, integers [N] or [].
 * @param targetLengths How many of the S labels count, integers [N] or [].
 * @param options.blank The class that stands for no label; default 0.
 * @param options.zeroInfinity Default false.
 * @param options.reduction "mean" (default), "sum" or "none".
 * @throws ShapeError where the operands do not fit; ValueError for a blank that is no class or an unknown reduction; DTypeError
 * for labels or lengths that are no integers; IndexError for those out of range: at once for plain numbers, for tensors when the
 * loss is computed.
 * @example
 * ctcLoss(logSoftmax(zeros([2, 3])), [1], 2, 1).item(); // 1.0986 = −log 3/9: of nine sequences "11", "01" and "10" read as "1"
 */
export function ctcLoss<
  X extends TensorLike,
  T extends TensorLike,
  I extends TensorLike,
  L extends TensorLike,
  R extends Reduction = "mean",
>(
  logProbs: Fit<CtcInput<ShapeOf<X>>, X>,
  targets: Fit<CtcShape<ShapeOf<X>, ShapeOf<T>>, T>,
  inputLengths: Fit<CtcLengths<"inputLength", ShapeOf<X>, ShapeOf<I>>, I>,
  targetLengths: Fit<CtcLengths<"targetLength", ShapeOf<X>, ShapeOf<L>>, L>,
  options?: CtcLossOptions<R>,
): Reduced<R, CtcShape<ShapeOf<X>, ShapeOf<T>>>;
export function ctcLoss(
  logProbs: TensorLike,
  targets: TensorLike,
  inputLengths: TensorLike,
  targetLengths: TensorLike,
  { blank = 0, zeroInfinity = false, reduction = "mean" }: CtcLossOptions = {},
): Tensor {
  checkReduction(name, reduction);
  const given = toTensor(name, logProbs);
  const isBatched = given.rank === 3;
  const problem = problemOf(given, [targets, inputLengths, targetLengths], blank);
  const raw = neg(logLikelihoods(problem));
  const losses = where(less(raw, -never / 10), raw, zeroInfinity ? 0 : Number.POSITIVE_INFINITY);
  const counted = reduction === "mean" ? div(losses, maximum(cast(problem.targetLengths, losses.dtype), 1)) : losses;
  return reduce(isBatched ? counted : reshape(counted, []), reduction);
}

/** The operands checked. */
function problemOf(
  logs: Tensor,
  [targets, inputLengths, targetLengths]: readonly [TensorLike, TensorLike, TensorLike],
  blank: number,
): Problem {
  const isBatched = logs.rank === 3;
  if (!isBatched && logs.rank !== 2) {
    throw shapeError(`${name}: logProbs ${showShape(logs.shape)} must be [T, N, C] or [T, C]. Transpose them.`, [logs]);
  }
  const [T = 0, N = 0, C = 0] = isBatched ? logs.shape : [logs.shape[0] ?? 0, 1, logs.shape[1] ?? 0];
  if (!Number.isInteger(blank) || blank < 0 || blank >= C) {
    throw new ValueError(`${name}: blank is ${String(blank)}; it must be one of the classes 0 … ${C - 1}.`);
  }
  const labels = toTensor(name, targets);
  const lead = isBatched ? [N] : [];
  if (labels.rank !== lead.length + 1 || (isBatched && labels.shape[0] !== N)) {
    throw shapeError(
      `${name}: logProbs ${showShape(logs.shape)} take targets ${isBatched ? `[${N}, S]` : "[S]"}, not ${showShape(labels.shape)}. Pad them to one length.`,
      [logs, labels],
    );
  }
  const S = labels.shape.at(-1) ?? 0;
  const lengths = (role: string, x: TensorLike, most: number): Tensor => {
    const values = toTensor(name, x);
    if (!sameShape(values.shape, lead)) {
      throw shapeError(
        `${name}: ${role}s have shape ${showShape(values.shape)}; they must be ${showShape(lead)}, one for each example.`,
        [values],
      );
    }
    return reshape(indicesIn(x, values, rangeOf(role, "lengths", most + 1)), [N]);
  };
  const targetCounts = lengths("targetLength", targetLengths, S);
  const inside = less(arange(S), expandDims(targetCounts, 1));
  const padded = (indices: Tensor): Tensor => where(inside, reshape(indices, [N, S]), blank);
  return {
    logs: maximum(reshape(logs, [T, N, C]), never),
    labels: indicesIn(targets, labels, rangeOf("target", "classes", C), padded),
    inputLengths: lengths("inputLength", inputLengths, T),
    targetLengths: targetCounts,
    blank,
  };
}

const rangeOf = (role: string, members: string, size: number) => ({
  operator: name,
  role,
  indices: `${role}s`,
  meaning: "",
  members,
  remedy: members === "classes" ? "Number the classes from 0." : "Use lengths that fit the axes.",
  size,
  ignored: undefined,
});

/** log p(labels | input) of each example: [N]. */
function logLikelihoods({ logs, labels, inputLengths, targetLengths, blank }: Problem): Tensor {
  const [, N = 0] = logs.shape;
  const [, S = 0] = labels.shape;
  const width = 2 * S + 1;
  const blanks = full([N, S], blank, { dtype: "int32" });
  const between = (x: Tensor, y: Tensor): Tensor => reshape(stack([x, y], { axis: -1 }), [N, 2 * S]);
  const column = (value: number): Tensor => full([N, 1], value, { dtype: "int32" });
  // Blank, label, blank, label, …, blank: the states. From one label the next may follow at once where it is another.
  const states = concat([between(blanks, labels), column(blank)], { axis: 1 });
  const differs = logicalAnd(notEqual(labels, roll(labels, 1, { axis: 1 })), greater(arange(S), 0));
  const flags = concat([between(zeros([N, S], { dtype: "int32" }), cast(differs, "int32")), column(0)], { axis: 1 });
  const skips = equal(flags, 1);
  const isLater = greater(arange(width), 0);

  // Before the first step only the first blank has been read: from there the first two states can be reached.
  const start = where(isLater, never, zeros([N, width], { dtype: logs.dtype }));
  const advance = (alpha: Tensor, [row, step]: readonly [Tensor, Tensor]): readonly [Tensor, null] => {
    const ways = stack([
      alpha,
      where(isLater, roll(alpha, 1, { axis: 1 }), never),
      where(skips, roll(alpha, 2, { axis: 1 }), never),
    ]);
    const next = add(takeAlongAxis(row, states, { axis: 1 }), logsumexp(ways, { axis: 0 }));
    return [where(expandDims(less(step, inputLengths), 1), next, alpha), null];
  };
  const [alpha] = scan(advance, start, [logs, arange(logs.shape[0] ?? 0)] as const);
  // The last label, or the blank behind it; without labels there is only the blank.
  const last = mul(targetLengths, 2);
  const ends = takeAlongAxis(alpha, stack([last, maximum(sub(last, 1), 0)], { axis: 1 }), { axis: 1 });
  const isEnd = stack([equal(last, last), greater(last, 0)], { axis: 1 });
  return logsumexp(where(isEnd, ends, never), { axis: 1 });
}
