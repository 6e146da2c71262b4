import type { Expr, ExpressionBuilder } from "../expression.js";
import { exp, exponentialMinusOne, exponentialTimesPower, inversePower, reduceByLogTwo } from "./exponential.js";
import { log, log1p } from "./logarithm.js";
import { atMost, estrin, formatOf, horner, realFunction } from "./real-function.js";

/** (tanh x − x) / x³, a polynomial in x², for |x| ≤ 0.625. */
const smallTanh = {
  f32: [-0.006096714, 0.02099718, -0.053850908, 0.1333277, -0.33333328],
  f64: [
    -1.724487449484433e-5, 7.959955735264808e-5, -0.00023077616269519857, 0.0005874372860094381, -0.001455309297534642,
    0.0035920589774734554, -0.008863229830925709, 0.021869488260559115, -0.05396825396139557, 0.13333333333326658,
    -0.3333333333333332,
  ],
} as const;

/** x + x³ P(x²). */
function oddPolynomial(b: ExpressionBuilder, x: Expr, coefficients: readonly number[]): Expr {
  const z = b.mul(x, x);
  return b.add(x, b.mul(b.mul(x, z), estrin(b, z, coefficients)));
}

const tanhBody = (b: ExpressionBuilder, x: Expr): Expr => {
  const { mantissa, bias } = formatOf(x);
  const a = atMost(b, b.abs(x), x.type === "f32" ? 9.5 : 20);
  // With 2a = n log 2 + r: 1 − 2 / (e²ᵃ + 1) = 1 − 2 · 2⁻ⁿ / (1 + 2⁻ⁿ + (eʳ − 1)).
  const { r, bits } = reduceByLogTwo(b, b.add(a, a), bias);
  const inverse = inversePower(b, b.bits(b.shl(bits, mantissa)));
  const one = b.like(x, 1);
  const divisor = b.add(b.add(one, inverse), exponentialMinusOne(b, r));
  const large = b.sub(one, b.div(b.add(inverse, inverse), divisor));
  const small = oddPolynomial(b, a, x.type === "f32" ? smallTanh.f32 : smallTanh.f64);
  return b.copysign(b.select(b.lt(a, b.like(x, 0.625)), small, large), x);
};

/** tanh x. */
export const tanh = realFunction("tanh", tanhBody, tanhBody);

/** (sinh x − x) / x³, a polynomial in x², for |x| ≤ 1. */
const smallSinh = {
  f32: [2.8062802e-6, 0.00019838102, 0.008333339, 0.16666667],
  f64: [
    7.746178593018827e-13, 1.6057679623801638e-10, 2.5052117695907823e-8, 2.7557319191381816e-6, 0.00019841269841324198,
    0.008333333333333299, 0.16666666666666666,
  ],
} as const;

const sinhBody = (b: ExpressionBuilder, x: Expr): Expr => {
  const a = b.abs(x);
  const half = exponentialTimesPower(b, a, -1);
  const large = b.sub(half, b.div(b.like(x, 0.25), half));
  const small = oddPolynomial(b, a, x.type === "f32" ? smallSinh.f32 : smallSinh.f64);
  return b.copysign(b.select(b.lt(a, b.like(x, 1)), small, large), x);
};

/** sinh x. */
export const sinh = realFunction("sinh", sinhBody, sinhBody);

const coshBody = (b: ExpressionBuilder, x: Expr): Expr => {
  const half = exponentialTimesPower(b, b.abs(x), -1);
  return b.add(half, b.div(b.like(x, 0.25), half));
};

/** cosh x. */
export const cosh = realFunction("cosh", coshBody, coshBody);

/** Beyond it x² + 1 is x². */
const large = 2 ** 28;

/** arsinh x. */
export const asinh = realFunction("asinh", (b, x) => {
  const a = b.abs(x);
  const square = b.mul(a, a);
  const root = b.sqrt(b.add(square, b.like(x, 1)));
  const near = log1p(b, b.add(a, b.div(square, b.add(b.like(x, 1), root))));
  const far = b.add(log(b, a), b.like(x, Math.LN2));
  return b.copysign(b.select(b.gt(a, b.like(x, large)), far, near), x);
});

/** arcosh x. */
export const acosh = realFunction("acosh", (b, x) => {
  const t = b.sub(x, b.like(x, 1));
  const near = log1p(b, b.add(t, b.sqrt(b.mul(t, b.add(t, b.like(x, 2))))));
  const far = b.add(log(b, x), b.like(x, Math.LN2));
  const value = b.select(b.gt(x, b.like(x, large)), far, near);
  return b.select(b.lt(x, b.like(x, 1)), b.like(x, Number.NaN), value);
});

/** artanh x. */
export const atanh = realFunction("atanh", (b, x) => {
  const a = b.abs(x);
  const twice = b.add(a, a);
  const rest = b.sub(b.like(x, 1), a);
  const near = b.add(twice, b.div(b.mul(twice, a), rest));
  const argument = b.select(b.lt(a, b.like(x, 0.5)), near, b.div(twice, rest));
  return b.copysign(b.mul(b.like(x, 0.5), log1p(b, argument)), x);
});

/** x − tanh x: from the series where the difference would cancel. */
export const tanhshrink = realFunction("tanhshrink", (b, x) => {
  const z = b.mul(x, x);
  const small = b.neg(b.mul(b.mul(x, z), horner(b, z, smallTanh.f64)));
  return b.select(b.lt(b.abs(x), b.like(x, 0.625)), small, b.sub(x, tanh(b, x)));
});

const tanhOfSoftplusBody = (b: ExpressionBuilder, x: Expr): Expr => {
  // With e = eˣ: ((1 + e)² − 1) / ((1 + e)² + 1) = n / (n + 2) for n = e (e + 2).
  const e = exp(b, atMost(b, x, 40));
  const two = b.like(x, 2);
  const n = b.mul(e, b.add(e, two));
  return b.div(n, b.add(n, two));
};

/** tanh log(1 + eˣ). */
export const tanhOfSoftplus = realFunction("tanhOfSoftplus", tanhOfSoftplusBody, tanhOfSoftplusBody);
