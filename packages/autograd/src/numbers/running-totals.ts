/**
 * Running totals along the middle axis of arrays [outer, count, inner]. A unit of work is up to 16 lines that lie side by side: what is in one cache line is used
 * together, whatever the axis.
 */
import type { Floats, Int, Integers, NumericArray } from "./numeric-array.js";
import { logaddexp } from "./stable.js";

/** Lines that are walked together. */
export const sideBySide = 16;

/** How many units of work there are. */
export const blocksOf = (outer: number, inner: number): number => outer * Math.ceil(inner / sideBySide);

/** The place of the first element of a unit's first line. */
function startOf(unit: Int, count: Int, inner: Int, reverse: boolean): Int {
  const blocks = Math.floor((inner + sideBySide - 1) / sideBySide);
  const outer = Math.floor(unit / blocks);
  const first = outer * count * inner + (unit - outer * blocks) * sideBySide;
  return reverse ? first + (count - 1) * inner : first;
}

/** How many lines a unit has. */
function linesOf(unit: Int, inner: Int): Int {
  const blocks = Math.floor((inner + sideBySide - 1) / sideBySide);
  return Math.min(sideBySide, inner - (unit % blocks) * sideBySide);
}

/** y_i = x_0 + … + x_i, from the end where `reverse`. */
export function runningSums(
  first: Int,
  end: Int,
  x: Floats,
  out: Floats,
  count: Int,
  inner: Int,
  reverse: boolean,
): void {
  const totals = new Float64Array(sideBySide);
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    if (inner === 1) {
      let total = -0;
      for (let k = 0; k < count; k++) {
        total += x[at]!;
        out[at] = total;
        at += reverse ? -1 : 1;
      }
    } else {
      for (let j = 0; j < lines; j++) totals[j] = -0;
      for (let k = 0; k < count; k++) {
        for (let j = 0; j < lines; j++) {
          const total = totals[j]! + x[at + j]!;
          totals[j] = total;
          out[at + j] = total;
        }
        at += reverse ? -inner : inner;
      }
    }
  }
}

/** Running sums of integers, which wrap. */
export function runningSumsOfIntegers(
  first: Int,
  end: Int,
  x: Integers,
  out: Integers,
  count: Int,
  inner: Int,
  reverse: boolean,
): void {
  const totals = new Int32Array(sideBySide);
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    for (let j = 0; j < lines; j++) totals[j] = 0;
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < lines; j++) {
        const total = (totals[j]! + (x[at + j]! | 0)) | 0;
        totals[j] = total;
        out[at + j] = total;
      }
      at += reverse ? -inner : inner;
    }
  }
}

/** y_i = x_0 · … · x_i. */
export function runningProducts(
  first: Int,
  end: Int,
  x: Floats,
  out: Floats,
  count: Int,
  inner: Int,
  reverse: boolean,
): void {
  const totals = new Float64Array(sideBySide);
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    for (let j = 0; j < lines; j++) totals[j] = 1;
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < lines; j++) {
        const total = totals[j]! * x[at + j]!;
        totals[j] = total;
        out[at + j] = total;
      }
      at += reverse ? -inner : inner;
    }
  }
}

/** Running products of integers, which wrap. */
export function runningProductsOfIntegers(
  first: Int,
  end: Int,
  x: Integers,
  out: Integers,
  count: Int,
  inner: Int,
  reverse: boolean,
): void {
  const totals = new Int32Array(sideBySide);
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    for (let j = 0; j < lines; j++) totals[j] = 1;
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < lines; j++) {
        const total = Math.imul(totals[j]!, x[at + j]!);
        totals[j] = total;
        out[at + j] = total;
      }
      at += reverse ? -inner : inner;
    }
  }
}

/** y_i = log(e^(x_0) + … + e^(x_i)). */
export function runningLogSums(
  first: Int,
  end: Int,
  x: Floats,
  out: Floats,
  count: Int,
  inner: Int,
  reverse: boolean,
): void {
  const totals = new Float64Array(sideBySide);
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < lines; j++) {
        const element = x[at + j]!;
        const total = k === 0 ? element : logaddexp(totals[j]!, element);
        totals[j] = total;
        out[at + j] = total;
      }
      at += reverse ? -inner : inner;
    }
  }
}

/** s_i = a_i s_{i−1} + b_i with s_0 = b_0; with a `lag` of 1, a_{i−1} s_{i−1} + b_i. */
export function runningRecurrence(
  first: Int,
  end: Int,
  a: Floats,
  b: Floats,
  out: Floats,
  count: Int,
  inner: Int,
  reverse: boolean,
  lag: Int,
): void {
  const states = new Float64Array(sideBySide);
  const step = reverse ? -inner : inner;
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    for (let k = 0; k < count; k++) {
      const coefficients = at - lag * step;
      for (let j = 0; j < lines; j++) {
        const state = k === 0 ? b[at + j]! : a[coefficients + j]! * states[j]! + b[at + j]!;
        states[j] = state;
        out[at + j] = state;
      }
      at += step;
    }
  }
}

/**
 * Where along its line the extreme of x_0 … x_i is: the greatest for `sign` 1, the least for −1, the latest of equals; from the first NaN on, that.
 */
export function runningPlaces(
  first: Int,
  end: Int,
  x: NumericArray,
  out: Int32Array,
  count: Int,
  inner: Int,
  reverse: boolean,
  sign: number,
): void {
  const values = new Float64Array(sideBySide);
  const places = new Int32Array(sideBySide);
  for (let unit = first; unit < end; unit++) {
    const lines = linesOf(unit, inner);
    let at = startOf(unit, count, inner, reverse);
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < lines; j++) {
        const candidate = sign * x[at + j]!;
        const value = values[j]!;
        if (k === 0 || candidate >= value || (Number.isNaN(candidate) && !Number.isNaN(value))) {
          places[j] = k;
          values[j] = candidate;
        }
        out[at + j] = reverse ? count - 1 - places[j]! : places[j]!;
      }
      at += reverse ? -inner : inner;
    }
  }
}
