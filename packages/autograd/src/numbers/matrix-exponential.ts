/** The matrix exponential by scaling and squaring with Padé approximants (N. Higham, SIAM J. Matrix Anal. Appl. 26, 2005, algorithm 2.3). */
import { factorLU, solveLU } from "./lu.js";
import { matmulInto, rowMajor } from "./matrix-product.js";

/** Degree m of the diagonal approximant, and the greatest 1-norm for which its backward error is below 2⁻⁵³ (Higham, table 2.3). */
const degrees: readonly (readonly [degree: number, theta: number])[] = [
  [3, 1.495585217958292e-2],
  [5, 2.53939833006323e-1],
  [7, 9.504178996162932e-1],
  [9, 2.097847961257068],
  [13, 5.371920351148152],
];

/**
 * exp(A) of an n × n matrix.
 *
 * @returns A new matrix, row-major; all NaN where an element of A is NaN or infinite.
 * @example
 * matrixExponential(Float64Array.of(0, 1, 0, 0), 2); // [1, 1, 0, 1]
 */
export function matrixExponential(a: Float64Array, n: number): Float64Array {
  if (!a.every(Number.isFinite)) return new Float64Array(n * n).fill(Number.NaN);
  const norm = oneNorm(a, n);
  const [degree, theta] = degrees.find(([, limit]) => norm <= limit) ?? [13, 5.371920351148152];
  const squarings = norm <= theta ? 0 : Math.ceil(Math.log2(norm / theta));
  let result = padeApproximant(
    a.map((x) => x / 2 ** Math.min(1000, squarings) / 2 ** Math.max(0, squarings - 1000)),
    n,
    degree,
  );
  for (let i = 0; i < squarings; i++) result = product(result, result, n);
  return result;
}

/**
 * The derivative of exp at A in the direction E: the upper right block of exp([[A, E], [0, A]]) (N. Higham, Functions of Matrices, 2008, theorem 3.6).
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

/** Coefficients of the numerator: b₀ = 1, bⱼ = bⱼ₋₁ (m − j + 1) / ((2m − j + 1) j); the denominator has them with alternating signs. */
function padeCoefficients(degree: number): number[] {
  const b = [1];
  for (let j = 1; j <= degree; j++) b.push((b[j - 1]! * (degree - j + 1)) / ((2 * degree - j + 1) * j));
  return b;
}

/** (V − U)⁻¹ (V + U) with the odd powers in U and the even ones in V. */
function padeApproximant(a: Float64Array, n: number, degree: number): Float64Array {
  const b = padeCoefficients(degree);
  const squared = product(a, a, n);
  const odd = new Float64Array(n * n);
  const even = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    odd[i * n + i] = b[1]!;
    even[i * n + i] = b[0]!;
  }
  let power = squared;
  for (let j = 2; j < degree; j += 2) {
    for (let i = 0; i < power.length; i++) {
      even[i]! += b[j]! * power[i]!;
      odd[i]! += b[j + 1]! * power[i]!;
    }
    if (j + 2 < degree) power = product(power, squared, n);
  }
  const u = product(a, odd, n);
  const denominator = new Float64Array(n * (n + 1));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) denominator[i * (n + 1) + j] = even[i * n + j]! - u[i * n + j]!;
  factorLU(denominator, n);
  const numerator = even.map((x, i) => x + u[i]!);
  solveLU(denominator, n, numerator, n);
  return numerator;
}
