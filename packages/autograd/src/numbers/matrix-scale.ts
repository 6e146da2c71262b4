import type { Int } from "./numeric-array.js";

/**
 * Divides the first `count` elements by the power of two that brings their greatest magnitude to 0.5 … 1, so that squares of them neither overflow nor vanish. A power of two
 * changes no digit.
 *
 * @returns That power: 1 for zeros, NaN where an element is NaN or infinite; these stay as they are.
 * @example
 * scaleToOne(Float64Array.of(3e200), 1); // 2 ** 668
 */
export function scaleToOne(a: Float64Array, count: Int): number {
  let greatest = 0;
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(a[i]!)) return Number.NaN;
    greatest = Math.max(greatest, Math.abs(a[i]!));
  }
  if (greatest === 0) return 1;
  // 2^1024 overflows, and 2^−1074 is the least power of two there is.
  let scale = 1.0;
  while (scale < greatest && scale < most) scale *= 2;
  while (scale * 0.5 >= greatest && scale > least) scale *= 0.5;
  for (let i = 0; i < count; i++) a[i]! /= scale;
  return scale;
}

const most = 2 ** 1023;
const least = 2 ** -1021;
