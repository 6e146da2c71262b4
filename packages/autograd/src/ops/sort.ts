import { asTensor } from "../convert.js";
import { isFloat } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import {
  mostDigits,
  sortingOrderOfDoubles,
  sortingOrderOfIntegers,
  sortingOrderOfSingles,
} from "../numbers/sorting.js";
import { apply, typedOperator } from "../primitive.js";
import * as routines from "../routines/sorting.js";
import type { Draw } from "../sampling.js";
import { normalizeAxis, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Topk } from "../types/cut.js";
import type { Sorting } from "../types/keep.js";
import { elementNames, scratchFor } from "./routine-layout.js";
import { slice } from "./slice.js";
import { takeAlongAxis } from "./take.js";

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** Default −1, the last. */
  readonly axis?: number | undefined;
  /** Greatest first; default false. */
  readonly descending?: boolean | undefined;
}

interface SortAttributes {
  readonly axis: number;
  readonly descending: boolean;
}

/** The order of sorting: NaN counts as greater than every number, as in NumPy and PyTorch. */
export function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

const argsortPrimitive: Primitive<SortAttributes> = {
  name: "argsort",
  linear: "none",
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "int32" }),
  run({ inputs: [x], attributes: { axis, descending }, shape }) {
    const out = new Int32Array(sizeOf(shape));
    const count = shape[axis] ?? 1;
    const inner = sizeOf(shape.slice(axis + 1));
    const units = count === 0 ? 0 : out.length / count;
    if (x.data instanceof Float32Array) sortingOrderOfSingles(0, units, x.data, out, count, inner, descending);
    else if (x.data instanceof Float64Array) sortingOrderOfDoubles(0, units, x.data, out, count, inner, descending);
    else sortingOrderOfIntegers(0, units, x.data, out, count, inner, descending, x.dtype === "uint32");
    return out;
  },
  lower({ inputs: [x], attributes: { axis, descending }, shape }) {
    const count = shape[axis] ?? 1;
    const inner = sizeOf(shape.slice(axis + 1));
    const dtype = x?.dtype ?? "float32";
    const isUnsigned = isFloat(dtype) ? [] : [Number(dtype === "uint32")];
    return {
      kind: "routine",
      routine: sortingRoutines[elementNames[dtype]],
      units: sizeOf(shape) / count,
      work: 20 * count,
      numbers: [count, inner, Number(descending), ...isUnsigned],
      scratch: scratchFor(count, count, mostDigits / 2, count),
    };
  },
  vjp: { none: "its result is integer" },
  batch: ({ inputs: [x], attributes: { axis, descending } }) =>
    apply(argsortPrimitive, [x], { axis: axis + 1, descending }),
};

const sortingRoutines = {
  Float32: routines.sortingOrderOfSingles,
  Float64: routines.sortingOrderOfDoubles,
  ...routines.sortingOrderOfIntegers,
} as const;

const drawSortable = (draw: Draw): [Tensor, { axis: number; descending: boolean }] => {
  const shape = draw.shape({ minRank: 1 });
  return [
    draw.tensor(shape, { separation: 0.1 }),
    { axis: draw.integer(-shape.length, shape.length - 1), descending: draw.boolean() },
  ];
};

/**
 * The indices that sort `x` along an axis. Stable: equal elements keep their order, descending too (PyTorch's stable=True). NaN counts as greatest.
 *
 * @param options.axis Default −1, the last.
 * @param options.descending Greatest first; default false.
 * @returns int32, of the shape of `x`.
 * @throws AxisError where the axis is out of range; a scalar has none.
 * @example
 * argsort([3, 1, 2]).toArray(); // [1, 2, 0]
 */
export const argsort = typedOperator<Sorting<"argsort", "int32">>(
  "argsort",
  drawSortable,
  (x: TensorLike, { axis = -1, descending = false }: SortOptions = {}): Tensor => {
    const operand = asTensor("argsort", x);
    return apply(argsortPrimitive, [operand], { axis: normalizeAxis("argsort", axis, operand.rank), descending });
  },
);

/**
 * `x` sorted along an axis; NaN counts as greatest. The derivative goes back to where each element came from; of equal elements each keeps its own
 * (the sort is stable).
 *
 * @param options.axis Default −1, the last.
 * @param options.descending Greatest first; default false.
 * @throws AxisError where the axis is out of range; a scalar has none.
 * @example
 * sort([3, 1, 2], { descending: true }).toArray(); // [3, 2, 1]
 */
export const sort = typedOperator<Sorting<"sort", "keep">>(
  "sort",
  drawSortable,
  (x: TensorLike, options: SortOptions = {}): Tensor => {
    const operand = asTensor("sort", x);
    const axis = normalizeAxis("sort", options.axis ?? -1, operand.rank);
    return takeAlongAxis(operand, argsort(operand, { ...options, axis }), { axis });
  },
);

/** Options of `topk`. */
export interface TopkOptions {
  /** How many; at most the size of the axis. */
  readonly k: number;
  /** Default −1, the last. */
  readonly axis?: number | undefined;
  /** The greatest, greatest first (default true), or the least, least first. */
  readonly descending?: boolean | undefined;
}

/**
 * The k greatest elements along an axis with their indices, in order; NaN counts as greatest. Of equal elements the first come first.
 *
 * @param options.k How many, 0 … the size of the axis.
 * @param options.axis Default −1, the last.
 * @param options.descending Default true: greatest first; false: the k least, least first.
 * @returns `{values, indices}`; derivatives go through the values.
 * @throws AxisError where the axis is out of range; ValueError where k is.
 * @example
 * topk([1, 5, 3], { k: 2 }).values.toArray(); // [5, 3]
 */
export const topk = typedOperator<Topk>(
  "topk",
  (draw) => {
    const [x, { axis, descending }] = drawSortable(draw);
    return [x, { k: draw.integer(1, x.shape.at(axis) ?? 1), axis, descending }];
  },
  (x: TensorLike, options: TopkOptions): { values: Tensor; indices: Tensor } => {
    const operand = asTensor("topk", x);
    const { k, axis = -1, descending = true } = { ...options };
    const along = normalizeAxis("topk", axis, operand.rank);
    const size = operand.shape[along] ?? 0;
    if (!Number.isInteger(k) || k < 0 || k > size) {
      throw new ValueError(`topk: k is ${String(k)}; axis ${along} has ${size} elements, so use 0 … ${size}.`);
    }
    const order = argsort(operand, { axis: along, descending });
    const start = operand.shape.map(() => 0);
    const indices = slice(order, { start, stop: operand.shape.map((side, i) => (i === along ? k : side)) });
    return { values: takeAlongAxis(operand, indices, { axis: along }), indices };
  },
);
