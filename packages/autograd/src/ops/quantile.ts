import { describeValue } from "../convert.js";
import { ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { normalizeAxes, reducedShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Quantile } from "../types/keep.js";
import type { Reduction } from "../types/reduce.js";
import { sub } from "./arithmetic.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { asFloat } from "./cast.js";
import { isNaN } from "./comparison.js";
import { add, mul } from "./elementwise.js";
import { stack } from "./join.js";
import { permute } from "./movement.js";
import { drawReduction, type ReduceOptions, reduceWith, refuseEmpty } from "./reduce.js";
import { sliceAxis } from "./slice.js";
import { sort } from "./sort.js";
import { where } from "./where.js";

/** Values at places between 0 and 1 of the sorted elements along normalised axes, for each place one tensor. */
function valuesAt(name: string, x: Tensor, axes: readonly number[], places: readonly number[]): Tensor[] {
  refuseEmpty(name, x, axes);
  const kept = reducedShape(x.shape, axes, false);
  const others = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const rows = reshapeTo(permute(x, [...others, ...axes]), [...kept, count]);
  // An axis without elements is left only where there is no result either.
  if (count === 0) return places.map(() => reshapeTo(rows, kept));
  const sorted = sort(rows, { axis: -1 });
  const at = (index: number): Tensor => reshapeTo(sliceAxis(sorted, kept.length, index, index + 1), kept);
  // NaN comes last.
  const greatest = at(count - 1);
  return places.map((place) => {
    const position = place * (count - 1);
    const below = Math.floor(position);
    const t = position - below;
    // The middle is the sum of two halves: also of infinities, and of numbers whose sum would overflow.
    const middle = (): Tensor => sumAxes(mul(sliceAxis(sorted, kept.length, below, below + 2), 0.5), [kept.length]);
    const value = t === 0.5 ? middle() : t === 0 ? at(below) : between(at(below), at(below + 1), t);
    return where(isNaN(greatest), greatest, value);
  });
}

/** The point that lies the fraction `t` of the way from one value to the next. */
const between = (a: Tensor, b: Tensor, t: number): Tensor => add(a, mul(sub(b, a), t));

/**
 * The median: the middle one of the sorted elements, or the mean of the two middle ones (NumPy's rule). NaN if there is one. Integers give float32.
 *
 * @param options.axis The axis or axes; default all.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @throws AxisError where an axis is out of range or named twice; ValueError where the reduced axes hold no element.
 * @example
 * median([3, 1, 2]).item(); // 2
 * median([1, 2, 3, 10]).item(); // 2.5
 */
export const median = typedOperator<Reduction<"median", "float">>(
  "median",
  (draw) => drawReduction(draw, { separation: 0.1 }),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    reduceWith("median", asFloat("median", x), options, (y, axes) => valuesAt("median", y, axes, [0.5])[0]!),
);

/**
 * Quantiles by linear interpolation: with the n elements sorted, the value at position q · (n − 1) (NumPy's and PyTorch's rule; definition 7 of R. J.
 * Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996) 361–365). NaN if there is one. Integers give
 * float32.
 *
 * @param q A number from 0 to 1, or an array of them: then the results are stacked along a new first axis.
 * @param options.axis The axis or axes; default all.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @throws ValueError where `q` is outside 0 … 1 or the reduced axes hold no element; AxisError where an axis is out of range or named twice.
 * @example
 * quantile([1, 2, 3, 4], 0.25).item(); // 1.75
 * quantile([1, 2, 3, 4], [0, 1]).toArray(); // [1, 4]
 */
export const quantile = typedOperator<Quantile>(
  "quantile",
  (draw) => {
    const [x, options] = drawReduction(draw, { separation: 0.1 });
    return [x, draw.pick([0, 0.3, 1, [0.25, 0.5]]), options];
  },
  (x: TensorLike, q: number | readonly number[], options: ReduceOptions = {}): Tensor => {
    const places = typeof q === "number" ? [q] : q;
    const legal = Array.isArray(places) && places.every((place) => place >= 0 && place <= 1);
    if (!legal || places.length === 0) {
      throw new ValueError(
        `quantile: q is ${Array.isArray(q) ? JSON.stringify(q) : describeValue(q)}; use a number from 0 to 1, or an array of them.`,
      );
    }
    const operand = asFloat("quantile", x);
    const { axis, keepDims = false } = options;
    const axes = normalizeAxes("quantile", axis, operand.rank);
    const shape = reducedShape(operand.shape, axes, keepDims);
    const values = valuesAt("quantile", operand, axes, places).map((value) => reshapeTo(value, shape));
    return typeof q === "number" ? values[0]! : stack(values);
  },
);
