/**
 * The singular value decomposition by one-sided Jacobi rotations (M. Hestenes, "Inversion of matrices by
 * biorthogonalization", 1958; Golub & Van Loan, Matrix Computations, 4th ed., §8.6.4) on the triangular factor of a QR
 * factorisation, where they converge faster (Z. Drmač & K. Veselić, "New fast and accurate Jacobi SVD algorithm I",
 * SIAM J. Matrix Anal. Appl. 29, 2008).
 */
import { factorQR, orthonormalComplement } from "./householder.js";
import { matmulInto, rowMajor } from "./matrix-product.js";
import { scaledToOne } from "./matrix-scale.js";
import { rotateRows } from "./rotation.js";
import { leadsNegative } from "./vector-sign.js";

/** A = U diag(s) Vᵀ for an m × n matrix and k = min(m, n). */
export interface SingularValues {
  /** [m, k], row-major. */
  readonly u: Float64Array;
  /** Descending, none negative. */
  readonly s: Float64Array;
  /** [n, k], row-major. */
  readonly v: Float64Array;
}

/**
 * The thin singular value decomposition. Of each column of U the element of greatest magnitude is positive (the first
 * of several that are equal to 6 digits).
 *
 * @returns undefined where an element is NaN or infinite.
 * @example
 * singularValues(Float64Array.of(0, 2, 1, 0), 2, 2)?.s; // [2, 1]
 */
export function singularValues(a: Float64Array, m: number, n: number): SingularValues | undefined {
  const { matrix, scale } = scaledToOne(a);
  if (!Number.isFinite(scale)) return undefined;
  const isTall = m >= n;
  const k = Math.min(m, n);
  const tall = isTall ? tallDecomposition(matrix, m, n) : tallDecomposition(transposed(matrix, m, n), n, m);
  if (tall === undefined) return undefined;
  const [u, v] = isTall ? [tall.u, tall.v] : [tall.v, tall.u];
  for (let column = 0; column < k; column++) {
    if (!leadsNegative(u, m, k, column)) continue;
    for (let i = 0; i < m; i++) u[i * k + column]! *= -1;
    for (let i = 0; i < n; i++) v[i * k + column]! *= -1;
  }
  return { u, s: tall.s.map((x) => x * scale), v };
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
  return out;
}

/**
 * Beside the greatest element, which is about 1, singular values below this count as 0; their squares would soon
 * underflow.
 */
const least = 1e-120;

/** A = Q R and R = J Σ Wᵀ, so that U = Q J and V = W; m ≥ n. Overwrites `a`. */
function tallDecomposition(a: Float64Array, m: number, n: number): SingularValues | undefined {
  const { q, r } = factorQR(a, m, n);
  const turns = orthogonalizeRows(r, n);
  if (turns === undefined) return undefined;
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(rowProduct(r, n, i, i)));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j]! - lengths[i]!);
  const s = Float64Array.from(order, (i) => (lengths[i]! < least ? 0 : lengths[i]!));
  const sorted = new Float64Array(n * n);
  for (const [column, own] of order.entries()) {
    for (let i = 0; i < n; i++) sorted[i * n + column] = turns[own * n + i]!;
  }
  const u = new Float64Array(m * n);
  matmulInto(rowMajor(q, 0, m, n), rowMajor(sorted, 0, n, n), u, 0, m, n, n);
  return {
    u,
    s,
    v: rightVectors(r, n, order, lengths, s.indexOf(0)),
  };
}

/**
 * The rows of `r` divided by their lengths, as columns; from column `rank` on (if it is not −1) whatever completes the
 * basis.
 */
function rightVectors(r: Float64Array, n: number, order: number[], lengths: Float64Array, rank: number): Float64Array {
  const known = rank < 0 ? n : rank;
  const v = new Float64Array(n * known);
  for (let column = 0; column < known; column++) {
    const own = order[column]!;
    for (let i = 0; i < n; i++) v[i * known + column] = r[own * n + i]! / lengths[own]!;
  }
  if (known === n) return v;
  const rest = orthonormalComplement(v, n, known);
  const whole = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    whole.set(v.subarray(i * known, (i + 1) * known), i * n);
    whole.set(rest.subarray(i * (n - known), (i + 1) * (n - known)), i * n + known);
  }
  return whole;
}

function rowProduct(a: Float64Array, n: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!;
  return sum;
}

/** Sweeps over all pairs of rows before giving up; six to ten are usual. */
const mostSweeps = 60;

/**
 * Rotates the rows of the n × n matrix `r` until they are orthogonal. Returns the product of the rotations, or
 * undefined if they do not become so.
 */
function orthogonalizeRows(r: Float64Array, n: number): Float64Array | undefined {
  const turns = new Float64Array(n * n);
  for (let i = 0; i < n; i++) turns[i * n + i] = 1;
  const tolerance = Number.EPSILON * Math.sqrt(n);
  const squares = Float64Array.from({ length: n }, (_, i) => rowProduct(r, n, i, i));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let isDone = true;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [x, y, product] = [squares[i]!, squares[j]!, rowProduct(r, n, i, j)];
        if (Math.min(x, y) < least * least || Math.abs(product) <= tolerance * Math.sqrt(x) * Math.sqrt(y)) continue;
        isDone = false;
        const cotangent = (y - x) / (2 * product);
        const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotateRows(r, n, i, j, cosine, cosine * tangent);
        rotateRows(turns, n, i, j, cosine, cosine * tangent);
        squares[i] = rowProduct(r, n, i, i);
        squares[j] = rowProduct(r, n, j, j);
      }
    }
    if (isDone) return turns;
  }
  return undefined;
}
