import type { Int } from "./numeric-array.js";

/** Σ a_{i + k} b_{j + k} over k < count, in four parts: one sum would wait for itself. */
export function dotProduct(a: Float64Array, i: Int, b: Float64Array, j: Int, count: Int): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  while (k + 4 <= count) {
    s0 += a[i + k]! * b[j + k]!;
    s1 += a[i + k + 1]! * b[j + k + 1]!;
    s2 += a[i + k + 2]! * b[j + k + 2]!;
    s3 += a[i + k + 3]! * b[j + k + 3]!;
    k += 4;
  }
  while (k < count) {
    s0 += a[i + k]! * b[j + k]!;
    k++;
  }
  return s0 + s1 + (s2 + s3);
}
