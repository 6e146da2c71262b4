import { asIndices, asTensor } from "../convert.js";
import { allocate } from "../dtype.js";
import { IndexError, ShapeError } from "../errors.js";
import type { BatchContext, KernelInput, Primitive } from "../graph.js";
import { apply, typedOperator } from "../primitive.js";
import { broadcastShapes, normalizeAxis, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Take, TakeAlong } from "../types/gather.js";
import { reshapeTo, stretch } from "./broadcast.js";
import { lowerPlaceAlong, lowerPlaceAt, lowerTake, lowerTakeAlong } from "./gather-lowering.js";
import { moveaxis } from "./movement.js";

/** Gathering and its transpose, adding up at the places gathered from: `take` with `placeAt`, `takeAlongAxis` with `placeAlong`. */

/** Indices 0 … size − 1 from a kernel's operand; negative ones count from the end. */
export function resolveIndices(name: string, { data }: KernelInput, axis: number, size: number): Int32Array {
  const resolved = new Int32Array(data.length);
  for (let i = 0; i < resolved.length; i++) {
    const index = data[i] as number;
    if (index < -size || index >= size) {
      throw new IndexError(
        `${name}: index ${index} is out of range for axis ${axis} of size ${size}${size === 0 ? ", which is empty." : `; use ${-size} … ${size - 1}.`}`,
      );
    }
    resolved[i] = index < 0 ? index + size : index;
  }
  return resolved;
}

interface TakeAttributes {
  /** The axis of `x` whose place the axes of the indices take. */
  readonly axis: number;
  /** Leading axes that `x` and the indices share: each example takes by its own indices. */
  readonly shared: number;
  /** The operator that errors name. */
  readonly operator: string;
}

/** The loops of both kernels: rows of `inner` elements, by example, by what lies before the axis, by index. */
function eachRow(
  { axis, shared, operator }: TakeAttributes,
  gathered: Shape,
  indices: KernelInput,
  size: number,
  visit: (gatheredStart: number, placeStart: number, length: number) => void,
): void {
  const at = resolveIndices(operator, indices, axis, size);
  const examples = sizeOf(indices.shape.slice(0, shared));
  const count = sizeOf(indices.shape.slice(shared));
  const outer = sizeOf(gathered.slice(shared, axis));
  const inner = sizeOf(gathered.slice(axis + indices.shape.length - shared));
  let row = 0;
  for (let b = 0; b < examples; b++) {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++, row++) {
        visit(row * inner, ((b * outer + o) * size + (at[b * count + i] as number)) * inner, inner);
      }
    }
  }
}

