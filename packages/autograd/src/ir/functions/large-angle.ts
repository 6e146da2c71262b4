import type { Expr, ExpressionBuilder } from "../expression.js";
import { integer, withoutLowBits } from "./real-function.js";

/** 2 / π in words of 64 bits, after a word of zeros (computed to 1500 bits). */
const twoOverPi = [
  0x0000000000000000n,
  0xa2f9836e4e441529n,
  0xfc2757d1f534ddc0n,
  0xdb6295993c439041n,
  0xfe5163abdebbc561n,
  0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn,
  0xfe1deb1cb129a73en,
  0xe88235f52ebb4484n,
  0xe99c7026b45f7e41n,
  0x3991d639835339f4n,
  0x9c845f8bbdf9283bn,
  0x1ff897ffde05980fn,
  0xef2f118b5a0a6d1fn,
  0x6d367ecf27cb09b7n,
  0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn,
  0x3d0739f78a5292ean,
  0x6bfb5fb11f8d5d08n,
  0x56033046fc7b6babn,
];

/** A number as the exact sum of two. */
export interface Pair {
  readonly high: Expr;
  readonly low: Expr;
}

/** An angle less a multiple of π/2: within ±π/4, and the multiple modulo 4. */
export interface Reduced {
  readonly r: Pair;
  /** Its low two bits count the quarter turns; i64. */
  readonly quarter: Expr;
}

/** a + b and what rounding it loses, for |a| ≥ |b|. */
export function fastSum(b: ExpressionBuilder, x: Expr, y: Expr): Pair {
  const high = b.add(x, y);
  return { high, low: b.add(b.sub(x, high), y) };
}

/** a · b and what rounding it loses (Dekker, 1971), for f64. */
export function exactProduct(b: ExpressionBuilder, x: Expr, y: Expr): Pair {
  const high = b.mul(x, y);
  const [xh, yh] = [withoutLowBits(b, x, 27), withoutLowBits(b, y, 27)];
  const [xl, yl] = [b.sub(x, xh), b.sub(y, yh)];
  const crossed = b.add(b.sub(b.mul(xh, yh), high), b.add(b.mul(xh, yl), b.mul(xl, yh)));
  return { high, low: b.add(crossed, b.mul(xl, yl)) };
}

/** The upper half of the product of two unsigned words, x below 2⁵³. */
function upperHalf(b: ExpressionBuilder, x: Expr, y: Expr): Expr {
  const mask = integer(b, x, 0xffffffffn);
  const [x0, x1] = [b.and(x, mask), b.shrU(x, 32)];
  const [y0, y1] = [b.and(y, mask), b.shrU(y, 32)];
  const cross = b.mul(x0, y1);
  const middle = b.add(b.add(b.shrU(b.mul(x0, y0), 32), b.and(cross, mask)), b.mul(x1, y0));
  return b.add(b.add(b.mul(x1, y1), b.shrU(cross, 32)), b.shrU(middle, 32));
}

/** Three words of 2 / π from a bit on: the words chosen one by one, then shifted together. */
function window(b: ExpressionBuilder, position: Expr): readonly [Expr, Expr, Expr] {
  const word = b.shrU(position, 6);
  let words = [0, 1, 2, 3].map((offset) =>
    twoOverPi.reduce((chosen, _, i) => {
      const here = integer(b, word, twoOverPi[i + offset] ?? 0n);
      return i === 0 ? here : b.select(b.eq(word, integer(b, word, i)), here, chosen);
    }, word),
  );
  for (const bit of [32, 16, 8, 4, 2, 1]) {
    const isSet = b.ne(b.and(position, integer(b, word, bit)), integer(b, word, 0));
    words = words.map((own, i) => {
      const next = words[i + 1] ?? integer(b, word, 0);
      return b.select(isSet, b.or(b.shl(own, bit), b.shrU(next, 64 - bit)), own);
    });
  }
  const [first = word, second = word, third = word] = words;
  return [first, second, third];
}

/** An unsigned half word of an i64 as f64. */
function halfAsNumber(b: ExpressionBuilder, bits: Expr): Expr {
  const signed = b.convert(b.narrow(bits), "f64");
  return b.select(b.lt(signed, b.like(signed, 0)), b.add(signed, b.like(signed, 2 ** 32)), signed);
}

/**
 * For finite |x| of ½ or more (f64): x is multiplied by those bits of 2 / π that count (Payne & Hanek, "Radian reduction for trigonometric
 * functions", SIGNUM Newsletter 18, 1983).
 */
export function reduceLargeAngle(b: ExpressionBuilder, x: Expr): Reduced {
  const bits = b.bits(b.abs(x));
  const fraction = b.and(bits, integer(b, bits, (1n << 52n) - 1n));
  const m = b.or(fraction, integer(b, bits, 1n << 52n));
  // x = m · 2^E with E = exponent − 1075. Bits of 2 / π before number E − 1 give multiples of 4.
  const position = b.add(b.shrU(bits, 52), integer(b, bits, 64 - 1 - 1076));
  const [first, second, third] = window(b, position);
  const low = b.mul(m, second);
  const carried = upperHalf(b, m, third);
  const middle = b.add(low, carried);
  const least = integer(b, bits, -(1n << 63n));
  const overflows = b.lt(b.xor(middle, least), b.xor(low, least));
  const carry = b.select(overflows, integer(b, bits, 1), integer(b, bits, 0));
  const top = b.add(b.add(b.mul(m, first), upperHalf(b, m, second)), carry);
  // The upper two bits of 128 are quarter turns, to the nearest; the rest is a signed fraction.
  const quarter = b.shrU(b.add(top, integer(b, bits, 1n << 61n)), 62);
  const rest = b.sub(top, b.shl(quarter, 62));
  const upper = b.mul(b.convert(b.narrow(b.shr(rest, 32)), "f64"), b.constant("f64", 2 ** -30));
  const lower = b.mul(halfAsNumber(b, rest), b.constant("f64", 2 ** -62));
  const tail = b.add(
    b.mul(halfAsNumber(b, b.shrU(middle, 32)), b.constant("f64", 2 ** -94)),
    b.mul(halfAsNumber(b, middle), b.constant("f64", 2 ** -126)),
  );
  const turn = fastSum(b, upper, lower);
  const sum = fastSum(b, turn.high, b.add(turn.low, tail));
  const angle = exactProduct(b, sum.high, b.like(x, Math.PI / 2));
  const small = b.add(
    angle.low,
    b.add(b.mul(sum.low, b.like(x, Math.PI / 2)), b.mul(sum.high, b.like(x, 6.123233995736766e-17))),
  );
  const r = fastSum(b, angle.high, small);
  const sign = b.copysign(b.like(x, 1), x);
  const isNegative = b.lt(sign, b.like(x, 0));
  return {
    r: { high: b.mul(r.high, sign), low: b.mul(r.low, sign) },
    quarter: b.select(isNegative, b.neg(quarter), quarter),
  };
}
