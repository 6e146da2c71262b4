/** Substitution in triangular systems (Golub & Van Loan, Matrix Computations, 4th ed., §3.1). */

/** Which triangle of a square matrix is read, and how. */
export interface TriangularOptions {
  /** The upper triangle; default the lower one. */
  readonly upper?: boolean;
  /** The system is Tᵀ X = B; default T X = B. */
  readonly transposed?: boolean;
  /** The diagonal counts as ones and is not read. */
  readonly unit?: boolean;
}

/**
 * Overwrites `x` ([n, columns], row-major) with the solution of T X = B that it holds, where T is a triangle of the n ×
 * n matrix in `t`, whose rows lie `stride` apart. The other triangle is not read.
 *
 * @returns false where an element of the diagonal is 0, so that there is no solution; `x` is then of no use.
 * @example
 * const x = Float64Array.of(2, 5);
 * solveTriangular(Float64Array.of(2, 0, 1, 4), 2, 2, x, 1); // x = [1, 1]
 */
export function solveTriangular(
  t: Float64Array,
  stride: number,
  n: number,
  x: Float64Array,
  columns: number,
  { upper = false, transposed = false, unit = false }: TriangularOptions = {},
): boolean {
  const backwards = upper !== transposed;
  const [acrossRows, acrossColumns] = transposed ? [1, stride] : [stride, 1];
  for (let step = 0; step < n; step++) {
    const i = backwards ? n - 1 - step : step;
    const own = i * columns;
    for (let other = 0; other < step; other++) {
      const j = backwards ? n - 1 - other : other;
      const factor = t[i * acrossRows + j * acrossColumns]!;
      if (factor === 0) continue;
      for (let k = 0, at = j * columns; k < columns; k++) x[own + k]! -= factor * x[at + k]!;
    }
    if (unit) continue;
    const pivot = t[i * stride + i]!;
    if (pivot === 0) return false;
    for (let k = own; k < own + columns; k++) x[k]! /= pivot;
  }
  return true;
}
