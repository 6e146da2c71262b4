import { asTensor } from "../convert.js";
import { allocate, type DType, isFloat } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Aval, Primitive, VjpRule } from "../graph.js";
import { maxInto, minInto, productInto } from "../numbers/extremes.js";
import { apply, type Operator, typedOperator } from "../primitive.js";
import type { Draw, TensorChoice } from "../sampling.js";
import { normalizeAxes, reducedShape, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AxisArgument, ReduceArguments, Reduction } from "../types/reduce.js";
import { div } from "./arithmetic.js";
import { reduceAxes, reshapeTo, stretch, sumAxes } from "./broadcast.js";
import { castTo } from "./cast.js";
import { equal, isNaN, logicalOr, notEqual } from "./comparison.js";
import { productOfOthers } from "./cumulative.js";
import { mul } from "./elementwise.js";
import { inversePermutation, permute } from "./movement.js";
import { where } from "./where.js";

/** Options of reductions. */
export interface ReduceOptions extends ReduceArguments<AxisArgument, boolean | undefined> {}

interface Axes {
  readonly axes: readonly number[];
}

/** Draws an operand with some of its axes. */
export function drawReduction(draw: Draw, choice?: TensorChoice): readonly unknown[] {
  const shape = draw.shape();
  const axes = draw.axes(shape.length);
  const axis = draw.pick([undefined, axes, axes[0]]);
  return [draw.tensor(shape, choice), draw.pick([{ axis }, { axis, keepDims: true }])];
}

/** Reduces `x` along the axes that the options name, and restores them with size 1 for `keepDims`. */
export function reduceWith(
  name: string,
  x: TensorLike,
  { axis, keepDims = false }: ReduceOptions,
  reduce: (operand: Tensor, axes: number[]) => Tensor,
): Tensor {
  const operand = asTensor(name, x);
  const axes = normalizeAxes(name, axis, operand.rank);
  return reshapeTo(reduce(operand, axes), reducedShape(operand.shape, axes, keepDims));
}

/** A tensor reduced along `axes`, stretched over them again to `shape`. */
export const spread = (reduced: Tensor, axes: readonly number[], shape: Shape): Tensor =>
  stretch(reshapeTo(reduced, reducedShape(shape, axes, true)), shape);

/**
 * The sum along axes, 0 for no elements. Summed in float64 by a fixed tree, so that a million float32 elements lose no accuracy; bool, uint8 and int32 sum to
 * int32, which wraps.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * sum([[1, 2], [3, 4]], { axis: 0 }).toArray(); // [4, 6]
 */
export const sum = typedOperator<Reduction<"sum", "total">>(
  "sum",
  (draw) => drawReduction(draw),
  (x: TensorLike, options: ReduceOptions = {}): Tensor => reduceWith("sum", x, options, sumAxes),
);

/**
 * The mean along axes; NaN for no elements, as in PyTorch. Integers and booleans have a float32 mean.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * mean([[1, 2], [3, 4]]).item(); // 2.5
 */
export const mean = typedOperator<Reduction<"mean", "float">>(
  "mean",
  (draw) => drawReduction(draw),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    reduceWith("mean", x, options, (operand, axes) => {
      const real = isFloat(operand.dtype) ? operand : castTo(operand, "float32");
      return div(sumAxes(real, axes), sizeOf(axes.map((axis) => operand.shape[axis] ?? 1)));
    }),
);

type ReduceInto = typeof maxInto;

/** A primitive that reduces along axes with a kernel over [outer, axis, inner]. */
function reduction(
  name: "max" | "min" | "prod",
  reduceInto: ReduceInto,
  resultDType: (dtype: DType) => DType,
  vjp: VjpRule<Axes>,
): Primitive<Axes> {
  const primitive: Primitive<Axes> = {
    name,
    linear: "none",
    infer: ({ inputs: [x], attributes: { axes } }) => ({
      shape: reducedShape(x.shape, axes, false),
      dtype: resultDType(x.dtype),
    }),
    run: ({ inputs: [x], attributes: { axes }, dtype }) =>
      reduceAxes(x.data, x.shape, axes, (source, outer, axis, inner) => {
        const out = allocate(dtype, outer * inner);
        reduceInto(source, out, outer, axis, inner);
        return out;
      }),
    lower: ({ attributes: { axes } }) => ({ kind: "reduce", combine: name, axes }),
    vjp,
    batch: ({ inputs: [x], attributes: { axes } }) => apply(primitive, [x], { axes: axes.map((axis) => axis + 1) }),
  };
  return primitive;
}

/** @throws ValueError where nothing is left to choose an extreme from. */
export function refuseEmpty(name: string, { shape }: Aval, axes: readonly number[]): void {
  const reduced = sizeOf(axes.map((axis) => shape[axis] ?? 1));
  const result = sizeOf(reducedShape(shape, axes, false));
  if (reduced === 0 && result > 0) {
    throw new ValueError(
      `${name}: the reduced axes [${axes.join(", ")}] of shape ${showShape(shape)} hold no element, and ${name} has no value for none. Check the size before.`,
    );
  }
}

