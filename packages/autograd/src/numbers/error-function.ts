/**
 * The error function, its complement and its inverse (DLMF §7.2).
 *
 * Rational approximations and their intervals are those of fdlibm's `s_erf.c` (Sun Microsystems, 1993: "Permission to
 * use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved"), highest
 * power first.
 */
import { centredQuantile } from "./normal-quantile.js";
import { polynomial } from "./polynomial.js";

/** (erf x − x) / x = P(x²) / Q(x²) on |x| < 27/32. */
export const SMALL_P = [
  -2.3763016656650163e-5, -0.005770270296489442, -0.02848174957559851, -0.3250421072470015, 0.12837916709551256,
];
export const SMALL_Q = [
  -3.960228278775368e-6, 0.00013249473800432164, 0.005081306281875766, 0.0650222499887673, 0.39791722395915535, 1,
];
/** erf x − erf 1 (the latter to 24 bits) = P(x − 1) / Q(x − 1) on [27/32, 5/4]. */
export const ERF_ONE = 0.8450629115104675;
export const ONE_P = [
  -0.002166375594868791, 0.035478304325618236, -0.11089469428239668, 0.31834661990116175, -0.3722078760357013,
  0.41485611868374833, -0.0023621185607526594,
];
export const ONE_Q = [
  0.011984499846799107, 0.01363708391202905, 0.12617121980876164, 0.07182865441419627, 0.540397917702171,
  0.10642088040084423, 1,
];
/** log(x · e^(x² + 9/16) · erfc x) = P(1/x²) / Q(1/x²) on [5/4, 1/0.35] and beyond. */
export const MIDDLE_P = [
  -9.814329344169145, -81.2874355063066, -184.60509290671104, -162.39666946257347, -62.375332450326006,
  -10.558626225323291, -0.6938585727071818, -0.009864944034847148,
];
export const MIDDLE_Q = [
  -0.0604244152148581, 6.570249770319282, 108.63500554177944, 429.00814002756783, 645.3872717332679, 434.56587747522923,
  137.65775414351904, 19.651271667439257, 1,
];
export const TAIL_P = [
  -483.5191916086514, -1025.0951316110772, -637.5664433683896, -160.63638485582192, -17.757954917754752,
  -0.799283237680523, -0.0098649429247001,
];
export const TAIL_Q = [
  -22.44095244658582, 474.52854120695537, 2553.0504064331644, 3199.8582195085955, 1536.729586084437, 325.7925129965739,
  30.33806074348246, 1,
];

export const SQRT_PI_OVER_TWO = 0.886226925452758; // √π / 2

/** (erf x − x) / x for |x| < 27/32. */
function smallSlope(x: number): number {
  return polynomial(x * x, SMALL_P) / polynomial(x * x, SMALL_Q);
}

/** erf x − ERF_ONE for x in [27/32, 5/4]. */
function besideOne(x: number): number {
  return polynomial(x - 1, ONE_P) / polynomial(x - 1, ONE_Q);
}

/** erfc x for x ≥ 5/4. */
function tail(x: number): number {
  if (x > 28) return 0;
  const s = 1 / (x * x);
  const logarithm =
    x < 1 / 0.35 ? polynomial(s, MIDDLE_P) / polynomial(s, MIDDLE_Q) : polynomial(s, TAIL_P) / polynomial(s, TAIL_Q);
  // x² would lose the digits that e^(−x²) needs: the square of x rounded to 24 bits is exact.
  const high = Math.fround(x);
  return (Math.exp(-high * high - 0.5625) * Math.exp((high - x) * (high + x) + logarithm)) / x;
}

/**
 * erf x = 2/√π ∫₀ˣ e^(−t²) dt, within 1 ulp; erf(±∞) = ±1, erf(−0) = −0.
 *
 * @example
 * erf(1); // 0.8427007929497149
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) return x + x * smallSlope(x);
  if (a < 6) return Math.sign(x) * (a < 1.25 ? ERF_ONE + besideOne(a) : 1 - tail(a));
  return Math.sign(x);
}

/**
 * erfc x = 1 − erf x, with full relative accuracy in the right tail, down to the subnormals (x ≈ 27.2).
 *
 * @example
 * erfc(10); // 2.088487583762545e-45
 */
export function erfc(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    if (x < 0.25) return 1 - (x + x * smallSlope(x));
    return 0.5 - (x - 0.5 + x * smallSlope(x));
  }
  if (a < 1.25) return x > 0 ? 1 - ERF_ONE - besideOne(a) : 1 + (ERF_ONE + besideOne(a));
  if (x > 0) return tail(x);
  return x < -6 ? 2 : 2 - tail(a);
}

/**
 * The inverse of erf, within 2 ulp: ±∞ at ±1, NaN outside [−1, 1].
 *
 * From the normal quantile, erf⁻¹ x = Φ⁻¹((1 + x) / 2) / √2, by one step of Halley's method on erf or, beyond ½, on erfc.
 *
 * @example
 * erfinv(0.5); // 0.4769362762044699
 */
export function erfinv(x: number): number {
  if (!(x >= -1 && x <= 1)) return Number.NaN;
  const a = Math.abs(x);
  if (a === 1) return x * Infinity;
  const y = centredQuantile(a / 2, (1 - a) / 2) * Math.SQRT1_2;
  const excess = a < 0.5 ? erf(y) - a : 1 - a - erfc(y);
  const step = excess * SQRT_PI_OVER_TWO * Math.exp(y * y);
  return Math.sign(x) * (y - step / (1 + y * step));
}

/**
 * The standard normal distribution function Φ(x) = erfc(−x / √2) / 2, with relative accuracy in the lower tail.
 *
 * @example
 * normalCdf(0); // 0.5
 */
export function normalCdf(x: number): number {
  return erfc(-x * Math.SQRT1_2) / 2;
}
