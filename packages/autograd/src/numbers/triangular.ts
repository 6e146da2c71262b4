import { copyIn, copyOut } from "./matrix-copies.js";
import type { Floats, Int } from "./numeric-array.js";

/** Substitution in triangular systems (Golub & Van Loan, Matrix Computations, 4th ed., §3.1). */

/**
 * Overwrites `x` ([n, columns], row-major) with the solution of T X = B that it holds, where T is a triangle of the n ×
 * n matrix in `t`, whose rows lie `stride` apart. The other triangle is not read.
 *
 * @param upper The upper triangle is read, not the lower one.
 * @param transposed The system is Tᵀ X = B.
 * @param unit The diagonal counts as ones and is not read.
 *
 * @returns false where an element of the diagonal is 0, so that there is no solution; `x` is then of no use.
 * @example
 * const x = Float64Array.of(2, 5);
 * solveTriangular(Float64Array.of(2, 0, 1, 4), 2, 2, x, 1, false, false, false); // x = [1, 1]
 */
export function solveTriangular(
  t: Float64Array,
  stride: Int,
  n: Int,
  x: Float64Array,
  columns: Int,
  upper: boolean,
  transposed: boolean,
  unit: boolean,
): boolean {
  const backwards = upper !== transposed;
  const acrossRows = transposed ? 1 : stride;
  const acrossColumns = transposed ? stride : 1;
  for (let step = 0; step < n; step++) {
    const i = backwards ? n - 1 - step : step;
    const own = i * columns;
    for (let other = 0; other < step; other++) {
      const j = backwards ? n - 1 - other : other;
      const factor = t[i * acrossRows + j * acrossColumns]!;
      if (factor === 0) continue;
      const at = j * columns;
      for (let k = 0; k < columns; k++) x[own + k]! -= factor * x[at + k]!;
    }
    if (unit) continue;
    const pivot = t[i * stride + i]!;
    if (pivot === 0) return false;
    for (let k = 0; k < columns; k++) x[own + k]! /= pivot;
  }
  return true;
}

/** Solutions for n × n matrices one behind the other, and as many right sides [n, columns]; NaN where there is none. */
export function triangularSolutions(
  first: Int,
  end: Int,
  t: Floats,
  b: Floats,
  out: Floats,
  n: Int,
  columns: Int,
  upper: boolean,
  transposed: boolean,
  unit: boolean,
): void {
  const matrix = new Float64Array(n * n);
  const solution = new Float64Array(n * columns);
  for (let each = first; each < end; each++) {
    copyIn(t, each * n * n, matrix, n * n);
    copyIn(b, each * n * columns, solution, n * columns);
    const isRegular = solveTriangular(matrix, n, n, solution, columns, upper, transposed, unit);
    copyOut(solution, out, each * n * columns, n * columns, isRegular);
  }
}
