import type { Expr, ExpressionBuilder } from "../expression.js";
import { exponentialMinusOne, twoFactors } from "./exponential.js";
import { fastSum, type Pair } from "./large-angle.js";
import { splitPositive } from "./logarithm.js";
import { atLeast, atMost, formatOf, horner, integer, realFunction, withoutLowBits } from "./real-function.js";

/** 3 (artanh s − s − s³/3) / s⁵, a polynomial in s², for |s| ≤ 3 − 2√2. */
const logarithm = [
  0.1758649059127012, 0.17559189696845096, 0.20002213198218508, 0.2307689233051077, 0.2727272750414977,
  0.3333333333247915, 0.4285714285714406, 0.6,
];
/** (2 artanh s − 2s) / s³ and (2ʳ − 1 − r log 2) / r², to the 36 bits that float32 needs. */
const shortLogarithm = [0.23331614471843498, 0.28550778633191964, 0.4000012221181065, 0.6666666655404201];
const shortPower = [
  1.324657305408779e-6, 1.529759206979e-5, 0.0001540349128863691, 0.001333350171342074, 0.009618129119923548,
  0.05550410884225879, 0.24022650695910072,
];
/** 2 / (3 log 2) and log 2, in two parts each (fdlibm, e_pow.c). */
const toBaseTwo = { whole: 0.9617966939259756, high: 0.9617967009544373, low: -7.028461650952758e-9 };
const logTwo = { whole: Math.LN2, high: 0.6931471824645996, low: -1.904654299957768e-9 };

/** log₂ x to some 65 bits, for positive x (fdlibm, e_pow.c). */
function binaryLogarithm(b: ExpressionBuilder, x: Expr): Pair {
  const { k, f } = splitPositive(b, x);
  const constant = (value: number): Expr => b.like(x, value);
  const trimmed = (value: Expr): Expr => withoutLowBits(b, value, 32);
  // s = f / (2 + f) as the sum of two.
  const two = constant(2);
  const divisor = b.add(two, f);
  const inverse = b.div(constant(1), divisor);
  const s = b.mul(f, inverse);
  const sHigh = trimmed(s);
  const divisorHigh = trimmed(divisor);
  const divisorLow = b.sub(f, b.sub(divisorHigh, two));
  const sLow = b.mul(inverse, b.sub(b.sub(f, b.mul(sHigh, divisorHigh)), b.mul(sHigh, divisorLow)));
  // log(1 + f) = ⅔ s (3 + s² + s⁴ P(s²))
  const z = b.mul(s, s);
  const series = b.mul(b.mul(z, z), horner(b, z, logarithm));
  const rest = b.add(series, b.mul(sLow, b.add(sHigh, s)));
  const square = b.mul(sHigh, sHigh);
  const three = constant(3);
  const factorHigh = trimmed(b.add(b.add(three, square), rest));
  const factorLow = b.sub(rest, b.sub(b.sub(factorHigh, three), square));
  const main = b.mul(sHigh, factorHigh);
  const minor = b.add(b.mul(sLow, factorHigh), b.mul(factorLow, s));
  const high = trimmed(b.add(main, minor));
  const low = b.sub(minor, b.sub(high, main));
  const scaledHigh = b.mul(constant(toBaseTwo.high), high);
  const scaledLow = b.add(b.mul(constant(toBaseTwo.low), high), b.mul(low, constant(toBaseTwo.whole)));
  const result = trimmed(b.add(b.add(scaledHigh, scaledLow), k));
  return { high: result, low: b.sub(scaledLow, b.sub(b.sub(result, k), scaledHigh)) };
}

