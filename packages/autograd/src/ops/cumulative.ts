import { asTensor } from "../convert.js";
import { allocate, floatOf } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Primitive, VjpContext } from "../graph.js";
import type { Lowering } from "../ir/lowering.js";
import type { RoutineFunction } from "../ir/routine.js";
import { type Floats, type Integers, isIntegerArray, type NumericArray } from "../numbers/numeric-array.js";
import {
  blocksOf,
  runningLogSums,
  runningProducts,
  runningProductsOfIntegers,
  runningRecurrence,
  runningSums,
  runningSumsOfIntegers,
  sideBySide,
} from "../numbers/running-totals.js";
import { apply, typedOperator } from "../primitive.js";
import * as routines from "../routines/running-totals.js";
import type { Draw, TensorChoice } from "../sampling.js";
import { normalizeAxis, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Diff } from "../types/cut.js";
import type { Running } from "../types/keep.js";
import { sub } from "./arithmetic.js";
import { reshapeTo, stretch } from "./broadcast.js";
import { castTo } from "./cast.js";
import { equal, notEqual } from "./comparison.js";
import { mul } from "./elementwise.js";
import { exp } from "./exponential.js";
import { type ElementName, elementNames, scratchFor } from "./routine-layout.js";
import { padAxis, sliceAxis } from "./slice.js";
import { where } from "./where.js";

/** Running totals along an axis. Their derivatives are linear recurrences that run the other way. */

/** What a running total carries in its node. */
export interface ScanAttributes {
  readonly axis: number;
  /** From the last element to the first. */
  readonly reverse: boolean;
}

/** The sizes of an array [outer, count, inner] with the axis in the middle, as the functions of running totals take them. */
export function linesAlong(shape: Shape, axis: number): { units: number; count: number; inner: number } {
  const inner = sizeOf(shape.slice(axis + 1));
  return { units: blocksOf(sizeOf(shape.slice(0, axis)), inner), count: shape[axis]!, inner };
}

/** How running totals are compiled: `work` elementary operations for each element. */
export function lowerScan(
  routine: RoutineFunction | undefined,
  shape: Shape,
  { axis, reverse }: ScanAttributes,
  { work = 2, numbers = [] }: { readonly work?: number; readonly numbers?: readonly number[] } = {},
): Lowering | undefined {
  if (routine === undefined) return undefined;
  const { units, count, inner } = linesAlong(shape, axis);
  return {
    kind: "routine",
    routine,
    units,
    work: work * count * Math.min(inner, sideBySide),
    numbers: [count, inner, reverse ? 1 : 0, ...numbers],
    scratch: scratchFor(sideBySide, sideBySide),
  };
}

/** What goes along the lines of an array of one type. */
type Totals<T extends NumericArray> = (
  first: number,
  end: number,
  x: T,
  out: T,
  count: number,
  inner: number,
  reverse: boolean,
) => void;

/** How a running total is computed, here and compiled. */
interface Scanning {
  readonly floats: Totals<Floats>;
  readonly integers: Totals<Integers>;
  readonly routines: Partial<Readonly<Record<ElementName, RoutineFunction>>>;
  readonly work?: number;
}

/** A primitive of one operand whose result is a running total. */
function scanning(
  name: string,
  linear: "jointly" | "none",
  { floats, integers, routines, work = 2 }: Scanning,
  vjp: (context: VjpContext<ScanAttributes>) => Tensor,
): Primitive<ScanAttributes> {
  const primitive: Primitive<ScanAttributes> = {
    name,
    linear,
    infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: x.dtype }),
    run({ inputs: [{ data: x }], attributes: { axis, reverse }, shape, dtype }) {
      const out = allocate(dtype, x.length);
      const { units, count, inner } = linesAlong(shape, axis);
      if (isIntegerArray(x) || isIntegerArray(out)) {
        if (isIntegerArray(x) && isIntegerArray(out)) integers(0, units, x, out, count, inner, reverse);
      } else floats(0, units, x, out, count, inner, reverse);
      return out;
    },
    lower: ({ attributes, shape, dtype }) => lowerScan(routines[elementNames[dtype]], shape, attributes, { work }),
    vjp: (context) => [vjp(context)],
    batch: ({ inputs: [x], attributes }) => apply(primitive, [x], { ...attributes, axis: attributes.axis + 1 }),
  };
  return primitive;
}

