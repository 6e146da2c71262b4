/**
 * Random numbers into typed arrays, from a stream of words (see `threefry.ts`). Each function takes the key and the
 * counter, fills the array and returns the counter after it; an element uses a fixed number of words, so that filling
 * in one go or in pieces gives the same numbers, and element i can be drawn without the ones before it.
 */
import { normalCdf } from "./error-function.js";
import { normalQuantile } from "./normal-quantile.js";
import { scaleDown } from "./permutation.js";
import { checkCounter, type RandomKey, randomBits } from "./threefry.js";

const TWO_32 = 2 ** 32;
const CHUNK = 4096;
const words = new Uint32Array(CHUNK);

/** Draws words chunk by chunk: `use(from, to)` reads the words of elements `from .. to` from the start of `words`. */
function eachChunk(
  key: RandomKey,
  counter: number,
  length: number,
  wordsEach: number,
  use: (from: number, to: number) => void,
): number {
  checkCounter("random", counter + length * wordsEach);
  const step = CHUNK / wordsEach;
  let next = counter;
  for (let from = 0; from < length; from += step) {
    const to = Math.min(length, from + step);
    const drawn = (to - from) * wordsEach;
    next = randomBits(key, next, drawn === CHUNK ? words : words.subarray(0, drawn));
    use(from, to);
  }
  return next;
}

/**
 * Uniform numbers in [0, 1): multiples of 2⁻²⁴ (one word each) in float32, of 2⁻⁵³ (two words each) in float64, all
 * equally likely and exactly represented. Returns the next counter.
 *
 * @example
 * const out = new Float32Array(3);
 * const next = fillUniform(keyFromSeed(0), 0, out); // 3
 */
export function fillUniform(key: RandomKey, counter: number, out: Float32Array | Float64Array): number {
  if (out instanceof Float32Array) {
    return eachChunk(key, counter, out.length, 1, (from, to) => {
      for (let i = from; i < to; i++) out[i] = (words[i - from]! >>> 8) * 2 ** -24;
    });
  }
  return eachChunk(key, counter, out.length, 2, (from, to) => {
    for (let i = from, w = 0; i < to; i++, w += 2) {
      out[i] = ((words[w + 1]! >>> 5) * 2 ** 26 + (words[w]! >>> 6)) * 2 ** -53;
    }
  });
}

/**
 * Standard normal numbers by inversion: z = Φ⁻¹(u), increasing in the random bits and symmetric about 0. u is the
 * middle of one of 2³² (float32, one word) or 2⁶⁴ (float64, two words) equal intervals, so |z| reaches 6.3 and 9.1.
 * Returns the next counter.
 *
 * @example
 * const out = new Float64Array(1000);
 * const next = fillNormal(keyFromSeed(0), 0, out); // 2000
 */
export function fillNormal(key: RandomKey, counter: number, out: Float32Array | Float64Array): number {
  if (out instanceof Float32Array) {
    return eachChunk(key, counter, out.length, 1, (from, to) => {
      for (let i = from; i < to; i++) out[i] = normalFromWords(words[i - from]!, TWO_32 / 2);
    });
  }
  return eachChunk(key, counter, out.length, 2, (from, to) => {
    for (let i = from, w = 0; i < to; i++, w += 2) out[i] = normalFromWords(words[w + 1]!, words[w]! + 0.5);
  });
}

/** Φ⁻¹((high + low / 2³²) / 2³²): the upper half by symmetry, for both tails to have full precision. */
function normalFromWords(high: number, low: number): number {
  return high < TWO_32 / 2
    ? normalQuantile((high * TWO_32 + low) * 2 ** -64)
    : -normalQuantile(((TWO_32 - 1 - high) * TWO_32 + (TWO_32 - low)) * 2 ** -64);
}

/**
 * Standard normal numbers given that they lie in [low, high], by inversion: z = Φ⁻¹(Φ(low) + u (Φ(high) − Φ(low))), with
 * two words each. Returns the next counter.
 *
 * @throws RangeError unless low < high
 * @example
 * const out = new Float32Array(10);
 * fillTruncatedNormal(keyFromSeed(0), 0, out, -2, 2);
 */
export function fillTruncatedNormal(
  key: RandomKey,
  counter: number,
  out: Float32Array | Float64Array,
  low: number,
  high: number,
): number {
  if (!(low < high)) throw new RangeError(`fillTruncatedNormal: low must be below high, got [${low}, ${high}].`);
  const { mirrored, from, width } = truncatedInterval(low, high);
  return eachChunk(key, counter, out.length, 2, (first, end) => {
    for (let i = first, w = 0; i < end; i++, w += 2) {
      const z = normalQuantile(from + width * ((words[w + 1]! * TWO_32 + words[w]! + 0.5) * 2 ** -64));
      out[i] = Math.min(high, Math.max(low, mirrored ? -z : z));
    }
  });
}

/** Φ over an interval: where it starts and how far it goes. One right of 0 is mirrored, since Φ keeps its digits in the lower tail only. */
export function truncatedInterval(low: number, high: number): { mirrored: boolean; from: number; width: number } {
  const mirrored = low > 0;
  const from = normalCdf(mirrored ? -high : low);
  return { mirrored, from, width: normalCdf(mirrored ? -low : high) - from };
}

/**
 * Integers in [low, high), two words each: ⌊u · (high − low) / 2⁶⁴⌋ + low for a 64-bit u. The chance of any value is
 * off by less than 2⁻⁶⁴, a relative bias below 2⁻³². Returns the next counter.
 *
 * @param out an integer array that can hold the values
 * @throws RangeError unless low < high are safe integers at most 2³² apart
 * @example
 * const dice = new Int32Array(10);
 * fillIntegers(keyFromSeed(0), 0, dice, 1, 7);
 */
export function fillIntegers(
  key: RandomKey,
  counter: number,
  out: Int32Array | Uint32Array | Uint8Array,
  low: number,
  high: number,
): number {
  const range = high - low;
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && range > 0 && range <= TWO_32)) {
    throw new RangeError(`fillIntegers: low < high must be integers at most 2^32 apart, got [${low}, ${high}).`);
  }
  return eachChunk(key, counter, out.length, 2, (from, to) => {
    for (let i = from, w = 0; i < to; i++, w += 2) out[i] = low + scaleDown(words[w + 1]!, words[w]!, range);
  });
}
