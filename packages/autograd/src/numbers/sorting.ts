/**
 * Stable orders of the elements of lines along an axis, by keys of 32 bits whose order as signed integers is that of the elements: NaN is greater than all numbers, and −0 equals 0.
 * Short lines are sorted by insertion, longer ones digit by digit from the lowest (D. Knuth, The Art of Computer Programming 3, §5.2.5).
 */
import { highBits, lowBits, singleBits } from "./bits.js";
import type { Int, Integers, NumericArray } from "./numeric-array.js";

/** Lines up to this length are sorted by insertion. */
const short = 32;
/** Lines from this length on take digits of 11 bits in place of 8. */
const long = 8192;
/** Counts of the digits of long lines. */
export const mostDigits = 2048;

/** The order of elements [outer, count, inner] along the middle axis; a unit is a line. */
export function sortingOrderOfSingles(
  first: Int,
  end: Int,
  x: Float32Array,
  out: Int32Array,
  count: Int,
  inner: Int,
  descending: boolean,
): void {
  const keys = new Int32Array(2 * count);
  const order = new Int32Array(2 * count);
  const digits = new Int32Array(mostDigits);
  for (let unit = first; unit < end; unit++) {
    const start = lineStart(unit, count, inner);
    for (let i = 0; i < count; i++) {
      const value = x[start + i * inner]!;
      const bits = singleBits(value + 0);
      const rising = Number.isNaN(value) ? 0x7fffffff : bits < 0 ? bits ^ 0x7fffffff : bits;
      keys[i] = descending ? ~rising : rising;
      order[i] = i;
    }
    sortByKeys(keys, order, count, digits);
    for (let i = 0; i < count; i++) out[start + i * inner] = order[i]!;
  }
}

export function sortingOrderOfIntegers(
  first: Int,
  end: Int,
  x: Integers,
  out: Int32Array,
  count: Int,
  inner: Int,
  descending: boolean,
  isUnsigned: boolean,
): void {
  const keys = new Int32Array(2 * count);
  const order = new Int32Array(2 * count);
  const digits = new Int32Array(mostDigits);
  for (let unit = first; unit < end; unit++) {
    const start = lineStart(unit, count, inner);
    for (let i = 0; i < count; i++) {
      const bits = x[start + i * inner]! | 0;
      const rising = isUnsigned ? bits ^ (1 << 31) : bits;
      keys[i] = descending ? ~rising : rising;
      order[i] = i;
    }
    sortByKeys(keys, order, count, digits);
    for (let i = 0; i < count; i++) out[start + i * inner] = order[i]!;
  }
}

/** By their lower halves first, and then by the upper ones. */
export function sortingOrderOfDoubles(
  first: Int,
  end: Int,
  x: Float64Array,
  out: Int32Array,
  count: Int,
  inner: Int,
  descending: boolean,
): void {
  const keys = new Int32Array(2 * count);
  const order = new Int32Array(2 * count);
  const digits = new Int32Array(mostDigits);
  const values = new Float64Array(count);
  for (let unit = first; unit < end; unit++) {
    const start = lineStart(unit, count, inner);
    if (count <= short) {
      for (let i = 0; i < count; i++) values[i] = x[start + i * inner]!;
      sortFewDoubles(values, order, count, descending);
    } else {
      for (let i = 0; i < count; i++) {
        const value = x[start + i * inner]! + 0;
        const low = Number.isNaN(value) ? -1 : highBits(value) < 0 ? ~lowBits(value) : lowBits(value);
        // As a signed integer, where the lower half has no sign.
        keys[i] = (descending ? ~low : low) ^ (1 << 31);
        order[i] = i;
      }
      sortByKeys(keys, order, count, digits);
      for (let i = 0; i < count; i++) {
        const value = x[start + order[i]! * inner]! + 0;
        const high = highBits(value);
        const rising = Number.isNaN(value) ? 0x7fffffff : high < 0 ? high ^ 0x7fffffff : high;
        keys[i] = descending ? ~rising : rising;
      }
      sortByKeys(keys, order, count, digits);
    }
    for (let i = 0; i < count; i++) out[start + i * inner] = order[i]!;
  }
}

function lineStart(unit: Int, count: Int, inner: Int): Int {
  const outer = Math.floor(unit / inner);
  return outer * count * inner + (unit - outer * inner);
}

/** Whether a comes behind b. */
function isBehind(a: number, b: number, descending: boolean): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return descending ? !Number.isNaN(a) : !Number.isNaN(b);
  return descending ? a < b : a > b;
}

function sortFewDoubles(values: Float64Array, order: Int32Array, count: Int, descending: boolean): void {
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    let at = i;
    while (at > 0 && isBehind(values[at - 1]!, value, descending)) {
      values[at] = values[at - 1]!;
      order[at] = order[at - 1]!;
      at--;
    }
    values[at] = value;
    order[at] = i;
  }
}

/** Sorts `order` by the keys beside it, both in the first half of arrays twice as long. */
function sortByKeys(keys: Int32Array, order: Int32Array, count: Int, digits: Int32Array): void {
  if (count <= short) sortByInsertion(keys, order, count);
  else sortByDigits(keys, order, count, digits);
}

function sortByInsertion(keys: Int32Array, order: Int32Array, count: Int): void {
  for (let i = 1; i < count; i++) {
    const key = keys[i]!;
    const own = order[i]!;
    let at = i;
    while (at > 0 && keys[at - 1]! > key) {
      keys[at] = keys[at - 1]!;
      order[at] = order[at - 1]!;
      at--;
    }
    keys[at] = key;
    order[at] = own;
  }
}

function sortByDigits(keys: Int32Array, order: Int32Array, count: Int, digits: Int32Array): void {
  const width = count < long ? 8 : 11;
  const size = 1 << width;
  const mask = size - 1;
  let from = 0;
  for (let shift = 0; shift < 32; shift += width) {
    // The sign bit is the highest of the last digit: negative keys come first.
    const flip = shift + width >= 32 ? 1 << (31 - shift) : 0;
    for (let d = 0; d < size; d++) digits[d] = 0;
    for (let i = 0; i < count; i++) digits[((keys[from + i]! >>> shift) & mask) ^ flip]!++;
    const firstDigit = ((keys[from]! >>> shift) & mask) ^ flip;
    // All keys have this digit in common.
    if (digits[firstDigit]! === count) continue;
    const to = count - from;
    let place = to;
    for (let d = 0; d < size; d++) {
      const here = digits[d]!;
      digits[d] = place;
      place += here;
    }
    for (let i = 0; i < count; i++) {
      const key = keys[from + i]!;
      const digit = ((key >>> shift) & mask) ^ flip;
      const at = digits[digit]!;
      digits[digit] = at + 1;
      keys[at] = key;
      order[at] = order[from + i]!;
    }
    from = to;
  }
  if (from > 0) {
    for (let i = 0; i < count; i++) {
      keys[i] = keys[count + i]!;
      order[i] = order[count + i]!;
    }
  }
}

/** For each value the place in its row of `sorted` before equal elements, or behind them where `right`; NaN lies behind every number. */
export function searchSorted(
  first: Int,
  end: Int,
  sorted: NumericArray,
  values: NumericArray,
  out: Int32Array,
  length: Int,
  count: Int,
  right: boolean,
): void {
  for (let unit = first; unit < end; unit++) {
    const row = Math.floor(unit / count) * length;
    const value = values[unit]!;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const here = sorted[row + middle]!;
      const isBefore = Number.isNaN(value) ? !Number.isNaN(here) || right : right ? here <= value : here < value;
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    out[unit] = low;
  }
}
