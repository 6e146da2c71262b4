import { describeValue } from "../convert.js";
import { allocate } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import { apply, typedOperator } from "../primitive.js";
import { reducedShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Reduction } from "../types/reduce.js";
import { abs, div, sign } from "./arithmetic.js";
import { reduceAxes, sumAxes } from "./broadcast.js";
import { asFloat, castTo } from "./cast.js";
import { equal, logicalOr, notEqual } from "./comparison.js";
import { mul } from "./elementwise.js";
import { pow } from "./exponential.js";
import { drawReduction, max, min, type ReduceOptions, reduceWith, refuseEmpty, spread } from "./reduce.js";
import { where } from "./where.js";

interface NormAttributes {
  readonly axes: readonly number[];
  /** Finite and not 0. */
  readonly ord: number;
}

/** (Σ |x|^p)^(1/p), with the elements divided by the one that weighs most, so that powers neither overflow nor vanish. */
const normPrimitive: Primitive<NormAttributes> = {
  name: "norm",
  linear: "none",
  infer: ({ inputs: [x], attributes: { axes } }) => ({ shape: reducedShape(x.shape, axes, false), dtype: x.dtype }),
  run: ({ inputs: [x], attributes: { axes, ord }, dtype }) =>
    reduceAxes(x.data, x.shape, axes, (source, outer, axis, inner) => {
      const out = allocate(dtype, outer * inner);
      for (let i = 0; i < out.length; i++) {
        const first = Math.floor(i / inner) * axis * inner + (i % inner);
        out[i] = normOfLine(source, first, axis, inner, ord);
      }
      return out;
    }),
  // ∂‖x‖/∂x = sign(x) (|x| / ‖x‖)^(p−1), and 0 where x or the norm is 0; for p = 2 it is x / ‖x‖, smooth but where the norm is 0.
  vjp({ inputs: [x], output, attributes: { axes, ord }, cotangent }) {
    if (ord === 2) {
      const isZero = equal(output, 0);
      const ratio = div(x, spread(where(isZero, 1, output), axes, x.shape));
      return [mul(spread(where(isZero, 0, cotangent), axes, x.shape), ratio)];
    }
    const lengths = spread(output, axes, x.shape);
    const isFlat = logicalOr(equal(x, 0), equal(lengths, 0));
    const ratio = div(where(isFlat, 1, x), where(isFlat, 1, lengths));
    const slope = mul(sign(x), pow(abs(ratio), ord - 1));
    return [where(isFlat, 0, mul(spread(cotangent, axes, x.shape), slope))];
  },
  batch: ({ inputs: [x], attributes: { axes, ord } }) =>
    apply(normPrimitive, [x], { axes: axes.map((axis) => axis + 1), ord }),
};

function normOfLine(x: NumericArray, first: number, count: number, step: number, ord: number): number {
  let heaviest = ord > 0 ? 0 : Number.POSITIVE_INFINITY;
  const heavier = ord > 0 ? Math.max : Math.min;
  for (let k = 0; k < count; k++) heaviest = heavier(heaviest, Math.abs(x[first + k * step]!));
  if (heaviest === 0 || !Number.isFinite(heaviest)) return heaviest;
  let total = 0;
  for (let k = 0; k < count; k++) {
    const ratio = Math.abs(x[first + k * step]!) / heaviest;
    total += ord === 2 ? ratio * ratio : ratio ** ord;
  }
  return heaviest * (ord === 2 ? Math.sqrt(total) : total ** (1 / ord));
}

/** Options of `norm`. */
export interface NormOptions extends ReduceOptions {
  /** Which norm; default 2. */
  readonly ord?: number | undefined;
}

/**
 * A vector norm of the elements along axes. Large and small elements neither overflow nor vanish on the way.
 *
 * Derivatives at kinks follow PyTorch: 0 for elements that are 0, and for all elements where the norm is 0; elements of equal magnitude share evenly
 * for ±∞; 0 everywhere for ord 0.
 *
 * @param options.ord 2 (default): √Σx²; 1: Σ|x|; Infinity and -Infinity: the greatest and the least |x|; 0: how many are not 0; any other p: (Σ|x|^p)^(1/p).
 * @param options.axis The axis or axes, taken as one vector; default all.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @throws AxisError where an axis is out of range or named twice; ValueError where `ord` is no number, or for ±∞ where there is no element.
 * @example
 * norm([3, 4]).item(); // 5
 * norm([3, -4], { ord: 1 }).item(); // 7
 */
export const norm = typedOperator<Reduction<"norm", "float", Pick<NormOptions, "ord">>>(
  "norm",
  (draw) => {
    const ord = draw.pick([2, 1, 3, 1.5, Number.POSITIVE_INFINITY]);
    // Equal magnitudes are a kink of the greatest one: there only positive elements are drawn.
    const domain = Number.isFinite(ord) ? { kinks: [0] } : { min: 0.1, separation: 0.1 };
    const [x, options] = drawReduction(draw, domain);
    return [x, { ...Object(options), ord }];
  },
  (x: TensorLike, { ord = 2, ...options }: NormOptions = {}): Tensor => {
    if (typeof ord !== "number" || Number.isNaN(ord)) {
      throw new ValueError(`norm: ord is ${describeValue(ord)}; use a number such as 1, 2 or Infinity.`);
    }
    return reduceWith("norm", asFloat("norm", x), options, (y, axes) => {
      if (!Number.isFinite(ord)) refuseEmpty("norm", y, axes);
      if (ord === Number.POSITIVE_INFINITY) return max(abs(y), { axis: axes });
      if (ord === Number.NEGATIVE_INFINITY) return min(abs(y), { axis: axes });
      if (ord === 0) return castTo(sumAxes(notEqual(y, 0), axes), y.dtype);
      if (ord === 1) return sumAxes(abs(y), axes);
      return apply(normPrimitive, [y], { axes, ord });
    });
  },
);
