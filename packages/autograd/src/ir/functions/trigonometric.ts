import { type Expr, type ExpressionBuilder, scalarFunction } from "../expression.js";
import { fastSum, type Reduced, reduceLargeAngle } from "./large-angle.js";
import { formatOf, horner, integer, type RealFunction, realFunction } from "./real-function.js";

/** (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴, polynomials in r², for |r| ≤ π/4. */
const sine = {
  f32: [-0.00019586882, 0.008332743, -0.16666664],
  f64: [
    1.59175674789068e-10, -2.505112403138208e-8, 2.7557316064986773e-6, -0.00019841269836686008, 0.008333333333330901,
    -0.16666666666666666,
  ],
} as const;
const cosine = {
  f32: [2.4546931e-5, -0.0013888298, 0.041666664],
  f64: [
    -1.1382280957702634e-11, 2.0876141380294955e-9, -2.7557317248229367e-7, 2.480158729872029e-5,
    -0.0013888888888887367, 0.041666666666666664,
  ],
} as const;

/** π/2 in parts whose products with numbers of quarter turns within `limit` are exact, and the rest. */
const halfPi = {
  f32: { parts: [1.5706787109375, 0.00011761486530303955, 9.918039722833782e-10, 2.896074e-13], limit: 1608 },
  // fdlibm, e_rem_pio2.c.
  f64: {
    parts: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
    limit: 1647099,
  },
} as const;

const limitOf = (x: Expr): number => (x.type === "f32" ? halfPi.f32 : halfPi.f64).limit;

/** Cody and Waite's reduction, for |x| within the limit. What rounding the angle loses is kept in double precision only. */
function reduceAngle(b: ExpressionBuilder, x: Expr): Reduced {
  const { parts } = x.type === "f32" ? halfPi.f32 : halfPi.f64;
  const shift = b.like(x, formatOf(x).round);
  const rounded = b.add(b.mul(x, b.like(x, 2 / Math.PI)), shift);
  const n = b.sub(rounded, shift);
  const products = parts.map((part) => b.mul(n, b.like(x, part)));
  const [first = x, second = x, third = x, rest = x] = products;
  const quarter = b.bits(rounded);
  const exact = b.sub(x, first);
  const nearer = b.sub(exact, second);
  const nearest = b.sub(nearer, third);
  const lost = b.add(b.sub(b.sub(exact, nearer), second), b.sub(b.sub(nearer, nearest), third));
  const r = fastSum(b, nearest, b.sub(lost, rest));
  return { r: x.type === "f32" ? { ...r, low: b.like(x, 0) } : r, quarter };
}

/** sin and cos of the reduced angle as what they are close to, and the rest. */
function sineAndCosine(b: ExpressionBuilder, { r: { high: r, low } }: Reduced) {
  const isSingle = r.type === "f32";
  const z = b.mul(r, r);
  const half = b.mul(z, b.like(r, 0.5));
  const cubic = b.mul(b.mul(r, z), horner(b, z, isSingle ? sine.f32 : sine.f64));
  const quartic = b.mul(b.mul(z, z), horner(b, z, isSingle ? cosine.f32 : cosine.f64));
  const one = b.like(r, 1);
  const near = b.sub(one, half);
  if (isSingle) return { sine: { high: r, low: cubic }, cosine: { high: near, low: quartic } };
  // d sin = cos r · low ≈ (1 − r²/2) low, d cos ≈ −r · low.
  const lost = b.sub(b.sub(one, near), half);
  return {
    sine: { high: r, low: b.add(cubic, b.sub(low, b.mul(half, low))) },
    cosine: { high: near, low: b.add(lost, b.sub(quartic, b.mul(r, low))) },
  };
}

/** Whether the number of quarter turns is odd. */
const isOdd = (b: ExpressionBuilder, quarter: Expr): Expr =>
  b.ne(b.and(quarter, integer(b, quarter, 1)), integer(b, quarter, 0));

/** sin (x + ahead · π/2) from the reduced x. */
export function sineOf(b: ExpressionBuilder, reduced: Reduced, ahead: 0 | 1): Expr {
  const { sine: s, cosine: c } = sineAndCosine(b, reduced);
  const quarter = ahead === 0 ? reduced.quarter : b.add(reduced.quarter, integer(b, reduced.quarter, ahead));
  const value = b.select(isOdd(b, quarter), b.add(c.high, c.low), b.add(s.high, s.low));
  const width = value.type === "f32" ? 31 : 63;
  // The second bit of the number of quarter turns becomes the sign.
  const sign = b.shl(b.shrU(quarter, 1), width);
  return b.bits(b.xor(b.bits(value), sign));
}

/** tan x from the reduced x: a quotient whose rounded parts are made up for. */
function tangentOf(b: ExpressionBuilder, reduced: Reduced): Expr {
  const parts = sineAndCosine(b, reduced);
  const s = fastSum(b, parts.sine.high, parts.sine.low);
  const c = fastSum(b, parts.cosine.high, parts.cosine.low);
  const swapped = isOdd(b, reduced.quarter);
  const top = { high: b.select(swapped, b.neg(c.high), s.high), low: b.select(swapped, b.neg(c.low), s.low) };
  const bottom = { high: b.select(swapped, s.high, c.high), low: b.select(swapped, s.low, c.low) };
  const quotient = b.div(top.high, bottom.high);
  return b.add(quotient, b.div(b.sub(top.low, b.mul(quotient, bottom.low)), bottom.high));
}

/** A function by reduction: quick within the limit, element by element beyond. */
function periodic(
  name: string,
  of: (b: ExpressionBuilder, reduced: Reduced) => Expr,
  atZero: "x" | "value",
): RealFunction {
  const large = scalarFunction(
    `${name}OfLarge`,
    (b, x) => {
      const wide = b.convert(x, "f64");
      const value = of(b, reduceLargeAngle(b, wide));
      const isFinite = b.lt(b.abs(wide), b.like(wide, Number.POSITIVE_INFINITY));
      return b.convert(b.select(isFinite, value, b.like(wide, Number.NaN)), x.type);
    },
    { scalarOnly: true },
  );
  const body = (b: ExpressionBuilder, x: Expr): Expr => {
    const value = of(b, reduceAngle(b, x));
    const kept = atZero === "x" ? b.select(b.eq(x, b.like(x, 0)), x, value) : value;
    return b.rescue(b.gt(b.abs(x), b.like(x, limitOf(x))), kept, large.callee, [x]);
  };
  return realFunction(name, body, body);
}

/** sin x. */
export const sin = periodic("sin", (b, reduced) => sineOf(b, reduced, 0), "x");

/** cos x. */
export const cos = periodic("cos", (b, reduced) => sineOf(b, reduced, 1), "value");

/** tan x. */
const tanOfDouble = periodic("tanOfDouble", tangentOf, "x");

/** tan x. */
export const tan = realFunction("tan", (b, x) => tanOfDouble(b, x));
