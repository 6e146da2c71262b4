/**
 * The matrix exponential by scaling and squaring with Padé approximants (N. Higham, SIAM J. Matrix Anal. Appl. 26,
 * 2005), where powers of the matrix say how far to scale, and not its norm alone (A. Al-Mohy & N. Higham, "A new
 * scaling and squaring algorithm for the matrix exponential", SIAM J. Matrix Anal. Appl. 31, 2009, algorithm 6.1): a
 * matrix that is far from normal would lose as many digits as it is scaled too much.
 */
import { factorLU, solveLU } from "./lu.js";
import { matmulInto, rowMajor } from "./matrix-product.js";

/**
 * Degree m of the diagonal approximant, the size of A for which its backward error is below 2⁻⁵³, and the two even
 * powers of A whose roots bound that size (Al-Mohy & Higham, table 3.1 and algorithm 6.1).
 */
const degrees: readonly (readonly [degree: number, theta: number, powers: readonly [number, number]])[] = [
  [3, 1.495585217958292e-2, [4, 6]],
  [5, 2.53939833006323e-1, [4, 6]],
  [7, 9.504178996162932e-1, [6, 8]],
  [9, 2.097847961257068, [6, 8]],
];
const [highest, highestTheta] = [13, 4.25];

/**
 * exp(A) of an n × n matrix.
 *
 * @returns A new matrix, row-major; all NaN where an element of A is NaN or infinite.
 * @example
 * matrixExponential(Float64Array.of(0, 1, 0, 0), 2); // [1, 1, 0, 1]
 */
export function matrixExponential(a: Float64Array, n: number): Float64Array {
  if (!a.every(Number.isFinite)) return new Float64Array(n * n).fill(Number.NaN);
  const powers = new EvenPowers(a, n);
  const { degree, squarings } = chosen(powers);
  let result = padeApproximant(powers.halved(squarings), n, degree);
  for (let i = 0; i < squarings; i++) result = product(result, result, n);
  return result;
}

/** A matrix and its even powers, as they are asked for. */
class EvenPowers {
  readonly #powers: Float64Array[] = [];

  constructor(
    readonly matrix: Float64Array,
    readonly side: number,
  ) {}

  at(exponent: number): Float64Array {
    const squared = this.#powers[0] ?? product(this.matrix, this.matrix, this.side);
    this.#powers[0] ??= squared;
    while (2 * this.#powers.length < exponent) {
      this.#powers.push(product(this.#powers[this.#powers.length - 1]!, squared, this.side));
    }
    return this.#powers[exponent / 2 - 1]!;
  }

  /** ‖A^exponent‖^(1 / exponent). */
  root(exponent: number): number {
    return oneNorm(this.at(exponent), this.side) ** (1 / exponent);
  }

  /** A / 2^squarings, with the powers known so far where they are finite. */
  halved(squarings: number): EvenPowers {
    if (squarings === 0) return this;
    const divide = (matrix: Float64Array, by: number): Float64Array => matrix.map((x) => timesPowerOfTwo(x, -by));
    const result = new EvenPowers(divide(this.matrix, squarings), this.side);
    for (const [i, power] of this.#powers.entries()) {
      if (!power.every(Number.isFinite)) break;
      result.#powers.push(divide(power, 2 * (i + 1) * squarings));
    }
    return result;
  }
}

/** x · 2^exponent for an exponent below 0, of which 2^exponent alone may be 0. */
const timesPowerOfTwo = (x: number, exponent: number): number =>
  exponent < -1000 ? x * 2 ** -1000 * 2 ** Math.max(-1074, exponent + 1000) : x * 2 ** exponent;

/** The degree that suffices, and how often the matrix is to be halved first. */
function chosen(a: EvenPowers): { degree: number; squarings: number } {
  for (const [degree, theta, [low, high]] of degrees) {
    if (Math.max(a.root(low), a.root(high)) <= theta && furtherHalvings(a, 0, degree) === 0) {
      return { degree, squarings: 0 };
    }
  }
  const size = Math.min(Math.max(a.root(6), a.root(8)), Math.max(a.root(8), a.root(10)));
  // A sum of magnitudes may be infinite; a float is below 2^1024.
  const halvings = (norm: number): number =>
    norm > highestTheta ? Math.min(1100, Math.ceil(Math.log2(norm / highestTheta))) : 0;
  // Where powers overflow the norm alone must do.
  if (!(size < Number.POSITIVE_INFINITY)) return { degree: highest, squarings: halvings(oneNorm(a.matrix, a.side)) };
  return { degree: highest, squarings: halvings(size) + furtherHalvings(a, halvings(size), highest) };
}

