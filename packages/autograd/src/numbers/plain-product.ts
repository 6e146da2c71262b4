import type { Int } from "./numeric-array.js";

/** Writes A · B for [m, k] and [k, n] to the start of `out`: each element is the sum over k from left to right. */
export function multiplyInto(a: Float64Array, b: Float64Array, out: Float64Array, m: Int, k: Int, n: Int): void {
  out.fill(0, 0, m * n);
  for (let i = 0; i < m; i++) {
    const own = i * n;
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!;
      const from = l * n;
      for (let j = 0; j < n; j++) out[own + j]! += factor * b[from + j]!;
    }
  }
}
