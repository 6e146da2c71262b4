/**
 * Eigenvalues and eigenvectors of symmetric matrices: reduction to tridiagonal form by Householder reflections, then
 * the implicit QL iteration with Wilkinson's shift (Golub & Van Loan, Matrix Computations, 4th ed., §8.3; H. Bowdler,
 * R. Martin, C. Reinsch & J. Wilkinson, "The QR and QL algorithms for symmetric matrices", Numer. Math. 11, 1968).
 * Eigenvalues come with an error of a few ε times the greatest.
 */
import { makeReflection } from "./householder.js";
import { scaledToOne } from "./matrix-scale.js";
import { rotateRows } from "./rotation.js";
import { leadsNegative } from "./vector-sign.js";

/** Eigenvalues in ascending order, and their eigenvectors as the columns of an n × n matrix, row-major. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** A tridiagonal matrix that a symmetric one was reduced to; the rows of `basis` are the columns of the reduction. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i stands between rows i and i + 1; the last is 0. */
  readonly beside: Float64Array;
  readonly basis: Float64Array;
}

/**
 * The eigenvalues and orthonormal eigenvectors of a symmetric n × n matrix, of which both triangles are filled. Of each
 * eigenvector the element of greatest magnitude is positive (the first of several that are equal to 6 digits).
 *
 * @returns undefined where an element is NaN or infinite.
 * @example
 * symmetricEigen(Float64Array.of(2, 1, 1, 2), 2); // values [1, 3]
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen | undefined {
  const { matrix, scale } = scaledToOne(a);
  if (!Number.isFinite(scale)) return undefined;
  const tridiagonal = reduceToTridiagonal(matrix, n);
  if (!diagonalize(tridiagonal, n)) return undefined;
  const { diagonal, basis } = tridiagonal;
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const values = Float64Array.from(order, (i) => diagonal[i]! * scale);
  const vectors = new Float64Array(n * n);
  for (const [column, own] of order.entries()) {
    for (let i = 0; i < n; i++) vectors[i * n + column] = basis[own * n + i]!;
  }
  for (let column = 0; column < n; column++) {
    if (leadsNegative(vectors, n, n, column)) for (let i = 0; i < n; i++) vectors[i * n + column]! *= -1;
  }
  return { values, vectors };
}

/** A = Q T Qᵀ. Overwrites `a`. */
function reduceToTridiagonal(a: Float64Array, n: number): Tridiagonal {
  const taus = new Float64Array(n);
  const beside = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    // The reflection of column k below the diagonal stays there, for the basis.
    const tau = makeReflection(a, (k + 1) * n + k, n, n - k - 1);
    taus[k] = tau;
    beside[k] = a[(k + 1) * n + k]!;
    a[(k + 1) * n + k] = 1;
    if (tau !== 0) reflectBothSides(a, n, k, tau, p);
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  return { diagonal, beside, basis: basisOf(a, n, taus) };
}

/** H A H for the block after row and column k: with p = τ A v and w = p − (τ/2)(pᵀv) v, it is A − v wᵀ − w vᵀ. */
function reflectBothSides(a: Float64Array, n: number, k: number, tau: number, p: Float64Array): void {
  let product = 0;
  for (let i = k + 1; i < n; i++) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * a[j * n + k]!;
    p[i] = tau * sum;
    product += p[i]! * a[i * n + k]!;
  }
  for (let i = k + 1; i < n; i++) p[i]! -= (tau / 2) * product * a[i * n + k]!;
  for (let i = k + 1; i < n; i++) {
    const [v, w] = [a[i * n + k]!, p[i]!];
    for (let j = k + 1; j < n; j++) a[i * n + j]! -= v * p[j]! + w * a[j * n + k]!;
  }
}

/** The transpose of the product of the reflections, which are symmetric: row c of it is column c of Q. */
function basisOf(v: Float64Array, n: number, taus: Float64Array): Float64Array {
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    const tau = taus[k]!;
    if (tau === 0) continue;
    for (let row = k + 1; row < n; row++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += basis[row * n + j]! * v[j * n + k]!;
      for (let j = k + 1; j < n; j++) basis[row * n + j]! -= tau * sum * v[j * n + k]!;
    }
  }
  return basis;
}

/** Steps for one eigenvalue before giving up; two or three are usual. */
const mostSteps = 60;

/** Turns the tridiagonal matrix into a diagonal one, and the basis with it. */
function diagonalize(tridiagonal: Tridiagonal, n: number): boolean {
  const { diagonal, beside } = tridiagonal;
  // What is negligible is so beside the greatest row met so far: beside its neighbours alone a small element can blur
  // the shift for ever.
  let size = 0;
  for (let first = 0; first < n; first++) {
    size = Math.max(size, Math.abs(diagonal[first]!) + Math.abs(beside[first]!));
    for (let step = 0; ; step++) {
      const last = endOfBlock(beside, first, n, Math.max(least, Number.EPSILON * size));
      if (last === first) break;
      if (step === mostSteps) return false;
      chase(tridiagonal, first, last, n);
    }
  }
  return true;
}

/** Beside a greatest element of about 1 this is nothing, and quotients of what is left below it are not exact. */
const least = 1e-290;

/** The last row of the block that begins at `first`: the element beside its diagonal is negligible. */
function endOfBlock(beside: Float64Array, first: number, n: number, negligible: number): number {
  let last = first;
  while (last + 1 < n && Math.abs(beside[last]!) > negligible) last++;
  return last;
}

/**
 * One implicit QL step on rows `first` … `last`: a rotation makes a bulge at the lower end, the others chase it up and
 * out.
 */
function chase({ diagonal: d, beside: e, basis }: Tridiagonal, first: number, last: number, n: number): void {
  const half = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = Math.hypot(half, 1);
  let shifted = d[last]! - d[first]! + e[first]! / (half + (half < 0 ? -root : root));
  let [cosine, sine, moved] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const bulge = sine * e[i]!;
    const rest = cosine * e[i]!;
    const length = Math.hypot(bulge, shifted);
    e[i + 1] = length;
    if (length < least) {
      // The block falls in two.
      e[i + 1] = 0;
      d[i + 1]! -= moved;
      e[last] = 0;
      return;
    }
    sine = bulge / length;
    cosine = shifted / length;
    const base = d[i + 1]! - moved;
    const turned = (d[i]! - base) * sine + 2 * cosine * rest;
    moved = sine * turned;
    d[i + 1] = base + moved;
    shifted = cosine * turned - rest;
    rotateRows(basis, n, i, i + 1, cosine, sine);
  }
  d[first]! -= moved;
  e[first] = shifted;
  e[last] = 0;
}
