import type { Expr, ExpressionBuilder } from "../expression.js";
import { exp, exponentialMinusOne, reduceByLogTwo, twoFactors } from "./exponential.js";
import { logarithmOfOnePlus } from "./logarithm.js";
import { atLeast, atMost, formatOf, horner, realFunction } from "./real-function.js";

const sigmoidBody = (b: ExpressionBuilder, x: Expr): Expr => {
  const [low, high] = x.type === "f32" ? [-104, 30] : [-746, 40];
  // With x = n log 2 + r: 1 / (1 + e⁻ˣ) = 2ⁿ / (2ⁿ + e⁻ʳ), which neither overflows nor loses subnormals.
  const { r, bits } = reduceByLogTwo(b, atMost(b, atLeast(b, x, low), high), 2 * formatOf(x).bias);
  const [first, second] = twoFactors(b, x, bits);
  const power = b.mul(first, second);
  // The greater of 2ⁿ and 1 last, so that one sum only rounds to its places.
  const one = b.like(x, 1);
  const isLarge = b.gt(power, one);
  const small = b.add(b.select(isLarge, one, power), exponentialMinusOne(b, b.neg(r)));
  return b.div(power, b.add(b.select(isLarge, power, one), small));
};

/** The logistic function 1 / (1 + e⁻ˣ). */
export const sigmoid = realFunction("sigmoid", sigmoidBody, sigmoidBody);

/** (log(1 + f) − f + f²/2) / f³ for f from −¼ to ½. */
const tail = [
  0.04288252, -0.095636725, 0.1168204, -0.12639411, 0.14268205, -0.16660802, 0.20000143, -0.25000057, 0.33333334,
];

/** log(1 + eˣ) for x of 0 or less. */
function logOnePlusExp(b: ExpressionBuilder, x: Expr): Expr {
  const e = exp(b, x);
  if (e.type === "f64") return logarithmOfOnePlus(b, e);
  // Above ½: log(1 + e) = log 2 + log(1 + f) with f = (e − 1) / 2, which is exact.
  const isLarge = b.gt(e, b.like(x, 0.5));
  const half = b.like(x, 0.5);
  const f = b.select(isLarge, b.mul(b.sub(e, b.like(x, 1)), half), e);
  const square = b.mul(f, f);
  const cubic = b.mul(b.mul(square, f), horner(b, f, tail));
  const value = b.add(f, b.sub(cubic, b.mul(half, square)));
  return b.select(isLarge, b.add(b.like(x, Math.LN2), value), value);
}

const softplusBody = (b: ExpressionBuilder, x: Expr): Expr =>
  b.add(b.select(b.lt(x, b.like(x, 0)), b.like(x, 0), x), logOnePlusExp(b, b.neg(b.abs(x))));

/** log(1 + eˣ). */
export const softplus = realFunction("softplus", softplusBody, softplusBody);

/** −log(1 + e⁻ˣ). */
export const logSigmoid = (b: ExpressionBuilder, x: Expr): Expr => b.neg(softplus(b, b.neg(x)));

const logaddexpBody = (b: ExpressionBuilder, x: Expr, y: Expr): Expr => {
  // Equal operands, infinite ones too, are 0 apart.
  const apart = b.select(b.eq(x, y), b.like(x, 0), b.sub(x, y));
  return b.add(b.max(x, y), logOnePlusExp(b, b.neg(b.abs(apart))));
};

/** log(eˣ + eʸ). */
export const logaddexp = realFunction("logaddexp", logaddexpBody, logaddexpBody);
