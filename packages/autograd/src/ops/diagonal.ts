import { asTensor } from "../convert.js";
import { allocate } from "../dtype.js";
import { AxisError, ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { normalizeAxis, showShape } from "../shape.js";
import { leaf, scalar, type Tensor, type TensorLike } from "../tensor.js";
import type { Diag, Diagonal, Trace } from "../types/diagonal.js";
import type { KeepsMatrices } from "../types/keep.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { permute } from "./movement.js";
import { padZeros, sliceAxis } from "./slice.js";
import { where } from "./where.js";

/**
 * Diagonals and triangles of matrices. In row-major order the elements of a diagonal of a matrix with n columns lie n + 1 apart: taking one is a
 * slice with that step, and making a matrix of one is padding with gaps of n.
 */

/** Options that name a diagonal. */
export interface DiagonalOption {
  /** 0 the main diagonal (default), positive above it, negative below. */
  readonly k?: number | undefined;
}

function checkDiagonal(name: string, k: number): void {
  if (!Number.isInteger(k)) {
    throw new ValueError(`${name}: ${String(k)} is no diagonal; use an integer, 0 for the main one.`);
  }
}

const drawMatrix = (draw: Draw): readonly unknown[] => [
  draw.tensor(draw.shape({ minRank: 2 })),
  draw.boolean() ? {} : { k: draw.integer(-3, 3) },
];

/** Elements of the last two axes for which `keeps(column − row)` holds; zeros for the rest. */
function triangle(name: string, x: TensorLike, k: number, keeps: (above: number) => boolean): Tensor {
  const operand = asTensor(name, x);
  checkDiagonal(name, k);
  if (operand.rank < 2) {
    throw new ShapeError(
      `${name}: ${showShape(operand.shape)} is no matrix or batch of matrices; add an axis with expandDims.`,
    );
  }
  const [rows = 0, columns = 0] = operand.shape.slice(-2);
  const mask = allocate("bool", rows * columns);
  for (let i = 0; i < mask.length; i++) mask[i] = keeps((i % columns) - Math.floor(i / columns)) ? 1 : 0;
  return where(leaf([rows, columns], "bool", mask), operand, scalar(0, operand.dtype));
}

/**
 * The lower triangle of each matrix in the last two axes: zeros above a diagonal.
 *
 * @param options.k The last diagonal kept; default 0, the main one.
 * @throws ShapeError where `x` has fewer than two axes; ValueError where `k` is no integer.
 * @example
 * tril([[1, 2], [3, 4]]).toArray(); // [[1, 0], [3, 4]]
 */
export const tril = typedOperator<KeepsMatrices<"tril", DiagonalOption>>(
  "tril",
  drawMatrix,
  (x: TensorLike, { k = 0 }: DiagonalOption = {}): Tensor => triangle("tril", x, k, (above) => above <= k),
);

/**
 * The upper triangle of each matrix in the last two axes: zeros below a diagonal.
 *
 * @param options.k The first diagonal kept; default 0, the main one.
 * @throws ShapeError where `x` has fewer than two axes; ValueError where `k` is no integer.
 * @example
 * triu([[1, 2], [3, 4]]).toArray(); // [[1, 2], [0, 4]]
 */
export const triu = typedOperator<KeepsMatrices<"triu", DiagonalOption>>(
  "triu",
  drawMatrix,
  (x: TensorLike, { k = 0 }: DiagonalOption = {}): Tensor => triangle("triu", x, k, (above) => above >= k),
);

/** Options of `diagonal` and `trace`. */
export interface DiagonalOptions {
  /** 0 the main diagonal (default), positive above it, negative below. */
  readonly offset?: number | undefined;
  /** The axis of rows; default 0. */
  readonly axis1?: number | undefined;
  /** The axis of columns; default 1. */
  readonly axis2?: number | undefined;
}

/** The diagonal as the last axis of the rest. */
function diagonalOf(name: string, x: Tensor, { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalOptions): Tensor {
  checkDiagonal(name, offset);
  if (x.rank < 2) throw new ShapeError(`${name}: ${showShape(x.shape)} has no diagonal; it needs two axes.`);
  const row = normalizeAxis(name, axis1, x.rank);
  const column = normalizeAxis(name, axis2, x.rank);
  if (row === column) {
    throw new AxisError(`${name}: axis1 and axis2 are both ${row}; a diagonal runs along two different axes.`);
  }
  const others = [...x.shape.keys()].filter((axis) => axis !== row && axis !== column);
  const moved = permute(x, [...others, row, column]);
  const rest = moved.shape.slice(0, -2);
  const [rows, columns] = [x.shape[row]!, x.shape[column]!];
  const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const start = length === 0 ? 0 : offset >= 0 ? offset : -offset * columns;
  const step = columns + 1;
  // The last element ends the slice: what follows it, up to a whole step, need not exist.
  const stop = length === 0 ? start : start + (length - 1) * step + 1;
  return sliceAxis(reshapeTo(moved, [...rest, rows * columns]), rest.length, start, stop, step);
}

const drawDiagonal = (draw: Draw): readonly unknown[] => {
  const shape = draw.shape({ minRank: 2 });
  const axes = draw.axes(shape.length, 2);
  const options = { offset: draw.integer(-3, 3), axis1: axes[0], axis2: axes[1] };
  return [draw.tensor(shape), draw.boolean() ? {} : options];
};

/**
 * A diagonal of each matrix along two axes; it becomes the last axis (NumPy's rule).
 *
 * @param options.offset 0 the main diagonal (default), positive above it, negative below.
 * @param options.axis1 The axis of rows, default 0. `axis2`: the axis of columns, default 1.
 * @throws ShapeError where `x` has fewer than two axes; AxisError for axes out of range or equal; ValueError where `offset` is no integer.
 * @example
 * diagonal([[1, 2], [3, 4]]).toArray(); // [1, 4]
 */
export const diagonal = typedOperator<Diagonal<DiagonalOptions>>(
  "diagonal",
  drawDiagonal,
  (x: TensorLike, options: DiagonalOptions = {}): Tensor => diagonalOf("diagonal", asTensor("diagonal", x), options),
);

/**
 * The sum of a diagonal of each matrix along two axes.
 *
 * @param options.offset, options.axis1, options.axis2 As for `diagonal`.
 * @throws as `diagonal`.
 * @example
 * trace([[1, 2], [3, 4]]).item(); // 5
 */
export const trace = typedOperator<Trace<DiagonalOptions>>(
  "trace",
  drawDiagonal,
  (x: TensorLike, options: DiagonalOptions = {}): Tensor => {
    const found = diagonalOf("trace", asTensor("trace", x), options);
    return sumAxes(found, [found.rank - 1]);
  },
);

/**
 * Of a vector, the square matrix with it on a diagonal and zeros elsewhere; of a matrix, the diagonal.
 *
 * @param options.k 0 the main diagonal (default), positive above it, negative below.
 * @throws ShapeError where `x` has neither one nor two axes; ValueError where `k` is no integer.
 * @example
 * diag([1, 2]).toArray(); // [[1, 0], [0, 2]]
 * diag([[1, 2], [3, 4]], { k: 1 }).toArray(); // [2]
 */
export const diag = typedOperator<Diag<DiagonalOption>>(
  "diag",
  (draw) => [draw.tensor(draw.shape({ minRank: 1, maxRank: 2 })), draw.boolean() ? {} : { k: draw.integer(-3, 3) }],
  (x: TensorLike, { k = 0 }: DiagonalOption = {}): Tensor => {
    const operand = asTensor("diag", x);
    checkDiagonal("diag", k);
    if (operand.rank === 2) return diagonalOf("diag", operand, { offset: k });
    if (operand.rank !== 1) {
      throw new ShapeError(
        `diag: ${showShape(operand.shape)} is neither a vector nor a matrix; for batches of matrices use diagonal.`,
      );
    }
    const length = operand.shape[0]!;
    const side = length + Math.abs(k);
    const low = Math.min(side * side, k >= 0 ? k : -k * side);
    const spread = length === 0 ? 0 : length + (length - 1) * side;
    const matrix = padZeros(operand, { low: [low], high: [side * side - low - spread], interior: [side] });
    return reshapeTo(matrix, [side, side]);
  },
);
