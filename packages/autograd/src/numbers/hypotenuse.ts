/**
 * √(x² + y²) without overflow or underflow on the way.
 *
 * @example
 * hypotenuse(3e200, 4e200); // 5e200
 */
export function hypotenuse(x: number, y: number): number {
  const greater = Math.max(Math.abs(x), Math.abs(y));
  const lesser = Math.min(Math.abs(x), Math.abs(y));
  if (lesser === 0) return greater;
  const ratio = lesser / greater;
  return greater * Math.sqrt(1 + ratio * ratio);
}
