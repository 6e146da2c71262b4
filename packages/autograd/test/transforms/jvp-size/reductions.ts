import {
  add,
  argmax,
  argsort,
  batchNorm,
  cast,
  cummax,
  cummin,
  cumprod,
  cumsum,
  div,
  equal,
  exp,
  expandDims,
  groupNorm,
  isNaN,
  layerNorm,
  logcumsumexp,
  logicalOr,
  logSoftmax,
  logsumexp,
  max,
  maxPool1d,
  maxPool2d,
  mean,
  median,
  min,
  mul,
  norm,
  pad,
  prod,
  quantile,
  reshape,
  rmsNorm,
  slice,
  softmax,
  sqrt,
  square,
  squeeze,
  std,
  sub,
  sum,
  type Tensor,
  takeAlongAxis,
  variance,
  where,
} from "@glissade/autograd";
import { linearRecurrence } from "../../../src/ops/cumulative.js";
import { divisor, exactly, type ForwardRule, type ForwardRules, lengthRule, numbers, unary } from "./rules.js";

const x = numbers([3, 4]);
const rows = { axis: 1 } as const;
const kept = { axis: 1, keepDims: true } as const;

/** The mean tangent of those elements that are the extreme of their row; a NaN is one, and equal to nothing. */
const extreme = (of: (x: Tensor) => Tensor, whole: (x: Tensor) => Tensor): ForwardRule => {
  const share = (is: Tensor, t: Tensor): Tensor => div(sum(where(is, t, 0), rows), cast(sum(is, rows), "float64"));
  return {
    ...unary(of, (a, t) => share(logicalOr(equal(a, whole(a)), isNaN(a)), t), x),
    edges: [rowsOf([1, 1, 0], [0, 0, 0], [NaN, 1, 2], [NaN, NaN, 1], [Infinity, -Infinity, Infinity])],
    tooShort: [([a], [t]) => [of(a), share(equal(a, whole(a)), t)]],
  };
};

/** Rows, with tangents of no pattern. */
const rowsOf = (...each: readonly (readonly number[])[]): readonly Tensor[] => [
  exactly(each),
  numbers([each.length, each[0]?.length ?? 0], { low: -1, high: 1, seed: 5 }),
];

const centred = (a: Tensor, axis: number | number[]): Tensor => sub(a, mean(a, { axis, keepDims: true }));

/** y = c / √(mean c² + ε) has the derivative (dc − y mean(y dc)) / √… */
function standardized(c: Tensor, dc: Tensor, axis: number | number[], eps: number): readonly [Tensor, Tensor] {
  const along = { axis, keepDims: true };
  const scale = sqrt(add(mean(square(c), along), eps));
  const y = div(c, scale);
  return [y, div(sub(dc, mul(y, mean(mul(y, dc), along))), scale)];
}

const normalized = (a: Tensor, t: Tensor, axis: number | number[]): readonly [Tensor, Tensor] =>
  standardized(centred(a, axis), centred(t, axis), axis, 1e-5);

/** Each element's neighbour before it in its row. */
const before = (a: Tensor, first: number): Tensor =>
  pad(slice(a, { stop: [undefined, -1] }), {
    widths: [
      [0, 0],
      [1, 0],
    ],
    value: first,
  });

const forwards = { axis: 1, reverse: false, lag: 0 } as const;

/** The middle of a row of four; where it holds NaN, the last of the sorted elements is one, and it is taken. */
const middle = (of: (x: Tensor) => Tensor): ForwardRule => {
  const half = (sorted: Tensor): Tensor => sum(mul(slice(sorted, { start: [0, 1], stop: [undefined, 3] }), 0.5), rows);
  const last = (sorted: Tensor): Tensor => reshape(slice(sorted, { start: [0, 3] }), [-1]);
  const inOrder = (of: Tensor, a: Tensor): Tensor => takeAlongAxis(of, argsort(a, rows), rows);
  return {
    ...unary(of, (a, t) => where(isNaN(last(inOrder(a, a))), last(inOrder(t, a)), half(inOrder(t, a))), x),
    edges: [rowsOf([NaN, 1, 3, 2], [1, 1, 1, 1], [Infinity, Infinity, 1, 2], [NaN, NaN, 1, 2])],
    tooShort: [([a], [t]) => [of(a), half(inOrder(t, a))]],
  };
};

const channels = numbers([5, 3]);

/** Where in its row each extreme stands. */
const places = (a: Tensor, extremes: Tensor): Tensor =>
  argmax(cast(equal(expandDims(a, 1), expandDims(extremes, 2)), "int32"), { axis: -1 });

/** Of windows along the last axis, the tangents of their greatest elements. */
const chosen = (a: Tensor, t: Tensor): Tensor =>
  squeeze(takeAlongAxis(t, argmax(a, { axis: -1, keepDims: true }), { axis: -1 }), { axis: -1 });

/** dy for running sums of weights e^x, of which `total` is the logarithm. */
const runningWeights = (a: Tensor, t: Tensor, total: Tensor): Tensor =>
  linearRecurrence(exp(sub(before(logcumsumexp(a, rows), -Infinity), total)), mul(t, exp(sub(a, total))), forwards);