/** 2^(high + low). */
function powerOfTwo(b: ExpressionBuilder, { high, low }: Pair): Expr {
  const { round, bias } = formatOf(high);
  const clamped = atMost(b, atLeast(b, b.add(high, low), -1100), 1100);
  const shift = b.like(high, round + 2 * bias);
  const rounded = b.add(clamped, shift);
  const exact = b.sub(high, b.sub(rounded, shift));
  const main = withoutLowBits(b, b.add(exact, low), 32);
  const minor = b.sub(low, b.sub(main, exact));
  const product = b.mul(main, b.like(high, logTwo.high));
  const rest = b.add(b.mul(minor, b.like(high, logTwo.whole)), b.mul(main, b.like(high, logTwo.low)));
  const r = fastSum(b, product, rest);
  const em = exponentialMinusOne(b, r.high);
  const [first, second] = twoFactors(b, high, b.bits(rounded));
  const power = b.add(b.like(high, 1), b.add(em, b.add(r.low, b.mul(r.low, em))));
  const value = b.mul(b.mul(power, first), second);
  const isLarge = b.gt(b.abs(b.add(high, low)), b.like(high, 1099));
  const limit = b.select(b.gt(high, b.like(high, 0)), b.like(high, Number.POSITIVE_INFINITY), b.like(high, 0));
  return b.select(isLarge, limit, value);
}

/** |x|ʸ for finite |x| that is not 0 and finite y. */
function magnitude(b: ExpressionBuilder, a: Expr, y: Expr): Expr {
  const logarithmic = binaryLogarithm(b, a);
  const yHigh = withoutLowBits(b, y, 32);
  const low = b.add(b.mul(b.sub(y, yHigh), logarithmic.high), b.mul(y, logarithmic.low));
  return powerOfTwo(b, { high: b.mul(yHigh, logarithmic.high), low });
}

/** 2ˣ for |x| up to 1000, to the 36 bits that float32 needs. */
export function shortPowerOfTwo(b: ExpressionBuilder, x: Expr): Expr {
  const { round, bias, mantissa } = formatOf(x);
  const shift = b.like(x, round + bias);
  const rounded = b.add(x, shift);
  const r = b.sub(x, b.sub(rounded, shift));
  const tail = b.mul(b.mul(r, r), horner(b, r, shortPower));
  const power = b.add(b.like(x, 1), b.add(b.mul(r, b.like(x, Math.LN2)), tail));
  return b.mul(power, b.bits(b.shl(b.bits(rounded), mantissa)));
}

/** |x|ʸ to float32's precision. */
function shortMagnitude(b: ExpressionBuilder, a: Expr, y: Expr): Expr {
  const { k, f } = splitPositive(b, a);
  const s = b.div(f, b.add(b.like(a, 2), f));
  const z = b.mul(s, s);
  const natural = b.add(b.add(s, s), b.mul(b.mul(s, z), horner(b, z, shortLogarithm)));
  const exponent = b.mul(y, b.add(k, b.mul(natural, b.like(a, Math.LOG2E))));
  return shortPowerOfTwo(b, atMost(b, atLeast(b, exponent, -1000), 1000));
}

/** xʸ as IEEE 754 defines it, from |x|ʸ for ordinary numbers. */
function withSpecialCases(b: ExpressionBuilder, x: Expr, y: Expr, ordinary: Expr): Expr {
  const [zero, one, infinite, nothing] = [0, 1, Number.POSITIVE_INFINITY, Number.NaN].map((value) => b.like(x, value));
  if (zero === undefined || one === undefined || infinite === undefined || nothing === undefined) return ordinary;
  const a = b.abs(x);
  const isInteger = b.eq(b.trunc(y), y);
  const half = b.mul(y, b.like(y, 0.5));
  const isOdd = b.and(isInteger, b.ne(b.trunc(half), half));
  const isInfiniteY = b.eq(b.abs(y), infinite);
  const isLimitX = b.or(b.eq(a, zero), b.eq(a, infinite));
  const grows = b.eq(b.select(b.gt(a, one), one, zero), b.select(b.gt(y, zero), one, zero));
  const limit = b.select(grows, infinite, zero);
  const isLimit = b.or(isLimitX, isInfiniteY);
  const size = b.select(isLimit, limit, ordinary);
  const isUndefined = b.and(b.lt(x, zero), b.and(b.not(isInteger), b.not(b.eq(a, infinite))));
  const isNegative = b.and(isOdd, b.lt(b.copysign(one, x), zero));
  const signed = b.select(isUndefined, nothing, b.select(isNegative, b.neg(size), size));
  const known = b.select(b.or(b.isNaN(x), b.isNaN(y)), nothing, signed);
  const isOne = b.or(b.or(b.eq(x, one), b.eq(y, zero)), b.and(isInfiniteY, b.eq(a, one)));
  return b.select(isOne, one, known);
}

