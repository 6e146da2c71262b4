import {
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atanh,
  cast,
  cbrt,
  ceil,
  celu,
  clip,
  cos,
  cosh,
  digamma,
  div,
  elu,
  equal,
  erf,
  erfc,
  erfinv,
  exp,
  exp2,
  expm1,
  floor,
  gelu,
  greater,
  hardSigmoid,
  hardSwish,
  hardTanh,
  hypot,
  isFinite,
  leakyRelu,
  less,
  lessEqual,
  lgamma,
  log,
  log1p,
  log2,
  log10,
  logicalAnd,
  logicalOr,
  logSigmoid,
  maximum,
  minimum,
  mish,
  mul,
  nanToNum,
  neg,
  polygamma,
  pow,
  reciprocal,
  relu,
  relu6,
  round,
  rsqrt,
  selu,
  sigmoid,
  sign,
  silu,
  sin,
  sinc,
  sinh,
  softplus,
  softsign,
  sqrt,
  square,
  sub,
  type Tensor,
  tan,
  tanh,
  tanhshrink,
  trunc,
  where,
  zerosLike,
} from "@glissade/autograd";
import { exactly, type ForwardRules, numbers, sloped, unary } from "./rules.js";

const shape = [3, 4];
const within = numbers(shape);
const signed = numbers(shape, { low: -0.9, high: 0.9 });
const wide = numbers(shape, { low: -5, high: 8 });
const above = numbers(shape, { low: 1.1, high: 3 });
const flatOf = (of: (x: Tensor) => Tensor) => unary(of, (x) => zerosLike(x), wide);

/** The second factor of the derivative of sinc, which is no operator of its own: cos(πx)/x − sin(πx)/(πx²). */
const sincSlope = (x: Tensor): Tensor => div(sub(cos(mul(Math.PI, x)), sinc(x)), x);

function mishSlope(x: Tensor, bounded: Tensor): Tensor {
  const gate = tanh(softplus(x));
  return add(gate, mul(bounded, mul(sub(1, square(gate)), sigmoid(x))));
}

