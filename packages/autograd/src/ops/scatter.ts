import { asIndices, asTensor, commonDType } from "../convert.js";
import { allocate, checkDType, type DType, isFloat } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { apply, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { broadcastsTo, normalizeAxis, sameShape, showShape, sizeOf } from "../shape.js";
import { leaf, type Tensor, type TensorLike } from "../tensor.js";
import type { OneHot, Scatter, SegmentSum } from "../types/gather.js";
import { maximum } from "./arithmetic.js";
import { reshapeTo, stretch } from "./broadcast.js";
import { castTo } from "./cast.js";
import { equal, greaterEqual } from "./comparison.js";
import { add } from "./elementwise.js";
import { moveaxis } from "./movement.js";
import { placeAt, resolveIndices, take } from "./take.js";
import { where } from "./where.js";

/** Options of the scatters. */
export interface ScatterOptions {
  /** The axis along which the indices count; default 0. */
  readonly axis?: number | undefined;
}

/** 0 … size − 1 as int32. */
export const counting = (size: number): Tensor =>
  leaf(
    [size],
    "int32",
    Int32Array.from({ length: size }, (_, i) => i),
  );

interface Scattered {
  readonly x: Tensor;
  readonly at: Tensor;
  readonly updates: Tensor;
  readonly axis: number;
}

/** The operands of a scatter, checked: the updates get the shape that `take` would give. */
function scatterOperands(
  name: string,
  x: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
  axis: number,
): Scattered {
  const dtype = commonDType(name, [x, updates]);
  const operand = castTo(asTensor(name, x), dtype);
  const at = asIndices(name, indices);
  const own = normalizeAxis(name, axis, operand.rank);
  const given = castTo(asTensor(name, updates, dtype), dtype);
  const expected = [...operand.shape.slice(0, own), ...at.shape, ...operand.shape.slice(own + 1)];
  if (!broadcastsTo(given.shape, expected)) {
    throw new ShapeError(
      `${name}: the updates have shape ${showShape(given.shape)}; for x ${showShape(operand.shape)} and indices ${showShape(at.shape)} along axis ${own} ` +
        `they need ${showShape(expected)}, or what broadcasts to it.`,
    );
  }
  return { x: operand, at, updates: stretch(given, expected), axis: own };
}

function drawScatter(draw: Draw): [Tensor, Tensor, Tensor, { axis: number }] {
  const shape = draw.shape({ minRank: 1 });
  const axis = draw.integer(0, shape.length - 1);
  const size = shape[axis] ?? 1;
  const own = draw.shape({ maxRank: 2, maxSide: 3 });
  const updates = [...shape.slice(0, axis), ...own, ...shape.slice(axis + 1)];
  return [
    draw.tensor(shape),
    draw.tensor(own, { dtype: "int32", min: -size, max: size - 1 }),
    draw.tensor(updates),
    { axis },
  ];
}

/**
 * `x` with `updates` added at `indices` along an axis: the reverse of `take`. Indices that repeat add up.
 *
 * @param indices Integers −n … n − 1 for an axis of size n; negative ones count from the end.
 * @param updates The shape of `take(x, indices, { axis })`, or what broadcasts to it.
 * @param options.axis Default 0.
 * @throws ShapeError for the updates' shape, AxisError for the axis, DTypeError for indices that are no integers; IndexError, when the value is
 * computed, for one out of range.
 * @example
 * scatterAdd(zeros([3]), [0, 2, 2], [1, 2, 3]).toArray(); // [1, 0, 5]
 */
export const scatterAdd = typedOperator<Scatter<"scatterAdd">>(
  "scatterAdd",
  drawScatter,
  (x: TensorLike, indices: TensorLike, updates: TensorLike, { axis = 0 }: ScatterOptions = {}): Tensor => {
    const scattered = scatterOperands("scatterAdd", x, indices, updates, axis);
    const size = scattered.x.shape[scattered.axis] ?? 0;
    const attributes = { axis: scattered.axis, shared: 0, operator: "scatterAdd" };
    return add(scattered.x, placeAt(scattered.updates, scattered.at, size, attributes));
  },
);

interface LastWriterAttributes {
  readonly size: number;
  /** Leading axes of the indices that are examples of a batch. */
  readonly shared: number;
}

/** For each of `size` places, the flat position of the last index that names it, or −1. */
const lastWriterPrimitive: Primitive<LastWriterAttributes> = {
  name: "lastWriter",
  linear: "none",
  infer: ({ inputs: [indices], attributes: { size, shared } }) => ({
    shape: [...indices.shape.slice(0, shared), size],
    dtype: "int32",
  }),
  run({ inputs: [indices], attributes: { size, shared }, shape }) {
    const out = allocate("int32", sizeOf(shape)).fill(-1);
    const at = resolveIndices("scatterSet", indices, 0, size);
    const count = sizeOf(indices.shape.slice(shared));
    for (let n = 0; n < at.length; n++) out[Math.floor(n / count) * size + (at[n] as number)] = n % count;
    return out;
  },
  vjp: { none: "its result is integer" },
  batch: ({ inputs: [indices], attributes: { size, shared } }) =>
    apply(lastWriterPrimitive, [indices], { size, shared: shared + 1 }),
};

/**
 * `x` with `updates` in place of the slices at `indices` along an axis. Of indices that repeat the last one wins, and only its update has a
 * derivative; what was replaced has derivative zero.
 *
 * @param indices Integers −n … n − 1 for an axis of size n; negative ones count from the end.
 * @param updates The shape of `take(x, indices, { axis })`, or what broadcasts to it.
 * @param options.axis Default 0.
 * @throws ShapeError for the updates' shape, AxisError for the axis, DTypeError for indices that are no integers; IndexError, when the value is
 * computed, for one out of range.
 * @example
 * scatterSet([1, 2, 3], [0], [9]).toArray(); // [9, 2, 3]
 */
export const scatterSet = typedOperator<Scatter<"scatterSet">>(
  "scatterSet",
  drawScatter,
  (x: TensorLike, indices: TensorLike, updates: TensorLike, { axis = 0 }: ScatterOptions = {}): Tensor => {
    const scattered = scatterOperands("scatterSet", x, indices, updates, axis);
    const size = scattered.x.shape[scattered.axis] ?? 0;
    if (scattered.at.size === 0) return scattered.x;
    const writer = apply(lastWriterPrimitive, [scattered.at], { size, shared: 0 });
    const rows = [
      ...scattered.x.shape.slice(0, scattered.axis),
      scattered.at.size,
      ...scattered.x.shape.slice(scattered.axis + 1),
    ];
    const written = take(reshapeTo(scattered.updates, rows), maximum(writer, 0), { axis: scattered.axis });
    const mask = scattered.x.shape.map((_, i) => (i === scattered.axis ? size : 1));
    return where(reshapeTo(greaterEqual(writer, 0), mask), written, scattered.x);
  },
);

/** Options of `segmentSum`. */
export interface SegmentSumOptions {
  /** The number of segments. */
  readonly count: number;
}

/**
 * Sums the slices of `x` along its first axis by segment: slice i is added to segment `segmentIds[i]` of the result; segments without a slice are 0.
 * As in `sum`, bool and uint8 give int32.
 *
 * @param segmentIds As many integers −count … count − 1 as `x` has slices, in any order; negative ones count from the end.
 * @param options.count The number of segments.
 * @throws ShapeError where the ids do not match; ValueError for a count that is no size; DTypeError for ids that are no integers; IndexError, when
 * the value is computed, for an id out of range.
 * @example
 * segmentSum([1, 2, 3], [0, 0, 1], { count: 2 }).toArray(); // [3, 3]
 */
export const segmentSum = typedOperator<SegmentSum>(
  "segmentSum",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const count = draw.integer(1, 3);
    return [draw.tensor(shape), draw.tensor(shape.slice(0, 1), { dtype: "int32", min: 0, max: count - 1 }), { count }];
  },
  (x: TensorLike, segmentIds: TensorLike, options: SegmentSumOptions): Tensor => {
    const { count } = { ...options };
    const operand = asTensor("segmentSum", x);
    const ids = asIndices("segmentSum", segmentIds);
    if (!Number.isInteger(count) || count < 0)
      throw new ValueError(`segmentSum: count is ${count}; it is the number of segments, 0 or more.`);
    if (operand.rank === 0 || !sameShape(ids.shape, operand.shape.slice(0, 1))) {
      throw new ShapeError(
        `segmentSum: x has shape ${showShape(operand.shape)} and the ids ${showShape(ids.shape)}; there must be one id for each slice of x.`,
      );
    }
    const summed = isFloat(operand.dtype) || operand.dtype === "uint32" ? operand : castTo(operand, "int32");
    return placeAt(summed, ids, count, { axis: 0, shared: 0, operator: "segmentSum" });
  },
);

