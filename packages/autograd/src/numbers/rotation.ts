import type { Int } from "./numeric-array.js";

/**
 * A plane rotation of two rows of a matrix (W. Givens, 1958): rows i and j become c · row i − s · row j and s · row i +
 * c · row j.
 *
 * @param a Rows `width` long, row-major; overwritten.
 * @example
 * rotateRows(Float64Array.of(1, 0), 1, 0, 1, 0.6, 0.8); // [0.6, 0.8]
 */
export function rotateRows(a: Float64Array, width: Int, i: Int, j: Int, c: number, s: number): void {
  const first = i * width;
  const second = j * width;
  for (let k = 0; k < width; k++) {
    const x = a[first + k]!;
    const y = a[second + k]!;
    a[first + k] = c * x - s * y;
    a[second + k] = s * x + c * y;
  }
}
