import { asTensor, resolveShape } from "../convert.js";
import { allocate, isFloat } from "../dtype.js";
import { ShapeError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { constantIndex } from "../ir/affine.js";
import { mapBroadcast } from "../numbers/broadcast-loops.js";
import { sumInto } from "../numbers/summation.js";
import { apply, typedOperator } from "../primitive.js";
import { broadcastsTo, checkShape, reducedShape, type Shape, sameShape, showShape, sizeOf } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import type { BroadcastTo } from "../types/arrange.js";
import type { Reshape } from "../types/reshape.js";

/** Sums and stretching are each other's derivative, and reshape undoes `keepDims`: the three stand together. */

const reshapePrimitive: Primitive<{ readonly shape: Shape }> = {
  name: "reshape",
  linear: "jointly",
  infer: ({ inputs: [x], attributes }) => ({ shape: attributes.shape, dtype: x.dtype }),
  run: ({ inputs: [x] }) => x.data,
  lower: () => ({ kind: "reshape" }),
  vjp: ({ inputs: [x], cotangent }) => [reshapeTo(cotangent, x.shape)],
  batch: ({ inputs: [x], size, attributes }) => reshapeTo(x, [size, ...attributes.shape]),
};

/** `x` with another shape of the same size; reshapes of reshapes are one. */
export function reshapeTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const { node } = x;
  const [inner] = node.inputs;
  if (node.primitive === reshapePrimitive && inner !== undefined) return reshapeTo(new Tensor(inner), shape);
  return apply(reshapePrimitive, [x], { shape });
}

/**
 * The same elements, in row-major order, under another shape. One side may be −1: it takes what is left.
 *
 * @param shape Sizes whose product is `x.size`.
 * @throws ShapeError where the sizes do not fit.
 * @example
 * reshape(arange(6), [2, -1]).shape; // [2, 3]
 */
export const reshape = typedOperator<Reshape<"reshape">>(
  "reshape",
  (draw) => {
    const shape = draw.shape();
    const size = sizeOf(shape);
    return [draw.tensor(shape), draw.pick([[size], [1, size], [...shape, 1], [-1], [...shape].reverse()])];
  },
  (x: TensorLike, shape: Shape): Tensor => {
    const operand = asTensor("reshape", x);
    if (!Array.isArray(shape)) checkShape("reshape", shape);
    return reshapeTo(operand, resolveShape("reshape", shape, operand.size));
  },
);

export const broadcastPrimitive: Primitive<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  linear: "jointly",
  infer: ({ inputs: [x], attributes }) => ({ shape: attributes.shape, dtype: x.dtype }),
  run({ inputs: [x], shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    mapBroadcast((element) => element, [x], shape, out);
    return out;
  },
  lower: ({ inputs: [x], shape }) => ({
    kind: "view",
    source: (indices) =>
      (x?.shape ?? []).map((side, axis) => {
        const index = indices[axis + shape.length - (x?.shape.length ?? 0)];
        return side === 1 || index === undefined ? constantIndex(0) : index;
      }),
  }),
  vjp: ({ inputs: [x], cotangent }) => [sumTo(cotangent, x.shape)],
  batch({ inputs: [x], size, attributes }) {
    const fill = new Array<number>(attributes.shape.length + 1 - x.rank).fill(1);
    const aligned = reshapeTo(x, [size, ...fill, ...x.shape.slice(1)]);
    return stretch(aligned, [size, ...attributes.shape]);
  },
};

/** `x` stretched to a shape that it is known to broadcast to. */
export const stretch = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : apply(broadcastPrimitive, [x], { shape });

/**
 * `x` stretched to `shape`: axes are added in front, and sides of 1 repeat (NumPy's rule). The derivative sums what was repeated.
 *
 * @throws ShapeError where `x` does not broadcast to `shape`.
 * @example
 * broadcastTo([1, 2], [3, 2]).toArray(); // [[1, 2], [1, 2], [1, 2]]
 */
export const broadcastTo = typedOperator<BroadcastTo>(
  "broadcastTo",
  (draw) => {
    const shape = draw.shape();
    const own = shape.map((side) => (draw.boolean() ? 1 : side)).slice(draw.integer(0, shape.length));
    return [draw.tensor(own), shape];
  },
  (x: TensorLike, shape: Shape): Tensor => {
    const operand = asTensor("broadcastTo", x);
    checkShape("broadcastTo", shape);
    if (!broadcastsTo(operand.shape, shape)) {
      throw new ShapeError(
        `broadcastTo: ${showShape(operand.shape)} does not broadcast to ${showShape(shape)}. Sides must be equal or 1, counted from the last axis; ` +
          "add axes with expandDims or reshape.",
      );
    }
    return stretch(operand, shape);
  },
);

const sumPrimitive: Primitive<{ readonly axes: readonly number[] }> = {
  name: "sum",
  linear: "jointly",
  infer: ({ inputs: [x], attributes }) => ({
    shape: reducedShape(x.shape, attributes.axes, false),
    dtype: isFloat(x.dtype) || x.dtype === "uint32" ? x.dtype : "int32",
  }),
  run: ({ inputs: [x], attributes, dtype }) =>
    reduceAxes(x.data, x.shape, attributes.axes, (source, outer, axis, inner) => {
      const out = allocate(dtype, outer * inner);
      sumInto(source, out, outer, axis, inner);
      return out;
    }),
  lower: ({ attributes: { axes } }) => ({ kind: "reduce", combine: "sum", axes }),
  vjp({ inputs: [x], attributes: { axes }, cotangent }) {
    // Axes in front come back by broadcasting alone.
    const isLeading = axes.every((axis, i) => axis === i);
    const kept = isLeading ? cotangent : reshapeTo(cotangent, reducedShape(x.shape, axes, true));
    return [stretch(kept, x.shape)];
  },
  batch: ({ inputs: [x], attributes }) =>
    sumAxes(
      x,
      attributes.axes.map((axis) => axis + 1),
    ),
};

/** Sums over normalised, ascending axes; they disappear. */
export const sumAxes = (x: Tensor, axes: readonly number[]): Tensor => apply(sumPrimitive, [x], { axes });

/** Sums whatever broadcasting had stretched, back to `shape`: the one place where broadcasting is undone. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < x.rank; axis++) {
    if (axis < lead || (shape[axis - lead] === 1 && x.shape[axis] !== 1)) axes.push(axis);
  }
  return reshapeTo(axes.length === 0 ? x : sumAxes(x, axes), shape);
}

/**
 * Reduces row-major data along ascending axes with a kernel over [outer, axis, inner]: neighbouring axes are taken as one,
 * the others one after another from the last.
 */
export function reduceAxes<T extends { readonly length: number }, U extends T>(
  data: T,
  shape: Shape,
  axes: readonly number[],
  reduce: (source: T, outer: number, axis: number, inner: number) => U,
): T {
  let result: T = data;
  const left = [...shape];
  let end = axes.length - 1;
  if (end < 0) return reduce(data, 1, 1, data.length);
  while (end >= 0) {
    let start = end;
    while (start > 0 && axes[start - 1] === (axes[start] ?? 0) - 1) start--;
    const first = axes[start] ?? 0;
    const last = axes[end] ?? 0;
    const outer = sizeOf(left.slice(0, first));
    const inner = sizeOf(left.slice(last + 1));
    result = reduce(result, outer, sizeOf(left.slice(first, last + 1)), inner);
    left.splice(first, last - first + 1);
    end = start - 1;
  }
  return result;
}
