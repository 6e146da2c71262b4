import { dotProduct } from "./dot-product.js";
import { copyIn, copyOut } from "./matrix-copies.js";
import type { Floats, Int } from "./numeric-array.js";

/**
 * Overwrites the symmetric positive definite n × n matrix `a` with its Cholesky factor, A = L Lᵀ, with zeros above the
 * diagonal (Golub & Van Loan, Matrix Computations, 4th ed., §4.2). Only the lower triangle is read.
 *
 * @returns false where the matrix is not positive definite, or holds NaN; `a` is then of no use.
 * @example
 * const a = Float64Array.of(4, 2, 2, 10);
 * factorCholesky(a, 2); // a = [2, 0, 1, 3]
 */
export function factorCholesky(a: Float64Array, n: Int): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      const rest = a[row + j]! - dotProduct(a, row, a, other, j);
      if (i > j) {
        a[row + j] = rest / a[other + j]!;
      } else {
        if (!(rest > 0 && rest < Number.POSITIVE_INFINITY)) return false;
        a[row + i] = Math.sqrt(rest);
      }
    }
    a.fill(0, row + i + 1, row + n);
  }
  return true;
}

/** The factors of n × n matrices one behind the other; NaN where there is none. */
export function choleskyFactors(first: Int, end: Int, x: Floats, out: Floats, n: Int): void {
  const matrix = new Float64Array(n * n);
  for (let unit = first; unit < end; unit++) {
    copyIn(x, unit * n * n, matrix, n * n);
    const isDefinite = factorCholesky(matrix, n);
    copyOut(matrix, out, unit * n * n, n * n, isDefinite);
  }
}
