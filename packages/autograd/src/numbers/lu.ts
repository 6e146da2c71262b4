/** LU factorisation with partial pivoting (Golub & Van Loan, Matrix Computations, 4th ed., §3.4). */
import { solveTriangular } from "./triangular.js";

/**
 * Overwrites the n × n matrix `a` with its factors, P A = L U: U on and above the diagonal, L below it (its ones are
 * not stored). Rows lie n + 1 apart; the last element of row k says which row was exchanged with row k, before anything
 * was eliminated below it.
 *
 * @example
 * const a = Float64Array.of(1, 2, 0, 4, 2, 0);
 * factorLU(a, 2); // a = [4, 2, 1, 0.25, 1.5, 1]
 */
export function factorLU(a: Float64Array, n: number): void {
  const stride = n + 1;
  for (let k = 0; k < n; k++) {
    let pivotRow = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(a[i * stride + k]!) > Math.abs(a[pivotRow * stride + k]!)) pivotRow = i;
    }
    a[k * stride + n] = pivotRow;
    if (pivotRow !== k) swapRows(a, stride, n, k, pivotRow);
    const pivot = a[k * stride + k]!;
    // Nothing is left to eliminate in this column.
    if (pivot === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * stride + k]! / pivot;
      a[i * stride + k] = factor;
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) a[i * stride + j]! -= factor * a[k * stride + j]!;
    }
  }
}

/** Exchanges the first `count` elements of two rows. */
export function swapRows(a: Float64Array, stride: number, count: number, i: number, j: number): void {
  for (let k = 0; k < count; k++) {
    const kept = a[i * stride + k]!;
    a[i * stride + k] = a[j * stride + k]!;
    a[j * stride + k] = kept;
  }
}

/**
 * Overwrites `x` ([n, columns], row-major) with the solution of A X = B that it holds, or of Aᵀ X = B.
 *
 * @param lu What `factorLU` made of A.
 * @returns false where A is singular: a pivot is 0. `x` is then of no use.
 * @example
 * solveLU(lu, 2, x, 1);
 */
export function solveLU(lu: Float64Array, n: number, x: Float64Array, columns: number, transposed = false): boolean {
  const stride = n + 1;
  if (!transposed) {
    for (let k = 0; k < n; k++) exchange(lu, n, x, columns, k);
    solveTriangular(lu, stride, n, x, columns, { unit: true });
    return solveTriangular(lu, stride, n, x, columns, { upper: true });
  }
  // Aᵀ = Uᵀ Lᵀ P.
  if (!solveTriangular(lu, stride, n, x, columns, { upper: true, transposed })) return false;
  solveTriangular(lu, stride, n, x, columns, { transposed, unit: true });
  for (let k = n - 1; k >= 0; k--) exchange(lu, n, x, columns, k);
  return true;
}

function exchange(lu: Float64Array, n: number, x: Float64Array, columns: number, k: number): void {
  const other = lu[k * (n + 1) + n]!;
  if (other !== k) swapRows(x, columns, columns, k, other);
}

/**
 * What the factors say of the determinant: its sign (0 where it is 0), and ln |det|; NaN where an element of A was NaN.
 */
export function signAndLogOfLU(lu: Float64Array, n: number): { sign: number; logarithm: number } {
  let sign = 1;
  let logarithm = 0;
  for (let k = 0; k < n; k++) {
    const pivot = lu[k * (n + 1) + k]!;
    sign *= Math.sign(pivot) * (lu[k * (n + 1) + n] === k ? 1 : -1);
    logarithm += Math.log(Math.abs(pivot));
  }
  return { sign: sign + 0, logarithm };
}

/**
 * The product of the pivots: the determinant. The smallest and the largest are multiplied in turn, so that none
 * overflows alone.
 */
export function determinantOfLU(lu: Float64Array, n: number): number {
  let product = 1;
  const pivots: number[] = [];
  for (let k = 0; k < n; k++) {
    pivots.push(lu[k * (n + 1) + k]!);
    if (lu[k * (n + 1) + n] !== k) product = -product;
  }
  pivots.sort((a, b) => Math.abs(a) - Math.abs(b));
  for (let low = 0, high = n - 1; low <= high; ) {
    product *= Math.abs(product) > 1 ? pivots[low++]! : pivots[high--]!;
  }
  return product + 0;
}
