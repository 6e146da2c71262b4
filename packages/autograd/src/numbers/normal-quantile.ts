/**
 * The inverse of the standard normal distribution, and of the error function: M. J. Wichura, "Algorithm AS 241: the
 * percentage points of the normal distribution", Applied Statistics 37 (1988) 477–484, routine PPND16 (coefficients
 * from there; about 1 part in 10¹⁶).
 */

import { polynomial } from "./polynomial.js";

export const CENTRE_P = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
export const CENTRE_Q = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
export const MIDDLE_P = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
export const MIDDLE_Q = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
export const TAIL_P = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
export const TAIL_Q = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];

function rational(x: number, numerator: readonly number[], denominator: readonly number[]): number {
  return polynomial(x, numerator) / polynomial(x, denominator);
}

/**
 * The z with Φ(z) = ½ + q, given q exactly and the smaller tail ½ − |q| exactly: neither centre nor tail loses digits.
 */
export function centredQuantile(q: number, tail: number): number {
  if (Math.abs(q) <= 0.425) return q * rational(0.180625 - q * q, CENTRE_P, CENTRE_Q);
  const r = Math.sqrt(-Math.log(tail));
  const z = r <= 5 ? rational(r - 1.6, MIDDLE_P, MIDDLE_Q) : rational(r - 5, TAIL_P, TAIL_Q);
  return q < 0 ? -z : z;
}

/**
 * The standard normal quantile: the z with Φ(z) = p. ∓∞ at 0 and 1, NaN outside [0, 1].
 *
 * Within 5 ulp; that reaches into the lower tail (p down to 5e-324, z = −38.5); for the upper tail use symmetry.
 *
 * @example
 * normalQuantile(0.975); // 1.959963984540054
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  return centredQuantile(p - 0.5, p < 0.5 ? p : 1 - p);
}
