import { describeValue } from "../convert.js";
import { allocate } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { mapBroadcast } from "../numbers/broadcast-loops.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import { sumInto } from "../numbers/summation.js";
import { apply, typedOperator } from "../primitive.js";
import { reducedShape, type Shape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Reduction } from "../types/reduce.js";
import { div, sqrt, square, sub } from "./arithmetic.js";
import { reduceAxes, reshapeTo, sumAxes } from "./broadcast.js";
import { asFloat, castTo } from "./cast.js";
import { equal, isFinite } from "./comparison.js";
import { finiteBelow } from "./cumulative.js";
import { add, mul } from "./elementwise.js";
import { exp, log } from "./exponential.js";
import { drawReduction, max, type ReduceOptions, reduceWith, spread } from "./reduce.js";
import { where } from "./where.js";

/** How many elements go into one result. */
const countAlong = (shape: Shape, axes: readonly number[]): number => sizeOf(axes.map((axis) => shape[axis]!));

interface Axes {
  readonly axes: readonly number[];
}

/**
 * x less its mean along axes: the mean is taken in float64, so that nothing cancels where it is large beside the deviations. The orthogonal
 * projection onto what sums to zero, hence its own transpose.
 */
const centrePrimitive: Primitive<Axes> = {
  name: "centre",
  linear: "jointly",
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
  run({ inputs: [x], attributes: { axes }, shape, dtype }) {
    const means = reduceAxes<NumericArray, Float64Array>(x.data, shape, axes, (source, outer, axis, inner) => {
      const totals = new Float64Array(outer * inner);
      sumInto(source, totals, outer, axis, inner);
      return totals.map((total) => total / axis);
    });
    const out = allocate(dtype, x.data.length);
    mapBroadcast((a, m) => a - m, [x, { data: means, shape: reducedShape(shape, axes, true) }], shape, out);
    return out;
  },
  expand: ({ inputs: [x], attributes: { axes } }) => {
    const wide = castTo(x, "float64");
    const mean = div(sumAxes(wide, axes), countAlong(x.shape, axes));
    return castTo(sub(wide, spread(mean, axes, x.shape)), x.dtype);
  },
  vjp: ({ attributes, cotangent }) => [apply(centrePrimitive, [cotangent], attributes)],
  batch: ({ inputs: [x], attributes: { axes } }) => apply(centrePrimitive, [x], { axes: axes.map((axis) => axis + 1) }),
};

/** x less its mean along normalised axes. */
export const centre = (x: Tensor, axes: readonly number[]): Tensor => apply(centrePrimitive, [x], { axes });

interface MeanSquare extends Axes {
  /** What the sum of squares is divided by. */
  readonly count: number;
  /** Added to the mean square; 0 or more. */
  readonly eps: number;
}

/**
 * √(Σx² / count + eps) along axes. Its slope x / √… is what a normaliser gives: written so, the derivative of x / √… computes nothing twice.
 */
const rootMeanSquarePrimitive: Primitive<MeanSquare> = {
  name: "rootMeanSquare",
  linear: "none",
  infer: ({ inputs: [x], attributes: { axes } }) => ({ shape: reducedShape(x.shape, axes, false), dtype: x.dtype }),
  run({ inputs: [x], attributes: { axes, count, eps }, dtype }) {
    const squares = Float64Array.from(x.data, (element) => element * element);
    const totals = reduceAxes(squares, x.shape, axes, (source, outer, axis, inner) => {
      const own = new Float64Array(outer * inner);
      sumInto(source, own, outer, axis, inner);
      return own;
    });
    const out = allocate(dtype, totals.length);
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(totals[i]! / count + eps);
    return out;
  },
  expand: ({ inputs: [x], attributes: { axes, count, eps } }) => {
    const power = div(sumAxes(square(x), axes), count);
    return sqrt(eps === 0 ? power : add(power, eps));
  },
  vjp({ inputs: [x], output: y, attributes: { axes, count, eps }, cotangent: g }) {
    if (eps > 0) return [mul(spread(div(g, count), axes, x.shape), div(x, spread(y, axes, x.shape)))];
    // Without eps it may be 0: the derivative is 0 there, and the divisor never.
    const isZero = equal(y, 0);
    const part = div(div(where(isZero, 0, g), where(isZero, 1, y)), count);
    return [mul(spread(part, axes, x.shape), x)];
  },
  batch: ({ inputs: [x], attributes }) =>
    apply(rootMeanSquarePrimitive, [x], { ...attributes, axes: attributes.axes.map((axis) => axis + 1) }),
};

/** √(mean x² + eps) along normalised axes, which stay with size 1. */
export const rootMeanSquare = (x: Tensor, axes: readonly number[], eps: number): Tensor =>
  reshapeTo(
    apply(rootMeanSquarePrimitive, [x], { axes, count: countAlong(x.shape, axes), eps }),
    reducedShape(x.shape, axes, true),
  );

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken from the number of elements in the divisor: 0 (default) for the variance of the data, 1 for Bessel's estimate. */
  readonly correction?: number | undefined;
}

const withCorrection = ([x, options]: readonly unknown[], correction: number): readonly unknown[] => [
  x,
  { ...Object(options), correction },
];

