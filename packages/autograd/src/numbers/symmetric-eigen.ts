/**
 * Eigenvalues and eigenvectors of symmetric matrices: reduction to tridiagonal form by Householder reflections, then
 * the implicit QL iteration with Wilkinson's shift (Golub & Van Loan, Matrix Computations, 4th ed., §8.3; H. Bowdler,
 * R. Martin, C. Reinsch & J. Wilkinson, "The QR and QL algorithms for symmetric matrices", Numer. Math. 11, 1968).
 * Eigenvalues come with an error of a few ε times the greatest.
 */
import { dotProduct } from "./dot-product.js";
import { makeReflection } from "./householder.js";
import { hypotenuse } from "./hypotenuse.js";
import { copyIn } from "./matrix-copies.js";
import { scaleToOne } from "./matrix-scale.js";
import type { Floats, Int } from "./numeric-array.js";
import { rotateRows } from "./rotation.js";
import { leadsNegative } from "./vector-sign.js";

/**
 * The eigenvalues and orthonormal eigenvectors of a symmetric n × n matrix, of which both triangles are filled. Of each
 * eigenvector the element of greatest magnitude is positive (the first of several that are equal to 6 digits).
 *
 * @param a The matrix; it is overwritten.
 * @param values Where the eigenvalues go, ascending.
 * @param vectors Where the eigenvectors go, as columns: [n, n].
 * @returns false where an element is NaN or infinite; there is no result then.
 * @example
 * symmetricEigen(Float64Array.of(2, 1, 1, 2), 2, values, vectors); // values = [1, 3]
 */
export function symmetricEigen(a: Float64Array, n: Int, values: Float64Array, vectors: Float64Array): boolean {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const basis = new Float64Array(n * n);
  const order = new Int32Array(n);
  const scale = scaleToOne(a, n * n);
  if (Number.isNaN(scale)) return false;
  reduceToTridiagonal(a, n, diagonal, beside, basis);
  if (!diagonalize(diagonal, beside, basis, n)) return false;
  for (let i = 0; i < n; i++) {
    let at = i;
    while (at > 0 && diagonal[order[at - 1]!]! > diagonal[i]!) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = i;
  }
  for (let column = 0; column < n; column++) {
    const own = order[column]!;
    values[column] = diagonal[own]! * scale;
    for (let i = 0; i < n; i++) vectors[i * n + column] = basis[own * n + i]!;
    if (leadsNegative(vectors, n, n, column)) for (let i = 0; i < n; i++) vectors[i * n + column]! *= -1;
  }
  return true;
}

/** Eigenvectors, and behind them eigenvalues, of n × n matrices one behind the other; NaN where an element is NaN or infinite. */
export function eigenFactors(first: Int, end: Int, x: Floats, out: Float64Array, n: Int): void {
  const matrix = new Float64Array(n * n);
  const size = (n + 1) * n;
  for (let unit = first; unit < end; unit++) {
    const vectors = out.subarray(unit * size);
    copyIn(x, unit * n * n, matrix, n * n);
    if (!symmetricEigen(matrix, n, vectors.subarray(n * n), vectors)) vectors.fill(Number.NaN, 0, size);
  }
}

/**
 * A = Q T Qᵀ with a tridiagonal T, of which element i of `beside` stands between rows i and i + 1. The rows of `basis` become the columns of Q. Overwrites `a`, whose columns
 * keep the reflections below the diagonal until the basis is made of them.
 */
function reduceToTridiagonal(
  a: Float64Array,
  n: Int,
  diagonal: Float64Array,
  beside: Float64Array,
  basis: Float64Array,
): void {
  const taus = new Float64Array(n);
  const p = new Float64Array(n);
  const v = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    const tau = makeReflection(a, (k + 1) * n + k, n, n - k - 1);
    taus[k] = tau;
    beside[k] = a[(k + 1) * n + k]!;
    a[(k + 1) * n + k] = 1;
    if (tau !== 0) {
      for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
      reflectBothSides(a, n, k + 1, tau, v, p);
    }
  }
  for (let i = 0; i < n; i++) {
    diagonal[i] = a[i * n + i]!;
    basis[i * n + i] = 1;
  }
  for (let k = n - 2; k >= 0; k--) {
    const tau = taus[k]!;
    if (tau === 0) continue;
    const from = k + 1;
    for (let i = from; i < n; i++) v[i] = a[i * n + k]!;
    for (let row = from; row < n; row++) {
      const sum = tau * dotProduct(basis, row * n + from, v, from, n - from);
      for (let j = from; j < n; j++) basis[row * n + j]! -= sum * v[j]!;
    }
  }
}

/** H A H for the block from row and column `from` on: with p = τ A v and w = p − (τ/2)(pᵀv) v, it is A − v wᵀ − w vᵀ. */
function reflectBothSides(a: Float64Array, n: Int, from: Int, tau: number, v: Float64Array, p: Float64Array): void {
  for (let i = from; i < n; i++) p[i] = tau * dotProduct(a, i * n + from, v, from, n - from);
  const product = (tau / 2) * dotProduct(p, from, v, from, n - from);
  for (let i = from; i < n; i++) p[i]! -= product * v[i]!;
  for (let i = from; i < n; i++) {
    const own = v[i]!;
    const other = p[i]!;
    for (let j = from; j < n; j++) a[i * n + j]! -= own * p[j]! + other * v[j]!;
  }
}

/** Steps for one eigenvalue before giving up; two or three are usual. */
const mostSteps = 60;

/** Turns the tridiagonal matrix into a diagonal one, and the basis with it. */
function diagonalize(diagonal: Float64Array, beside: Float64Array, basis: Float64Array, n: Int): boolean {
  // What is negligible is so beside the greatest row met so far: beside its neighbours alone a small element can blur
  // the shift for ever.
  let size = 0;
  for (let first = 0; first < n; first++) {
    size = Math.max(size, Math.abs(diagonal[first]!) + Math.abs(beside[first]!));
    for (let step = 0; ; step++) {
      const last = endOfBlock(beside, first, n, Math.max(least, Number.EPSILON * size));
      if (last === first) break;
      if (step === mostSteps) return false;
      chase(diagonal, beside, basis, first, last, n);
    }
  }
  return true;
}

/** Beside a greatest element of about 1 this is nothing, and quotients of what is left below it are not exact. */
const least = 1e-290;

/** The last row of the block that begins at `first`: the element beside its diagonal is negligible. */
function endOfBlock(beside: Float64Array, first: Int, n: Int, negligible: number): Int {
  let last = first;
  while (last + 1 < n && Math.abs(beside[last]!) > negligible) last++;
  return last;
}

/**
 * One implicit QL step on rows `first` … `last`: a rotation makes a bulge at the lower end, the others chase it up and
 * out.
 */
function chase(d: Float64Array, e: Float64Array, basis: Float64Array, first: Int, last: Int, n: Int): void {
  const half = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = hypotenuse(half, 1);
  let shifted = d[last]! - d[first]! + e[first]! / (half + (half < 0 ? -root : root));
  let cosine = 1;
  let sine = 1;
  let moved = 0;
  for (let i = last - 1; i >= first; i--) {
    const bulge = sine * e[i]!;
    const rest = cosine * e[i]!;
    const length = hypotenuse(bulge, shifted);
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
