/**
 * Elementary functions that `Math` lacks, or that overflow or cancel when written down naively.
 *
 * Where `Math` is right it is used as it stands (`Math.log2`, `log10`, `cbrt`, `expm1`, `log1p`, `sign`, `trunc` …:
 * within 1.6 ulp of 200-bit values over the full range on V8, exact at powers of two and ten).
 */

/**
 * 2ˣ, exact for integers down to the subnormals.
 *
 * @example
 * exp2(-1074); // 5e-324
 */
export function exp2(x: number): number {
  return 2 ** x;
}

/**
 * The logistic function 1 / (1 + e⁻ˣ), without overflow on either side.
 *
 * @example
 * sigmoid(-745); // 5e-324
 */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/**
 * log(1 + eˣ) = max(x, 0) + log1p(e^−|x|).
 *
 * @example
 * softplus(1000); // 1000
 */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * log σ(x) = −softplus(−x).
 *
 * @example
 * logSigmoid(-1000); // -1000
 */
export function logSigmoid(x: number): number {
  return -softplus(-x);
}

/**
 * log(eˣ + eʸ) without overflow. The error is relative to max(1, |x|, |y|): where the result crosses zero, terms of
 * opposite sign cancel.
 *
 * @example
 * logaddexp(1000, 1000); // 1000.6931471805599
 */
export function logaddexp(x: number, y: number): number {
  if (x === y) return x + Math.LN2; // also two infinities of the same sign, whose difference is NaN
  return Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)));
}

/**
 * x · log y with 0 · log y = 0, unless y is NaN.
 *
 * @example
 * xlogy(0, 0); // 0
 */
export function xlogy(x: number, y: number): number {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y);
}

/**
 * √(x² + y²) with no overflow or underflow on the way; ∞ if either is infinite, even beside NaN (IEEE 754, C99).
 *
 * @example
 * hypot(3e200, 4e200); // 5e200
 */
export function hypot(x: number, y: number): number {
  const a = Math.abs(x);
  const b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  // Powers of two scale without rounding.
  if (a > 2 ** 500 || b > 2 ** 500) return Math.sqrt((a * 2 ** -600) ** 2 + (b * 2 ** -600) ** 2) * 2 ** 600;
  if (a < 2 ** -450 && b < 2 ** -450) return Math.sqrt((a * 2 ** 600) ** 2 + (b * 2 ** 600) ** 2) * 2 ** -600;
  return Math.sqrt(a * a + b * b);
}

/**
 * sin(πx), exactly ±0 at integers and ±1 half-way, with no loss for large x.
 *
 * @example
 * sinPi(1e6 + 0.5); // 1
 */
export function sinPi(x: number): number {
  const d = x % 2; // exact, in (−2, 2)
  const a = Math.abs(d);
  if (a <= 0.25) return Math.sin(Math.PI * d);
  const sign = d < 0 ? -1 : 1;
  if (a < 0.75) return sign * Math.cos(Math.PI * (a - 0.5));
  if (a <= 1.25) return sign * Math.sin(Math.PI * (1 - a));
  if (a < 1.75) return -sign * Math.cos(Math.PI * (a - 1.5));
  return sign * Math.sin(Math.PI * (a - 2));
}

/**
 * cos(πx), exactly 0 half-way between integers and ±1 at them.
 *
 * @example
 * cosPi(0.5); // 0
 */
export function cosPi(x: number): number {
  const a = Math.abs(x % 2);
  if (a <= 0.25) return Math.cos(Math.PI * a);
  if (a < 0.75) return Math.sin(Math.PI * (0.5 - a));
  if (a <= 1.25) return -Math.cos(Math.PI * (a - 1));
  if (a < 1.75) return Math.sin(Math.PI * (a - 1.5));
  return Math.cos(Math.PI * (a - 2));
}

/**
 * The normalised sinc, sin(πx) / (πx): 1 at 0, 0 at the other integers and at infinity.
 *
 * @example
 * sinc(0.5); // 0.6366197723675814
 */
export function sinc(x: number): number {
  if (Math.abs(x) < 1e-9) return 1; // 1 − (πx)²/6 rounds to 1
  if (Math.abs(x) === Infinity) return 0;
  return sinPi(x) / (Math.PI * x);
}

/**
 * x to the nearest integer, halves to the even one (IEEE 754 `roundToIntegralTiesToEven`, as NumPy and PyTorch).
 *
 * @example
 * roundHalfEven(2.5); // 2
 */
export function roundHalfEven(x: number): number {
  // Halves exist only below 2⁵², where x / 2 is exact and never a half itself.
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/**
 * ⌊x / y⌋ for floats as Python and NumPy define it: the integer q with x = q·y + remainder(x, y), right even where x / y
 * rounds to the next integer. y = 0 gives x / y (±∞ or NaN); infinite x gives NaN.
 *
 * @example
 * floorDivide(-7, 2); // -4
 */
export function floorDivide(x: number, y: number): number {
  if (y === 0) return x / y;
  const r = x % y; // exact, with the sign of x
  const q = (x - r) / y;
  if (r !== 0 && r < 0 !== y < 0) return Math.round(q - 1);
  return q === 0 ? (x / y) * 0 : Math.round(q);
}

/**
 * x − ⌊x / y⌋·y for floats: the remainder with the sign of the divisor, as Python, NumPy and PyTorch define it, also
 * when it is zero. NaN for y = 0 and for infinite x.
 *
 * @example
 * remainder(-7, 2); // 1
 */
export function remainder(x: number, y: number): number {
  const r = x % y;
  if (r === 0) return y < 0 ? -0 : 0;
  return r < 0 !== y < 0 ? r + y : r;
}

/**
 * ⌊x / y⌋ for 32-bit integers; division by zero gives 0, as in NumPy. −2³¹ / −1 = 2³¹ is left to wrap when stored.
 *
 * @example
 * floorDivideInteger(-7, 2); // -4
 */
export function floorDivideInteger(x: number, y: number): number {
  return y === 0 ? 0 : floorDivide(x, y) + 0;
}

/**
 * x − ⌊x / y⌋·y for 32-bit integers, with the sign of the divisor; 0 for y = 0, as in NumPy.
 *
 * @example
 * remainderInteger(7, -2); // -1
 */
export function remainderInteger(x: number, y: number): number {
  return y === 0 ? 0 : remainder(x, y) + 0;
}
