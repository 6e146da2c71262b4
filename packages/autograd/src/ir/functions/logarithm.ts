import type { Expr, ExpressionBuilder } from "../expression.js";
import { estrin, formatOf, integer, realFunction, withoutLowBits } from "./real-function.js";

/** (log(1 + f) − f + f²/2) / f³ for 1 + f from √½ to √2. */
const single = [
  0.06971612, -0.11479734, 0.1168542, -0.12425687, 0.14249058, -0.16667803, 0.20000716, -0.24999997, 0.3333333,
];
/** (2 artanh s − 2s) / s³, a polynomial in s², for |s| ≤ 3 − 2√2. */
const double = [
  0.14617807153417325, 0.15331611722055008, 0.1818289243253687, 0.22222211089379496, 0.28571428626253836,
  0.3999999999989889, 0.666666666666667,
];

const logTwo = {
  f32: [0.693359375, -0.00021219444],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
} as const;

/** x = 2ᵏ (1 + f) with 1 + f from √½ to √2. */
export interface Split {
  readonly k: Expr;
  readonly f: Expr;
}

/** For positive normal x. */
export function splitNormal(b: ExpressionBuilder, x: Expr): Split {
  const { mantissa, bias } = formatOf(x);
  const isSingle = x.type === "f32";
  const bits = b.bits(x);
  const rootHalf = integer(b, bits, isSingle ? 0x3f3504f3 : 0x3fe6a09e667f3bcdn);
  const one = integer(b, bits, BigInt(bias) << BigInt(mantissa));
  const shifted = b.add(bits, b.sub(one, rootHalf));
  // The biased exponent becomes the low bits of a number: 2^mantissa + k + bias.
  const grid = integer(b, bits, BigInt(bias + mantissa) << BigInt(mantissa));
  const k = b.sub(b.bits(b.or(b.shrU(shifted, mantissa), grid)), b.like(x, 2 ** mantissa + bias));
  const fraction = b.and(shifted, integer(b, bits, (1n << BigInt(mantissa)) - 1n));
  return { k, f: b.sub(b.bits(b.add(fraction, rootHalf)), b.like(x, 1)) };
}

/** For positive x, subnormal ones too. */
export function splitPositive(b: ExpressionBuilder, x: Expr): Split {
  const { mantissa, leastNormal } = formatOf(x);
  const isSubnormal = b.lt(x, b.like(x, leastNormal));
  const { k, f } = splitNormal(b, b.select(isSubnormal, b.mul(x, b.like(x, 2 ** mantissa)), x));
  return { k: b.sub(k, b.select(isSubnormal, b.like(x, mantissa), b.like(x, 0))), f };
}

/** log(1 + f) = f − ½f² + tail, with the tail and ½f² apart. */
function seriesOf(b: ExpressionBuilder, f: Expr): { readonly half: Expr; readonly tail: Expr } {
  const square = b.mul(f, f);
  const half = b.mul(b.like(f, 0.5), square);
  if (f.type === "f32") return { half, tail: b.mul(b.mul(square, f), estrin(b, f, single)) };
  // With s = f / (2 + f): log(1 + f) = 2s + s³ P = f − ½f² + s (½f² + s² P) (fdlibm, e_log.c).
  const s = b.div(f, b.add(b.like(f, 2), f));
  const z = b.mul(s, s);
  return { half, tail: b.mul(s, b.add(half, b.mul(z, estrin(b, z, double)))) };
}

/** k log 2 + log(1 + f) + correction. */
export function logarithmOf(b: ExpressionBuilder, { k, f }: Split, correction?: Expr): Expr {
  const [high, low] = f.type === "f32" ? logTwo.f32 : logTwo.f64;
  const { half, tail } = seriesOf(b, f);
  const rest = b.mul(k, b.like(f, low));
  const small = b.add(tail, correction === undefined ? rest : b.add(rest, correction));
  return b.add(b.mul(k, b.like(f, high)), b.sub(f, b.sub(half, small)));
}

