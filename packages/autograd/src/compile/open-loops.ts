import { type DType, isFloat } from "../dtype.js";
import { type Affine, constantIndex, flatIndex, variableIndex } from "../ir/affine.js";
import { type Expr, ExpressionBuilder, type ScalarType, scalarTypeOf } from "../ir/expression.js";
import type { Combine, Lowering } from "../ir/lowering.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Buffer, LoopKernel, Reduction, Store } from "./kernel.js";
import type { Value } from "./values.js";

/** Where a value is computed. */
export interface Place {
  readonly value: Value;
  /** The number of its kernel; inputs and constants come before all. */
  readonly position: number;
  /** Set where loops compute it: other expressions of the same loops use it without going through memory. */
  readonly loops: OpenLoops | undefined;
  readonly expr: Expr | undefined;
  readonly level: "element" | "row";
  /** The flat index at which `expr` is its element. */
  readonly index: Affine;
  buffer: Buffer | undefined;
}

/** Loops that more values may join. */
export interface OpenLoops {
  readonly position: number;
  readonly builder: ExpressionBuilder;
  readonly sizes: readonly number[];
  readonly elements: number;
  readonly columns: boolean;
  /** Whether values may join. */
  readonly open: boolean;
  /** The flat index of an element. */
  readonly flat: Affine;
  rowRank: number | undefined;
  rowFlat: Affine;
  readonly reductions: Reduction[];
  readonly places: Place[];
  readonly stores: Store[];
  readonly reads: Set<Buffer>;
}

/** Thrown where a value cannot be computed inside the loops that were tried; the next ones are. */
export const conflict = new Error("not in these loops");

/** A loop body of more expressions than this takes no further values: compilers slow down on long functions. */
export const longBody = 3000;

export interface LoopOptions {
  readonly rowRank?: number;
  readonly columns?: boolean;
  readonly open?: boolean;
  readonly flat?: Affine;
}

export interface Part {
  readonly x: Value;
  readonly low: readonly number[];
  readonly step: readonly number[];
}

/** Operators of one instruction: computed again rather than kept. */
export const cheap = new Set([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "maximum",
  "minimum",
  "relu",
  "cast",
  "where",
  "square",
]);
for (const name of ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "logicalNot"]) cheap.add(name);

export const identities = { sum: 0, prod: 1, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;

export const probeLoops: OpenLoops = {
  position: Number.POSITIVE_INFINITY,
  builder: new ExpressionBuilder(),
  sizes: [],
  elements: 0,
  columns: false,
  open: false,
  flat: constantIndex(0),
  rowRank: undefined,
  rowFlat: constantIndex(0),
  reductions: [],
  places: [],
  stores: [],
  reads: new Set(),
};

export function operandOf(value: Value, k: number): Value {
  const operand = value.inputs[k];
  if (operand === undefined) throw new Error(`${value.primitive.name} has no operand ${k}`);
  return operand;
}

/** A value that the compiler makes of another. */
export function derived(like: Value, shape: Shape, dtype: DType, input: Value, lowering: Lowering): Value {
  return {
    ...like,
    shape,
    dtype,
    inputs: [input],
    input: undefined,
    data: undefined,
    uniform: undefined,
    uses: 1,
    lowering,
  };
}

/** Which axis the parts are, in the partial results: those reduced before it are gone. */
export const axisOfParts = (first: number, axes: readonly number[]): number =>
  first - axes.filter((axis) => axis < first).length;

/** How many leading variables walk over `rows` rows; undefined where the loops do not separate there. */
export function rankOfRows({ sizes }: OpenLoops, rows: number): number | undefined {
  let product = 1;
  for (let rank = 0; rank <= sizes.length; rank++) {
    if (product === rows) return rank;
    product *= sizes[rank] ?? 1;
  }
  return undefined;
}

export const placed = (index: Affine, low: number, step: number): Affine => ({
  constant: index.constant * step + low,
  terms: index.terms.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient * step })),
});

/** The flat index into an array of `shape` whose axes, in another order, are the loop variables. */
export function flatOver(axes: readonly number[], shape: Shape): Affine {
  const indices = shape.map((_, axis) => {
    const variable = axes.indexOf(axis);
    return variable < 0 ? constantIndex(0) : variableIndex(variable);
  });
  return flatIndex(indices, shape);
}

/** The indices of `flatOver`'s loop variables along the axes of `shape`. */
export function indicesAlong(flat: Affine, shape: Shape): Affine[] {
  let stride = sizeOf(shape);
  return shape.map((side) => {
    stride /= side;
    const term = side === 1 ? undefined : flat.terms.find(({ coefficient }) => coefficient === stride);
    return term === undefined ? constantIndex(0) : variableIndex(term.variable);
  });
}

/** The operands of a value, one behind the other along an axis. */
export function partsAlong({ inputs, shape }: Value, axis: number): Part[] {
  let start = 0;
  return inputs.map((x) => {
    const low = shape.map((_, i) => (i === axis ? start : 0));
    start += x.shape[axis] ?? 0;
    return { x, low, step: shape.map(() => 1) };
  });
}

/** Combines the elements of a row, or of a column; the expression of the result. Sums and products of floats accumulate in float64. */
export function combined(loops: OpenLoops, { dtype }: Value, combine: Combine, element: Expr): Expr {
  const { builder: b } = loops;
  const type = scalarTypeOf(dtype);
  const carried: ScalarType = type === "bool" || type === "u8" ? "i32" : type;
  const argument = b.convert(element, element.type === "bool" ? "i32" : element.type);
  const accumulates = combine === "sum" || combine === "prod";
  const accumulator: ScalarType = accumulates ? (isFloat(dtype) ? "f64" : carried) : carried;
  const number = loops.reductions.length;
  const result = b.parameter(carried, number);
  const typed = b.convert(argument, accumulates && isFloat(dtype) ? argument.type : carried);
  loops.reductions.push({ number, combine, argument: typed, result, accumulator });
  return b.convert(result, type);
}

/** Loops that nothing joins any more, as a kernel. */
export function close(loops: OpenLoops): LoopKernel {
  const { builder, sizes, rowRank, columns, reductions, stores, reads, places } = loops;
  const names = places.map(({ value }) => value.primitive.name);
  const name = [...new Set(names)].slice(0, 6).join("_") || "copy";
  const buffers = [...new Set([...reads, ...stores.map(({ buffer }) => buffer)])];
  return { kind: "loops", name, builder, sizes, rowRank, columns, reductions, stores, buffers };
}
