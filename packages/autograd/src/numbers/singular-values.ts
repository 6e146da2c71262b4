/**
 * The singular value decomposition by one-sided Jacobi rotations (M. Hestenes, "Inversion of matrices by
 * biorthogonalization", 1958; Golub & Van Loan, Matrix Computations, 4th ed., §8.6.4) on the triangular factor of a QR
 * factorisation, where they converge faster (Z. Drmač & K. Veselić, "New fast and accurate Jacobi SVD algorithm I",
 * SIAM J. Matrix Anal. Appl. 29, 2008).
 */
import { dotProduct } from "./dot-product.js";
import { factorQR, orthonormalComplement } from "./householder.js";
import { copyIn } from "./matrix-copies.js";
import { scaleToOne } from "./matrix-scale.js";
import type { Floats, Int } from "./numeric-array.js";
import { multiplyInto } from "./plain-product.js";
import { rotateRows } from "./rotation.js";
import { leadsNegative } from "./vector-sign.js";

/**
 * The thin singular value decomposition A = U diag(s) Vᵀ of an m × n matrix. Of each column of U the element of greatest magnitude is positive (the first
 * of several that are equal to 6 digits).
 *
 * @param a The matrix; it is overwritten.
 * @param u, v Where the vectors go: [m, k] and [n, k] for k = min(m, n).
 * @param s Where the singular values go, descending.
 * @returns false where an element is NaN or infinite; there is no result then.
 * @example
 * singularValues(Float64Array.of(0, 2, 1, 0), 2, 2, u, s, v); // s = [2, 1]
 */
export function singularValues(
  a: Float64Array,
  m: Int,
  n: Int,
  u: Float64Array,
  s: Float64Array,
  v: Float64Array,
): boolean {
  const scale = scaleToOne(a, m * n);
  if (Number.isNaN(scale)) return false;
  const k = Math.min(m, n);
  if (m >= n) {
    if (!tallDecomposition(a, m, n, u, s, v)) return false;
  } else {
    const across = new Float64Array(m * n);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) across[j * m + i] = a[i * n + j]!;
    if (!tallDecomposition(across, n, m, v, s, u)) return false;
  }
  for (let column = 0; column < k; column++) {
    s[column]! *= scale;
    if (!leadsNegative(u, m, k, column)) continue;
    for (let i = 0; i < m; i++) u[i * k + column]! *= -1;
    for (let i = 0; i < n; i++) v[i * k + column]! *= -1;
  }
  return true;
}

/** U, behind it V, and then s, of m × n matrices one behind the other; NaN where an element is NaN or infinite. */
export function singularFactors(first: Int, end: Int, x: Floats, out: Float64Array, m: Int, n: Int): void {
  const matrix = new Float64Array(m * n);
  const k = Math.min(m, n);
  const size = (m + n + 1) * k;
  for (let unit = first; unit < end; unit++) {
    const u = out.subarray(unit * size);
    copyIn(x, unit * m * n, matrix, m * n);
    const isValid = singularValues(matrix, m, n, u, u.subarray((m + n) * k), u.subarray(m * k));
    if (!isValid) u.fill(Number.NaN, 0, size);
  }
}

/**
 * Beside the greatest element, which is about 1, singular values below this count as 0; their squares would soon
 * underflow.
 */
const least = 1e-120;

/** A = Q R and R = J Σ Wᵀ, so that U = Q J and V = W; m ≥ n. Overwrites `a`. */
function tallDecomposition(
  a: Float64Array,
  m: Int,
  n: Int,
  u: Float64Array,
  s: Float64Array,
  v: Float64Array,
): boolean {
  const q = new Float64Array(m * n);
  const r = new Float64Array(n * n);
  const turns = new Float64Array(n * n);
  const sorted = new Float64Array(n * n);
  const lengths = new Float64Array(n);
  const order = new Int32Array(n);
  factorQR(a, m, n, q, r);
  if (!orthogonalizeRows(r, turns, n)) return false;
  for (let i = 0; i < n; i++) {
    lengths[i] = Math.sqrt(dotProduct(r, i * n, r, i * n, n));
    let at = i;
    while (at > 0 && lengths[order[at - 1]!]! < lengths[i]!) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = i;
  }
  let rank = 0;
  for (let column = 0; column < n; column++) {
    const own = order[column]!;
    const length = lengths[own]!;
    s[column] = length < least ? 0 : length;
    if (length >= least) rank = column + 1;
    for (let i = 0; i < n; i++) sorted[i * n + column] = turns[own * n + i]!;
  }
  multiplyInto(q, sorted, u, m, n, n);
  rightVectors(r, n, order, lengths, rank, v);
  return true;
}

/**
 * The rows of `r` divided by their lengths, as columns; from column `rank` on whatever completes the
 * basis.
 */
function rightVectors(
  r: Float64Array,
  n: Int,
  order: Int32Array,
  lengths: Float64Array,
  rank: Int,
  v: Float64Array,
): void {
  if (rank < n) {
    const known = new Float64Array(n * rank);
    const rest = new Float64Array(n * (n - rank));
    for (let column = 0; column < rank; column++) {
      const own = order[column]!;
      for (let i = 0; i < n; i++) known[i * rank + column] = r[own * n + i]! / lengths[own]!;
    }
    orthonormalComplement(known, n, rank, rest);
    for (let i = 0; i < n; i++) {
      for (let j = rank; j < n; j++) v[i * n + j] = rest[i * (n - rank) + j - rank]!;
    }
  }
  for (let column = 0; column < rank; column++) {
    const own = order[column]!;
    for (let i = 0; i < n; i++) v[i * n + column] = r[own * n + i]! / lengths[own]!;
  }
}

/** Sweeps over all pairs of rows before giving up; six to ten are usual. */
const mostSweeps = 60;

/**
 * Rotates the rows of the n × n matrix `r` until they are orthogonal; `turns`, zeros before, becomes the product of the rotations.
 *
 * @returns false if they do not become so.
 */
function orthogonalizeRows(r: Float64Array, turns: Float64Array, n: Int): boolean {
  const squares = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    turns[i * n + i] = 1;
    squares[i] = dotProduct(r, i * n, r, i * n, n);
  }
  const tolerance = Number.EPSILON * Math.sqrt(n);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let isDone = true;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const x = squares[i]!;
        const y = squares[j]!;
        const product = dotProduct(r, i * n, r, j * n, n);
        if (Math.min(x, y) < least * least || Math.abs(product) <= tolerance * Math.sqrt(x) * Math.sqrt(y)) continue;
        isDone = false;
        const cotangent = (y - x) / (2 * product);
        const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotateRows(r, n, i, j, cosine, cosine * tangent);
        rotateRows(turns, n, i, j, cosine, cosine * tangent);
        squares[i] = dotProduct(r, i * n, r, i * n, n);
        squares[j] = dotProduct(r, j * n, r, j * n, n);
      }
    }
    if (isDone) return true;
  }
  return false;
}
