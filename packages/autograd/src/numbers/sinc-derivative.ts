import { cosPi, sinc, sinPi } from "./stable.js";

/**
 * The n-th derivative of the normalised sinc, sin(πx) / (πx), at x, for an integer n ≥ 0; 0 at ±∞.
 *
 * With f(x) = x · sinc(x) = sin(πx) / π, Leibniz' rule gives sinc⁽ⁿ⁾ = (f⁽ⁿ⁾ − n · sinc⁽ⁿ⁻¹⁾) / x, which damps errors where
 * π|x| > n. Nearer to 0 it is the derivative of the power series Σ (−1)ᵏ (πx)²ᵏ / (2k + 1)!, which cancels little there.
 *
 * @example
 * sincDerivative(2, 0); // -3.289868133696453 = −π²/3
 */
export function sincDerivative(n: number, x: number): number {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? Number.NaN : 0;
  if (n > 0 && Math.PI * Math.abs(x) < n + 2) return nearZero(n, x);
  const sine = sinPi(x) / Math.PI;
  const cosine = cosPi(x) / Math.PI;
  // sin(πx + kπ/2) for k = 0, 1, 2, 3
  const turns = [sine, cosine, -sine, -cosine];
  let value = sinc(x);
  for (let k = 1, scale = Math.PI; k <= n; k++, scale *= Math.PI) value = (scale * (turns[k % 4] ?? 0) - k * value) / x;
  return value;
}

/** Σ over 2k ≥ n of (−1)ᵏ π²ᵏ x²ᵏ⁻ⁿ / ((2k + 1) (2k − n)!). */
function nearZero(n: number, x: number): number {
  const first = Math.ceil(n / 2);
  const step = -((Math.PI * x) ** 2);
  // The part of a term before 1 / (2k + 1), carried from term to term.
  let part = (first % 2 === 0 ? 1 : -1) * Math.PI ** (2 * first) * (n % 2 === 0 ? 1 : x);
  let sum = 0;
  for (let k = first; ; k++) {
    const term = part / (2 * k + 1);
    sum += term;
    if (Math.abs(term) <= Math.abs(sum) * 2 ** -60) return sum;
    part *= step / ((2 * k + 1 - n) * (2 * k + 2 - n));
  }
}
