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

/** (log(1 + e) − e) / e² for e from 0 to 1. */
const logOnePlus = [
  0.002801642, -0.017184267, 0.049309973, -0.09139414, 0.13033365, -0.16365153, 0.19956708, -0.2499676, 0.33333236,
  -0.5,
];

/** log(1 + eˣ) for x of 0 or less. */
const logOnePlusExp = (b: ExpressionBuilder, x: Expr): Expr => {
  const e = exp(b, x);
  if (e.type === "f64") return logarithmOfOnePlus(b, e);
  return b.add(e, b.mul(e, b.mul(e, horner(b, e, logOnePlus))));
};

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
