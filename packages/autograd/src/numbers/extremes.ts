/** Largest, smallest and product over one axis of a contiguous array seen as `[outer, axis, inner]`. */
import { isIntegerArray, type NumericArray } from "./numeric-array.js";
import { checkExtents, widenRareTypes } from "./summation.js";

/**
 * Writes the largest elements along the middle axis of `source`, seen as `[outer, axis, inner]`, to `out`, seen as
 * `[outer, inner]`. NaN wins over everything, and +0 over −0 (IEEE 754-2019 `maximum`).
 *
 * @throws RangeError if the axis is empty and results are asked for, or an array is too short
 * @example
 * const out = new Float32Array(2);
 * maxInto(Float32Array.of(1, 9, 3, 4), out, 1, 2, 2); // out = [3, 9]
 */
export function maxInto(source: NumericArray, out: NumericArray, outer: number, axis: number, inner: number): void {
  extremeInto("maxInto", 1, source, out, outer, axis, inner);
}

/**
 * The smallest elements: `maxInto` with the order reversed (−0 wins over +0).
 *
 * @throws RangeError if the axis is empty and results are asked for, or an array is too short
 * @example
 * const out = new Float32Array(2);
 * minInto(Float32Array.of(1, 9, 3, 4), out, 1, 2, 2); // out = [1, 4]
 */
export function minInto(source: NumericArray, out: NumericArray, outer: number, axis: number, inner: number): void {
  extremeInto("minInto", -1, source, out, outer, axis, inner);
}

/**
 * The products along the middle axis, from left to right; 1 for an empty axis. Float products are accumulated in
 * float64 and rounded once when stored; integer ones wrap (modulo 2³² or 2⁸).
 *
 * @throws RangeError if an array is too short
 * @example
 * const out = new Int32Array(1);
 * productInto(Int32Array.of(2, 3, 7), out, 1, 3, 1); // out = [42]
 */
export function productInto(source: NumericArray, out: NumericArray, outer: number, axis: number, inner: number): void {
  checkExtents("productInto", source, out, outer, axis, inner);
  const wrap = isIntegerArray(out);
  const readable = widenRareTypes(source);
  const totals = out instanceof Float64Array ? out : new Float64Array(outer * inner);
  totals.fill(1, 0, outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < axis; k++) {
      const row = (o * axis + k) * inner;
      if (wrap) imulRow(readable, row, inner, totals, o * inner);
      else multiplyRow(readable, row, inner, totals, o * inner);
    }
  }
  if (out !== totals) out.set(totals);
}

function multiplyRow(source: NumericArray, row: number, inner: number, totals: Float64Array, at: number): void {
  for (let j = 0; j < inner; j++) totals[at + j]! *= source[row + j]!;
}

function imulRow(source: NumericArray, row: number, inner: number, totals: Float64Array, at: number): void {
  for (let j = 0; j < inner; j++) totals[at + j] = Math.imul(totals[at + j]!, source[row + j]!);
}

/** min x = −max(−x): one loop serves both, `sign` being 1 or −1. */
function extremeInto(
  name: string,
  sign: number,
  source: NumericArray,
  out: NumericArray,
  outer: number,
  axis: number,
  inner: number,
): void {
  checkExtents(name, source, out, outer, axis, inner);
  if (axis === 0 && outer * inner > 0) {
    throw new RangeError(`${name}: no extreme of an empty axis, [${outer}, 0, ${inner}].`);
  }
  const readable = widenRareTypes(source);
  const totals = out instanceof Float64Array ? out : new Float64Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    if (inner === 1) totals[o] = sign * extremeOfRow(readable, o * axis, axis, sign);
    else extremeOfColumns(readable, o * axis * inner, axis, inner, sign, totals, o * inner);
  }
  if (out !== totals) out.set(totals);
}

function extremeOfRow(source: NumericArray, start: number, length: number, sign: number): number {
  let best = sign * source[start]!;
  for (let i = start + 1; i < start + length; i++) best = Math.max(best, sign * source[i]!);
  return best;
}

function extremeOfColumns(
  source: NumericArray,
  start: number,
  axis: number,
  inner: number,
  sign: number,
  totals: Float64Array,
  at: number,
): void {
  for (let j = 0; j < inner; j++) totals[at + j] = sign * source[start + j]!;
  for (let row = start + inner; row < start + axis * inner; row += inner) {
    for (let j = 0; j < inner; j++) totals[at + j] = Math.max(totals[at + j]!, sign * source[row + j]!);
  }
  for (let j = 0; j < inner; j++) totals[at + j]! *= sign;
}
