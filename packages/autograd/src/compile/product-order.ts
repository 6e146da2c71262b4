import type { Shape } from "../shape.js";

/**
 * In which order the terms of a product are added. It follows from the shape alone, not from where the operands lie: the same product has the same
 * bits wherever it occurs.
 */
export interface ProductOrder {
  /** In vectors along k whose lanes are added at the end: for few elements, or rows or columns that are hardly more than one, of operands that lie along k. */
  readonly alongK: boolean;
  /** So many terms are added up before they are added to the others. */
  readonly depth: number;
}

/** Terms of a block: as many rows of the right operand as stay in the first-level cache. */
const block = 256;
/** Few columns: their vectors stay in registers beside those of some rows. */
export const fewColumns = 16;
/** Rows from which it pays to turn the right operand round once, so that few columns lie side by side. */
const manyRows = 24;

/** Terms of a block of k: all of them, or parts of one size. */
export const depthOf = (k: number): number => (k <= 2 * block ? k : Math.ceil(k / Math.ceil(k / block)));

/** The order of an [m, k] · [k, n] product whose operands are stored transposed where `a` and `b` say so. */
export function productOrder(
  m: number,
  n: number,
  k: number,
  { a, b }: { readonly a: boolean; readonly b: boolean },
): ProductOrder {
  const liesAlongK = (!a || m === 1) && (b || n === 1);
  return {
    alongK: liesAlongK && k >= 16 && (m <= 4 || n <= 4 || (n <= fewColumns && m < manyRows)),
    depth: depthOf(k),
  };
}

/** The sizes of a product with a result of this shape: m rows of k terms for each of n columns, for each matrix of the batch. */
export function productSizes(
  shape: Shape,
  left: Shape,
  isTransposed: boolean,
): { readonly batch: Shape; readonly m: number; readonly n: number; readonly k: number } {
  const [m = 1, n = 1] = shape.slice(-2);
  return { batch: shape.slice(0, -2), m, n, k: left[left.length - (isTransposed ? 2 : 1)] ?? 1 };
}
