import { type Affine, coefficientOf, constantIndex, variableIndex } from "../ir/affine.js";
import type { Shape } from "../shape.js";
import type { Buffer, MatrixOperand } from "./kernel.js";

/** Loops over the batch axes of a product's result and over an operand's rows and columns, and the operand's indices in them. */
export function matrixLoops(
  shape: Shape,
  batch: Shape,
): { readonly sizes: readonly number[]; readonly indices: readonly Affine[] } {
  const rank = shape.length - 2;
  const lead = batch.length - rank;
  const sizes = [...batch, ...shape.slice(-2)];
  const indices = shape.map((side, axis) => {
    const variable = axis < rank ? axis + lead : batch.length + axis - rank;
    return side === 1 ? constantIndex(0) : variableIndex(variable);
  });
  return { sizes, indices };
}

/** The strides of an operand whose elements are found at `flat` in these loops. */
export function matrixOperand(buffer: Buffer, flat: Affine, batchRank: number, transposed: boolean): MatrixOperand {
  const [rows, columns] = [coefficientOf(flat, batchRank), coefficientOf(flat, batchRank + 1)];
  return {
    buffer,
    offset: flat.constant,
    rowStride: transposed ? columns : rows,
    columnStride: transposed ? rows : columns,
    batchStrides: Array.from({ length: batchRank }, (_, variable) => coefficientOf(flat, variable)),
  };
}

/**
 * Whether a product can read an operand where it lies: its strides are offsets of instructions, which have no sign, so that what is flipped is copied; and
 * neighbours along `unit` may have to be neighbours in memory.
 */
export const isReadable = ({ rowStride, columnStride }: MatrixOperand, unit: "rows" | "columns" | "any"): boolean =>
  rowStride >= 0 && columnStride >= 0 && (unit === "any" || (unit === "rows" ? rowStride : columnStride) === 1);
