import type { DType } from "../dtype.js";
import type { Affine } from "../ir/affine.js";
import type { Expr, ExpressionBuilder } from "../ir/expression.js";
import type { LowerContext, Lowering } from "../ir/lowering.js";
import { sizeOf } from "../shape.js";

/**
 * How gathering and its transpose are compiled: indices are resolved and checked where they are used. Results without elements are left to the reference kernels, which look at
 * their indices all the same.
 */

/**
 * An index 0 … size − 1 from one that may count from the end, and whether it is in range; where it is not, the index is 0, so that what is loaded there exists.
 */
function resolved(b: ExpressionBuilder, index: Expr, size: number): { readonly ok: Expr; readonly at: Expr } {
  const zero = b.constant("i32", 0);
  if (index.type !== "i32") {
    // Unsigned: nothing counts from the end.
    const ok = b.lt(b.convert(index, "u32"), b.constant("u32", size));
    return { ok, at: b.select(ok, b.convert(index, "i32"), zero) };
  }
  const end = b.constant("i32", size);
  const own = b.select(b.lt(index, zero), b.add(index, end), index);
  const ok = b.and(b.ge(own, zero), b.lt(own, end));
  return { ok, at: b.select(ok, own, zero) };
}

/** `take` with `shared` leading axes in common. */
export function lowerTake(
  axis: number,
  shared: number,
  { inputs: [x, indices], shape }: Pick<LowerContext, "inputs" | "shape">,
): Lowering | undefined {
  const size = x?.shape[axis] ?? 0;
  const own = (indices?.shape.length ?? 0) - shared;
  if (sizeOf(shape) === 0) return undefined;
  return {
    kind: "map",
    gathers: [0],
    element: ({ b, indices: at, operand, gather }) => {
      const index = operand(1, aligned([...at.slice(0, shared), ...at.slice(axis, axis + own)], indices?.shape ?? []));
      const { ok, at: place } = resolved(b, index, size);
      return b.check(ok, gather(0, [...at.slice(0, axis), place, ...at.slice(axis + own)]));
    },
  };
}

/** `takeAlongAxis`. */
export function lowerTakeAlong(
  axis: number,
  { inputs: [x], shape }: Pick<LowerContext, "inputs" | "shape">,
): Lowering | undefined {
  const size = x?.shape[axis] ?? 0;
  if (sizeOf(shape) === 0) return undefined;
  return {
    kind: "map",
    gathers: [0],
    element: ({ b, indices: at, operand, gather }) => {
      const { ok, at: place } = resolved(b, operand(1, at), size);
      return b.check(
        ok,
        gather(
          0,
          at.map((index, i) => (i === axis ? place : index)),
        ),
      );
    },
  };
}

const aligned = (indices: readonly Affine[], shape: readonly number[]): readonly Affine[] =>
  indices.slice(0, shape.length);

/** Dtypes whose sums compiled scatters make. */
const added: ReadonlySet<DType> = new Set<DType>(["float32", "float64", "int32", "uint32"]);

/** `placeAt`, the transpose of `take`. */
export function lowerPlaceAt(
  axis: number,
  shared: number,
  { inputs: [updates, indices], shape, dtype }: Omit<LowerContext, "attributes">,
): Lowering | undefined {
  if (updates === undefined || indices?.dtype !== "int32" || !added.has(dtype) || sizeOf(shape) === 0) return undefined;
  const own = indices.shape.length - shared;
  return {
    kind: "scatter",
    outer: sizeOf(updates.shape.slice(0, axis)),
    perExample: sizeOf(updates.shape.slice(shared, axis)),
    count: sizeOf(indices.shape.slice(shared)),
    inner: sizeOf(updates.shape.slice(axis + own)),
    size: shape[axis] ?? 0,
    along: false,
  };
}

/** `placeAlong`, the transpose of `takeAlongAxis`. */
export function lowerPlaceAlong(
  axis: number,
  { inputs: [updates, indices], shape, dtype }: Omit<LowerContext, "attributes">,
): Lowering | undefined {
  if (updates === undefined || indices?.dtype !== "int32" || !added.has(dtype) || sizeOf(shape) === 0) return undefined;
  return {
    kind: "scatter",
    outer: sizeOf(updates.shape.slice(0, axis)),
    perExample: 1,
    count: updates.shape[axis] ?? 0,
    inner: sizeOf(updates.shape.slice(axis + 1)),
    size: shape[axis] ?? 0,
    along: true,
  };
}
