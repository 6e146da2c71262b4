import { asTensor } from "../convert.js";
import { allocate } from "../dtype.js";
import { AxisError, ShapeError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { constantIndex } from "../ir/affine.js";
import { copyStrided } from "../numbers/strided-copy.js";
import { apply, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { axisList, normalizeAxes, normalizeAxis, showShape, sizeOf, stridesOf } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import type { ExpandDims, MatrixTranspose, MoveAxis, Squeeze, SwapAxes, Transpose } from "../types/arrange.js";
import type { Flatten } from "../types/reshape.js";
import { reshapeTo } from "./broadcast.js";

/** Operators that move axes about: the transpose, and reshapes that add and drop axes of size 1. */

const transposePrimitive: Primitive<{ readonly axes: readonly number[] }> = {
  name: "transpose",
  linear: "jointly",
  infer: ({ inputs: [x], attributes }) => ({ shape: attributes.axes.map((axis) => x.shape[axis]!), dtype: x.dtype }),
  run({ inputs: [x], attributes, shape, dtype }) {
    const moved = attributes.axes.filter((axis) => x.shape[axis] !== 1);
    // Elements stay in order where only axes of size 1 move.
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return x.data;
    const strides = stridesOf(x.shape);
    const out = allocate(dtype, sizeOf(shape));
    copyStrided(
      shape,
      { data: x.data, offset: 0, strides: attributes.axes.map((axis) => strides[axis]!) },
      { data: out, offset: 0, strides: stridesOf(shape) },
    );
    return out;
  },
  lower: ({ attributes: { axes } }) => ({
    kind: "view",
    source: (indices) => inversePermutation(axes).map((from) => indices[from] ?? constantIndex(0)),
  }),
  vjp: ({ attributes, cotangent }) => [permute(cotangent, inversePermutation(attributes.axes))],
  batch: ({ inputs: [x], attributes }) => permute(x, [0, ...attributes.axes.map((axis) => axis + 1)]),
};

/** The permutation that undoes `axes`. */
export function inversePermutation(axes: readonly number[]): number[] {
  const undone = new Array<number>(axes.length);
  for (const [to, from] of axes.entries()) undone[from] = to;
  return undone;
}

/** Axis i of the result is axis `axes[i]` of `x`, a permutation of normalised axes; transposes of transposes are one. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  if (axes.every((axis, i) => axis === i)) return x;
  const { node } = x;
  const [inner] = node.inputs;
  if (isTranspose(node.primitive) && inner !== undefined) {
    const first = (node.attributes as { readonly axes: readonly number[] }).axes;
    return permute(
      new Tensor(inner),
      axes.map((axis) => first[axis]!),
    );
  }
  return apply(transposePrimitive, [x], { axes });
}

/** What `x` is the matrix transpose of (its last two axes swapped, the others in place), or undefined where it is none. */
export function matrixTransposed(x: Tensor): Tensor | undefined {
  const { node } = x;
  const [inner] = node.inputs;
  if (!isTranspose(node.primitive) || inner === undefined || x.rank < 2) return undefined;
  const { axes } = node.attributes as { readonly axes: readonly number[] };
  const swaps = axes.every((axis, i) => axis === (i < x.rank - 2 ? i : 2 * x.rank - 3 - i));
  return swaps ? new Tensor(inner) : undefined;
}

const isTranspose = (primitive: Primitive): boolean => primitive === transposePrimitive;

/** A random order of 0 … rank − 1, some counted from the end. */
function drawPermutation(draw: Draw, rank: number): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < rank; axis++) axes.splice(draw.integer(0, axis), 0, axis);
  return axes.map((axis) => (draw.boolean() ? axis - rank : axis));
}

/** Options of `transpose`. */
export interface TransposeOptions {
  /** Axis i of the result is axis `axes[i]` of the operand; default: all axes in reverse order. */
  readonly axes?: readonly number[] | undefined;
}

