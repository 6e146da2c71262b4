import type { Storage } from "../dtype.js";

/** What the elements of a tensor are like. */
export interface ValueRange {
  /** The least finite element; undefined where there is none. */
  readonly min: number | undefined;
  /** The greatest finite element. */
  readonly max: number | undefined;
  /** The mean of the finite elements. */
  readonly mean: number | undefined;
  /** How many elements are NaN, and how many infinite. */
  readonly nan: number;
  readonly infinite: number;
  /** The first elements, eight at most. */
  readonly first: readonly number[];
}

/** The range of elements. */
export function rangeOf(data: Storage): ValueRange {
  let [min, max, mean, count, nan] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (const x of data) {
    if (Number.isNaN(x)) nan++;
    if (!Number.isFinite(x)) continue;
    count++;
    // A running mean does not overflow where the sum would (Welford 1962).
    mean += (x - mean) / count;
    min = Math.min(min, x);
    max = Math.max(max, x);
  }
  const infinite = data.length - count - nan;
  const first = [...data.subarray(0, 8)];
  return count === 0
    ? { min: undefined, max: undefined, mean: undefined, nan, infinite, first }
    : { min, max, mean, nan, infinite, first };
}

const show = (x: number): string => String(Number(x.toPrecision(4)));

/** A range in words. */
export function showRange({ min, max, mean, nan, infinite, first }: ValueRange): string {
  const finite =
    min === undefined || max === undefined || mean === undefined
      ? "no finite element"
      : `${show(min)} … ${show(max)}, mean ${show(mean)}`;
  return `${finite}; ${nan} NaN, ${infinite} infinite; values ${first.map(show).join(", ")}`;
}
