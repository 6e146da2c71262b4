/** Random permutations, from streams of words (see `threefry.ts`). */
import type { Int } from "./numeric-array.js";
import { fillBlocks } from "./threefry.js";

const TWO_32 = 2 ** 32;

/** ⌊(high · 2³² + low) · range / 2⁶⁴⌋, exactly, for range ≤ 2³². */
export function scaleDown(high: number, low: number, range: number): number {
  const carry = (Math.imul(high, range) >>> 0) + multiplyHigh(low, range) >= TWO_32 ? 1 : 0;
  return multiplyHigh(high, range) + carry;
}

/** ⌊a · b / 2³²⌋ for a < 2³², b ≤ 2³². */
function multiplyHigh(a: number, b: number): number {
  const top = Math.floor(b / 65536);
  return multiplyHalves(a, top, b - top * 65536);
}

/** ⌊a · (top · 2¹⁶ + rest) / 2³²⌋ for a < 2³²: the halves keep every product below 2⁵³. */
function multiplyHalves(a: number, top: number, rest: number): number {
  return Math.floor((a * top + Math.floor(a * rest * 2 ** -16)) * 2 ** -16);
}

/** `scaleDown` of words as signed integers, for a range below 2³¹: products in 32 bits are quicker so. */
function placeBelow(high: Int, low: Int, range: Int): Int {
  const top = range >> 16;
  const rest = range & 65535;
  const carried = (Math.imul(high, range) >>> 0) + multiplyHalves(low >>> 0, top, rest);
  return (multiplyHalves(high >>> 0, top, rest) | 0) + (carried >= TWO_32 ? 1 : 0);
}

/**
 * Fills rows of `count` elements with 0 … count − 1 in random order: the Fisher–Yates shuffle (R. Durstenfeld, "Algorithm 235",
 * Comm. ACM 7 (1964) 420), from the last place down. Place i takes words 2i and 2i + 1 after the row's counter, with the bias of `fillIntegers`.
 *
 * @example
 * const order = new Int32Array(5);
 * fillPermutations(0, 1, Float64Array.of(0), order, 5, 0, 42);
 */
export function fillPermutations(
  first: Int,
  end: Int,
  counters: Float64Array,
  out: Int32Array,
  count: Int,
  key0: Int,
  key1: Int,
): void {
  const words = new Int32Array(2 * count + 2);
  for (let unit = first; unit < end; unit++) {
    const row = unit * count;
    const counter = counters[unit]!;
    const block = Math.floor(counter / 2);
    const half = (counter - 2 * block) | 0;
    fillBlocks(key0, key1, block | 0, Math.floor(block / TWO_32) | 0, words, 0, 2 * count + 2);
    for (let i = 0; i < count; i++) out[row + i] = i;
    for (let i = count - 1; i > 0; i--) {
      const j = placeBelow(words[2 * i + 1 + half]!, words[2 * i + half]!, i + 1);
      const moved = out[row + i]!;
      out[row + i] = out[row + j]!;
      out[row + j] = moved;
    }
  }
}