/** Which recurrence, and which way it runs. */
export interface Recurrence extends ScanAttributes {
  /** 0: a step takes its own coefficient; 1: that of the element before it. */
  readonly lag: 0 | 1;
}

/**
 * s_i = a_i s_{i−1} + b_i along an axis, or a_{i−1} s_{i−1} + b_i, beginning with s_0 = b_0; the operands have one shape. The cotangent of b
 * is the other one of the two run backwards, λ_i = a_{i+1} λ_{i+1} + g_i or a_i λ_{i+1} + g_i, and that of a_i is λ_i s_{i−1} or
 * λ_{i+1} s_i: no division, so zeros among the coefficients do no harm.
 */
const recurrencePrimitive: Primitive<Recurrence> = {
  name: "linearRecurrence",
  linear: [1],
  infer: ({ inputs: [a] }) => ({ shape: a.shape, dtype: a.dtype }),
  run({ inputs: [a, b], attributes: { axis, reverse, lag }, shape, dtype }) {
    const out = allocate(dtype, a.data.length);
    const { units, count, inner } = linesAlong(shape, axis);
    runningRecurrence(0, units, a.data as Floats, b.data as Floats, out as Floats, count, inner, reverse, lag);
    return out;
  },
  lower: ({ attributes, shape, dtype }) =>
    lowerScan(
      dtype === "float64" ? routines.runningRecurrence.Float64 : routines.runningRecurrence.Float32,
      shape,
      attributes,
      { work: 4, numbers: [attributes.lag] },
    ),
  vjp({ inputs: [a], output, attributes: { axis, reverse, lag }, cotangent }) {
    const adjoint = linearRecurrence(a, cotangent, { axis, reverse: !reverse, lag: lag === 0 ? 1 : 0 });
    const ofA =
      lag === 0 ? mul(adjoint, shifted(output, axis, reverse, 0)) : mul(shifted(adjoint, axis, !reverse, 0), output);
    return [ofA, adjoint];
  },
  batch: ({ inputs: [a, b], batched, size, attributes }) =>
    linearRecurrence(batched[0] ? a : stretch(a, [size, ...a.shape]), batched[1] ? b : stretch(b, [size, ...b.shape]), {
      ...attributes,
      axis: attributes.axis + 1,
    }),
};

/** The recurrence with coefficients `a` and terms `b`. */
export const linearRecurrence = (a: Tensor, b: Tensor, attributes: Recurrence): Tensor =>
  apply(recurrencePrimitive, [a, b], attributes);

/** Every element's neighbour: the one before it, or with `after` the one after it. The element at the end, which has none, gets `end`. */
function shifted(x: Tensor, axis: number, after: boolean, end: number): Tensor {
  const side = x.shape[axis]!;
  if (side === 0) return x;
  const kept = after ? sliceAxis(x, axis, 1, side) : sliceAxis(x, axis, 0, side - 1);
  return padAxis(kept, axis, after ? 0 : 1, after ? 1 : 0, end);
}

const cumsumPrimitive = scanning(
  "cumsum",
  "jointly",
  {
    floats: runningSums,
    integers: runningSumsOfIntegers,
    routines: { ...routines.runningSums, ...routines.runningSumsOfIntegers },
  },
  ({ attributes: { axis, reverse }, cotangent }) => apply(cumsumPrimitive, [cotangent], { axis, reverse: !reverse }),
);