/** xʸ. */
export const power = realFunction(
  "pow",
  (b, x, y) => withSpecialCases(b, x, y, magnitude(b, b.abs(x), y)),
  (b, x, y) => {
    const exponent = b.convert(y, "f64");
    const size = shortMagnitude(b, b.abs(b.convert(x, "f64")), exponent);
    return withSpecialCases(b, x, y, b.convert(size, "f32"));
  },
);

/** aᵇ of integers, by squaring; for b < 0 the truncated quotient 1 / a⁻ᵇ. */
export function integerPower(b: ExpressionBuilder, base: Expr, exponent: Expr): Expr {
  const [zero, one] = [integer(b, base, 0), integer(b, base, 1)];
  let result = one;
  let square = base;
  for (let bit = 0; bit < 32; bit++) {
    const isSet = b.ne(b.and(b.shrU(exponent, bit), one), zero);
    result = b.select(isSet, b.mul(result, square), result);
    square = b.mul(square, square);
  }
  if (base.type !== "i32") return result;
  const minusOne = integer(b, base, -1);
  const isOdd = b.ne(b.and(exponent, one), zero);
  const ofMinusOne = b.select(isOdd, minusOne, one);
  const reciprocal = b.select(b.eq(base, one), one, b.select(b.eq(base, minusOne), ofMinusOne, zero));
  return b.select(b.lt(exponent, zero), reciprocal, result);
}

/** A first guess of ∛x for |x| from ½ to 1 … times powers of 8, in fdlibm's words (s_cbrt.c), after Kahan. */
const cubeRoot = [0.14599619288661245, -0.758397934778766, 1.6214297201053545, -1.8849797954337717, 1.8759518242717701];

/** ∛x. */
export const cbrt = realFunction("cbrt", (b, x) => {
  const a = b.abs(x);
  const isSubnormal = b.lt(a, b.like(x, 2 ** -1022));
  const scaled = b.select(isSubnormal, b.mul(a, b.like(x, 2 ** 54)), a);
  // A third of the exponent, as a number: the upper half of the bits is linear in it, between powers of two.
  const upper = b.convert(b.narrow(b.shrU(b.bits(scaled), 32)), "f64");
  const third = b.saturate(b.mul(upper, b.like(upper, 1 / 3)));
  const offset = b.select(isSubnormal, b.constant("i32", 696219795), b.constant("i32", 715094163));
  const guess = b.bits(b.shl(b.widen(b.add(third, offset)), 32));
  const r = b.mul(b.mul(guess, guess), b.div(guess, a));
  const better = b.mul(guess, horner(b, r, cubeRoot));
  // To 23 bits, so that its square is exact; then one step of Newton's method.
  const bits = b.bits(better);
  const rounded = b.add(bits, integer(b, bits, 0x80000000n));
  const t = b.bits(b.and(rounded, integer(b, bits, -0x40000000n)));
  const quotient = b.div(a, b.mul(t, t));
  const step = b.div(b.sub(quotient, t), b.add(b.add(t, t), quotient));
  const value = b.copysign(b.add(t, b.mul(t, step)), x);
  const isOrdinary = b.and(b.gt(a, b.like(x, 0)), b.lt(a, b.like(x, Number.POSITIVE_INFINITY)));
  return b.select(isOrdinary, value, x);
});

/** √(x² + y²) without overflow or underflow; ∞ where either is. */
export const hypot = realFunction("hypot", (b, x, y) => {
  const [p, q] = [b.abs(x), b.abs(y)];
  const isEither = (bound: number): Expr => b.or(b.gt(p, b.like(x, bound)), b.gt(q, b.like(x, bound)));
  const scale = b.select(
    isEither(2 ** 500),
    b.like(x, 2 ** -600),
    b.select(isEither(2 ** -450), b.like(x, 1), b.like(x, 2 ** 600)),
  );
  const [u, v] = [b.mul(p, scale), b.mul(q, scale)];
  const length = b.div(b.sqrt(b.add(b.mul(u, u), b.mul(v, v))), scale);
  const infinite = b.like(x, Number.POSITIVE_INFINITY);
  return b.select(b.or(b.eq(p, infinite), b.eq(q, infinite)), infinite, length);
});
