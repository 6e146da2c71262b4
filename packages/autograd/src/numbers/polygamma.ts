/** The digamma function and its derivatives, the polygamma functions (DLMF §5.15), on the real line. */
import { lgamma } from "./gamma.js";
import { polynomial } from "./polynomial.js";
import { cosPi, sinPi } from "./stable.js";

/** The zero of ψ on the positive axis, in two parts: their sum is right to 107 bits. */
export const ROOT = 1.4616321449683622;
export const ROOT_LOW = 9.549995429965697e-17;

/** Taylor coefficients ψ⁽ᵏ⁾(root) / k!, k = 1 … 40 (computed to 100 digits and rounded). */
export const ABOUT_ROOT = [
  0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
  -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
  0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328, 0.002305126326734928,
  -0.0015769367714301972, 0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077,
  0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741, -7.569179582195066e-5, 5.178575795222081e-5,
  -3.5430070947659604e-5, 2.424006611860132e-5, -1.6584242271854135e-5, 1.134638458466385e-5, -7.762817668462094e-6,
  5.3110609208898636e-6, -3.6336507898010456e-6, 2.486022733129538e-6, -1.7008538854332607e-6, 1.1636675363548843e-6,
  -7.96142543124197e-7, 5.446941930669446e-7, -3.7266161283438227e-7, 2.549626552021554e-7, -1.7443695117727745e-7,
].reverse();

/** B₂ₖ / 2k, k = 8 … 1 (DLMF 5.11.2). */
export const ASYMPTOTIC = [-3617 / 8160, 1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12];

/** B₂ₖ / (2k)!, k = 1 … 12, for the Euler–Maclaurin formula (DLMF 2.10.1). */
export const EULER_MACLAURIN = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
  43867 / 5109094217170944000,
  -174611 / 802857662698291200000,
  5.50900282836023e-18,
  -1.395446468581252e-19,
];

/**
 * ψ(x) = Γ′(x) / Γ(x). At ±0 the one-sided limits ∓∞, NaN at the negative integers and −∞, as PyTorch has it.
 *
 * Within a few ulp for x > 0, also beside its zero at 1.4616…; at the zeros between the negative integers the error is
 * absolute: below 10 · 2⁻⁵³ times 1 + |ψ(1 − x)|, and what rounding x costs.
 *
 * @example
 * digamma(1); // -0.5772156649015329
 */
export function digamma(x: number): number {
  if (x === 0) return -1 / x;
  if (x < 0) {
    if (x === Math.floor(x)) return Number.NaN;
    if (x > -0.5) return digamma(1 + x) - 1 / x;
    // ψ(1 − x) − ψ(x) = π cot πx (DLMF 5.5.4)
    return digamma(1 - x) - (Math.PI * cosPi(x)) / sinPi(x);
  }
  if (x < 1) return digamma(1 + x) - 1 / x;
  if (x > 10) {
    const s = 1 / (x * x);
    return Math.log(x) - (1 / (2 * x) + s * polynomial(s, ASYMPTOTIC));
  }
  let base = x;
  let shift = 0;
  while (base > 2) {
    base -= 1;
    shift += 1 / base;
  }
  const h = base - ROOT - ROOT_LOW;
  return h * polynomial(h, ABOUT_ROOT) + shift;
}

export const FACTORIALS = [1];
for (let n = 1; n <= 170; n++) FACTORIALS.push(FACTORIALS[n - 1]! * n);

/** n! / y^power for y > 0, though either factor may overflow or underflow by itself. */
function factorialOverPower(n: number, y: number, power: number): number {
  if (n > 170) return Math.exp(lgamma(n + 1) - power * Math.log(y));
  const factorial = FACTORIALS[n]!;
  const whole = y ** -power;
  if (whole > 1e-290 && whole < Infinity) return factorial * whole;
  const half = y ** (-power / 2);
  return factorial * half * half;
}

/** n! ζ(n + 1, x) = Σ n! / (x + k)ⁿ⁺¹ over k ≥ 0, for x > 0: the head term by term, the tail by Euler–Maclaurin. */
function hurwitz(n: number, x: number): number {
  const farEnough = 10 + 0.8 * n;
  let head = 0;
  let y = x;
  for (; y < farEnough; y += 1) {
    const term = factorialOverPower(n, y, n + 1);
    head += term;
    if (term < head * 2 ** -62) return head;
  }
  // (n − 1)! / yⁿ · (1 + n / 2y + Σ B₂ₖ/(2k)! · n (n + 1) … (n + 2k − 1) / y²ᵏ)
  let factor = n / y;
  let correction = factor / 2;
  for (let k = 0; k < EULER_MACLAURIN.length; k++) {
    factor *= (n + 2 * k + 1) / y;
    correction += EULER_MACLAURIN[k]! * factor;
    factor *= (n + 2 * k + 2) / y;
  }
  const leading = factorialOverPower(n - 1, y, n);
  return head + (leading + leading * correction);
}

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of digamma, for any order n ≥ 0 (polygamma(0, x) = digamma(x)); polygamma(n)′ is
 * polygamma(n + 1).
 *
 * For x > 0 it is (−1)ⁿ⁺¹ n! ζ(n + 1, x) (DLMF 25.11.12). For x < 0 the sum over all integers, which has period 1, less
 * the part that belongs to ζ(n + 1, 1 − x). Odd orders are +∞ at 0 and the negative integers; even ones have different
 * limits on both sides: ∓∞ at ±0, NaN at the negative integers. NaN for −∞ and for an n that is no integer ≥ 0.
 *
 * Within 8 ulp for x > 0 and n ≤ 20; for x < 0 that, relative to the largest term, whose error is no more than what
 * rounding x costs.
 *
 * @example
 * polygamma(1, 1); // 1.6449340668482264 = π²/6
 */
export function polygamma(n: number, x: number): number {
  if (!Number.isInteger(n) || n < 0) return Number.NaN;
  if (n === 0) return digamma(x);
  const odd = n % 2 === 1;
  const sign = odd ? 1 : -1;
  if (x > 0) return x === Infinity ? sign * 0 : sign * hurwitz(n, x);
  if (x === 0) return odd ? Infinity : -1 / x;
  const nearest = Math.round(x);
  const d = x - nearest;
  if (Number.isNaN(d)) return Number.NaN;
  if (d === 0) return odd ? Infinity : Number.NaN;
  // Σ over all integers k of 1 / (d + k)ⁿ⁺¹; even powers (n odd) are positive on both sides.
  const pole = (d < 0 && !odd ? -1 : 1) * factorialOverPower(n, Math.abs(d), n + 1);
  if (nearest === 0) return sign * (pole + hurwitz(n, 1 + d));
  return sign * (pole + hurwitz(n, 1 + d) + sign * (hurwitz(n, 1 - d) - hurwitz(n, 1 - x)));
}

/**
 * ψ′(x) = polygamma(1, x) = Σ 1 / (x + k)².
 *
 * @example
 * trigamma(0.5); // 4.934802200544679 = π²/2
 */
export function trigamma(x: number): number {
  return polygamma(1, x);
}