const cumprodPrimitive: Primitive<ScanAttributes> = scanning(
  "cumprod",
  "none",
  {
    floats: runningProducts,
    integers: runningProductsOfIntegers,
    routines: { ...routines.runningProducts, ...routines.runningProductsOfIntegers },
  },
  // dx_i = (Π_{j<i} x_j) Σ_{k≥i} g_k Π_{i<j≤k} x_j
  ({ inputs: [x], output, attributes: { axis, reverse }, cotangent }) =>
    mul(linearRecurrence(x, cotangent, { axis, reverse: !reverse, lag: 1 }), shifted(output, axis, reverse, 1)),
);

/** The product of all other elements along a normalised axis: what is before times what is after, without a division. */
export function productOfOthers(x: Tensor, axis: number): Tensor {
  const side = x.shape[axis]!;
  const padded = padAxis(x, axis, 1, 1, 1);
  const running = (reverse: boolean): Tensor => apply(cumprodPrimitive, [padded], { axis, reverse });
  return mul(sliceAxis(running(false), axis, 0, side), sliceAxis(running(true), axis, 2, side + 2));
}

const logcumsumexpPrimitive: Primitive<ScanAttributes> = scanning(
  "logcumsumexp",
  "none",
  { floats: runningLogSums, integers: () => undefined, routines: routines.runningLogSums, work: 60 },
  // dx_i = e^(x_i − y_i) S_i with S_i = Σ_{k≥i} g_k e^(y_i − y_k) = g_i + e^(y_i − y_{i+1}) S_{i+1}: no exponent is above 0. Before the first
  // element stands the logarithm of the empty sum.
  ({ inputs: [x], output: y, attributes: { axis, reverse }, cotangent }) => {
    const total = finiteBelow(y);
    const kept = exp(sub(shifted(y, axis, reverse, Number.NEGATIVE_INFINITY), total));
    return mul(exp(sub(x, total)), linearRecurrence(kept, cotangent, { axis, reverse: !reverse, lag: 1 }));
  },
);

/** `x` with 0 for −∞, so that −∞ − x is −∞ and its exponential 0. */
export const finiteBelow = (x: Tensor): Tensor => where(equal(x, Number.NEGATIVE_INFINITY), 0, x);

/** Options of running totals. */
export interface CumulativeOptions {
  /** Default: the elements of the whole tensor as one axis, in row-major order (NumPy's rule). */
  readonly axis?: number | undefined;
  /** From the last element to the first; default false. */
  readonly reverse?: boolean | undefined;
}

/** Draws an operand with an axis and a direction. */
export const drawScan =
  (choice?: TensorChoice) =>
  (draw: Draw): readonly unknown[] => {
    const shape = draw.shape({ minRank: 1 });
    const axis = draw.integer(-shape.length, shape.length - 1);
    const options = draw.boolean() ? {} : draw.boolean() ? { axis } : { axis, reverse: draw.boolean() };
    return [draw.tensor(shape, choice), options];
  };

/** Runs along the axis that the options name. */
export function scan(
  name: string,
  x: Tensor,
  { axis, reverse = false }: CumulativeOptions,
  run: (x: Tensor, attributes: ScanAttributes) => Tensor,
): Tensor {
  if (axis === undefined) return run(reshapeTo(x, [x.size]), { axis: 0, reverse });
  return run(x, { axis: normalizeAxis(name, axis, x.rank), reverse });
}

/** Booleans and bytes count in int32. */
const widened = (x: Tensor): Tensor => (x.dtype === "bool" || x.dtype === "uint8" ? castTo(x, "int32") : x);

/**
 * Running sums: y_i = x_0 + … + x_i. Floats are accumulated in float64; bool and uint8 give int32, and integers wrap.
 *
 * @param options.axis Default: the whole tensor as one axis, as in NumPy.
 * @param options.reverse From the end: y_i = x_i + … + x_{n−1}; default false.
 * @throws AxisError where the axis is out of range.
 * @example
 * cumsum([1, 2, 3]).toArray(); // [1, 3, 6]
 * cumsum([1, 2, 3], { reverse: true }).toArray(); // [6, 5, 3]
 */
