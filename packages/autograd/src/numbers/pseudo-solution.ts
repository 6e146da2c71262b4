import { copyIn, copyOut } from "./matrix-copies.js";
import type { Floats, Int } from "./numeric-array.js";

/**
 * V diag(s)⁺ Uᵀ B, or U diag(s)⁺ Vᵀ B where `transposed`, for right sides one behind the other and the factors of as many m × n matrices, as
 * `singularFactors` lays them out. Singular values no greater than `rtol` times the greatest count as 0.
 */
export function pseudoSolutions(
  first: Int,
  end: Int,
  factors: Float64Array,
  b: Floats,
  out: Floats,
  m: Int,
  n: Int,
  columns: Int,
  transposed: boolean,
  rtol: number,
): void {
  const k = Math.min(m, n);
  const from = transposed ? n : m;
  const to = transposed ? m : n;
  const right = new Float64Array(from * columns);
  const inner = new Float64Array(k * columns);
  const result = new Float64Array(to * columns);
  for (let unit = first; unit < end; unit++) {
    const own = factors.subarray(unit * (m + n + 1) * k);
    const across = own.subarray(transposed ? m * k : 0);
    const back = own.subarray(transposed ? 0 : m * k);
    const s = own.subarray((m + n) * k);
    copyIn(b, unit * from * columns, right, from * columns);
    inner.fill(0, 0, k * columns);
    for (let l = 0; l < from; l++) {
      for (let i = 0; i < k; i++) {
        const factor = across[l * k + i]!;
        for (let j = 0; j < columns; j++) inner[i * columns + j]! += factor * right[l * columns + j]!;
      }
    }
    for (let i = 0; i < k; i++) {
      const isZero = s[i]! <= rtol * s[0]!;
      const divisor = s[i]!;
      if (isZero) for (let j = 0; j < columns; j++) inner[i * columns + j] = 0;
      else for (let j = 0; j < columns; j++) inner[i * columns + j]! /= divisor;
    }
    result.fill(0, 0, to * columns);
    for (let i = 0; i < to; i++) {
      for (let l = 0; l < k; l++) {
        const factor = back[i * k + l]!;
        for (let j = 0; j < columns; j++) result[i * columns + j]! += factor * inner[l * columns + j]!;
      }
    }
    copyOut(result, out, unit * to * columns, to * columns, true);
  }
}