/** Operators over an axis that are not linear. */
export const reductions: ForwardRules = {
  max: extreme(
    (a) => max(a, rows),
    (a) => max(a, kept),
  ),
  min: extreme(
    (a) => min(a, rows),
    (a) => min(a, kept),
  ),
  prod: {
    // Each element's tangent times the product of the others, with no division: elements may be 0.
    ...unary(
      (a) => prod(a, rows),
      (a, t) => {
        const padded = pad(a, {
          widths: [
            [0, 0],
            [1, 1],
          ],
          value: 1,
        });
        const ahead = slice(cumprod(padded, rows), { stop: [undefined, -2] });
        const behind = slice(cumprod(padded, { axis: 1, reverse: true }), { start: [0, 2] });
        return sum(mul(t, mul(ahead, behind)), rows);
      },
      x,
    ),
    edges: [rowsOf([0, 2, 3], [0, 0, 3], [0, Infinity, 1], [NaN, 1, 0], [-0, 1, 2])],
    tooShort: [([a], [t]) => [prod(a, rows), mul(prod(a, rows), sum(div(t, a), rows))]],
  },
  norm: lengthRule((a) => norm(a, rows), rows, x),
  variance: unary(
    (a) => variance(a, rows),
    (a, t) => {
      const centred = sub(a, mean(a, kept));
      return mul(2, mean(mul(centred, sub(t, mean(t, kept))), rows));
    },
    x,
  ),
  std: {
    ...unary(
      (a) => std(a, rows),
      (a, t) => {
        const [isZero, orOne] = divisor(std(a, rows));
        return where(isZero, 0, div(mean(mul(centred(a, 1), centred(t, 1)), rows), orOne));
      },
      x,
    ),
    edges: [
      [
        exactly([
          [1, 1],
          [1, 1],
          [1, 2],
          [NaN, 1],
        ]),
        exactly([
          [1, 2],
          [Infinity, 1],
          [1, 3],
          [1, 3],
        ]),
      ],
    ],
    tooShort: [
      ([a], [t]) => [std(a, rows), div(mean(mul(centred(a, 1), centred(t, 1)), rows), std(a, rows))],
      ([a], [t]) => [std(a, rows), div(mean(mul(centred(a, 1), centred(t, 1)), rows), divisor(std(a, rows))[1])],
    ],
  },
  logsumexp: unary(
    (a) => logsumexp(a, rows),
    (a, t) => sum(mul(softmax(a, rows), t), rows),
    x,
  ),
  softmax: unary(
    (a) => softmax(a, rows),
    (a, t) => {
      const y = softmax(a, rows);
      return mul(y, sub(t, sum(mul(y, t), kept)));
    },
    x,
  ),
  logSoftmax: unary(
    (a) => logSoftmax(a, rows),
    (a, t) => sub(t, sum(mul(exp(logSoftmax(a, rows)), t), kept)),
    x,
  ),
  cumprod: {
    // dy_i = x_i dy_{i−1} + y_{i−1} dx_i, with no division: elements may be 0.
    ...unary(
      (a) => cumprod(a, rows),
      (a, t) => linearRecurrence(a, mul(before(cumprod(a, rows), 1), t), forwards),
      x,
    ),
    edges: [rowsOf([0, 2, 3], [2, 0, 3], [2, 0, 0], [NaN, 1, 0])],
    tooShort: [([a], [t]) => [cumprod(a, rows), mul(cumprod(a, rows), cumsum(div(t, a), rows))]],
  },
  logcumsumexp: {
    // dy_i = e^(y_{i−1} − y_i) dy_{i−1} + e^(x_i − y_i) dx_i, where no exponent is above 0 and −∞ weighs nothing.
    ...unary(
      (a) => logcumsumexp(a, rows),
      (a, t) => runningWeights(a, t, where(equal(logcumsumexp(a, rows), -Infinity), 0, logcumsumexp(a, rows))),
      x,
    ),
    edges: [rowsOf([1000, 1000, 1], [-Infinity, -Infinity, 0], [-Infinity, 1, 2], [-1000, 0, 1], [0, -1000, NaN])],
    tooShort: [
      ([a], [t]) => [logcumsumexp(a, rows), runningWeights(a, t, logcumsumexp(a, rows))],
      ([a], [t]) => [logcumsumexp(a, rows), div(cumsum(mul(exp(a), t), rows), exp(logcumsumexp(a, rows)))],
    ],
  },
  layerNorm: { of: (a) => layerNorm(a), at: [x], rule: ([a], [t]) => normalized(a, t, 1) },
  batchNorm: { of: (a) => batchNorm(a), at: [channels], rule: ([a], [t]) => normalized(a, t, 0) },
  groupNorm: {
    of: (a) => groupNorm(a, { groups: 2 }),
    at: [numbers([2, 4, 3])],
    rule: ([a], [t]) => {
      const [value, tangent] = normalized(reshape(a, [2, 2, 2, 3]), reshape(t, [2, 2, 2, 3]), [2, 3]);
      return [reshape(value, [2, 4, 3]), reshape(tangent, [2, 4, 3])];
    },
  },
  rmsNorm: { of: (a) => rmsNorm(a), at: [x], rule: ([a], [t]) => standardized(a, t, 1, Number.EPSILON) },
  median: middle((a) => median(a, rows)),
  quantile: middle((a) => quantile(a, 0.5, rows)),
  cummax: unary(
    (a) => cummax(a, rows),
    (a, t) => takeAlongAxis(t, places(a, cummax(a, rows)), rows),
    x,
  ),
  cummin: unary(
    (a) => cummin(a, rows),
    (a, t) => takeAlongAxis(t, places(a, cummin(a, rows)), rows),
    x,
  ),
  maxPool1d: unary(
    (a) => maxPool1d(a, { kernelSize: 2 }),
    (a, t) => chosen(reshape(a, [2, 3, 4, 2]), reshape(t, [2, 3, 4, 2])),
    numbers([2, 3, 8]),
  ),
  maxPool2d: unary(
    (a) => maxPool2d(a, { kernelSize: [1, 2] }),
    (a, t) => chosen(reshape(a, [2, 3, 4, 2, 2]), reshape(t, [2, 3, 4, 2, 2])),
    numbers([2, 3, 4, 4]),
  ),
};
