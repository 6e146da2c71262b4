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
  layerNorm,
  logcumsumexp,
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
  prod,
  quantile,
  reshape,
  rmsNorm,
  rsqrt,
  slice,
  softmax,
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
import { allow, type ForwardRule, type ForwardRules, numbers, unary } from "./rules.js";

const x = numbers([3, 4]);
const rows = { axis: 1 } as const;
const kept = { axis: 1, keepDims: true } as const;

/** The tangent of those elements that are the extreme of their row, or their mean where there are several. */
const extreme = (of: (x: Tensor) => Tensor, whole: (x: Tensor) => Tensor): ForwardRule =>
  unary(
    of,
    (a, t) => {
      const is = equal(a, whole(a));
      return div(sum(where(is, t, 0), rows), cast(sum(cast(is, "int32"), rows), "float64"));
    },
    x,
  );

/** Elements less their mean, and what a normaliser divides by. */
function standard(a: Tensor, axis: number | readonly number[]): readonly [centred: Tensor, scale: Tensor] {
  const along = { axis: typeof axis === "number" ? axis : [...axis], keepDims: true };
  const centred = sub(a, mean(a, along));
  return [centred, rsqrt(add(mean(square(centred), along), 1e-5))];
}

/** d (c s) = s (dc − c s² mean(c dc)) for centred elements c and their scale s. */
function normalized(a: Tensor, t: Tensor, axis: number | readonly number[]): readonly [Tensor, Tensor] {
  const along = { axis: typeof axis === "number" ? axis : [...axis], keepDims: true };
  const [centred, scale] = standard(a, axis);
  const moved = sub(t, mean(t, along));
  const slope = mul(mean(mul(centred, moved), along), square(scale));
  return [mul(centred, scale), mul(scale, sub(moved, mul(centred, slope)))];
}

const channels = numbers([5, 3]);

/** Where in its row each extreme stands. */
const places = (a: Tensor, extremes: Tensor): Tensor =>
  argmax(cast(equal(expandDims(a, 1), expandDims(extremes, 2)), "int32"), { axis: -1 });

/** Of windows along the last axis, the tangents of their greatest elements. */
const chosen = (a: Tensor, t: Tensor): Tensor =>
  squeeze(takeAlongAxis(t, argmax(a, { axis: -1, keepDims: true }), { axis: -1 }), { axis: -1 });

/** Operators over an axis that are not linear. */
export const reductions: ForwardRules = {
  max: allow(
    extreme(
      (a) => max(a, rows),
      (a) => max(a, kept),
    ),
    1,
    "NaN is an extreme, and not equal to itself",
  ),
  min: allow(
    extreme(
      (a) => min(a, rows),
      (a) => min(a, kept),
    ),
    1,
    "NaN is an extreme, and not equal to itself",
  ),
  prod: allow(
    unary(
      (a) => prod(a, rows),
      (a, t) => mul(prod(a, rows), sum(div(t, a), rows)),
      x,
    ),
    6,
    "no division: elements may be 0",
  ),
  norm: allow(
    unary(
      (a) => norm(a, rows),
      (a, t) => div(sum(mul(a, t), rows), norm(a, rows)),
      x,
    ),
    8,
    "elements are divided first, so that no product overflows, and 0 / 0 would be NaN",
  ),
  variance: unary(
    (a) => variance(a, rows),
    (a, t) => {
      const centred = sub(a, mean(a, kept));
      return mul(2, mean(mul(centred, sub(t, mean(t, kept))), rows));
    },
    x,
  ),
  std: allow(
    unary(
      (a) => std(a, rows),
      (a, t) => {
        const centred = sub(a, mean(a, kept));
        return div(mean(mul(centred, sub(t, mean(t, kept))), rows), std(a, rows));
      },
      x,
    ),
    4,
    "0 / 0 would be NaN where all are equal",
  ),
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
  cumprod: allow(
    unary(
      (a) => cumprod(a, rows),
      (a, t) => mul(cumprod(a, rows), cumsum(div(t, a), rows)),
      x,
    ),
    5,
    "no division: elements may be 0",
  ),
  logcumsumexp: allow(
    unary(
      (a) => logcumsumexp(a, rows),
      (a, t) => div(cumsum(mul(exp(a), t), rows), exp(logcumsumexp(a, rows))),
      x,
    ),
    10,
    "powers of large elements would overflow, and −∞ less −∞ would be NaN",
  ),
  layerNorm: allow(
    { of: (a) => layerNorm(a), at: [x], rule: ([a], [t]) => normalized(a, t, 1) },
    3,
    "the factors 2 and −½ of square and rsqrt cancel by hand only",
  ),
  batchNorm: allow(
    { of: (a) => batchNorm(a), at: [channels], rule: ([a], [t]) => normalized(a, t, 0) },
    5,
    "the factors 2 and −½ of square and rsqrt cancel by hand only",
  ),
  groupNorm: allow(
    {
      of: (a) => groupNorm(a, { groups: 2 }),
      at: [numbers([2, 4, 3])],
      rule: ([a], [t]) => {
        const [value, tangent] = normalized(reshape(a, [2, 2, 2, 3]), reshape(t, [2, 2, 2, 3]), [2, 3]);
        return [reshape(value, [2, 4, 3]), reshape(tangent, [2, 4, 3])];
      },
    },
    3,
    "the factors 2 and −½ of square and rsqrt cancel by hand only",
  ),
  rmsNorm: allow(
    unary(
      (a) => rmsNorm(a),
      (a, t) => {
        const scale = rsqrt(add(mean(square(a), kept), Number.EPSILON));
        return mul(scale, sub(t, mul(a, mul(mean(mul(a, t), kept), square(scale)))));
      },
      x,
    ),
    3,
    "the factors 2 and −½ of square and rsqrt cancel by hand only",
  ),
  median: allow(
    unary(
      (a) => median(a, rows),
      (a, t) => mean(slice(takeAlongAxis(t, argsort(a, rows), rows), { start: [0, 1], stop: [3, 3] }), rows),
      x,
    ),
    8,
    "NaN is chosen where there is one, and each neighbour is sliced by itself",
  ),
  quantile: allow(
    unary(
      (a) => quantile(a, 0.5, rows),
      (a, t) => mean(slice(takeAlongAxis(t, argsort(a, rows), rows), { start: [0, 1], stop: [3, 3] }), rows),
      x,
    ),
    8,
    "NaN is chosen where there is one, and each neighbour is sliced by itself",
  ),
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
