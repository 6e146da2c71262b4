import type { Expr, ExpressionBuilder } from "../expression.js";

/** Threefry-2x32 with 20 rounds as expressions, i32 throughout: see `numbers/threefry.ts`. */

/** Two words of 32 bits. */
export type WordPair = readonly [Expr, Expr];

const parity = 0x1bd11bda;
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** The block of a key and a counter, low word first. */
export function threefryBlock(b: ExpressionBuilder, [k0, k1]: WordPair, [low, high]: WordPair): WordPair {
  const keys = [k0, k1, b.xor(b.xor(k0, k1), b.like(k0, parity))];
  const keyAt = (i: number): Expr => keys[i % 3] ?? k0;
  let x = b.add(low, k0);
  let y = b.add(high, k1);
  for (let fifth = 0; fifth < 5; fifth++) {
    for (const bits of rotations[fifth % 2] ?? []) {
      x = b.add(x, y);
      y = b.xor(b.or(b.shl(y, bits), b.shrU(y, 32 - bits)), x);
    }
    x = b.add(x, keyAt(fifth + 1));
    y = b.add(y, b.add(keyAt(fifth + 2), b.like(y, fifth + 1)));
  }
  return [x, y];
}

/** A whole number below 2⁶⁴, f64, as its low and high words. */
export function wordsOfNumber(b: ExpressionBuilder, x: Expr): WordPair {
  const high = b.floor(b.mul(x, b.like(x, 2 ** -32)));
  const low = b.sub(x, b.mul(high, b.like(x, 2 ** 32)));
  return [b.convert(low, "i32"), b.convert(high, "i32")];
}

/** Where a stream stands: the block of its next word, and whether that is the second one there. */
export interface StreamPosition {
  readonly block: WordPair;
  /** i32, 0 or 1. */
  readonly half: Expr;
}

/** The position after `counter` words, f64. */
export function positionOf(b: ExpressionBuilder, counter: Expr): StreamPosition {
  const blocks = b.floor(b.mul(counter, b.like(counter, 0.5)));
  const half = b.convert(b.sub(counter, b.mul(blocks, b.like(counter, 2))), "i32");
  return { block: wordsOfNumber(b, blocks), half };
}

/** The block `further` (i32, from 0 on) blocks after another. */
function blockAfter(b: ExpressionBuilder, [low, high]: WordPair, further: Expr): WordPair {
  const next = b.add(low, further);
  const sign = b.like(low, -(2 ** 31));
  const hasWrapped = b.lt(b.xor(next, sign), b.xor(low, sign));
  return [next, b.select(hasWrapped, b.add(high, b.like(high, 1)), high)];
}

/** Word number i (i32) from a position on. */
export function wordAt(b: ExpressionBuilder, key: WordPair, { block, half }: StreamPosition, i: Expr): Expr {
  const place = b.add(half, i);
  const [x, y] = threefryBlock(b, key, blockAfter(b, block, b.shrU(place, 1)));
  return b.select(b.eq(b.and(place, b.like(place, 1)), b.like(place, 0)), x, y);
}

/** Words 2i and 2i + 1 from a position on. */
export function wordsAt(b: ExpressionBuilder, key: WordPair, { block, half }: StreamPosition, i: Expr): WordPair {
  const [x, y] = threefryBlock(b, key, blockAfter(b, block, i));
  const [next] = threefryBlock(b, key, blockAfter(b, block, b.add(i, half)));
  const isWhole = b.eq(half, b.like(half, 0));
  return [b.select(isWhole, x, y), b.select(isWhole, y, next)];
}
