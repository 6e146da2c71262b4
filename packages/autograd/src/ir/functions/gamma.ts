import { ABOUT_ONE, ABOUT_TWO, EULER_GAMMA, HALF_LOG_TWO_PI, STIRLING } from "../../numbers/gamma.js";
import { ABOUT_ROOT, ASYMPTOTIC, EULER_MACLAURIN, FACTORIALS, ROOT, ROOT_LOW } from "../../numbers/polygamma.js";
import type { ElementCode } from "../element-code.js";
import type { Expr, ExpressionBuilder } from "../expression.js";
import { sinAndCosPi } from "./half-turns.js";
import { log } from "./logarithm.js";
import { horner, type RealFunction, realFunction } from "./real-function.js";

/** log |Γ(x)|, by the series and recurrences of the reference kernel. */
export const lgamma = realFunction("lgamma", (b, x) => {
  const constant = (value: number): Expr => b.like(x, value);
  const [one, two] = [constant(1), constant(2)];
  const isReflected = b.le(x, constant(-0.5));
  const z = b.select(isReflected, b.neg(x), x);
  // Below ¾ one or two steps up: Γ(z) = Γ(z + 2) / (z (z + 1)).
  const isLow = b.lt(z, constant(0.75));
  const above = b.add(one, z);
  const isLower = b.lt(z, constant(-0.25));
  const w = b.select(isLow, b.select(isLower, b.add(two, z), above), z);
  const steps = b.abs(b.mul(z, b.select(isLower, above, one)));
  // From 8 down to 2½ at most.
  let base = w;
  let product = one;
  for (let step = 0; step < 6; step++) {
    const isAbove = b.gt(base, constant(2.5));
    base = b.select(isAbove, b.sub(base, one), base);
    product = b.select(isAbove, b.mul(product, base), product);
  }
  const isNearOne = b.lt(w, constant(1.375));
  const isLarge = b.ge(w, constant(8));
  const fromOne = b.sub(w, one);
  const fromTwo = b.sub(base, two);
  const seriesOne = b.mul(fromOne, b.sub(b.mul(fromOne, horner(b, fromOne, ABOUT_ONE)), constant(EULER_GAMMA)));
  const seriesTwo = b.mul(fromTwo, b.add(b.mul(fromTwo, horner(b, fromTwo, ABOUT_TWO)), constant(1 - EULER_GAMMA)));
  const series = b.select(isNearOne, seriesOne, seriesTwo);
  const logarithm = log(b, b.select(isLarge, w, b.select(isLow, steps, product)));
  const correction = b.div(horner(b, b.div(one, b.mul(w, w)), STIRLING), w);
  const small = b.add(constant(HALF_LOG_TWO_PI - 0.5), correction);
  const stirling = b.add(b.mul(b.sub(w, constant(0.5)), b.sub(logarithm, one)), small);
  const near = b.select(isLow, b.sub(series, logarithm), b.add(series, logarithm));
  const value = b.select(isLarge, stirling, near);
  // Γ(x) Γ(−x) = −π / (x sin πx) (DLMF 5.5.3)
  const { sine } = sinAndCosPi(b, x);
  const reflected = b.sub(log(b, b.div(constant(Math.PI), b.abs(b.mul(x, sine)))), value);
  const infinite = constant(Number.POSITIVE_INFINITY);
  const known = b.add(b.select(isReflected, reflected, value), constant(0));
  const isPole = b.and(isReflected, b.eq(b.floor(x), x));
  return b.select(b.or(isPole, b.eq(b.abs(x), infinite)), infinite, known);
});

/** ψ(x), by the series and recurrences of the reference kernel. */
export const digamma = realFunction("digamma", (b, x) => {
  const constant = (value: number): Expr => b.like(x, value);
  const [zero, one] = [constant(0), constant(1)];
  const isReflected = b.le(x, constant(-0.5));
  const isBelow = b.lt(x, one);
  const first = b.select(isReflected, b.sub(one, x), b.select(isBelow, b.add(one, x), x));
  // Between ½ and 1 one step more.
  const isLow = b.lt(first, one);
  const z = b.select(isLow, b.add(first, one), first);
  let base = z;
  let shift = zero;
  for (let step = 0; step < 8; step++) {
    const isAbove = b.gt(base, constant(2));
    base = b.select(isAbove, b.sub(base, one), base);
    shift = b.select(isAbove, b.add(shift, b.div(one, base)), shift);
  }
  const h = b.sub(b.sub(base, constant(ROOT)), constant(ROOT_LOW));
  const near = b.add(b.mul(h, horner(b, h, ABOUT_ROOT)), shift);
  const s = b.div(one, b.mul(z, z));
  const correction = b.add(b.div(constant(0.5), z), b.mul(s, horner(b, s, ASYMPTOTIC)));
  const far = b.sub(log(b, z), correction);
  const value = b.select(b.gt(z, constant(10)), far, near);
  const lowered = b.select(isLow, b.sub(value, b.div(one, first)), value);
  // ψ(1 − x) − ψ(x) = π cot πx (DLMF 5.5.4)
  const { sine, cosine } = sinAndCosPi(b, x);
  const cotangent = b.div(b.mul(constant(Math.PI), cosine), sine);
  const stepped = b.select(isBelow, b.sub(lowered, b.div(one, x)), lowered);
  const result = b.select(isReflected, b.sub(lowered, cotangent), stepped);
  const isPole = b.and(isReflected, b.eq(b.floor(x), x));
  return b.select(isPole, constant(Number.NaN), result);
});

