/** LU factorisation with partial pivoting (Golub & Van Loan, Matrix Computations, 4th ed., §3.4). */
import { copyIn, copyOut, hasNaN } from "./matrix-copies.js";
import type { Floats, Int } from "./numeric-array.js";
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
export function factorLU(a: Float64Array, n: Int): void {
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
export function swapRows(a: Float64Array, stride: Int, count: Int, i: Int, j: Int): void {
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
 * solveLU(lu, 2, x, 1, false);
 */
export function solveLU(lu: Float64Array, n: Int, x: Float64Array, columns: Int, transposed: boolean): boolean {
  const stride = n + 1;
  if (!transposed) {
    for (let k = 0; k < n; k++) exchange(lu, n, x, columns, k);
    solveTriangular(lu, stride, n, x, columns, false, false, true);
    return solveTriangular(lu, stride, n, x, columns, true, false, false);
  }
  // Aᵀ = Uᵀ Lᵀ P.
  if (!solveTriangular(lu, stride, n, x, columns, true, true, false)) return false;
  solveTriangular(lu, stride, n, x, columns, false, true, true);
  for (let k = n - 1; k >= 0; k--) exchange(lu, n, x, columns, k);
  return true;
}

function exchange(lu: Float64Array, n: Int, x: Float64Array, columns: Int, k: Int): void {
  const other = lu[k * (n + 1) + n]! | 0;
  if (other !== k) swapRows(x, columns, columns, k, other);
}

/** What the factors say of the determinant: its sign, 0 where it is 0 and NaN where an element of A was NaN. */
function signOfLU(lu: Float64Array, n: Int): number {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const pivot = lu[k * (n + 1) + k]!;
    const own = pivot > 0 ? 1 : pivot < 0 ? -1 : pivot;
    sign *= lu[k * (n + 1) + n]! === k ? own : -own;
  }
  return sign + 0;
}

/** ln |det A| from the factors. */
function logarithmOfLU(lu: Float64Array, n: Int): number {
  let logarithm = 0;
  for (let k = 0; k < n; k++) logarithm += Math.log(Math.abs(lu[k * (n + 1) + k]!));
  return logarithm;
}

/**
 * The product of the pivots: the determinant. The smallest and the largest are multiplied in turn, so that none
 * overflows alone.
 */
function determinantOfLU(lu: Float64Array, n: Int): number {
  const pivots = new Float64Array(n);
  let product = 1;
  for (let k = 0; k < n; k++) {
    const pivot = lu[k * (n + 1) + k]!;
    let at = k;
    while (at > 0 && Math.abs(pivots[at - 1]!) > Math.abs(pivot)) {
      pivots[at] = pivots[at - 1]!;
      at--;
    }
    pivots[at] = pivot;
    if (lu[k * (n + 1) + n]! !== k) product = -product;
  }
  let low = 0;
  let high = n - 1;
  while (low <= high) {
    if (Math.abs(product) > 1) {
      product *= pivots[low]!;
      low++;
    } else {
      product *= pivots[high]!;
      high--;
    }
  }
  return product + 0;
}

/** Factors of n × n matrices one behind the other; NaN where the matrix holds NaN. */
export function factorsLU(first: Int, end: Int, x: Floats, out: Float64Array, n: Int): void {
  for (let unit = first; unit < end; unit++) {
    const lu = out.subarray(unit * n * (n + 1));
    if (hasNaN(x, unit * n * n, n * n)) lu.fill(Number.NaN, 0, n * (n + 1));
    else {
      for (let i = 0; i < n; i++) {
        const from = (unit * n + i) * n;
        for (let j = 0; j < n; j++) lu[i * (n + 1) + j] = x[from + j]!;
      }
      factorLU(lu, n);
    }
  }
}

/** Solutions for factors one behind the other, and as many right sides [n, columns]; NaN where there is none. */
export function solutionsLU(
  first: Int,
  end: Int,
  factors: Float64Array,
  b: Floats,
  out: Floats,
  n: Int,
  columns: Int,
  transposed: boolean,
): void {
  const solution = new Float64Array(n * columns);
  for (let unit = first; unit < end; unit++) {
    copyIn(b, unit * n * columns, solution, n * columns);
    const isRegular = solveLU(factors.subarray(unit * n * (n + 1)), n, solution, columns, transposed);
    copyOut(solution, out, unit * n * columns, n * columns, isRegular);
  }
}

/** Determinants from factors one behind the other. */
export function determinantsLU(first: Int, end: Int, factors: Float64Array, out: Floats, n: Int): void {
  for (let unit = first; unit < end; unit++) out[unit] = determinantOfLU(factors.subarray(unit * n * (n + 1)), n);
}

/** Signs of determinants. */
export function signsLU(first: Int, end: Int, factors: Float64Array, out: Floats, n: Int): void {
  for (let unit = first; unit < end; unit++) out[unit] = signOfLU(factors.subarray(unit * n * (n + 1)), n);
}

/** Logarithms of the magnitudes of determinants. */
export function logarithmsLU(first: Int, end: Int, factors: Float64Array, out: Floats, n: Int): void {
  for (let unit = first; unit < end; unit++) out[unit] = logarithmOfLU(factors.subarray(unit * n * (n + 1)), n);
}