export const cumsum = typedOperator<Running<"cumsum", "total">>(
  "cumsum",
  drawScan(),
  (x: TensorLike, options: CumulativeOptions = {}): Tensor =>
    scan("cumsum", widened(asTensor("cumsum", x)), options, (y, attributes) => apply(cumsumPrimitive, [y], attributes)),
);

/**
 * Running products: y_i = x_0 · … · x_i. Floats are accumulated in float64; bool and uint8 give int32, and integers wrap. The
 * derivative holds to any order where elements are 0.
 *
 * @param options.axis Default: the whole tensor as one axis, as in NumPy.
 * @param options.reverse From the end; default false.
 * @throws AxisError where the axis is out of range.
 * @example
 * cumprod([1, 2, 3]).toArray(); // [1, 2, 6]
 */
export const cumprod = typedOperator<Running<"cumprod", "total">>(
  "cumprod",
  drawScan(),
  (x: TensorLike, options: CumulativeOptions = {}): Tensor =>
    scan("cumprod", widened(asTensor("cumprod", x)), options, (y, attributes) =>
      apply(cumprodPrimitive, [y], attributes),
    ),
);

/**
 * Running log Σ exp: y_i = log(e^(x_0) + … + e^(x_i)), without overflow. −∞ counts as an element of weight 0, whose derivative is 0.
 *
 * @param options.axis Default: the whole tensor as one axis.
 * @param options.reverse From the end; default false.
 * @throws AxisError where the axis is out of range.
 * @example
 * logcumsumexp([0, 0, 0]).toArray(); // [0, 0.6931…, 1.0986…]
 */
export const logcumsumexp = typedOperator<Running<"logcumsumexp", "float">>(
  "logcumsumexp",
  drawScan(),
  (x: TensorLike, options: CumulativeOptions = {}): Tensor => {
    const operand = asTensor("logcumsumexp", x);
    return scan("logcumsumexp", castTo(operand, floatOf(operand.dtype)), options, (y, attributes) =>
      apply(logcumsumexpPrimitive, [y], attributes),
    );
  },
);

/** Options of `diff`. */
export interface DiffOptions {
  /** Default −1, the last. */
  readonly axis?: number | undefined;
  /** How many times differences are taken; default 1. */
  readonly n?: number | undefined;
}

/**
 * Differences of neighbours: y_i = x_{i+1} − x_i, one fewer than elements; of booleans, whether they differ.
 *
 * @param options.axis Default −1, the last.
 * @param options.n Differences of differences: how many times; default 1.
 * @throws AxisError where the axis is out of range; ValueError where `n` is no integer of 0 or more.
 * @example
 * diff([1, 4, 9, 16]).toArray(); // [3, 5, 7]
 * diff([1, 4, 9, 16], { n: 2 }).toArray(); // [2, 2]
 */
export const diff = typedOperator<Diff>(
  "diff",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    return [draw.tensor(shape), { axis: draw.integer(-shape.length, shape.length - 1), n: draw.integer(0, 2) }];
  },
  (x: TensorLike, { axis = -1, n = 1 }: DiffOptions = {}): Tensor => {
    const operand = asTensor("diff", x);
    const along = normalizeAxis("diff", axis, operand.rank);
    if (!Number.isInteger(n) || n < 0) {
      throw new ValueError(
        `diff: n is ${String(n)} for shape ${showShape(operand.shape)}; use an integer of 0 or more.`,
      );
    }
    const difference = operand.dtype === "bool" ? notEqual : sub;
    let result = operand;
    for (let k = 0; k < n && result.shape[along]! > 0; k++) {
      const side = result.shape[along]!;
      result = difference(sliceAxis(result, along, 1, side), sliceAxis(result, along, 0, side - 1));
    }
    return result;
  },
);
