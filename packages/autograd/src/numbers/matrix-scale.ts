/**
 * A copy of a matrix divided by the power of two that brings its greatest magnitude to 0.5 … 1, so that squares of its
 * elements neither overflow nor vanish, and that power. A power of two changes no digit.
 *
 * @returns `scale` 1 for a matrix of zeros, NaN where an element is NaN or infinite.
 * @example
 * scaledToOne(Float64Array.of(3e200)).scale; // 2 ** 666
 */
export function scaledToOne(a: Float64Array): { matrix: Float64Array<ArrayBuffer>; scale: number } {
  let greatest = 0;
  for (const x of a) {
    if (!Number.isFinite(x)) return { matrix: new Float64Array(a), scale: Number.NaN };
    greatest = Math.max(greatest, Math.abs(x));
  }
  if (greatest === 0) return { matrix: new Float64Array(a), scale: 1 };
  // 2^1024 overflows, and 2^−1074 is the least power of two there is.
  const exponent = Math.max(-1021, Math.min(1023, Math.ceil(Math.log2(greatest))));
  const scale = 2 ** exponent;
  return { matrix: Float64Array.from(a, (x) => x / scale), scale };
}
