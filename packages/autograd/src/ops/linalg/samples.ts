import { allocate, isFloat } from "../../dtype.js";
import type { Draw } from "../../sampling.js";
import { type Shape, sizeOf } from "../../shape.js";
import { leaf, type Tensor } from "../../tensor.js";
import { sidesOf } from "./matrices.js";

/**
 * Matrices on which the laws are tried: with singular values (of symmetric ones, eigenvalues) that lie apart, none of
 * them near 0. By Weyl's theorem a disturbance moves each by no more than its norm; reflections from both sides, which
 * change no singular value, fill the matrix.
 */

/** The last element of the diagonal before it is disturbed, and the distance between neighbours. */
const [last, apart] = [1.5, 1.25];

/** The axes before the matrices: none or one. */
export const drawBatch = (draw: Draw): number[] => draw.shape({ maxRank: 1, maxSide: 2 });

/** Matrices with a dominant diagonal; their elements keep away from 0. Integers are drawn as they come. */
export function drawDominant(draw: Draw, shape: Shape): Tensor {
  const disturbance = draw.tensor(shape, { min: -0.2, max: 0.2, kinks: [0] });
  const [rows, columns] = sidesOf(shape);
  const length = Math.min(rows, columns);
  return changed(disturbance, (matrix) => {
    for (let i = 0; i < length; i++) matrix[i * columns + i]! += last + apart * (length - 1 - i);
  });
}

/** Matrices of any sides, some of them filled. */
export function drawMatrices(draw: Draw, batch: Shape, rows: number, columns: number): Tensor {
  const x = drawDominant(draw, [...batch, rows, columns]);
  if (draw.boolean()) return x;
  const [left, right] = [drawMirror(draw, rows), drawMirror(draw, columns)];
  return changed(x, (matrix) => reflectBothSides(matrix, left.data(), right.data()));
}

/** Square matrices whose symmetric part is positive definite; the matrices themselves are not symmetric. */
export function drawDefinite(draw: Draw, batch: Shape, side: number): Tensor {
  const x = drawDominant(draw, [...batch, side, side]);
  if (draw.boolean()) return x;
  const mirror = drawMirror(draw, side);
  return changed(x, (matrix) => reflectBothSides(matrix, mirror.data(), mirror.data()));
}

/** A vector to be reflected along; it is no operand. */
const drawMirror = (draw: Draw, side: number): Tensor => draw.tensor([side], { dtype: "float64", min: -1, max: 1 });

/** Overwrites X with H X K, where H and K reflect along two vectors. */
function reflectBothSides(x: NumberArray, left: ArrayLike<number>, right: ArrayLike<number>): void {
  const [m, n] = [left.length, right.length];
  for (let j = 0; j < n; j++) reflect(x, j, n, left);
  for (let i = 0; i < m; i++) reflect(x, i * n, 1, right);
}

interface NumberArray {
  [index: number]: number;
}

/** x − 2 v (vᵀx) / (vᵀv) for the vector `x[start + i · step]`; the first element of v counts as 1. */
function reflect(x: NumberArray, start: number, step: number, v: ArrayLike<number>): void {
  const at = (i: number): number => (i === 0 ? 1 : v[i]!);
  let [product, squares] = [0, 0];
  for (let i = 0; i < v.length; i++) {
    product += at(i) * x[start + i * step]!;
    squares += at(i) ** 2;
  }
  for (let i = 0; i < v.length; i++) x[start + i * step]! -= (2 * product * at(i)) / squares;
}

/** A copy of `x` with each of its matrices changed; integers and booleans stay what they are. */
function changed(x: Tensor, change: (matrix: NumberArray) => void): Tensor {
  if (!isFloat(x.dtype)) return x;
  const size = sizeOf(x.shape.slice(-2));
  const out = allocate(x.dtype, x.size);
  out.set(x.data());
  for (let start = 0; start < out.length; start += size) change(out.subarray(start, start + size));
  return leaf(x.shape, x.dtype, out);
}
