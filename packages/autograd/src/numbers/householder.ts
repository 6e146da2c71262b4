/**
 * Householder reflections and the factorisations made of them (Golub & Van Loan, Matrix Computations, 4th ed., §5.1 and
 * §5.2).
 */

import { copyIn, copyOut, hasNaN } from "./matrix-copies.js";
import { scaleToOne } from "./matrix-scale.js";
import type { Floats, Int } from "./numeric-array.js";

/**
 * The reflection H = I − τ v vᵀ, v₀ = 1, that takes the vector x = `a[start + i · step]`, i < count, to (α, 0, …, 0).
 * Overwrites x with α and the rest of v.
 *
 * @returns τ, which is 0 where x is such a vector already.
 */
export function makeReflection(a: Float64Array, start: Int, step: Int, count: Int): number {
  let greatest = 0;
  for (let i = 1; i < count; i++) greatest = Math.max(greatest, Math.abs(a[start + i * step]!));
  if (greatest === 0) return 0;
  greatest = Math.max(greatest, Math.abs(a[start]!));
  // Beside the greatest, so that squares neither overflow nor vanish, and no digit of v is lost where x is subnormal.
  for (let i = 0; i < count; i++) a[start + i * step]! /= greatest;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += a[start + i * step]! ** 2;
  const first = a[start]!;
  // The sign that adds magnitudes: nothing cancels.
  const alpha = first > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  for (let i = 1; i < count; i++) a[start + i * step]! /= first - alpha;
  a[start] = alpha * greatest;
  return (alpha - first) / alpha;
}

/**
 * Overwrites rows `row` … of the columns `from` … `to` − 1 of `c` (rows `width` long) with H times them, where H is the
 * reflection that column `k` of `v` (rows `stride` long) holds from row `row` on.
 */
function reflect(
  v: Float64Array,
  stride: Int,
  rows: Int,
  k: Int,
  tau: number,
  c: Float64Array,
  width: Int,
  from: Int,
): void {
  if (tau === 0 || from >= width) return;
  const count = width - from;
  const sums = new Float64Array(count);
  const top = k * width + from;
  for (let j = 0; j < count; j++) sums[j] = c[top + j]!;
  for (let i = k + 1; i < rows; i++) {
    const factor = v[i * stride + k]!;
    const row = i * width + from;
    if (factor !== 0) for (let j = 0; j < count; j++) sums[j]! += factor * c[row + j]!;
  }
  for (let j = 0; j < count; j++) c[top + j]! -= tau * sums[j]!;
  for (let i = k + 1; i < rows; i++) {
    const factor = tau * v[i * stride + k]!;
    const row = i * width + from;
    if (factor !== 0) for (let j = 0; j < count; j++) c[row + j]! -= factor * sums[j]!;
  }
}

/** Overwrites `a` ([m, n], m ≥ n) with R on and above the diagonal and the reflections below it, and `taus` with their τ. */
function reduce(a: Float64Array, m: Int, n: Int, taus: Float64Array): void {
  for (let k = 0; k < n; k++) {
    const tau = makeReflection(a, k * n + k, n, m - k);
    taus[k] = tau;
    reflect(a, n, m, k, tau, a, n, k + 1);
  }
}

/** H₀ H₁ … Hₙ₋₁ times the columns `first` … `first` + `count` − 1 of the identity: [m, count]. */
function columnsOfProduct(
  v: Float64Array,
  taus: Float64Array,
  n: Int,
  m: Int,
  first: Int,
  count: Int,
  q: Float64Array,
): void {
  q.fill(0, 0, m * count);
  for (let j = 0; j < count; j++) q[(first + j) * count + j] = 1;
  for (let k = n - 1; k >= 0; k--) reflect(v, n, m, k, taus[k]!, q, count, 0);
}

/**
 * The thin QR factorisation of an m × n matrix, m ≥ n: A = Q R with orthonormal columns in Q and no negative element on
 * the diagonal of R, which makes the factors of a matrix of full rank unique.
 *
 * @param a The matrix, row-major; it is overwritten.
 * @param q Where Q goes, [m, n].
 * @param r Where R goes, [n, n].
 * @example
 * factorQR(Float64Array.of(3, 4), 2, 1, q, r); // q = [0.6, 0.8], r = [5]
 */
export function factorQR(a: Float64Array, m: Int, n: Int, q: Float64Array, r: Float64Array): void {
  const taus = new Float64Array(n);
  reduce(a, m, n, taus);
  columnsOfProduct(a, taus, n, m, 0, n, q);
  r.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) {
    const flips = a[i * n + i]! < 0;
    for (let j = i; j < n; j++) r[i * n + j] = (flips ? -a[i * n + j]! : a[i * n + j]!) + 0;
    if (flips) for (let row = 0; row < m; row++) q[row * n + i] = -q[row * n + i]!;
  }
}

/** Q, and behind it R, of m × n matrices one behind the other; NaN where an element is NaN or infinite. */
export function factorsQR(first: Int, end: Int, x: Floats, out: Float64Array, m: Int, n: Int): void {
  const matrix = new Float64Array(m * n);
  const size = (m + n) * n;
  for (let unit = first; unit < end; unit++) {
    const q = out.subarray(unit * size);
    copyIn(x, unit * m * n, matrix, m * n);
    const scale = scaleToOne(matrix, m * n);
    if (Number.isNaN(scale)) q.fill(Number.NaN, 0, size);
    else {
      const r = q.subarray(m * n);
      factorQR(matrix, m, n, q, r);
      for (let i = 0; i < n * n; i++) r[i]! *= scale;
    }
  }
}

/**
 * m − k orthonormal columns that complete the k orthonormal ones of `q` ([m, k]) to a basis.
 *
 * @param out Where they go: [m, m − k], row-major.
 * @example
 * orthonormalComplement(Float64Array.of(1, 0), 2, 1, out); // out = [0, 1]
 */
export function orthonormalComplement(q: Float64Array, m: Int, k: Int, out: Float64Array): void {
  const reduced = new Float64Array(m * k);
  const taus = new Float64Array(k);
  for (let i = 0; i < m * k; i++) reduced[i] = q[i]!;
  reduce(reduced, m, k, taus);
  columnsOfProduct(reduced, taus, k, m, k, m - k, out);
}

/** Complements of matrices [m, k] one behind the other; NaN where an element is NaN. */
export function orthonormalComplements(first: Int, end: Int, x: Floats, out: Floats, m: Int, k: Int): void {
  const matrix = new Float64Array(m * k);
  const rest = new Float64Array(m * (m - k));
  for (let unit = first; unit < end; unit++) {
    const isValid = !hasNaN(x, unit * m * k, m * k);
    copyIn(x, unit * m * k, matrix, m * k);
    if (isValid) orthonormalComplement(matrix, m, k, rest);
    copyOut(rest, out, unit * m * (m - k), m * (m - k), isValid);
  }
}
