import { asTensor } from "../convert.js";
import { allocate } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Node, Primitive } from "../graph.js";
import { constantIndex, scaleIndex, shiftIndex } from "../ir/affine.js";
import type { Expr } from "../ir/expression.js";
import type { Lowering } from "../ir/lowering.js";
import { copyStrided } from "../numbers/strided-copy.js";
import { apply, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { normalizeAxes, type Shape, sameShape, showShape, sizeOf, stridesOf } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import type { Slice } from "../types/cut.js";
import type { Flip } from "../types/keep.js";
import { stretch } from "./broadcast.js";

/**
 * Parts of tensors. A slice with steps and padding with zeros between and around the elements are each other's derivative,
 * joining is undone by slices, and reversing by itself: the four primitives stand together.
 */

/** Element i along an axis of the result is element start + i · step of the operand; steps are positive. */
interface SliceAttributes {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly shape: Shape;
}

/** How many zeros go before, after and between the elements of each axis; none of them negative. */
export interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}

const slicePrimitive: Primitive<SliceAttributes> = {
  name: "slice",
  linear: "jointly",
  infer: ({ inputs: [x], attributes }) => ({ shape: attributes.shape, dtype: x.dtype }),
  run({ inputs: [x], attributes: { start, step }, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const strides = stridesOf(x.shape);
    const offset = start.reduce((sum, first, axis) => sum + first * strides[axis]!, 0);
    const from = { data: x.data, offset, strides: strides.map((stride, axis) => stride * step[axis]!) };
    copyStrided(shape, from, { data: out, offset: 0, strides: stridesOf(shape) });
    return out;
  },
  lower: ({ attributes: { start, step } }) => ({
    kind: "view",
    source: (indices) => indices.map((index, axis) => shiftIndex(scaleIndex(index, step[axis] ?? 1), start[axis] ?? 0)),
  }),
  vjp: ({ inputs: [x], attributes: { start, step, shape }, cotangent }) => {
    const low = start.map((first, axis) => (shape[axis] === 0 ? 0 : first));
    const interior = step.map((distance) => distance - 1);
    const high = x.shape.map((side, axis) => side - paddedSide(shape[axis]!, low[axis]!, 0, interior[axis]!));
    return [padZeros(cotangent, { low, high, interior })];
  },
  batch: ({ inputs: [x], size, attributes: { start, step, shape } }) =>
    sliceTo(x, { start: [0, ...start], step: [1, ...step], shape: [size, ...shape] }),
};

const sliceTo = (x: Tensor, attributes: SliceAttributes): Tensor =>
  sameShape(x.shape, attributes.shape) ? x : apply(slicePrimitive, [x], attributes);

/** A part of a cotangent; a part of a part is one of the whole. Of other tensors it stays what it is: the cotangents of small parts are joined to small ones first. */
function partOf(x: Tensor, attributes: SliceAttributes): Tensor {
  const { node } = x;
  const [whole] = node.inputs;
  if (sameShape(x.shape, attributes.shape) || !isSlice(node) || whole === undefined) return sliceTo(x, attributes);
  const { start, step } = node.attributes;
  return sliceTo(new Tensor(whole), {
    start: start.map((first, axis) => first + attributes.start[axis]! * step[axis]!),
    step: step.map((distance, axis) => distance * attributes.step[axis]!),
    shape: attributes.shape,
  });
}

const isSlice = (node: Node): node is Node & { readonly attributes: SliceAttributes } =>
  node.primitive === (slicePrimitive as Primitive);

/** Elements start … stop − 1 of one normalised axis, which are known to exist. */
export function sliceAxis(x: Tensor, axis: number, start: number, stop: number, step = 1): Tensor {
  const only = <T>(here: T, elsewhere: (side: number) => T): T[] =>
    x.shape.map((side, i) => (i === axis ? here : elsewhere(side)));
  return sliceTo(x, {
    start: only(start, () => 0),
    step: only(step, () => 1),
    shape: only(Math.ceil((stop - start) / step), (side) => side),
  });
}

const paddedSide = (side: number, low: number, high: number, interior: number): number =>
  low + side + Math.max(0, side - 1) * interior + high;

/** With zeros padding is linear; with another value it is affine, a primitive of its own with the same derivative. */
function padding<A extends PadAttributes>(
  name: string,
  linear: "jointly" | "none",
  fillOf: (attributes: A) => number,
): Primitive<A> {
  const primitive: Primitive<A> = {
    name,
    linear,
    infer: ({ inputs: [x], attributes: { low, high, interior } }) => ({
      shape: x.shape.map((side, axis) => paddedSide(side, low[axis]!, high[axis]!, interior[axis]!)),
      dtype: x.dtype,
    }),
    run({ inputs: [x], attributes, shape, dtype }) {
      const out = allocate(dtype, sizeOf(shape));
      const value = fillOf(attributes);
      if (value !== 0) out.fill(dtype === "bool" ? 1 : value);
      const strides = stridesOf(shape);
      const offset = attributes.low.reduce((sum, low, axis) => sum + low * strides[axis]!, 0);
      const to = {
        data: out,
        offset,
        strides: strides.map((stride, axis) => stride * (attributes.interior[axis]! + 1)),
      };
      copyStrided(x.shape, { data: x.data, offset: 0, strides: stridesOf(x.shape) }, to);
      return out;
    },
    lower: ({ inputs, attributes }) => lowerPadding(inputs[0]?.shape ?? [], attributes, fillOf(attributes)),
    vjp: ({ inputs: [x], attributes, cotangent }) => [
      partOf(cotangent, {
        start: attributes.low,
        step: attributes.interior.map((gap) => gap + 1),
        shape: x.shape,
      }),
    ],
    batch: ({ inputs: [x], attributes }) =>
      apply(primitive, [x], {
        ...attributes,
        low: [0, ...attributes.low],
        high: [0, ...attributes.high],
        interior: [0, ...attributes.interior],
      }),
  };
  return primitive;
}

/** Without gaps every element is the operand's or the fill, whichever side of the edge it lies; with gaps the operand is put into its places. */
function lowerPadding(shape: Shape, { low, interior }: PadAttributes, fill: number): Lowering {
  if (interior.some((gap, axis) => gap > 0 && shape[axis] !== 1)) {
    return { kind: "place", fill, low, step: interior.map((gap) => gap + 1) };
  }
  return {
    kind: "map",
    element({ b, indices, operand }) {
      const inside = indices.map((index, axis) =>
        shape[axis] === 1 ? constantIndex(0) : shiftIndex(index, -(low[axis] ?? 0)),
      );
      const x = operand(0, inside);
      let taken: Expr | undefined;
      const narrow = (condition: Expr): void => {
        taken = taken === undefined ? condition : b.and(taken, condition);
      };
      for (const [axis, index] of indices.entries()) {
        const first = low[axis] ?? 0;
        const position = b.index(index);
        narrow(b.ge(position, b.constant("i32", first)));
        narrow(b.lt(position, b.constant("i32", first + (shape[axis] ?? 1))));
      }
      return taken === undefined ? x : b.select(taken, x, b.constant(x.type, fill));
    },
  };
}

const padPrimitive = padding<PadAttributes>("pad", "jointly", () => 0);
const padWithPrimitive = padding<PadAttributes & { readonly value: number }>("padWith", "none", ({ value }) => value);

const isPadded = ({ low, high, interior }: PadAttributes, shape: Shape): boolean =>
  shape.some((side, axis) => paddedSide(side, low[axis]!, high[axis]!, interior[axis]!) !== side);

/** `x` with zeros around and between its elements. */
export const padZeros = (x: Tensor, attributes: PadAttributes): Tensor =>
  isPadded(attributes, x.shape) ? apply(padPrimitive, [x], attributes) : x;

/** `x` with `value` around and between its elements. */
export const padWith = (x: Tensor, attributes: PadAttributes & { readonly value: number }): Tensor =>
  isPadded(attributes, x.shape) ? apply(padWithPrimitive, [x], attributes) : x;

/** Zeros, or another value, before and after the elements of one normalised axis. */
export function padAxis(x: Tensor, axis: number, low: number, high: number, value = 0): Tensor {
  const only = (width: number): number[] => x.shape.map((_, i) => (i === axis ? width : 0));
  const widths = { low: only(low), high: only(high), interior: only(0) };
  return value === 0 ? padZeros(x, widths) : padWith(x, { ...widths, value });
}

/** A tensor with zeros before and after it along one axis. */
export interface Padded {
  readonly x: Tensor;
  readonly axis: number;
  readonly low: number;
  readonly high: number;
}

/** What a tensor is the padding of; undefined where it is none, or one along several axes or with gaps. */
export function zeroPadding({ node }: Tensor): Padded | undefined {
  const [inner] = isPad(node) ? node.inputs : [];
  if (!isPad(node) || inner === undefined) return undefined;
  const { low, high, interior } = node.attributes;
  const axes = low.flatMap((before, axis) => (before === 0 && high[axis] === 0 ? [] : [axis]));
  const [axis = 0] = axes;
  if (axes.length !== 1 || interior.some((gap) => gap > 0) || low[axis]! < 0 || high[axis]! < 0) return undefined;
  return { x: new Tensor(inner), axis, low: low[axis]!, high: high[axis]! };
}

const isPad = (node: Node): node is Node & { readonly attributes: PadAttributes } => node.primitive === padPrimitive;

const concatPrimitive: Primitive<{ readonly axis: number }> = {
  name: "concat",
  linear: "jointly",
  infer: ({ inputs, attributes: { axis } }) => ({
    shape: inputs[0].shape.map((side, i) =>
      i === axis ? inputs.reduce((total, { shape }) => total + shape[axis]!, 0) : side,
    ),
    dtype: inputs[0].dtype,
  }),
  run({ inputs, attributes: { axis }, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const strides = stridesOf(shape);
    let offset = 0;
    for (const x of inputs) {
      copyStrided(x.shape, { data: x.data, offset: 0, strides: stridesOf(x.shape) }, { data: out, offset, strides });
      offset += x.shape[axis]! * strides[axis]!;
    }
    return out;
  },
  lower: ({ attributes: { axis } }) => ({ kind: "concat", axis }),
  vjp({ inputs, attributes: { axis }, cotangent }) {
    let start = 0;
    return inputs.map(({ shape }) => {
      const from = start;
      start += shape[axis]!;
      return sliceAxis(cotangent, axis, from, start);
    });
  },
  batch: ({ inputs, batched, size, attributes: { axis } }) =>
    concatenate(
      inputs.map((x, i) => (batched[i] ? x : stretch(x, [size, ...x.shape]))),
      axis + 1,
    ),
};

/** Tensors of one dtype joined along a normalised axis, the only one in which they differ. */
export function concatenate(tensors: readonly Tensor[], axis: number): Tensor {
  const [first, second] = tensors;
  return first !== undefined && second === undefined ? first : apply(concatPrimitive, tensors, { axis });
}

const flipPrimitive: Primitive<{ readonly axes: readonly number[] }> = {
  name: "flip",
  linear: "jointly",
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
  run({ inputs: [x], attributes: { axes }, shape, dtype }) {
    const out = allocate(dtype, x.data.length);
    const strides = stridesOf(shape);
    const offset = axes.reduce((sum, axis) => sum + (shape[axis]! - 1) * strides[axis]!, 0);
    const reversed = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
    copyStrided(shape, { data: x.data, offset, strides: reversed }, { data: out, offset: 0, strides });
    return out;
  },
  lower: ({ attributes: { axes }, shape }) => ({
    kind: "view",
    source: (indices) =>
      indices.map((index, axis) =>
        axes.includes(axis) ? shiftIndex(scaleIndex(index, -1), (shape[axis] ?? 1) - 1) : index,
      ),
  }),
  vjp: ({ attributes, cotangent }) => [reverseAxes(cotangent, attributes.axes)],
  batch: ({ inputs: [x], attributes }) =>
    reverseAxes(
      x,
      attributes.axes.map((axis) => axis + 1),
    ),
};

/** `x` reversed along normalised axes; what is reversed twice is left alone. */
export function reverseAxes(x: Tensor, axes: readonly number[]): Tensor {
  const moving = axes.filter((axis) => x.shape[axis] !== 1);
  if (moving.length === 0) return x;
  const { node } = x;
  const [inner] = node.inputs;
  if (isFlip(node.primitive) && inner !== undefined) {
    const before = (node.attributes as { readonly axes: readonly number[] }).axes;
    const remaining = [...before, ...moving].filter((axis) => before.includes(axis) !== moving.includes(axis));
    return reverseAxes(new Tensor(inner), remaining);
  }
  return apply(flipPrimitive, [x], { axes: moving });
}

const isFlip = (primitive: Primitive): boolean => primitive === flipPrimitive;

/** Options of `slice`: an entry for each axis, from the first on; axes without an entry are taken whole. */
export interface SliceOptions {
  /** The first index taken; negative ones count from the end. Default: the first element, or the last for a negative step. */
  readonly start?: readonly (number | undefined)[] | undefined;
  /** The index at which to stop, itself not taken. Default: beyond the last element, or before the first for a negative step. */
  readonly stop?: readonly (number | undefined)[] | undefined;
  /** The distance between neighbours, not 0; default 1. */
  readonly step?: readonly (number | undefined)[] | undefined;
}

function drawSlice(draw: Draw): readonly unknown[] {
  const shape = draw.shape();
  const named = draw.boolean() ? shape.length : draw.integer(0, shape.length);
  const entries = (f: (side: number) => number): (number | undefined)[] =>
    shape.slice(0, named).map((side) => (draw.boolean() ? f(side) : undefined));
  const anywhere = (side: number): number => draw.integer(-side - 2, side + 2);
  // Half of them leave elements in between: a slice of none says little.
  const first = (side: number): number => (draw.boolean() ? anywhere(side) : draw.integer(0, side >> 1));
  const last = (side: number): number => (draw.boolean() ? anywhere(side) : draw.integer((side + 1) >> 1, side));
  const step = (): number => draw.pick([1, 2, 3, -1, -2]);
  return [draw.tensor(shape), { start: entries(first), stop: entries(last), step: entries(step) }];
}

/**
 * A part of `x`, chosen as in Python: start, stop and step for each axis; negative indices count from the end, indices beyond an end
 * are taken to the end, and a negative step goes backwards. The number of axes stays.
 *
 * @param options.start, options.stop, options.step Arrays with an entry for each axis; missing or undefined entries take the default.
 * @throws ValueError where an entry is no integer, a step is 0, or there are more entries than axes.
 * @example
 * slice([[1, 2, 3], [4, 5, 6]], { start: [0, 1], stop: [1] }).toArray(); // [[2, 3]]
 * slice([1, 2, 3, 4], { start: [-1], step: [-2] }).toArray(); // [4, 2]
 */
export const slice = typedOperator<Slice<SliceOptions>>(
  "slice",
  drawSlice,
  (x: TensorLike, options: SliceOptions = {}): Tensor => {
    const operand = asTensor("slice", x);
    const { start = [], stop = [], step = [] } = options;
    for (const [name, entries] of Object.entries({ start, stop, step })) checkEntries(name, entries, operand.shape);
    const ranges = operand.shape.map((side, axis) => pythonRange(side, start[axis], stop[axis], step[axis]));
    const part = sliceTo(operand, {
      start: ranges.map(({ least }) => least),
      step: ranges.map(({ distance }) => distance),
      shape: ranges.map(({ count }) => count),
    });
    return reverseAxes(
      part,
      ranges.flatMap(({ backwards }, axis) => (backwards ? [axis] : [])),
    );
  },
);

function checkEntries(name: string, entries: readonly (number | undefined)[], shape: Shape): void {
  if (!Array.isArray(entries) || entries.length > shape.length) {
    const found = Array.isArray(entries) ? `${entries.length} entries` : String(entries);
    throw new ValueError(
      `slice: ${name} has ${found} for shape ${showShape(shape)}; give an array with at most one entry for each axis.`,
    );
  }
  const bad = entries.find(
    (entry) => entry !== undefined && (!Number.isInteger(entry) || (name === "step" && entry === 0)),
  );
  if (bad !== undefined) {
    throw new ValueError(
      `slice: ${name} holds ${String(bad)}; use integers${name === "step" ? " other than 0" : ""}, or undefined for the default.`,
    );
  }
}

/** Python's `slice.indices`: the least index taken, how many, how far apart, and whether from the last to the first. */
function pythonRange(side: number, start: number | undefined, stop: number | undefined, step = 1) {
  const backwards = step < 0;
  const [least, greatest] = backwards ? [-1, side - 1] : [0, side];
  const clamped = (index: number): number => Math.min(greatest, Math.max(least, index < 0 ? index + side : index));
  const first = start === undefined ? (backwards ? greatest : least) : clamped(start);
  const end = stop === undefined ? (backwards ? least : greatest) : clamped(stop);
  const count = Math.max(0, Math.ceil((end - first) / step));
  const last = first + (count - 1) * step;
  return { least: count === 0 ? 0 : Math.min(first, last), count, distance: Math.abs(step), backwards };
}

/** Options of `flip`. */
export interface FlipOptions {
  /** The axis or axes to reverse; default all. */
  readonly axis?: number | readonly number[] | undefined;
}

/**
 * `x` with its elements in reverse order along some axes.
 *
 * @param options.axis The axis or axes; default all.
 * @throws AxisError where an axis is out of range or named twice.
 * @example
 * flip([[1, 2], [3, 4]], { axis: 1 }).toArray(); // [[2, 1], [4, 3]]
 */
export const flip = typedOperator<Flip>(
  "flip",
  (draw) => {
    const shape = draw.shape();
    return [draw.tensor(shape), draw.boolean() ? {} : { axis: draw.axes(shape.length, 0) }];
  },
  (x: TensorLike, { axis }: FlipOptions = {}): Tensor => {
    const operand = asTensor("flip", x);
    return reverseAxes(operand, normalizeAxes("flip", axis, operand.rank));
  },
);