/**
 * `x` with its axes in another order.
 *
 * @param options.axes Every axis once: axis i of the result is axis `axes[i]` of `x`. Default: reversed.
 * @throws AxisError where `axes` is no permutation of the axes of `x`.
 * @example
 * transpose([[1, 2], [3, 4]]).toArray(); // [[1, 3], [2, 4]]
 * transpose(zeros([2, 3, 4]), { axes: [2, 0, 1] }).shape; // [4, 2, 3]
 */
export const transpose = typedOperator<Transpose>(
  "transpose",
  (draw) => {
    const shape = draw.shape();
    return [draw.tensor(shape), draw.integer(0, 4) === 0 ? {} : { axes: drawPermutation(draw, shape.length) }];
  },
  (x: TensorLike, { axes }: TransposeOptions = {}): Tensor => {
    const operand = asTensor("transpose", x);
    const { rank } = operand;
    if (axes === undefined) return permute(operand, normalizeAxes("transpose", undefined, rank).reverse());
    if (normalizeAxes("transpose", axes, rank).length !== rank) {
      throw new AxisError(
        `transpose: axes ${JSON.stringify(axes)} name ${axes.length} of the ${rank} axes of ${showShape(operand.shape)}; name each axis once.`,
      );
    }
    return permute(
      operand,
      axes.map((axis) => normalizeAxis("transpose", axis, rank)),
    );
  },
);

/**
 * `x` with two axes exchanged.
 *
 * @throws AxisError where an axis is out of range.
 * @example
 * swapaxes(zeros([2, 3, 4]), 0, -1).shape; // [4, 3, 2]
 */
export const swapaxes = typedOperator<SwapAxes>(
  "swapaxes",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    return [draw.tensor(shape), draw.integer(-shape.length, shape.length - 1), draw.integer(0, shape.length - 1)];
  },
  (x: TensorLike, axis1: number, axis2: number): Tensor => {
    const operand = asTensor("swapaxes", x);
    const axes = Array.from({ length: operand.rank }, (_, i) => i);
    const a = normalizeAxis("swapaxes", axis1, operand.rank);
    const b = normalizeAxis("swapaxes", axis2, operand.rank);
    axes[a] = b;
    axes[b] = a;
    return permute(operand, axes);
  },
);

/**
 * `x` with one axis or several moved to other places; the rest keep their order.
 *
 * @param source The axis or axes to move.
 * @param destination Where each of them goes, counted in the result.
 * @throws AxisError where an axis is out of range or named twice, or the two lists differ in length.
 * @example
 * moveaxis(zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 */
export const moveaxis = typedOperator<MoveAxis>(
  "moveaxis",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const from = drawPermutation(draw, shape.length).slice(draw.integer(0, shape.length - 1));
    const to = drawPermutation(draw, shape.length).slice(0, from.length);
    return from.length === 1 ? [draw.tensor(shape), from[0], to[0]] : [draw.tensor(shape), from, to];
  },
  (x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const operand = asTensor("moveaxis", x);
    const { rank } = operand;
    const from = axisList("moveaxis", source);
    const to = axisList("moveaxis", destination);
    if (normalizeAxes("moveaxis", from, rank).length !== normalizeAxes("moveaxis", to, rank).length) {
      throw new AxisError(
        `moveaxis: ${from.length} source axes and ${to.length} destinations; give one destination for each.`,
      );
    }
    const moved = from.map((axis) => normalizeAxis("moveaxis", axis, rank));
    const rest = Array.from({ length: rank }, (_, i) => i).filter((axis) => !moved.includes(axis));
    const places = to.map((axis) => normalizeAxis("moveaxis", axis, rank));
    const axes = Array.from({ length: rank }, (_, i) => {
      const place = places.indexOf(i);
      return place === -1 ? rest.shift()! : moved[place]!;
    });
    return permute(operand, axes);
  },
);

/**
 * The matrix transpose: the last two axes exchanged, the ones before them kept as a batch.
 *
 * @throws ShapeError where `x` has fewer than two axes.
 * @example
 * mT(zeros([5, 2, 3])).shape; // [5, 3, 2]
 */