const takePrimitive: Primitive<TakeAttributes> = {
  name: "take",
  linear: [0],
  infer: ({ inputs: [x, indices], attributes: { axis, shared } }) => ({
    shape: [...x.shape.slice(0, axis), ...indices.shape.slice(shared), ...x.shape.slice(axis + 1)],
    dtype: x.dtype,
  }),
  run({ inputs: [x, indices], attributes, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    eachRow(attributes, shape, indices, x.shape[attributes.axis] ?? 0, (to, from, length) => {
      if (length === 1) out[to] = x.data[from] as number;
      else out.set(x.data.subarray(from, from + length), to);
    });
    return out;
  },
  vjp: ({ inputs: [x, indices], attributes, cotangent }) => [
    placeAt(cotangent, indices, x.shape[attributes.axis] ?? 0, attributes),
    undefined,
  ],
  lower: ({ attributes: { axis, shared }, ...context }) => lowerTake(axis, shared, context),
  batch(context) {
    const { inputs, batched, attributes } = context;
    const [x, indices] = inputs;
    const { axis, shared } = attributes;
    if (shared === 0 && !batched[1]) return takeAt(x, indices, { ...attributes, axis: axis + 1 });
    if (shared === 0 && !batched[0]) return moveaxis(takeAt(x, indices, attributes), axis, 0);
    const [rows, at] = repeatUnbatched(context);
    return takeAt(rows, at, { ...attributes, axis: axis + 1, shared: shared + 1 });
  },
};

/** Both operands with a batch axis: the one without is repeated. */
function repeatUnbatched({
  inputs,
  batched,
  size,
}: Pick<BatchContext, "inputs" | "batched" | "size">): [Tensor, Tensor] {
  const repeat = (x: Tensor, has: boolean | undefined): Tensor => (has ? x : stretch(x, [size, ...x.shape]));
  return [repeat(inputs[0], batched[0]), repeat(inputs[1], batched[1])];
}

const takeAt = (x: Tensor, indices: Tensor, attributes: TakeAttributes): Tensor =>
  apply(takePrimitive, [x, indices], attributes);

const placePrimitive: Primitive<TakeAttributes & { readonly size: number }> = {
  name: "placeAt",
  linear: [0],
  infer: ({ inputs: [updates, indices], attributes: { axis, shared, size } }) => ({
    shape: [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + indices.shape.length - shared)],
    dtype: updates.dtype,
  }),
  run({ inputs: [updates, indices], attributes, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    eachRow(attributes, updates.shape, indices, attributes.size, (from, to, length) => {
      if (dtype === "bool")
        for (let k = 0; k < length; k++) out[to + k] = out[to + k] || updates.data[from + k] ? 1 : 0;
      else for (let k = 0; k < length; k++) out[to + k] = (out[to + k] as number) + (updates.data[from + k] as number);
    });
    return out;
  },
  vjp: ({ inputs: [, indices], attributes: { axis, shared, operator }, cotangent }) => [
    takeAt(cotangent, indices, { axis, shared, operator }),
    undefined,
  ],
  lower: ({ attributes: { axis, shared }, ...context }) => lowerPlaceAt(axis, shared, context),
  batch(context) {
    const { inputs, batched, attributes } = context;
    const { axis, shared, size } = attributes;
    if (shared === 0 && !batched[1]) return placeAt(inputs[0], inputs[1], size, { ...attributes, axis: axis + 1 });
    const [updates, at] = repeatUnbatched(context);
    return placeAt(updates, at, size, { ...attributes, axis: axis + 1, shared: shared + 1 });
  },
};

/**
 * Zeros with `size` places along the axis, to which the updates are added where the indices say: the transpose of `take`. Booleans add as "or".
 */
export const placeAt = (updates: Tensor, indices: Tensor, size: number, attributes: TakeAttributes): Tensor =>
  apply(placePrimitive, [updates, indices], { ...attributes, size });

/** Options of `take`. */
export interface TakeOptions {
  /** Default: `x` is flattened first, as in NumPy. */
  readonly axis?: number | undefined;
}

/**
 * The slices of `x` at `indices` along an axis; the indices' axes take the place of that axis. Its derivative adds up at the places taken from.
 *
 * @param indices Integers −n … n − 1 for an axis of size n: a tensor, or (nested) numbers. Negative ones count from the end.
 * @param options.axis Default: `x` is flattened first, as in NumPy.
 * @throws AxisError for the axis, DTypeError for indices that are no integers; IndexError, when the value is computed, for one out of range.
 * @example
 * take([[1, 2], [3, 4], [5, 6]], [2, 0], { axis: 0 }).toArray(); // [[5, 6], [1, 2]]
 */
export const take = typedOperator<Take>(
  "take",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const axis = draw.integer(-shape.length, shape.length - 1);
    const size = shape[axis < 0 ? axis + shape.length : axis] ?? 1;
    const indices = draw.tensor(draw.shape({ maxRank: 2, maxSide: 3 }), { dtype: "int32", min: -size, max: size - 1 });
    return [draw.tensor(shape), indices, { axis }];
  },
  (x: TensorLike, indices: TensorLike, { axis }: TakeOptions = {}): Tensor => {
    const operand = asTensor("take", x);
    const at = asIndices("take", indices);
    if (axis === undefined)
      return takeAt(reshapeTo(operand, [operand.size]), at, { axis: 0, shared: 0, operator: "take" });
    return takeAt(operand, at, { axis: normalizeAxis("take", axis, operand.rank), shared: 0, operator: "take" });
  },
);

interface AlongAttributes {
  readonly axis: number;
}

/** The loops of both kernels over [outer, axis, inner]: one visit for each element of the indices. */
function eachElement(
  { axis }: AlongAttributes,
  indices: KernelInput,
  size: number,
  name: string,
  visit: (element: number, place: number) => void,
): void {
  const at = resolveIndices(name, indices, axis, size);
  const count = indices.shape[axis] ?? 0;
  const inner = sizeOf(indices.shape.slice(axis + 1));
  for (let n = 0; n < at.length; n++) {
    const outer = Math.floor(n / (count * inner));
    visit(n, (outer * size + (at[n] as number)) * inner + (n % inner));
  }
}

