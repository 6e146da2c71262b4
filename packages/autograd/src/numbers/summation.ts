/**
 * Sums over one axis of a contiguous array seen as `[outer, axis, inner]`.
 *
 * The summation tree is fixed by the length of the axis alone, so the same numbers give the same bits whichever way
 * they lie in memory: eight neighbours are added as a balanced tree, the eights of a block of 128 one after another,
 * and the blocks pairwise. The error grows like O(log n) (N. J. Higham, "The accuracy of floating point summation",
 * SIAM J. Sci. Comput. 14 (1993) 783–799); partial sums are float64 even for float32 elements.
 */
import { isIntegerArray, type NumericArray } from "./numeric-array.js";

const BLOCK = 128;
/** Columns summed side by side when the axis is strided: their partial sums stay in the first-level cache. */
const COLUMNS = 256;

/**
 * Writes the sums along the middle axis of `source`, seen as `[outer, axis, inner]`, to `out`, seen as `[outer, inner]`.
 *
 * Into a float array the sum is accumulated in float64 and rounded once when stored; an empty axis, or one of zeros of
 * either sign, gives +0. Into an integer array it wraps (modulo 2³² or 2⁸), exactly.
 *
 * @throws RangeError if `source` or `out` is shorter than the sizes ask for
 * @example
 * const out = new Float32Array(2);
 * sumInto(Float32Array.of(1, 2, 3, 4, 5, 6), out, 2, 3, 1); // out = [6, 15]
 */
export function sumInto(source: NumericArray, out: NumericArray, outer: number, axis: number, inner: number): void {
  checkExtents("sumInto", source, out, outer, axis, inner);
  const wrap = isIntegerArray(out);
  const readable = widenRareTypes(source);
  // Results are collected in float64 and converted in one go, for the loops to see one type of result.
  const totals = out instanceof Float64Array ? out : new Float64Array(outer * inner);
  if (inner === 1) {
    for (let o = 0; o < outer; o++) totals[o] = sumRow(readable, o * axis, axis, wrap);
  } else {
    for (let o = 0; o < outer; o++) {
      for (let first = 0; first < inner; first += COLUMNS) {
        const columns = Math.min(COLUMNS, inner - first);
        sumColumns(readable, o * axis * inner + first, axis, inner, columns, wrap, totals, o * inner + first);
      }
    }
  }
  if (out !== totals) out.set(totals);
}

/**
 * The sum of `length` neighbouring elements from `start` on, with the tree and the rounding of `sumInto`, not yet
 * rounded to the element type.
 *
 * @example
 * pairwiseSum(Float32Array.of(0.5, 1, 2), 0, 3); // 3.5
 */
export function pairwiseSum(source: NumericArray, start = 0, length = source.length - start): number {
  return sumRow(source, start, length, false);
}

/** Typed-array loops stay fast while they meet at most four element types: the rare two are widened first. */
export function widenRareTypes(source: NumericArray): Float32Array | Float64Array | Int32Array {
  return source instanceof Uint8Array || source instanceof Uint32Array ? Float64Array.from(source) : source;
}

/** Guards the kernels: typed arrays swallow writes out of range and read `undefined` there. */
export function checkExtents(
  name: string,
  source: NumericArray,
  out: NumericArray,
  outer: number,
  axis: number,
  inner: number,
): void {
  if (source.length < outer * axis * inner || out.length < outer * inner) {
    throw new RangeError(
      `${name}: [${outer}, ${axis}, ${inner}] needs ${outer * axis * inner} elements and ${outer * inner} results, ` +
        `got arrays of ${source.length} and ${out.length}.`,
    );
  }
}

/**
 * Partial sums of 2^level blocks wait in `pending[level]` until their equal arrives, like the carries of a binary
 * counter: the tree of pairwise summation, without recursion.
 */
function sumRow(source: NumericArray, start: number, length: number, wrap: boolean): number {
  if (length <= BLOCK) return finish(sumBlock(source, start, length), wrap);
  const pending: number[] = [];
  const blocks = Math.ceil(length / BLOCK);
  for (let block = 0; block < blocks; block++) {
    const from = block * BLOCK;
    let total = finish(sumBlock(source, start + from, Math.min(BLOCK, length - from)), wrap);
    for (let carry = block; carry & 1; carry >>>= 1) total = finish((pending.pop() ?? 0) + total, wrap);
    pending.push(total);
  }
  let total = pending.pop() ?? 0;
  while (pending.length > 0) total = finish((pending.pop() ?? 0) + total, wrap);
  return total;
}

/** Integer sums are taken modulo 2³² at every node of the tree, where they are still exact. */
function finish(total: number, wrap: boolean): number {
  return wrap ? total | 0 : total;
}

function sumBlock(source: NumericArray, start: number, length: number): number {
  const end = start + length;
  const wholeEnd = end - (length & 7);
  let total = 0;
  let i = start;
  for (; i < wholeEnd; i += 8) {
    total +=
      source[i]! +
      source[i + 1]! +
      (source[i + 2]! + source[i + 3]!) +
      (source[i + 4]! + source[i + 5]! + (source[i + 6]! + source[i + 7]!));
  }
  for (; i < end; i++) total += source[i]!;
  return total;
}

/** `sumRow` for neighbouring columns at once: rows are read in memory order. */
function sumColumns(
  source: NumericArray,
  start: number,
  axis: number,
  stride: number,
  columns: number,
  wrap: boolean,
  totals: Float64Array,
  at: number,
): void {
  if (axis <= BLOCK) {
    sumBlockOfRows(source, start, axis, stride, columns, totals, at);
    return;
  }
  // pending[level * columns + j]: the carries of column j; the first free level is the one being filled.
  const blocks = Math.ceil(axis / BLOCK);
  const pending = new Float64Array((Math.ceil(Math.log2(blocks)) + 2) * columns);
  let level = 0;
  const merge = (): void => {
    level -= 1;
    const right = level * columns;
    const left = right - columns;
    for (let j = 0; j < columns; j++) pending[left + j] = finish(pending[left + j]! + pending[right + j]!, wrap);
  };
  for (let block = 0; block < blocks; block++) {
    const from = block * BLOCK;
    const rows = Math.min(BLOCK, axis - from);
    sumBlockOfRows(source, start + from * stride, rows, stride, columns, pending, level * columns);
    level += 1;
    for (let carry = block; carry & 1; carry >>>= 1) merge();
  }
  while (level > 1) merge();
  for (let j = 0; j < columns; j++) totals[at + j] = pending[j]!;
}

function sumBlockOfRows(
  source: NumericArray,
  start: number,
  rows: number,
  s: number,
  columns: number,
  totals: Float64Array,
  at: number,
): void {
  totals.fill(0, at, at + columns);
  const end = start + rows * s;
  const wholeEnd = end - (rows & 7) * s;
  let row = start;
  for (; row < wholeEnd; row += 8 * s) {
    for (let j = 0; j < columns; j++) {
      const i = row + j;
      const k = i + 4 * s;
      totals[at + j]! +=
        source[i]! +
        source[i + s]! +
        (source[i + 2 * s]! + source[i + 3 * s]!) +
        (source[k]! + source[k + s]! + (source[k + 2 * s]! + source[k + 3 * s]!));
    }
  }
  for (; row < end; row += s) {
    for (let j = 0; j < columns; j++) totals[at + j]! += source[row + j]!;
  }
}
