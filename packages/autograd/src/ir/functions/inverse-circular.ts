import type { Expr, ExpressionBuilder } from "../expression.js";
import { horner, realFunction, withoutLowBits } from "./real-function.js";

/** (asin x − x) / x³, a polynomial in x², for |x| ≤ ½. */
const arcsine = [
  0.02877844261259304, -0.014881409392818063, 0.017419357964884856, 0.005450878187720551, 0.010324318288744113,
  0.011478952690257387, 0.013971235301124539, 0.017352391265909227, 0.022372173002005596, 0.030381944137085216,
  0.04464285714637338, 0.07499999999998425, 0.16666666666666669,
];
/** (atan x − x) / x³, a polynomial in x², for |x| ≤ 7/16. */
const arctangent = [
  -0.01751737132391864, 0.03779798189331176, -0.05032889711317809, 0.05847499939898085, -0.06663210395202235,
  0.07692085056556035, -0.090909000853332, 0.11111110897529695, -0.14285714283106538, 0.19999999999987542,
  -0.33333333333333326,
];
/** π/2 − Math.PI / 2, and the same for π. */
const halfPiLow = 6.123233995736766e-17;
const piLow = 2 * halfPiLow;

/** Where atan is developed from 0, ½, 1, 3/2 and ∞ (fdlibm, s_atan.c): up to which x, and atan there in two parts. */
const centres = [
  { upTo: 7 / 16, centre: 0, high: 0, low: 0 },
  { upTo: 11 / 16, centre: 0.5, high: 0.4636476090008061, low: 2.2698777452961687e-17 },
  { upTo: 19 / 16, centre: 1, high: 0.7853981633974483, low: 3.061616997868383e-17 },
  { upTo: 39 / 16, centre: 1.5, high: 0.982793723247329, low: 1.3903311031230998e-17 },
];

/** atan of a, which is not negative (f64). */
function arctangentOf(b: ExpressionBuilder, a: Expr): Expr {
  const one = b.like(a, 1);
  let top = b.like(a, -1);
  let bottom = a;
  let high = b.like(a, Math.PI / 2);
  let low = b.like(a, halfPiLow);
  for (const { upTo, centre, high: atHigh, low: atLow } of [...centres].reverse()) {
    const isNear = b.lt(a, b.like(a, upTo));
    // atan a = atan c + atan((a − c) / (1 + ca))
    top = b.select(isNear, b.sub(a, b.like(a, centre)), top);
    bottom = b.select(isNear, b.add(one, b.mul(b.like(a, centre), a)), bottom);
    high = b.select(isNear, b.like(a, atHigh), high);
    low = b.select(isNear, b.like(a, atLow), low);
  }
  const t = b.div(top, bottom);
  const z = b.mul(t, t);
  const cubic = b.mul(b.mul(t, z), horner(b, z, arctangent));
  return b.add(high, b.add(b.add(low, cubic), t));
}

/** atan x. */
export const atan = realFunction("atan", (b, x) => b.copysign(arctangentOf(b, b.abs(x)), x));

/** The angle of the point (x, y), y first; signs of zeros count. */
export const atan2 = realFunction("atan2", (b, y, x) => {
  const [height, width] = [b.abs(y), b.abs(x)];
  const zero = b.like(x, 0);
  const infinite = b.like(x, Number.POSITIVE_INFINITY);
  const isOrigin = b.and(b.eq(height, zero), b.eq(width, zero));
  const isCorner = b.and(b.eq(height, infinite), b.eq(width, infinite));
  const quotient = b.select(isOrigin, zero, b.select(isCorner, b.like(x, 1), b.div(height, width)));
  const angle = arctangentOf(b, quotient);
  const beyond = b.sub(b.like(x, Math.PI), b.sub(angle, b.like(x, piLow)));
  const isLeft = b.lt(b.copysign(b.like(x, 1), x), zero);
  return b.copysign(b.select(isLeft, beyond, angle), y);
});

/** asin x = x + x³ P(x²) to ½, and asin x = π/2 − 2 asin √((1 − x) / 2) beyond (fdlibm, e_asin.c). */
interface Halves {
  /** x P(x²) · x², for |x| ≤ ½. */
  readonly cubic: Expr;
  /** √((1 − |x|) / 2) without its low bits, and what is missing to its arcsine. */
  readonly root: Expr;
  readonly rest: Expr;
}

function halvesOf(b: ExpressionBuilder, x: Expr): Halves {
  const a = b.abs(x);
  const isNear = b.lt(a, b.like(x, 0.5));
  const far = b.mul(b.sub(b.like(x, 1), a), b.like(x, 0.5));
  const z = b.select(isNear, b.mul(x, x), far);
  const slope = b.mul(z, horner(b, z, arcsine));
  const whole = b.sqrt(far);
  const root = withoutLowBits(b, whole, 32);
  // At 1 there is nothing missing, and 0 / 0.
  const sum = b.add(whole, root);
  const missing = b.select(b.gt(far, b.like(x, 0)), b.div(b.sub(far, b.mul(root, root)), sum), far);
  return { cubic: b.mul(x, slope), root, rest: b.add(b.mul(whole, slope), missing) };
}

/** asin x. */
export const asin = realFunction("asin", (b, x) => {
  const { cubic, root, rest } = halvesOf(b, x);
  const quarter = b.like(x, Math.PI / 4);
  const twice = b.sub(quarter, b.add(root, root));
  const far = b.add(quarter, b.sub(twice, b.sub(b.add(rest, rest), b.like(x, halfPiLow))));
  return b.copysign(b.select(b.lt(b.abs(x), b.like(x, 0.5)), b.add(x, cubic), far), x);
});

/** acos x. */
export const acos = realFunction("acos", (b, x) => {
  const { cubic, root, rest } = halvesOf(b, x);
  const half = b.like(x, Math.PI / 2);
  const near = b.sub(half, b.sub(x, b.sub(b.like(x, halfPiLow), cubic)));
  const right = b.mul(b.like(x, 2), b.add(root, rest));
  const left = b.sub(b.like(x, Math.PI), b.mul(b.like(x, 2), b.add(root, b.sub(rest, b.like(x, halfPiLow)))));
  const far = b.select(b.gt(x, b.like(x, 0)), right, left);
  return b.select(b.lt(b.abs(x), b.like(x, 0.5)), near, far);
});