/**
 * What the terms that are left out ask for beyond the bound by powers: the function ℓ of Al-Mohy & Higham, of A /
 * 2^squarings.
 */
function furtherHalvings({ matrix, side }: EvenPowers, squarings: number, degree: number): number {
  const norm = oneNorm(matrix, side);
  if (norm === 0) return 0;
  // ‖|A|^(2m + 1)‖₁ as the greatest element of (|A|ᵀ)^(2m + 1) · (1, …, 1), in logarithms: it may overflow.
  let sums = new Float64Array(side).fill(1);
  let logarithm = 0;
  for (let power = 0; power <= 2 * degree; power++) {
    const next = new Float64Array(side);
    for (let i = 0; i < matrix.length; i++) next[i % side]! += Math.abs(matrix[i]!) * sums[Math.floor(i / side)]!;
    const greatest = next.reduce((most, x) => Math.max(most, x), 0);
    if (greatest === 0) return 0;
    sums = next.map((x) => x / greatest);
    logarithm += Math.log2(greatest) - squarings;
  }
  // The coefficient of the first of those terms is 1 / (C(2m, m) (2m + 1)!).
  for (let j = 1; j <= degree; j++) logarithm -= Math.log2((degree + j) / j);
  for (let j = 2; j <= 2 * degree + 1; j++) logarithm -= Math.log2(j);
  return Math.max(0, Math.ceil((logarithm - (Math.log2(norm) - squarings) + 53) / (2 * degree)));
}

/**
 * The derivative of exp at A in the direction E: the upper right block of exp([[A, E], [0, A]]) (N. Higham, Functions
 * of Matrices, 2008, theorem 3.6).
 *
 * @returns A new n × n matrix.
 * @example
 * exponentialDerivative(Float64Array.of(0), Float64Array.of(3), 1); // [3]
 */
export function exponentialDerivative(a: Float64Array, e: Float64Array, n: number): Float64Array {
  // The derivative is linear in E: a direction no longer than A leaves the number of squarings alone.
  const size = oneNorm(e, n);
  const factor = size === 0 || !Number.isFinite(size) ? 1 : size / (oneNorm(a, n) || 1);
  const block = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      block[i * 2 * n + j] = a[i * n + j]!;
      block[(n + i) * 2 * n + n + j] = a[i * n + j]!;
      block[i * 2 * n + n + j] = e[i * n + j]! / factor;
    }
  }
  const whole = matrixExponential(block, 2 * n);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const row = Math.floor(at / n);
    return whole[row * 2 * n + n + (at - row * n)]! * factor;
  });
}

/** The greatest sum of magnitudes in a column. */
function oneNorm(a: Float64Array, n: number): number {
  const sums = new Float64Array(n);
  for (let i = 0; i < a.length; i++) sums[i % n]! += Math.abs(a[i]!);
  return sums.reduce((greatest, x) => Math.max(greatest, x), 0);
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(n * n);
  matmulInto(rowMajor(a, 0, n, n), rowMajor(b, 0, n, n), out, 0, n, n, n);
  return out;
}

/**
 * Coefficients of the numerator: b₀ = 1, bⱼ = bⱼ₋₁ (m − j + 1) / ((2m − j + 1) j); the denominator has them with
 * alternating signs.
 */
function padeCoefficients(degree: number): number[] {
  const b = [1];
  for (let j = 1; j <= degree; j++) b.push((b[j - 1]! * (degree - j + 1)) / ((2 * degree - j + 1) * j));
  return b;
}

/** (V − U)⁻¹ (V + U) with the odd powers in U and the even ones in V. */
function padeApproximant(a: EvenPowers, n: number, degree: number): Float64Array {
  const b = padeCoefficients(degree);
  const odd = new Float64Array(n * n);
  const even = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    odd[i * n + i] = b[1]!;
    even[i * n + i] = b[0]!;
  }
  for (let j = 2; j < degree; j += 2) {
    const power = a.at(j);
    for (let i = 0; i < power.length; i++) {
      even[i]! += b[j]! * power[i]!;
      odd[i]! += b[j + 1]! * power[i]!;
    }
  }
  const u = product(a.matrix, odd, n);
  const denominator = new Float64Array(n * (n + 1));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) denominator[i * (n + 1) + j] = even[i * n + j]! - u[i * n + j]!;
  }
  factorLU(denominator, n);
  const numerator = even.map((x, i) => x + u[i]!);
  solveLU(denominator, n, numerator, n, false);
  return numerator;
}
