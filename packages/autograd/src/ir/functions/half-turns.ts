import type { ElementCode } from "../element-code.js";
import type { Expr, ExpressionBuilder } from "../expression.js";
import { formatOf, horner, type RealFunction, realFunction } from "./real-function.js";
import { sineOf } from "./trigonometric.js";

/** sin πx and cos πx, exact at quarters of a turn, with no loss for large x (f64). */
export function sinAndCosPi(b: ExpressionBuilder, x: Expr): { readonly sine: Expr; readonly cosine: Expr } {
  const half = b.mul(x, b.like(x, 0.5));
  const d = b.sub(x, b.mul(b.trunc(half), b.like(x, 2)));
  const shift = b.like(x, formatOf(x).round);
  const rounded = b.add(b.add(d, d), shift);
  const n = b.sub(rounded, shift);
  const turn = b.sub(d, b.mul(n, b.like(x, 0.5)));
  const r = { high: b.mul(turn, b.like(x, Math.PI)), low: b.mul(turn, b.like(x, 1.2246467991473532e-16)) };
  const reduced = { r, quarter: b.bits(rounded) };
  return { sine: sineOf(b, reduced, 0), cosine: sineOf(b, reduced, 1) };
}

const terms = 24;

/** Σ over 2k ≥ n of (−1)ᵏ π²ᵏ x²ᵏ⁻ⁿ / ((2k + 1) (2k − n)!), highest k first, as a polynomial in x². */
function coefficientsOf(n: number): number[] {
  const first = Math.ceil(n / 2);
  let part = (first % 2 === 0 ? 1 : -1) * Math.PI ** (2 * first);
  return Array.from({ length: terms }, (_, i) => {
    const k = first + i;
    const coefficient = part / (2 * k + 1);
    part *= -(Math.PI ** 2) / ((2 * k + 1 - n) * (2 * k + 2 - n));
    return coefficient;
  }).reverse();
}

function sincOf(n: number): RealFunction {
  const coefficients = coefficientsOf(n);
  return realFunction(`sinc${n}`, (b, x) => {
    const { sine, cosine } = sinAndCosPi(b, x);
    const perPi = (value: Expr): Expr => b.div(value, b.like(x, Math.PI));
    const turns = [perPi(sine), perPi(cosine), b.neg(perPi(sine)), b.neg(perPi(cosine))];
    let value = b.div(sine, b.mul(b.like(x, Math.PI), x));
    for (let k = 1, scale = Math.PI; k <= n; k++, scale *= Math.PI) {
      const turn = b.mul(b.like(x, scale), turns[k % 4] ?? sine);
      value = b.div(b.sub(turn, b.mul(b.like(x, k), value)), x);
    }
    const z = b.mul(x, x);
    const series = horner(b, z, coefficients);
    const near = n % 2 === 0 ? series : b.mul(series, x);
    const isNear = b.lt(b.abs(x), b.like(x, n === 0 ? 1e-9 : (n + 2) / Math.PI));
    const isInfinite = b.eq(b.abs(x), b.like(x, Number.POSITIVE_INFINITY));
    return b.add(b.select(isInfinite, b.like(x, 0), b.select(isNear, near, value)), b.like(x, 0));
  });
}

const known = Array.from({ length: 7 }, (_, n) => sincOf(n));

/** The code of the n-th derivative of sinc up to order 6; beyond, its series grows long, and there is none. */
export const sincDerivative = (n: number): { readonly code?: ElementCode } => {
  const code = known[n];
  return code === undefined ? {} : { code };
};
