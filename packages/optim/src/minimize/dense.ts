import type { Vector } from "./vector.js";

/** A small square matrix, row by row. */
export type Square = readonly Vector[];

export const zeroSquare = (n: number): Vector[] => Array.from({ length: n }, () => new Float64Array(n));

export const entryOf = (a: Square, row: number, column: number): number => a[row]?.[column] ?? 0;

export const apply = (a: Square, v: Vector): Vector =>
  Float64Array.from(a, (row) => row.reduce((total, value, i) => total + value * (v[i] ?? 0), 0));

/** x with A x = b, by elimination with partial pivoting; undefined where A is singular. */
export function solveSquare(a: Square, b: Vector): Vector | undefined {
  const n = b.length;
  const rows = a.map((row, i) => Float64Array.of(...row, b[i] ?? 0));
  for (let k = 0; k < n; k++) {
    const rest = rows.slice(k).map((row) => Math.abs(row[k] ?? 0));
    const pivot = k + rest.indexOf(Math.max(...rest));
    const [upper, lower] = [rows[k], rows[pivot]];
    const divisor = lower?.[k] ?? 0;
    if (upper === undefined || lower === undefined || divisor === 0 || !Number.isFinite(divisor)) return undefined;
    [rows[k], rows[pivot]] = [lower, upper];
    for (const row of rows.slice(k + 1)) {
      const factor = (row[k] ?? 0) / divisor;
      for (let j = k; j <= n; j++) row[j] = (row[j] ?? 0) - factor * (lower[j] ?? 0);
    }
  }
  const x = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    const row = rows[k] ?? x;
    let rest = row[n] ?? 0;
    for (let j = k + 1; j < n; j++) rest -= (row[j] ?? 0) * (x[j] ?? 0);
    x[k] = rest / (row[k] ?? 1);
  }
  return x;
}

/** Eigenvalues and eigenvectors of a symmetric matrix: the i-th vector belongs to the i-th value. */
export interface Eigen {
  readonly values: Vector;
  readonly vectors: Square;
}

const sweeps = 60;

/** The eigenvectors of a symmetric matrix by Jacobi's rotations (Golub & Van Loan, "Matrix Computations", 4th edition, section 8.5). */
export function symmetricEigen(matrix: Square): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const v = zeroSquare(n);
  for (const [i, row] of v.entries()) row[i] = 1;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let outside = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        outside = Math.max(outside, Math.abs(entryOf(a, p, q)));
        rotate(a, v, p, q);
      }
    }
    if (outside === 0) break;
  }
  return { values: Float64Array.from(a, (row, i) => row[i] ?? 0), vectors: v };
}

/** Turns the plane of p and q so that a[p][q] becomes 0. Rows of `v` collect the eigenvectors. */
function rotate(a: Vector[], v: Vector[], p: number, q: number): void {
  const off = entryOf(a, p, q);
  const [app, aqq] = [entryOf(a, p, p), entryOf(a, q, q)];
  if (Math.abs(off) <= Number.EPSILON * Math.sqrt(Math.abs(app * aqq)) * 1e-2) {
    set(a, p, q, 0);
    return;
  }
  const theta = (aqq - app) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    if (k === p || k === q) continue;
    const [kp, kq] = [entryOf(a, k, p), entryOf(a, k, q)];
    set(a, k, p, c * kp - s * kq);
    set(a, k, q, s * kp + c * kq);
  }
  set(a, p, p, app - t * off);
  set(a, q, q, aqq + t * off);
  set(a, p, q, 0);
  const [rowP, rowQ] = [v[p], v[q]];
  if (rowP === undefined || rowQ === undefined) return;
  for (let k = 0; k < rowP.length; k++) {
    const [x, y] = [rowP[k] ?? 0, rowQ[k] ?? 0];
    rowP[k] = c * x - s * y;
    rowQ[k] = s * x + c * y;
  }
}

/** Sets an entry and its mirror image. */
function set(a: Vector[], row: number, column: number, value: number): void {
  const [upper, lower] = [a[row], a[column]];
  if (upper !== undefined) upper[column] = value;
  if (lower !== undefined) lower[row] = value;
}
