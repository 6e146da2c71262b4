/**
 * Householder reflections and the factorisations made of them (Golub & Van Loan, Matrix Computations, 4th ed., §5.1 and
 * §5.2).
 */

/**
 * The reflection H = I − τ v vᵀ, v₀ = 1, that takes the vector x = `a[start + i · step]`, i < count, to (α, 0, …, 0).
 * Overwrites x with α and the rest of v.
 *
 * @returns τ, which is 0 where x is such a vector already.
 */
export function makeReflection(a: Float64Array, start: number, step: number, count: number): number {
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
  stride: number,
  rows: number,
  k: number,
  tau: number,
  c: Float64Array,
  width: number,
  from: number,
): void {
  if (tau === 0 || from >= width) return;
  const sums = c.slice(k * width + from, (k + 1) * width);
  for (let i = k + 1; i < rows; i++) {
    const factor = v[i * stride + k]!;
    if (factor !== 0) for (let j = from; j < width; j++) sums[j - from]! += factor * c[i * width + j]!;
  }
  for (let j = from; j < width; j++) c[k * width + j]! -= tau * sums[j - from]!;
  for (let i = k + 1; i < rows; i++) {
    const factor = tau * v[i * stride + k]!;
    if (factor !== 0) for (let j = from; j < width; j++) c[i * width + j]! -= factor * sums[j - from]!;
  }
}

/** Overwrites `a` ([m, n], m ≥ n) with R on and above the diagonal and the reflections below it. Returns their τ. */
function reduce(a: Float64Array, m: number, n: number): Float64Array {
  const taus = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const tau = makeReflection(a, k * n + k, n, m - k);
    taus[k] = tau;
    reflect(a, n, m, k, tau, a, n, k + 1);
  }
  return taus;
}

/** H₀ H₁ … times the columns `first` … `first` + `count` − 1 of the identity: [m, count]. */
function columnsOfProduct(
  v: Float64Array,
  taus: Float64Array,
  m: number,
  first: number,
  count: number,
): Float64Array<ArrayBuffer> {
  const n = taus.length;
  const q = new Float64Array(m * count);
  for (let j = 0; j < count; j++) q[(first + j) * count + j] = 1;
  for (let k = n - 1; k >= 0; k--) reflect(v, n, m, k, taus[k]!, q, count, 0);
  return q;
}

/**
 * The thin QR factorisation of an m × n matrix, m ≥ n: A = Q R with orthonormal columns in Q and no negative element on
 * the diagonal of R, which makes the factors of a matrix of full rank unique.
 *
 * @param a The matrix, row-major; it is overwritten.
 * @returns Q, [m, n], and R, [n, n].
 * @example
 * const { q, r } = factorQR(Float64Array.of(3, 4), 2, 1); // q = [0.6, 0.8], r = [5]
 */
export function factorQR(
  a: Float64Array,
  m: number,
  n: number,
): { q: Float64Array<ArrayBuffer>; r: Float64Array<ArrayBuffer> } {
  const taus = reduce(a, m, n);
  const q = columnsOfProduct(a, taus, m, 0, n);
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const flips = a[i * n + i]! < 0;
    for (let j = i; j < n; j++) r[i * n + j] = (flips ? -a[i * n + j]! : a[i * n + j]!) + 0;
    if (flips) for (let row = 0; row < m; row++) q[row * n + i] = -q[row * n + i]!;
  }
  return { q, r };
}

/**
 * m − k orthonormal columns that complete the k orthonormal ones of `q` ([m, k]) to a basis.
 *
 * @returns [m, m − k], row-major.
 * @example
 * orthonormalComplement(Float64Array.of(1, 0), 2, 1); // [0, 1]
 */
export function orthonormalComplement(q: Float64Array, m: number, k: number): Float64Array<ArrayBuffer> {
  const reduced = q.slice();
  const taus = reduce(reduced, m, k);
  return columnsOfProduct(reduced, taus, m, k, m - k);
}