/** The cotangent of an extreme goes to the elements equal to it, in equal shares. */
const shareTies: VjpRule<Axes> = ({ inputs: [x], output, attributes: { axes }, cotangent }) => {
  // A NaN is the extreme, and equal to nothing.
  const taken = logicalOr(equal(x, spread(output, axes, x.shape)), isNaN(x));
  const ties = castTo(sumAxes(taken, axes), x.dtype);
  return [where(taken, spread(div(cotangent, ties), axes, x.shape), 0)];
};

const maxPrimitive = reduction("max", maxInto, (dtype) => dtype, shareTies);
const minPrimitive = reduction("min", minInto, (dtype) => dtype, shareTies);

function extreme<Name extends "max" | "min">(
  name: Name,
  primitive: Primitive<Axes>,
): Operator<Reduction<Name, "keep">> {
  return typedOperator<Reduction<Name, "keep">>(
    name,
    (draw) => drawReduction(draw, { separation: 0.1 }),
    (x: TensorLike, options: ReduceOptions = {}): Tensor =>
      reduceWith(name, x, options, (operand, axes) => {
        refuseEmpty(name, operand, axes);
        return apply(primitive, [operand], { axes });
      }),
  );
}

/**
 * The greatest element along axes; NaN if any is NaN. Equal elements share the derivative evenly, as PyTorch's amax.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice; ValueError where there is no element.
 * @example
 * max([[1, 2], [3, 4]], { axis: 0 }).toArray(); // [3, 4]
 */
export const max = extreme("max", maxPrimitive);

/**
 * The least element along axes; NaN if any is NaN. Equal elements share the derivative evenly, as PyTorch's amin.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice; ValueError where there is no element.
 * @example
 * min([[1, 2], [3, 4]], { axis: 0 }).toArray(); // [1, 2]
 */
export const min = extreme("min", minPrimitive);

const integerResult = (dtype: DType): DType => (isFloat(dtype) || dtype === "uint32" ? dtype : "int32");

const prodPrimitive = reduction(
  "prod",
  productInto,
  integerResult,
  ({ inputs: [x], attributes: { axes }, cotangent }) => {
    // The reduced axes as one, last: each element's derivative is the product of the others, which no division could give at a zero.
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...kept, ...axes];
    const rows = reshapeTo(permute(x, order), [
      ...kept.map((axis) => x.shape[axis] ?? 1),
      sizeOf(axes.map((axis) => x.shape[axis] ?? 1)),
    ]);
    const others = reshapeTo(
      productOfOthers(rows, rows.rank - 1),
      order.map((axis) => x.shape[axis] ?? 1),
    );
    return [mul(spread(cotangent, axes, x.shape), permute(others, inversePermutation(order)))];
  },
);

/**
 * The product along axes, 1 for no elements; bool, uint8 and int32 give int32, which wraps. The derivative is right at zeros too.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * prod([[1, 2], [3, 4]], { axis: 1 }).toArray(); // [2, 12]
 */
export const prod = typedOperator<Reduction<"prod", "total">>(
  "prod",
  (draw) => drawReduction(draw, { min: -2, max: 2 }),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    reduceWith("prod", x, options, (operand, axes) => apply(prodPrimitive, [operand], { axes })),
);

/**
 * Whether any element along axes is true (not 0); false for none.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * any([[0, 0], [0, 1]], { axis: 1 }).toArray(); // [0, 1]
 */
export const any = typedOperator<Reduction<"any", "bool">>(
  "any",
  (draw) => drawReduction(draw),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    notEqual(reduceWith("any", notEqual(asTensor("any", x), 0), options, sumAxes), 0),
);

/**
 * Whether all elements along axes are true (not 0); true for none.
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * all([[1, 1], [0, 1]], { axis: 1 }).toArray(); // [1, 0]
 */
export const all = typedOperator<Reduction<"all", "bool">>(
  "all",
  (draw) => drawReduction(draw),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    equal(reduceWith("all", equal(asTensor("all", x), 0), options, sumAxes), 0),
);

/**
 * How many elements along axes are not 0 (NaN is not).
 *
 * @param options.axis Default: all axes.
 * @param options.keepDims Default false.
 * @returns int32.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * countNonzero([[1, 0], [2, 3]]).item(); // 3
 */
export const countNonzero = typedOperator<Reduction<"countNonzero", "int32">>(
  "countNonzero",
  (draw) => drawReduction(draw),
  (x: TensorLike, options: ReduceOptions = {}): Tensor =>
    reduceWith("countNonzero", notEqual(asTensor("countNonzero", x), 0), options, sumAxes),
);
