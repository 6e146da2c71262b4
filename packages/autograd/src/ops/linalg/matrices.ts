import type { DType, Storage } from "../../dtype.js";
import { ShapeError } from "../../errors.js";
import { type KernelInput, type Operands, operandsOf } from "../../graph.js";
import { broadcastStrides } from "../../numbers/broadcast-loops.js";
import { type Shape, showShape, sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import { reshapeTo } from "../broadcast.js";
import { asFloat } from "../cast.js";
import { add, mul } from "../elementwise.js";
import { mT } from "../movement.js";
import { eye } from "../ranges.js";

/**
 * What the operators of linear algebra have in common: operands whose last two axes are matrices, the axes before them
 * a batch.
 */

/** The axes before the matrices. */
export const batchOf = (shape: Shape): Shape => shape.slice(0, -2);

/** The number of rows and of columns of the matrices. */
export const sidesOf = (shape: Shape): [rows: number, columns: number] => [
  shape[shape.length - 2] ?? 1,
  shape[shape.length - 1] ?? 1,
];

/**
 * The operand as floats, a matrix or a batch of them.
 *
 * @throws ShapeError where it has fewer than two axes.
 */
export function asMatrix(name: string, x: TensorLike): Tensor {
  const operand = asFloat(name, x);
  if (operand.rank < 2) {
    throw new ShapeError(
      `${name}: ${showShape(operand.shape)} is no matrix or batch of matrices; add an axis with expandDims.`,
    );
  }
  return operand;
}

/**
 * The operand as floats, a square matrix or a batch of them.
 *
 * @throws ShapeError where it has fewer than two axes, or the last two differ.
 */
export function asSquare(name: string, x: TensorLike): Tensor {
  const operand = asMatrix(name, x);
  const [rows, columns] = sidesOf(operand.shape);
  if (rows !== columns) {
    throw new ShapeError(
      `${name}: the matrices of ${showShape(operand.shape)} are not square (${rows} ≠ ${columns}). For those there are linalg.pinv, lstsq, svd and qr.`,
    );
  }
  return operand;
}

/** (A + Aᵀ) / 2, which does not overflow on the way. */
export function symmetricPart(x: Tensor): Tensor {
  const half = mul(x, 0.5);
  return add(half, mT(half));
}

/** The identity of the matrices of `x`, which broadcasts with them. */
export const identityLike = (x: Tensor): Tensor => eye(sidesOf(x.shape)[0], { dtype: x.dtype });

/** A scalar for each matrix, to be multiplied with the matrices. */
export const asMatrices = (x: Tensor): Tensor => reshapeTo(x, [...x.shape, 1, 1]);

/** A row for each matrix, to be multiplied with the matrices: element j with column j. */
export const asRows = (x: Tensor): Tensor => reshapeTo(x, [...x.shape.slice(0, -1), 1, x.shape[x.rank - 1] ?? 1]);

/** The distance from 1 to the next number of a dtype. */
export const epsilonOf = (dtype: DType): number => (dtype === "float32" ? 2 ** -23 : Number.EPSILON);

/** The matrix at `offset` of an operand in float64, in an array of its own. */
export const copyOf = (data: Storage, offset: number, size: number): Float64Array<ArrayBuffer> =>
  new Float64Array(data.subarray(offset, offset + size));

/**
 * Calls `f` for each matrix of a batch, with a copy of each operand's matrix: operands broadcast to the batch along the
 * axes before their last two.
 */
export function forEachMatrix(
  batch: Shape,
  operands: readonly KernelInput[],
  f: (matrices: Operands<Float64Array<ArrayBuffer>>, index: number) => void,
): void {
  const strides = operands.map(({ shape }) => broadcastStrides(batchOf(shape), batch));
  for (let index = 0; index < sizeOf(batch); index++) {
    const matrices = operands.map(({ data, shape }, k) => {
      const [rows, columns] = sidesOf(shape);
      return copyOf(data, place(index, batch, strides[k]!) * rows * columns, rows * columns);
    });
    f(operandsOf(matrices), index);
  }
}

/** The number of matrices before matrix `index` of the batch, in an operand with these strides. */
function place(index: number, batch: Shape, strides: readonly number[]): number {
  let rest = index;
  let offset = 0;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const side = batch[axis]!;
    offset += (rest % side) * strides[axis]!;
    rest = Math.floor(rest / side);
  }
  return offset;
}