/** The value for positive finite x; the limits of a logarithm for 0, ∞, NaN and what is negative. */
function withLimits(b: ExpressionBuilder, x: Expr, value: Expr, pole = 0): Expr {
  const infinite = b.like(x, Number.POSITIVE_INFINITY);
  const atPole = b.select(b.eq(x, b.like(x, pole)), b.like(x, Number.NEGATIVE_INFINITY), b.like(x, Number.NaN));
  return b.select(b.gt(x, b.like(x, pole)), b.select(b.lt(x, infinite), value, x), atPole);
}

const logAnywhereBody = (b: ExpressionBuilder, x: Expr): Expr => withLimits(b, x, logarithmOf(b, splitPositive(b, x)));

const logAnywhere = realFunction("logAnywhere", logAnywhereBody, logAnywhereBody);

/** All but positive normal numbers is rare enough to be computed one by one. */
const logBody = (b: ExpressionBuilder, x: Expr): Expr => {
  const isNormal = b.and(b.ge(x, b.like(x, formatOf(x).leastNormal)), b.lt(x, b.like(x, Number.POSITIVE_INFINITY)));
  return b.rescue(b.not(isNormal), logarithmOf(b, splitNormal(b, x)), logAnywhere.callee, [x]);
};

/** The natural logarithm. */
export const log = realFunction("log", logBody, logBody);

/** log(1 + x) for x of −½ or more, but not too large to add 1 to. */
export function logarithmOfOnePlus(b: ExpressionBuilder, x: Expr): Expr {
  const one = b.like(x, 1);
  const zero = b.like(x, 0);
  const u = b.add(one, x);
  const { k, f } = splitNormal(b, u);
  const isSmall = b.eq(k, zero);
  // What rounding 1 + x lost: log(u + c) = log u + c / u.
  const lost = b.div(b.sub(x, b.sub(u, one)), u);
  return logarithmOf(b, { k, f: b.select(isSmall, x, f) }, b.select(isSmall, zero, lost));
}

const log1pBody = (b: ExpressionBuilder, x: Expr): Expr => {
  const value = withLimits(b, x, logarithmOfOnePlus(b, x), -1);
  return b.select(b.eq(x, b.like(x, 0)), x, value);
};

/** log(1 + x), accurate near 0. */
export const log1p = realFunction("log1p", log1pBody, log1pBody);

/** A base b: 1 / log b and log 2 / log b in two parts each (fdlibm, e_log2.c and e_log10.c of FreeBSD). */
interface Base {
  readonly inverse: readonly [number, number];
  readonly logTwo: readonly [number, number];
}

const baseTwo: Base = { inverse: [1.4426950407214463, 1.6751713164886512e-10], logTwo: [1, 0] };
const baseTen: Base = {
  inverse: [0.4342944818781689, 2.5082946711645275e-11],
  logTwo: [0.30102999566361177, 3.694239077158931e-13],
};

/** The logarithm to a base, with products whose rounding is made up for. */
function logarithmToBase(b: ExpressionBuilder, x: Expr, base: Base): Expr {
  const { k, f } = splitPositive(b, x);
  const { half, tail } = seriesOf(b, f);
  const [inverseHigh, inverseLow] = base.inverse.map((part) => b.like(x, part));
  const [twoHigh, twoLow] = base.logTwo.map((part) => b.like(x, part));
  if (inverseHigh === undefined || inverseLow === undefined || twoHigh === undefined || twoLow === undefined) return x;
  const high = withoutLowBits(b, b.sub(f, half), 32);
  const low = b.add(b.sub(b.sub(f, high), half), tail);
  const valueHigh = b.mul(high, inverseHigh);
  const whole = b.mul(k, twoHigh);
  const crossed = b.add(b.mul(b.add(low, high), inverseLow), b.mul(low, inverseHigh));
  const sum = b.add(whole, valueHigh);
  const lost = b.add(b.sub(whole, sum), valueHigh);
  return b.add(b.add(b.add(b.mul(k, twoLow), crossed), lost), sum);
}

/** The logarithm to base 2, exact for powers of two. */
export const log2 = realFunction("log2", (b, x) => withLimits(b, x, logarithmToBase(b, x, baseTwo)));

/** The logarithm to base 10, exact for powers of ten. */
export const log10 = realFunction("log10", (b, x) => withLimits(b, x, logarithmToBase(b, x, baseTen)));