const takeAlongPrimitive: Primitive<AlongAttributes> = {
  name: "takeAlongAxis",
  linear: [0],
  infer: ({ inputs: [x, indices] }) => ({ shape: indices.shape, dtype: x.dtype }),
  run({ inputs: [x, indices], attributes, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    eachElement(attributes, indices, x.shape[attributes.axis] ?? 0, "takeAlongAxis", (element, place) => {
      out[element] = x.data[place] as number;
    });
    return out;
  },
  vjp: ({ inputs: [x, indices], attributes, cotangent }) => [
    apply(placeAlongPrimitive, [cotangent, indices], { ...attributes, size: x.shape[attributes.axis] ?? 0 }),
    undefined,
  ],
  lower: ({ attributes: { axis }, ...context }) => lowerTakeAlong(axis, context),
  batch: (context) => apply(takeAlongPrimitive, repeatUnbatched(context), { axis: context.attributes.axis + 1 }),
};

const placeAlongPrimitive: Primitive<AlongAttributes & { readonly size: number }> = {
  name: "placeAlong",
  linear: [0],
  infer: ({ inputs: [updates], attributes: { axis, size } }) => ({
    shape: updates.shape.map((side, i) => (i === axis ? size : side)),
    dtype: updates.dtype,
  }),
  run({ inputs: [updates, indices], attributes, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    eachElement(attributes, indices, attributes.size, "takeAlongAxis", (element, place) => {
      out[place] = (out[place] as number) + (updates.data[element] as number);
    });
    return out;
  },
  vjp: ({ inputs: [, indices], attributes: { axis }, cotangent }) => [
    apply(takeAlongPrimitive, [cotangent, indices], { axis }),
    undefined,
  ],
  lower: ({ attributes: { axis }, ...context }) => lowerPlaceAlong(axis, context),
  batch: (context) =>
    apply(placeAlongPrimitive, repeatUnbatched(context), {
      axis: context.attributes.axis + 1,
      size: context.attributes.size,
    }),
};

/**
 * The elements of `x` at `indices` along an axis, one for each index; the other axes run along, and broadcast. `argsort` and `argmax` make such
 * indices.
 *
 * @param indices As many axes as `x`; integers −n … n − 1 for an axis of size n.
 * @param options.axis Default −1, the last.
 * @throws ShapeError where ranks differ or other axes do not broadcast; AxisError for the axis; DTypeError for indices that are no integers;
 * IndexError, when the value is computed, for one out of range.
 * @example
 * takeAlongAxis([[1, 2], [3, 4]], [[1], [0]], { axis: 1 }).toArray(); // [[2], [3]]
 */
export const takeAlongAxis = typedOperator<TakeAlong>(
  "takeAlongAxis",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const axis = draw.integer(0, shape.length - 1);
    const size = shape[axis] ?? 1;
    const own = shape.map((side, i) => (i === axis ? draw.integer(1, 3) : side));
    return [
      draw.tensor(shape),
      draw.tensor(own, { dtype: "int32", min: -size, max: size - 1 }),
      { axis: draw.pick([axis, axis - shape.length]) },
    ];
  },
  (x: TensorLike, indices: TensorLike, { axis = -1 }: TakeOptions = {}): Tensor => {
    const operand = asTensor("takeAlongAxis", x);
    const at = asIndices("takeAlongAxis", indices);
    if (operand.rank !== at.rank) {
      throw new ShapeError(
        `takeAlongAxis: x has shape ${showShape(operand.shape)} and the indices ${showShape(at.shape)}; they need the same number of axes. ` +
          "Use take, or expandDims the indices.",
      );
    }
    const along = normalizeAxis("takeAlongAxis", axis, operand.rank);
    const without = (shape: Shape): number[] => shape.map((side, i) => (i === along ? 1 : side));
    const others = broadcastShapes("takeAlongAxis", without(operand.shape), without(at.shape));
    const full = (x: Tensor): Tensor =>
      stretch(
        x,
        others.map((side, i) => (i === along ? (x.shape[i] ?? 0) : side)),
      );
    return apply(takeAlongPrimitive, [full(operand), full(at)], { axis: along });
  },
);
