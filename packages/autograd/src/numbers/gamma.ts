/**
 * The logarithm of the gamma function (DLMF chapter 5), from its series: about 1 and 2, where it vanishes (§5.7(i)),
 * Stirling's for large x (§5.11(i)), and recurrence and reflection (§5.5) between them.
 */
import { polynomial } from "./polynomial.js";
import { sinPi } from "./stable.js";

export const EULER_GAMMA = 0.5772156649015329;
export const HALF_LOG_TWO_PI = 0.9189385332046728;

/** ζ(k) − 1 for k = 2, 3, … (DLMF §25.2; computed to 100 digits and rounded). */
const ZETA_MINUS_ONE = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9, 9.313274324196682e-10, 4.656629065033784e-10,
  2.3283118336765053e-10, 1.164155017270052e-10, 5.820772087902701e-11, 2.9103850444971e-11, 1.4551921891041985e-11,
  7.275959835057482e-12, 3.637979547378651e-12, 1.818989650307066e-12, 9.094947840263888e-13, 4.547473783042154e-13,
];

/** (−1)^k (ζ(k) − 1) / k, highest k first: log Γ(2 + z) = (1 − γ) z + Σ … z^k for |z| < 2 (DLMF 5.7.3). */
export const ABOUT_TWO = ZETA_MINUS_ONE.map((zeta, i) => ((i % 2 === 0 ? 1 : -1) * zeta) / (i + 2)).reverse();
/** (−1)^k ζ(k) / k, highest k first: log Γ(1 + z) = −γ z + Σ … z^k for |z| < 1. */
export const ABOUT_ONE = ZETA_MINUS_ONE.map((zeta, i) => ((i % 2 === 0 ? 1 : -1) * (1 + zeta)) / (i + 2)).reverse();
/** B₂ₖ / (2k (2k − 1)), k = 8 … 1 (DLMF 5.11.1). */
export const STIRLING = [-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];

function stirling(x: number): number {
  const correction = polynomial(1 / (x * x), STIRLING) / x;
  return (x - 0.5) * (Math.log(x) - 1) + (HALF_LOG_TWO_PI - 0.5 + correction);
}

/**
 * log |Γ(x)|; +∞ at 0, the negative integers and ±∞.
 *
 * Within 3 ulp for x > 0, also beside its zeros at 1 and 2. It has more zeros between the negative integers: there the
 * error is absolute, a few times 2⁻⁵³ · (1 + log Γ(|x|)), and what rounding x costs.
 *
 * @example
 * lgamma(5); // 3.178053830347946 = log 24
 */
export function lgamma(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x <= -0.5) {
    if (x === Math.floor(x)) return Infinity;
    // Γ(x) Γ(−x) = −π / (x sin πx) (DLMF 5.5.3)
    return Math.log(Math.PI / Math.abs(x * sinPi(x))) - lgamma(-x);
  }
  if (x < 0.75) return x === 0 ? Infinity : lgamma(1 + x) - Math.log(Math.abs(x));
  if (x < 1.375) {
    const z = x - 1;
    return z * (z * polynomial(z, ABOUT_ONE) - EULER_GAMMA) + 0; // +0 at 1, not −0
  }
  if (x >= 8) return stirling(x);
  let product = 1;
  let base = x;
  while (base > 2.5) {
    base -= 1;
    product *= base;
  }
  const z = base - 2;
  return Math.log(product) + z * (z * polynomial(z, ABOUT_TWO) + (1 - EULER_GAMMA));
}
