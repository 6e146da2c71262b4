import type { Int } from "./numeric-array.js";

/** The bits of numbers. Routines have an instruction for each. */
const single = new Float32Array(1);
const singleWord = new Int32Array(single.buffer);
const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

/** The bits of x as a float32. */
export function singleBits(x: number): Int {
  single[0] = x;
  return singleWord[0]!;
}

/** The upper 32 bits of x as a float64: sign, exponent and the first 20 of the mantissa. */
export function highBits(x: number): Int {
  double[0] = x;
  return doubleWords[1]!;
}

/** The lower 32 bits of x as a float64. */
export function lowBits(x: number): Int {
  double[0] = x;
  return doubleWords[0]!;
}
