/**
 * Derivatives of the determinant, which is a polynomial: they exist at singular matrices too, where det(A) A⁻ᵀ does
 * not. With A = F D H, where F and H come from elimination with complete pivoting (Golub & Van Loan, Matrix
 * Computations, 4th ed., §3.4.8), have determinant ±1 and are well conditioned, everything is read off the diagonal
 * matrix D, by products of its elements and without a division by them.
 */
import { swapRows } from "./lu.js";
import { solveTriangular } from "./triangular.js";

/**
 * P A Q = L D H: L is unit lower triangular below the diagonal of `factors`, H unit upper triangular above it, D on it.
 */
interface Elimination {
  readonly factors: Float64Array;
  readonly diagonal: Float64Array;
  readonly rowSwaps: Int32Array;
  readonly columnSwaps: Int32Array;
  /** det(P) det(Q). */
  readonly sign: number;
}

/**
 * The matrix N with ⟨N, X⟩ = the derivative of det at A in the directions X, G₁, …, Gₖ. For k = 0 these are the
 * cofactors of A. The cost beside products of matrices grows as nᵏ⁺¹.
 *
 * @param a The n × n matrix; `directions` are k more of them.
 * @returns A new n × n matrix; all NaN where an element is NaN or infinite.
 * @example
 * cofactors(Float64Array.of(1, 2, 3, 4), [], 2); // [4, -3, -2, 1]
 */
export function cofactors(a: Float64Array, directions: readonly Float64Array[], n: number): Float64Array {
  if (![a, ...directions].every((matrix) => matrix.every(Number.isFinite))) {
    return new Float64Array(n * n).fill(Number.NaN);
  }
  const elimination = eliminate(a, n);
  const turned = directions.map((direction) => divideBothSides(elimination, direction, n, false));
  const result = new Float64Array(n * n);
  addMinors(elimination.diagonal, turned, n, result);
  const out = divideBothSides(elimination, result, n, true);
  return elimination.sign < 0 ? out.map((x) => -x) : out;
}

function eliminate(a: Float64Array, n: number): Elimination {
  const factors = a.slice();
  const [rowSwaps, columnSwaps, diagonal] = [new Int32Array(n), new Int32Array(n), new Float64Array(n)];
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const at = greatestFrom(factors, n, k);
    const [row, column] = [Math.floor(at / n), at % n];
    rowSwaps[k] = row;
    columnSwaps[k] = column;
    if (row !== k) swapRows(factors, n, n, k, row);
    if (column !== k) swapColumns(factors, n, k, column);
    if ((row !== k) !== (column !== k)) sign = -sign;
    const pivot = factors[k * n + k]!;
    diagonal[k] = pivot;
    // What is left is zero throughout.
    if (pivot === 0) break;
    for (let i = k + 1; i < n; i++) {
      const factor = factors[i * n + k]! / pivot;
      factors[i * n + k] = factor;
      for (let j = k + 1; j < n; j++) factors[i * n + j]! -= factor * factors[k * n + j]!;
    }
    for (let j = k + 1; j < n; j++) factors[k * n + j]! /= pivot;
  }
  for (let k = n - 1; k >= 0 && diagonal[k] === 0; k--) {
    rowSwaps[k] = k;
    columnSwaps[k] = k;
  }
  return { factors, diagonal, rowSwaps, columnSwaps, sign };
}

function greatestFrom(a: Float64Array, n: number, k: number): number {
  let at = k * n + k;
  for (let i = k; i < n; i++)
    for (let j = k; j < n; j++) if (Math.abs(a[i * n + j]!) > Math.abs(a[at]!)) at = i * n + j;
  return at;
}

function swapColumns(a: Float64Array, n: number, j: number, k: number): void {
  for (let row = 0; row < n; row++) {
    const kept = a[row * n + j]!;
    a[row * n + j] = a[row * n + k]!;
    a[row * n + k] = kept;
  }
}

/** L⁻¹ P X Q H⁻¹; or, of `adjoint`, what undoes its effect on inner products: Pᵀ L⁻ᵀ X H⁻ᵀ Qᵀ. */
function divideBothSides(e: Elimination, x: Float64Array, n: number, adjoint: boolean): Float64Array {
  const left = divideLeft(e.factors, e.rowSwaps, x, n, adjoint, false);
  return transposed(divideLeft(e.factors, e.columnSwaps, transposed(left, n), n, adjoint, true), n);
}

function divideLeft(
  factors: Float64Array,
  swaps: Int32Array,
  x: Float64Array,
  n: number,
  adjoint: boolean,
  upper: boolean,
): Float64Array {
  const out = x.slice();
  if (!adjoint) for (let k = 0; k < n; k++) swapRows(out, n, n, k, swaps[k]!);
  // Of the right factor the transposed system is solved: (Y H⁻¹)ᵀ = H⁻ᵀ Yᵀ.
  solveTriangular(factors, n, n, out, n, upper, upper !== adjoint, true);
  if (adjoint) for (let k = n - 1; k >= 0; k--) swapRows(out, n, n, k, swaps[k]!);
  return out;
}

function transposed(a: Float64Array, n: number): Float64Array {
  return Float64Array.from(a, (_, at) => a[(at % n) * n + Math.floor(at / n)]!);
}

/**
 * Adds up the derivative at a diagonal matrix. By multilinearity it is the sum over sets S of k + 1 rows of the product
 * of the other diagonal elements and of the mixed determinant of X, G₁, …, Gₖ over S; the coefficient of each element
 * of X goes to its place.
 */
function addMinors(diagonal: Float64Array, directions: readonly Float64Array[], n: number, out: Float64Array): void {
  const count = directions.length + 1;
  if (count > n) return;
  const after = new Float64Array(n + 1).fill(1);
  for (let i = n - 1; i >= 0; i--) after[i] = after[i + 1]! * diagonal[i]!;
  const chosen: number[] = [];
  const choose = (from: number, before: number): void => {
    if (chosen.length === count) {
      const product = before * after[from]!;
      if (product !== 0) addMixedDeterminant(chosen, directions, n, product, out);
      return;
    }
    let skipped = before;
    for (let i = from; i <= n - (count - chosen.length); i++) {
      chosen.push(i);
      choose(i + 1, skipped);
      chosen.pop();
      skipped *= diagonal[i]!;
    }
  };
  choose(0, 1);
}

/** Every way to give each row of S a column of S and one of the matrices, where X comes in at one row. */
function addMixedDeterminant(
  rows: readonly number[],
  directions: readonly Float64Array[],
  n: number,
  factor: number,
  out: Float64Array,
): void {
  const place = (row: number, columns: readonly number[], left: readonly Float64Array[], x: number, value: number) => {
    if (row === rows.length) {
      out[x]! += value;
      return;
    }
    for (const [k, column] of columns.entries()) {
      const at = rows[row]! * n + column;
      const others = columns.filter((_, i) => i !== k);
      // Moving the column to the front takes k exchanges.
      const signed = k % 2 === 0 ? value : -value;
      if (x < 0) place(row + 1, others, left, at, signed);
      for (const [m, matrix] of left.entries()) {
        const element = matrix[at]!;
        const rest = left.filter((_, i) => i !== m);
        if (element !== 0) place(row + 1, others, rest, x, signed * element);
      }
    }
  };
  place(0, rows, directions, -1, factor);
}