const rules: ForwardRules = {
  neg: unary(neg, (_, t) => neg(t), signed),
  cast: unary(
    (x) => cast(x, "float32"),
    (_, t) => cast(t, "float32"),
    signed,
  ),
  abs: {
    // 0 at the kink, also where the tangent is infinite.
    ...unary(abs, (x, t) => where(equal(x, 0), 0, mul(t, sign(x))), signed),
    edges: [[exactly([0, -0, 0, 1, -2, NaN, Infinity]), exactly([Infinity, -Infinity, 1, 1, 1, 1, 1])]],
    tooShort: [([x], [t]) => [abs(x), mul(t, sign(x))]],
  },
  sign: flatOf(sign),
  ceil: flatOf(ceil),
  floor: flatOf(floor),
  round: flatOf(round),
  trunc: flatOf(trunc),
  square: sloped(square, (x) => mul(2, x), signed),
  sqrt: unary(sqrt, (x, t) => div(t, mul(2, sqrt(x))), within),
  cbrt: unary(cbrt, (x, t) => div(t, mul(3, square(cbrt(x)))), within),
  rsqrt: sloped(rsqrt, (x) => mul(-0.5, mul(rsqrt(x), square(rsqrt(x)))), within),
  reciprocal: unary(reciprocal, (x, t) => neg(mul(mul(t, reciprocal(x)), reciprocal(x))), within),
  exp: sloped(exp, exp, signed),
  expm1: sloped(expm1, exp, signed),
  exp2: sloped(exp2, (x) => mul(Math.LN2, exp2(x)), signed),
  log: unary(log, (x, t) => div(t, x), within),
  log1p: unary(log1p, (x, t) => div(t, add(1, x)), within),
  log2: unary(log2, (x, t) => div(t, mul(Math.LN2, x)), within),
  log10: unary(log10, (x, t) => div(t, mul(Math.LN10, x)), within),
  sin: sloped(sin, cos, signed),
  cos: unary(cos, (x, t) => mul(t, neg(sin(x))), signed),
  tan: sloped(tan, (x) => add(1, square(tan(x))), signed),
  asin: unary(asin, (x, t) => div(t, sqrt(mul(sub(1, x), add(1, x)))), signed),
  acos: unary(acos, (x, t) => neg(div(t, sqrt(mul(sub(1, x), add(1, x))))), signed),
  atan: unary(atan, (x, t) => div(t, add(1, square(x))), signed),
  sinh: sloped(sinh, cosh, signed),
  cosh: sloped(cosh, sinh, signed),
  tanh: sloped(tanh, (x) => sub(1, square(tanh(x))), signed),
  asinh: unary(asinh, (x, t) => div(t, hypot(x, 1)), signed),
  acosh: sloped(acosh, (x) => mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1))), above),
  atanh: unary(atanh, (x, t) => div(t, mul(sub(1, x), add(1, x))), signed),
  erf: sloped(erf, (x) => mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))), signed),
  erfc: sloped(erfc, (x) => mul(-2 / Math.sqrt(Math.PI), exp(neg(square(x)))), signed),
  erfinv: sloped(erfinv, (x) => mul(Math.sqrt(Math.PI) / 2, exp(square(erfinv(x)))), signed),
  lgamma: sloped(lgamma, digamma, within),
  digamma: sloped(digamma, (x) => polygamma(1, x), within),
  polygamma: sloped(
    (x) => polygamma(2, x),
    (x) => polygamma(3, x),
    within,
  ),
  // At 0 no formula of other operators gives derivatives of every order.
  sinc: { ...sloped(sinc, sincSlope, within), edges: [[exactly([1, -1, 0.5, 1e3]), exactly([1, 1, 1, 1])]] },
  pow: sloped(
    (x) => pow(x, 3),
    (x) => mul(3, pow(x, 2)),
    signed,
  ),
  clip: unary(
    (x) => clip(x, { min: -1, max: 1 }),
    (x, t) => where(logicalOr(less(x, -1), greater(x, 1)), 0, t),
    wide,
  ),
  nanToNum: unary(
    (x) => nanToNum(x),
    (x, t) => where(isFinite(x), t, 0),
    wide,
  ),
  sigmoid: sloped(sigmoid, (x) => mul(sigmoid(x), sub(1, sigmoid(x))), signed),
  logSigmoid: sloped(logSigmoid, (x) => sigmoid(neg(x)), signed),
  softplus: sloped(softplus, sigmoid, signed),
  relu: unary(relu, (x, t) => where(greater(x, 0), t, 0), signed),
  relu6: unary(relu6, (x, t) => where(logicalAnd(greater(x, 0), less(x, 6)), t, 0), wide),
  leakyRelu: unary(
    (x) => leakyRelu(x),
    (x, t) => where(greater(x, 0), t, mul(t, 0.01)),
    signed,
  ),
  hardTanh: unary(hardTanh, (x, t) => where(logicalAnd(greater(x, -1), less(x, 1)), t, 0), wide),
  hardSigmoid: unary(hardSigmoid, (x, t) => where(logicalAnd(greater(x, -3), less(x, 3)), mul(t, 1 / 6), 0), wide),
  hardSwish: unary(
    hardSwish,
    (x, t) => where(lessEqual(x, -3), 0, where(less(x, 3), mul(t, add(div(x, 3), 0.5)), t)),
    wide,
  ),
  // Divided twice: the square would overflow.
  softsign: unary(softsign, (x, t) => div(div(t, add(1, abs(x))), add(1, abs(x))), signed),
  tanhshrink: sloped(tanhshrink, (x) => square(tanh(x)), signed),
  elu: unary(
    (x) => elu(x),
    (x, t) => where(greater(x, 0), t, mul(t, exp(x))),
    signed,
  ),
  celu: unary(
    (x) => celu(x, { alpha: 2 }),
    (x, t) => where(greater(x, 0), t, mul(t, exp(div(x, 2)))),
    signed,
  ),
  selu: unary(
    selu,
    (x, t) => mul(t, where(greater(x, 0), 1.0507009873554805, add(selu(x), 1.0507009873554805 * 1.6732632423543772))),
    signed,
  ),
  silu: sloped(silu, (x) => add(sigmoid(x), mul(silu(x), sigmoid(neg(x)))), signed),
  mish: {
    // Bounds x, which is multiplied by 0 at both ends: the product would be NaN at infinity.
    ...sloped(mish, (x) => mishSlope(x, minimum(maximum(x, -750), 750)), signed),
    tooShort: [([x], [t]) => [mish(x), mul(t, mishSlope(x, x))]],
  },
  gelu: sloped(
    (x) => gelu(x),
    (x) =>
      add(mul(0.5, erfc(mul(-Math.SQRT1_2, x))), mul(x, mul(1 / Math.sqrt(2 * Math.PI), exp(mul(-0.5, square(x)))))),
    signed,
  ),
};

const corners = [0, -0, 1, -1, 0.5, -3, 3, 6, 1e-200, 1e200, -1e200, 800, -800, Infinity, -Infinity, NaN];

/** Operators of one operand that work element by element, which are tried at all that may be a corner of one. */
export const elementwise: ForwardRules = Object.fromEntries(
  Object.entries(rules).map(([name, rule]) => [
    name,
    { edges: [[exactly(corners), exactly(corners.map(() => 1))]], ...rule },
  ]),
);