/** Options of `oneHot`. */
export interface OneHotOptions {
  /** Where the new axis goes in the result; default −1, last. */
  readonly axis?: number | undefined;
  /** Default float32. */
  readonly dtype?: DType | undefined;
}

/**
 * A new axis of size `classes` that is 1 at the index and 0 elsewhere; an index out of range gives zeros, as in JAX.
 *
 * @param options.axis Where the new axis goes in the result; default −1, last.
 * @param options.dtype Default float32.
 * @throws ValueError for a number of classes that is no size; AxisError for the axis; DTypeError for indices that are no integers.
 * @example
 * oneHot([0, 2], 3).toArray(); // [[1, 0, 0], [0, 0, 1]]
 */
export const oneHot = typedOperator<OneHot>(
  "oneHot",
  (draw) => {
    const shape = draw.shape({ maxRank: 2 });
    const at = draw.tensor(shape, { dtype: "int32", min: 0, max: 3 });
    return [at, draw.integer(1, 4), { axis: draw.integer(-shape.length - 1, shape.length) }];
  },
  (indices: TensorLike, classes: number, { axis = -1, dtype = "float32" }: OneHotOptions = {}): Tensor => {
    if (!Number.isInteger(classes) || classes < 0)
      throw new ValueError(`oneHot: ${classes} is no number of classes; use 0 or more.`);
    const at = asIndices("oneHot", indices);
    checkDType("oneHot", dtype);
    const to = normalizeAxis("oneHot", axis, at.rank + 1);
    const hot = castTo(equal(reshapeTo(at, [...at.shape, 1]), counting(classes)), dtype);
    return to === at.rank ? hot : moveaxis(hot, -1, to);
  },
);