export const mT = typedOperator<MatrixTranspose>(
  "mT",
  (draw) => [draw.tensor(draw.shape({ minRank: 2 }))],
  (x: TensorLike): Tensor => {
    const operand = asTensor("mT", x);
    const { rank } = operand;
    if (rank < 2) {
      throw new ShapeError(
        `mT: ${showShape(operand.shape)} is no matrix or batch of matrices; add an axis with expandDims.`,
      );
    }
    const axes = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
    return permute(operand, axes);
  },
);

/**
 * `x` with axes of size 1 added.
 *
 * @param axis Where in the result the new axis or axes are.
 * @throws AxisError where an axis is out of range of the result or named twice.
 * @example
 * expandDims([1, 2], 0).shape; // [1, 2]
 * expandDims([1, 2], [0, -1]).shape; // [1, 2, 1]
 */
export const expandDims = typedOperator<ExpandDims>(
  "expandDims",
  (draw) => {
    const shape = draw.shape();
    if (draw.boolean()) return [draw.tensor(shape), draw.integer(-shape.length - 1, shape.length)];
    const added = draw.integer(0, 2);
    return [draw.tensor(shape), drawPermutation(draw, shape.length + added).slice(0, added)];
  },
  (x: TensorLike, axis: number | readonly number[]): Tensor => {
    const operand = asTensor("expandDims", x);
    const added = axisList("expandDims", axis);
    const rank = operand.rank + added.length;
    const axes = normalizeAxes("expandDims", added, rank);
    const rest = [...operand.shape];
    return reshapeTo(
      operand,
      Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)),
    );
  },
);

/** Options of `squeeze`. */
export interface SqueezeOptions {
  /** The axes to drop; default: all of size 1. */
  readonly axis?: number | readonly number[] | undefined;
}

/**
 * `x` without axes of size 1.
 *
 * @param options.axis The axis or axes to drop. Default: all that have size 1.
 * @throws AxisError where an axis is out of range or named twice; ShapeError where it does not have size 1.
 * @example
 * squeeze(zeros([1, 3, 1])).shape; // [3]
 * squeeze(zeros([1, 3, 1]), { axis: 0 }).shape; // [3, 1]
 */
export const squeeze = typedOperator<Squeeze>(
  "squeeze",
  (draw) => {
    const shape = draw.shape().map((side) => (draw.boolean() ? 1 : side));
    const ones = shape.flatMap((side, axis) => (side === 1 ? [axis] : []));
    return [draw.tensor(shape), draw.boolean() ? {} : { axis: ones.filter(() => draw.boolean()) }];
  },
  (x: TensorLike, { axis }: SqueezeOptions = {}): Tensor => {
    const operand = asTensor("squeeze", x);
    const { shape } = operand;
    if (axis === undefined) {
      return reshapeTo(
        operand,
        shape.filter((side) => side !== 1),
      );
    }
    const axes = normalizeAxes("squeeze", axis, operand.rank);
    const wide = axes.find((a) => shape[a] !== 1);
    if (wide !== undefined) {
      throw new ShapeError(
        `squeeze: axis ${wide} of ${showShape(shape)} has size ${shape[wide]}, not 1; only axes of size 1 can be dropped. Take one index with slice, or reduce it.`,
      );
    }
    return reshapeTo(
      operand,
      shape.filter((_, i) => !axes.includes(i)),
    );
  },
);

/**
 * `x` as one axis, in row-major order; a scalar gives one element.
 *
 * @example
 * flatten([[1, 2], [3, 4]]).toArray(); // [1, 2, 3, 4]
 */
export const flatten = typedOperator<Flatten>(
  "flatten",
  (draw) => [draw.tensor(draw.shape())],
  (x: TensorLike): Tensor => {
    const operand = asTensor("flatten", x);
    return reshapeTo(operand, [operand.size]);
  },
);
