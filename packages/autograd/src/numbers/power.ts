/**
 * aᵇ as IEEE 754 and C99 define it, which differs from ECMAScript's ** in 1^NaN and (±1)^±∞: these are 1.
 *
 * @example
 * power(-1, Infinity); // 1
 */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

/**
 * aᵇ of 32-bit integers modulo 2³², by squaring. For b < 0 it is the truncated quotient 1 / a⁻ᵇ as in PyTorch: ±1 for a = ±1, else 0.
 *
 * @example
 * integerPower(3, 20); // 3486784401 - 2 ** 32
 */
export function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 || (a === -1 && b % 2 === 0) ? 1 : a === -1 ? -1 : 0;
  let result = 1;
  for (let square = a, left = b; left > 0; left = Math.floor(left / 2), square = Math.imul(square, square)) {
    if (left % 2 === 1) result = Math.imul(result, square);
  }
  return result;
}
