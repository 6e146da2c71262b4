import { isFloat } from "../dtype.js";
import type { Lowering } from "../ir/lowering.js";
import { reducedShape, sizeOf } from "../shape.js";
import { chunksOf } from "./domains.js";
import { axisOfParts, derived, operandOf } from "./open-loops.js";
import type { Value } from "./values.js";

/** A reduction in two steps: the partial results, and the reduction of those along `axes`. */
export interface SplitReduction {
  readonly partial: Value;
  readonly rest: Value;
  readonly axes: readonly number[];
}

/**
 * A long reduction to few results is done in two steps, so that threads can share it: partial results of parts whose number depends on the shape
 * alone, floats in float64, and a reduction of those. Undefined where one step will do.
 */
export function splitReduction(
  value: Value,
  lowering: Lowering & { readonly kind: "reduce" },
  kept: readonly number[],
  reduced: readonly number[],
): SplitReduction | undefined {
  const x = operandOf(value, 0);
  const [first] = reduced;
  const length = sizeOf(reduced.map((axis) => x.shape[axis] ?? 1));
  if (first === undefined || length < 4096 || sizeOf(kept.map((axis) => x.shape[axis] ?? 1)) > 16) return undefined;
  const parts = chunksOf(x.shape[first] ?? 1, reduced.length > 1);
  if (parts === undefined) return undefined;
  const side = (x.shape[first] ?? 1) / parts;
  const shape = [...x.shape.slice(0, first), parts, side, ...x.shape.slice(first + 1)];
  const inParts = derived(x, shape, x.dtype, x, { kind: "reshape" });
  const axes = lowering.axes.map((axis) => (axis >= first ? axis + 1 : axis));
  const accumulates = lowering.combine === "sum" || lowering.combine === "prod";
  const dtype = accumulates && isFloat(value.dtype) ? "float64" : value.dtype;
  const flatShape = reducedShape(shape, axes, false);
  const partial = derived(value, flatShape, dtype, inParts, { kind: "reduce", combine: lowering.combine, axes });
  const restAxis = flatShape.length - value.shape.length === 1 ? axisOfParts(first, axes) : 0;
  const rest: Value = { ...value, inputs: [partial], lowering: undefined };
  return { partial, rest, axes: [restAxis] };
}
