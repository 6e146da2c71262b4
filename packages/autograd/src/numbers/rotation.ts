/**
 * A plane rotation of two rows of a matrix (W. Givens, 1958): rows i and j become c · row i − s · row j and s · row i +
 * c · row j.
 *
 * @param a Rows `width` long, row-major; overwritten.
 * @example
 * rotateRows(Float64Array.of(1, 0), 1, 0, 1, 0.6, 0.8); // [0.6, 0.8]
 */
export function rotateRows(a: Float64Array, width: number, i: number, j: number, c: number, s: number): void {
  for (let first = i * width, second = j * width; first < (i + 1) * width; first++, second++) {
    const x = a[first]!;
    const y = a[second]!;
    a[first] = c * x - s * y;
    a[second] = s * x + c * y;
  }
}