/** What a variance over normalised axes divides by. */
function divisorOf(name: string, x: Tensor, axes: readonly number[], correction: number): number {
  if (typeof correction === "number" && Number.isFinite(correction)) {
    return Math.max(0, countAlong(x.shape, axes) - correction);
  }
  throw new ValueError(`${name}: the correction is ${describeValue(correction)}; use a number such as 0 or 1.`);
}

/**
 * The variance: the mean square of the deviations from the mean, found in two passes, so that nothing cancels. Integers give float32; the variance of
 * nothing, or of no more elements than the correction, is NaN or infinite.
 *
 * @param options.axis The axis or axes; default all.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @param options.correction The divisor is n − correction; default 0 (NumPy's), 1 for the unbiased estimate.
 * @throws AxisError where an axis is out of range or named twice; ValueError where the correction is no finite number.
 * @example
 * variance([1, 2, 3, 4]).item(); // 1.25
 */
export const variance = typedOperator<Reduction<"variance", "float", Pick<VarianceOptions, "correction">>>(
  "variance",
  (draw) => withCorrection(drawReduction(draw), draw.pick([0, 0.5])),
  (x: TensorLike, { correction = 0, ...options }: VarianceOptions = {}): Tensor =>
    reduceWith("variance", asFloat("variance", x), options, (y, axes) =>
      div(sumAxes(square(centre(y, axes)), axes), divisorOf("variance", y, axes, correction)),
    ),
);

/**
 * The standard deviation: the square root of the variance. Its derivative where the variance is 0 is taken as 0, as in PyTorch.
 *
 * @param options.axis The axis or axes; default all.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @param options.correction The divisor is n − correction; default 0 (NumPy's), 1 for the unbiased estimate.
 * @throws AxisError where an axis is out of range or named twice; ValueError where the correction is no finite number.
 * @example
 * std([1, 3]).item(); // 1
 */
export const std = typedOperator<Reduction<"std", "float", Pick<VarianceOptions, "correction">>>(
  "std",
  (draw) => {
    const shape = draw.shape({ minRank: 1, minSide: 2 });
    const axis = draw.pick([undefined, draw.axes(shape.length)]);
    return [draw.tensor(shape, { separation: 0.1 }), { axis, keepDims: draw.boolean(), correction: draw.pick([0, 1]) }];
  },
  (x: TensorLike, { correction = 0, ...options }: VarianceOptions = {}): Tensor =>
    reduceWith("std", asFloat("std", x), options, (y, axes) =>
      apply(rootMeanSquarePrimitive, [centre(y, axes)], { axes, count: divisorOf("std", y, axes, correction), eps: 0 }),
    ),
);

const logsumexpPrimitive: Primitive<Axes> = {
  name: "logsumexp",
  linear: "none",
  infer: ({ inputs: [x], attributes: { axes } }) => ({ shape: reducedShape(x.shape, axes, false), dtype: x.dtype }),
  run: ({ inputs: [x], attributes: { axes }, dtype }) =>
    reduceAxes(x.data, x.shape, axes, (source, outer, axis, inner) => {
      const out = allocate(dtype, outer * inner);
      for (let i = 0; i < out.length; i++) {
        const first = Math.floor(i / inner) * axis * inner + (i % inner);
        out[i] = logsumexpOfLine(source, first, axis, inner);
      }
      return out;
    }),
  expand: ({ inputs: [x], attributes: { axes } }) => {
    // The logarithm of an empty sum is −∞.
    if (countAlong(x.shape, axes) === 0) return log(sumAxes(x, axes));
    const greatest = max(x, { axis: axes });
    const shift = where(isFinite(greatest), greatest, 0);
    return add(log(sumAxes(exp(sub(x, spread(shift, axes, x.shape))), axes)), shift);
  },
  // d logsumexp = softmax(x) · dx; −∞ weighs nothing, also where all are −∞.
  vjp: ({ inputs: [x], output, attributes: { axes }, cotangent }) => {
    const weights = exp(sub(x, spread(finiteBelow(output), axes, x.shape)));
    return [mul(spread(cotangent, axes, x.shape), weights)];
  },
  batch: ({ inputs: [x], attributes: { axes } }) =>
    apply(logsumexpPrimitive, [x], { axes: axes.map((axis) => axis + 1) }),
};

function logsumexpOfLine(x: NumericArray, first: number, count: number, step: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) greatest = Math.max(greatest, x[first + k * step]!);
  if (!Number.isFinite(greatest)) return greatest;
  let total = 0;
  for (let k = 0; k < count; k++) total += Math.exp(x[first + k * step]! - greatest);
  return greatest + Math.log(total);
}

/**
 * log Σ exp(x), without overflow. −∞ counts as weight 0: where all elements are −∞, or there is none, the result is −∞ and the derivative 0. Where
 * an element is +∞ so is the result, and the derivative there is NaN, as in PyTorch.
 *
 * @param options.axis The axis or axes; default all.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * logsumexp([1000, 1000]).item(); // 1000.6931…
 */
export const logsumexp = typedOperator<Reduction<"logsumexp", "float">>(
  "logsumexp",
  (draw) => drawReduction(draw),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    reduceWith("logsumexp", asFloat("logsumexp", x), options, (y, axes) => apply(logsumexpPrimitive, [y], { axes })),
);
