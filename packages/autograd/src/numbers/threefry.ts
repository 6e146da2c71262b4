/**
 * Counter-based random bits: Threefry-2x32 with 20 rounds (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC '11). Bits are a pure function of key and counter.
 *
 * A stream is the sequence of 32-bit words of one key; its state is the key and the number of words drawn so far, a
 * safe integer. Word w is half w mod 2 of block ⌊w / 2⌋. Blocks of a stream have a counter below 2⁵²; keys are derived
 * from counters above 2⁶², so a derived key never shows up among the words of its parent.
 */

import type { Int, Integers } from "./numeric-array.js";

/** Two 32-bit words, each an integer in [0, 2³²). */
export type RandomKey = readonly [number, number];

const PARITY = 0x1bd11bda;
/** What the high word of a counter from which `foldIn` derives a key begins with. */
export const FOLD_DOMAIN = 0x40000000;
const SPLIT_DOMAIN = 0x80000000;
const TWO_32 = 2 ** 32;

/**
 * One block: the two words that Threefry-2x32-20 makes of a key and a counter (low word first), each in [0, 2³²).
 *
 * @example
 * threefry2x32([0, 0], [0, 0]); // [0x6b200159, 0x99ba4efe]
 */
export function threefry2x32(key: RandomKey, counter: RandomKey): RandomKey {
  const block = new Uint32Array(2);
  fillBlocks(key[0], key[1], counter[0], counter[1], block, 0, 2);
  return [block[0]!, block[1]!];
}

/**
 * The key of a seed; seeds that differ give unrelated streams.
 *
 * @param seed any safe integer, negative ones included
 * @throws RangeError if `seed` is not a safe integer
 * @example
 * const key = keyFromSeed(42);
 */
export function keyFromSeed(seed: number): RandomKey {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`keyFromSeed: a seed is a safe integer, got ${seed}.`);
  return [seed >>> 0, Math.floor(seed / TWO_32) >>> 0];
}

/**
 * A key that depends on `key` and a number: the way to give each step, layer or worker a stream of its own.
 *
 * @param data a safe integer ≥ 0
 * @throws RangeError if `data` is not such an integer
 * @example
 * const stepKey = foldIn(key, step);
 */
export function foldIn(key: RandomKey, data: number): RandomKey {
  return derive("foldIn", key, data, FOLD_DOMAIN);
}

/**
 * `count` keys for independent streams, from the `first`-th on (default 0). The i-th does not depend on `count`, and differs from every `foldIn`.
 *
 * @throws RangeError if `count` or `first` is not a safe integer ≥ 0
 * @example
 * const [weights, noise] = splitKey(keyFromSeed(0), 2);
 */
export function splitKey(key: RandomKey, count: number, first = 0): RandomKey[] {
  checkCounter("splitKey", count);
  return Array.from({ length: count }, (_, i) => derive("splitKey", key, first + i, SPLIT_DOMAIN));
}

function derive(name: string, key: RandomKey, data: number, domain: number): RandomKey {
  checkCounter(name, data);
  // The high word of a safe integer is below 2²¹: the domain's bits are free.
  return threefry2x32(key, [data >>> 0, domain + Math.floor(data / TWO_32)]);
}

/**
 * Fills `out` with the words of the stream from word `counter` on, and returns the counter after them. Filling in one
 * go or in pieces gives the same words.
 *
 * @throws RangeError if `counter`, or the counter after the words, is not a safe integer ≥ 0
 * @example
 * const words = new Uint32Array(100);
 * const next = randomBits(keyFromSeed(1), 0, words); // 100
 */
export function randomBits(key: RandomKey, counter: number, out: Uint32Array): number {
  checkCounter("randomBits", counter);
  const next = counter + out.length;
  checkCounter("randomBits", next);
  let filled = 0;
  if (counter % 2 === 1 && out.length > 0) {
    out[0] = blockAt(key, (counter - 1) / 2)[1];
    filled = 1;
  }
  const whole = out.length - ((out.length - filled) % 2);
  const first = (counter + filled) / 2;
  fillBlocks(key[0], key[1], first >>> 0, Math.floor(first / TWO_32), out, filled, whole);
  if (whole < out.length) out[whole] = blockAt(key, Math.floor((next - 1) / 2))[0];
  return next;
}

function blockAt(key: RandomKey, block: number): RandomKey {
  return threefry2x32(key, [block >>> 0, Math.floor(block / TWO_32)]);
}

export function checkCounter(name: string, counter: number): void {
  if (!Number.isSafeInteger(counter) || counter < 0) {
    throw new RangeError(`${name}: a counter is an integer from 0 to 2^53 - 1, got ${counter}.`);
  }
}

/** Blocks from counter (high, low) on, into `out[start .. end)`; `end − start` is even. */
export function fillBlocks(key0: Int, key1: Int, low: Int, high: Int, out: Integers, start: Int, end: Int): void {
  const k0 = key0 | 0;
  const k1 = key1 | 0;
  const k2 = k0 ^ k1 ^ PARITY;
  let c0 = low | 0;
  let c1 = high | 0;
  for (let i = start; i < end; i += 2) {
    let x = (c0 + k0) | 0;
    let y = (c1 + k1) | 0;
    // Five times four rounds: the rotations alternate between two sets, and a fifth of the key schedule follows each.
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k1) | 0;
    y = (y + k2 + 1) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k2) | 0;
    y = (y + k0 + 2) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k0) | 0;
    y = (y + k1 + 3) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k1) | 0;
    y = (y + k2 + 4) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k2) | 0;
    y = (y + k0 + 5) | 0;
    out[i] = x;
    out[i + 1] = y;
    c0 = (c0 + 1) | 0;
    if (c0 === 0) c1 = (c1 + 1) | 0;
  }
}