/** x⁻ⁿ for a small n. */
function inverseTo(b: ExpressionBuilder, x: Expr, n: number): Expr {
  const inverse = b.div(b.like(x, 1), x);
  let power = inverse;
  for (let i = 1; i < n; i++) power = b.mul(power, inverse);
  return power;
}

/** n! ζ(n + 1, x) for x > 0: the head term by term, the tail by Euler and Maclaurin (DLMF 2.10.1). */
function hurwitz(b: ExpressionBuilder, x: Expr, n: number): Expr {
  const constant = (value: number): Expr => b.like(x, value);
  const factorial = constant(FACTORIALS[n] ?? 1);
  const farEnough = constant(10 + 0.8 * n);
  let head = constant(0);
  let y = x;
  for (let step = 0; step < 10 + 0.8 * n; step++) {
    const isNear = b.lt(y, farEnough);
    head = b.select(isNear, b.add(head, b.mul(factorial, inverseTo(b, y, n + 1))), head);
    y = b.select(isNear, b.add(y, constant(1)), y);
  }
  let factor = b.div(constant(n), y);
  let correction = b.mul(factor, constant(0.5));
  for (const [k, coefficient] of EULER_MACLAURIN.entries()) {
    factor = b.mul(factor, b.div(constant(n + 2 * k + 1), y));
    correction = b.add(correction, b.mul(constant(coefficient), factor));
    factor = b.mul(factor, b.div(constant(n + 2 * k + 2), y));
  }
  const leading = b.mul(constant(FACTORIALS[n - 1] ?? 1), inverseTo(b, y, n));
  return b.add(head, b.add(leading, b.mul(leading, correction)));
}

function polygammaOf(n: number): RealFunction {
  const sum = realFunction(`hurwitz${n}`, (b, x) => hurwitz(b, x, n));
  const odd = n % 2 === 1;
  return realFunction(`polygamma${n}`, (b, x) => {
    const constant = (value: number): Expr => b.like(x, value);
    const [zero, one] = [constant(0), constant(1)];
    const signed = (value: Expr): Expr => (odd ? value : b.neg(value));
    const isPositive = b.gt(x, zero);
    const isInteger = b.eq(b.floor(x), x);
    const d = b.select(isInteger, zero, b.sub(x, b.floor(b.add(x, constant(0.5)))));
    const size = b.mul(constant(FACTORIALS[n] ?? 1), inverseTo(b, b.abs(d), n + 1));
    const pole = odd ? size : b.copysign(size, b.select(b.eq(x, zero), x, d));
    const main = sum(b, b.select(isPositive, x, b.add(one, d)));
    const other = b.sub(sum(b, b.sub(one, d)), sum(b, b.sub(one, x)));
    const left = signed(b.add(b.add(pole, main), signed(other)));
    const value = b.select(isPositive, signed(main), left);
    const atZero = odd ? constant(Number.POSITIVE_INFINITY) : b.div(constant(-1), x);
    const atPole = b.select(b.eq(x, zero), atZero, constant(odd ? Number.POSITIVE_INFINITY : Number.NaN));
    const isPole = b.and(b.not(isPositive), isInteger);
    const atInfinity = b.select(isPositive, signed(zero), constant(Number.NaN));
    const isInfinite = b.eq(b.abs(x), constant(Number.POSITIVE_INFINITY));
    return b.select(isInfinite, atInfinity, b.select(isPole, atPole, value));
  });
}

const known = Array.from({ length: 11 }, (_, n) => (n === 0 ? digamma : polygammaOf(n)));

/** The code of ψ⁽ⁿ⁾ up to order 10; beyond, its text grows long, and there is none. */
export const polygamma = (n: number): { readonly code?: ElementCode } => {
  const code = known[n];
  return code === undefined ? {} : { code };
};
