import { isReal, isUnsigned } from "../element-code.js";
import { type Expr, type ExpressionBuilder, scalarFunction } from "../expression.js";
import { exactProduct } from "./large-angle.js";
import { integer, realFunction } from "./real-function.js";

/** An i64 from 0 to 2⁵³ as f64. */
function asNumber(b: ExpressionBuilder, bits: Expr): Expr {
  const low = b.convert(b.narrow(bits), "f64");
  const unsigned = b.select(b.lt(low, b.like(low, 0)), b.add(low, b.like(low, 2 ** 32)), low);
  const high = b.convert(b.narrow(b.shrU(bits, 32)), "f64");
  return b.add(b.mul(high, b.like(high, 2 ** 32)), unsigned);
}

/** An f64 from 0 to 2⁵³ as i64. */
function asInteger(b: ExpressionBuilder, x: Expr): Expr {
  const high = b.trunc(b.mul(x, b.like(x, 2 ** -32)));
  const low = b.sub(x, b.mul(high, b.like(x, 2 ** 32)));
  // From 0 to 2³²: halved, so that it fits a signed integer, and put together again.
  const half = b.trunc(b.mul(low, b.like(x, 0.5)));
  const rest = b.saturate(b.sub(low, b.add(half, half)));
  const lower = b.add(b.shl(b.widen(b.saturate(half)), 1), b.widen(rest));
  return b.add(b.shl(b.widen(b.saturate(high)), 32), lower);
}

/** p · q modulo m, for q < m < 2⁵³ and p < 2⁵³: the quotient in floating point is off by a few, products wrap. */
function productModulo(b: ExpressionBuilder, p: Expr, q: Expr, m: Expr): Expr {
  const quotient = b.trunc(b.div(b.mul(asNumber(b, p), asNumber(b, q)), asNumber(b, m)));
  const rough = b.sub(b.mul(p, q), b.mul(asInteger(b, quotient), m));
  const zero = integer(b, m, 0);
  const twice = b.add(m, m);
  let r = b.add(rough, b.select(b.lt(rough, zero), b.add(twice, twice), zero));
  r = b.select(b.ge(r, twice), b.sub(r, twice), r);
  return b.select(b.ge(r, m), b.sub(r, m), r);
}

/** The exact remainder towards zero of any two numbers: mantissa · 2^difference modulo the other mantissa, by squaring. */
const slowRemainder = scalarFunction(
  "slowRemainder",
  (b, x, y) => {
    const [a, c] = [b.abs(x), b.abs(y)];
    const parts = (value: Expr): readonly [Expr, Expr] => {
      const bits = b.bits(value);
      const exponent = b.shrU(bits, 52);
      const fraction = b.and(bits, integer(b, bits, (1n << 52n) - 1n));
      const isSubnormal = b.eq(exponent, integer(b, bits, 0));
      const one = integer(b, bits, 1);
      return [b.select(isSubnormal, fraction, b.or(fraction, b.shl(one, 52))), b.select(isSubnormal, one, exponent)];
    };
    const [p, exponent] = parts(a);
    const [m, least] = parts(c);
    const difference = b.sub(exponent, least);
    const zero = integer(b, m, 0);
    let power = integer(b, m, 1);
    for (let bit = 10; bit >= 0; bit--) {
      power = productModulo(b, power, power, m);
      const isSet = b.ne(b.and(difference, integer(b, m, 1n << BigInt(bit))), zero);
      const doubled = b.add(power, power);
      power = b.select(isSet, b.select(b.ge(doubled, m), b.sub(doubled, m), doubled), power);
    }
    const rest = asNumber(b, productModulo(b, p, power, m));
    const value = b.mul(b.mul(rest, b.like(rest, 2 ** -52)), b.bits(b.shl(least, 52)));
    const isDefined = b.and(b.lt(a, b.like(a, Number.POSITIVE_INFINITY)), b.gt(c, b.like(a, 0)));
    const known = b.select(b.lt(a, c), x, b.copysign(value, x));
    return b.select(isDefined, known, b.like(x, Number.NaN));
  },
  { scalarOnly: true },
);

/** The remainder towards zero, with the sign of x (f64). */
function truncatedRemainder(b: ExpressionBuilder, x: Expr, y: Expr): Expr {
  const [a, c] = [b.abs(x), b.abs(y)];
  const zero = b.like(a, 0);
  const quotient = b.div(a, c);
  const product = exactProduct(b, b.trunc(quotient), c);
  // The quotient may have been rounded up to an integer.
  const rough = b.sub(b.sub(a, product.high), product.low);
  const rest = b.select(b.lt(rough, zero), b.add(rough, c), rough);
  const fast = b.copysign(b.select(b.lt(a, c), a, rest), x);
  // Above 2⁵⁰ the quotient may be wrong, and low parts of products vanish among the least numbers.
  const isQuick = b.and(b.lt(quotient, b.like(a, 2 ** 50)), b.gt(c, b.like(a, 2 ** -900)));
  return b.rescue(b.not(isQuick), fast, slowRemainder.callee, [x, y]);
}

const remainderOfReals = realFunction("remainder", (b, x, y) => {
  const r = truncatedRemainder(b, x, y);
  const zero = b.like(x, 0);
  const isLeft = b.xor(b.lt(r, zero), b.lt(y, zero));
  return b.select(b.eq(r, zero), b.copysign(zero, y), b.select(isLeft, b.add(r, y), r));
});

const floorDivideOfReals = realFunction("floorDivide", (b, x, y) => {
  const [zero, one] = [b.like(x, 0), b.like(x, 1)];
  const r = truncatedRemainder(b, x, y);
  const q = b.div(b.sub(x, r), y);
  const isLeft = b.and(b.ne(r, zero), b.xor(b.lt(r, zero), b.lt(y, zero)));
  const quotient = b.div(x, y);
  const whole = b.select(b.eq(q, zero), b.mul(quotient, zero), b.nearest(q));
  return b.select(b.eq(y, zero), quotient, b.select(isLeft, b.nearest(b.sub(q, one)), whole));
});

/** ⌊x / y⌋; of integers 0 for y = 0. */
export function floorDivide(b: ExpressionBuilder, x: Expr, y: Expr): Expr {
  if (isReal(x.type)) return floorDivideOfReals(b, x, y);
  const q = b.div(x, y);
  if (isUnsigned(x.type)) return q;
  const zero = integer(b, x, 0);
  const r = b.sub(x, b.mul(q, y));
  const isLeft = b.and(b.ne(r, zero), b.lt(b.xor(r, y), zero));
  return b.select(b.eq(y, zero), zero, b.select(isLeft, b.sub(q, integer(b, x, 1)), q));
}

/** x − ⌊x / y⌋ · y; of integers 0 for y = 0. */
export function remainder(b: ExpressionBuilder, x: Expr, y: Expr): Expr {
  if (isReal(x.type)) return remainderOfReals(b, x, y);
  const r = b.rem(x, y);
  if (isUnsigned(x.type)) return r;
  const zero = integer(b, x, 0);
  const isLeft = b.and(b.ne(r, zero), b.lt(b.xor(r, y), zero));
  return b.select(isLeft, b.add(r, y), r);
}
