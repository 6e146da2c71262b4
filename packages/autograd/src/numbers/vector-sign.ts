import type { Int } from "./numeric-array.js";

/**
 * Whether the element of greatest magnitude of a column is negative (the first of several that are equal to 6 digits),
 * by which the sign of vectors is chosen that are determined up to it.
 *
 * @param a Rows `width` long, of which the first `rows` are looked at.
 * @example
 * leadsNegative(Float64Array.of(0.1, -0.9), 2, 1, 0); // true
 */
export function leadsNegative(a: Float64Array, rows: Int, width: Int, column: Int): boolean {
  let greatest = 0;
  for (let i = 0; i < rows; i++) greatest = Math.max(greatest, Math.abs(a[i * width + column]!));
  for (let i = 0; i < rows; i++) {
    const x = a[i * width + column]!;
    // Magnitudes that are equal but for rounding must not choose the sign by their rounding.
    if (Math.abs(x) >= greatest * (1 - 1e-6)) return x < 0;
  }
  return false;
}
