/** Arithmetic on vectors of float64 numbers, of the same length in each call. */
export type Vector = Float64Array;

export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}

export const norm = (a: Vector): number => Math.hypot(...blockNorms(a));

/** Norms of blocks, since an argument list has an end. */
function blockNorms(a: Vector): number[] {
  const norms: number[] = [];
  for (let from = 0; from < a.length; from += 1024) norms.push(Math.hypot(...a.subarray(from, from + 1024)));
  return norms;
}

/** The largest magnitude. */
export function maxNorm(a: Vector): number {
  let largest = 0;
  // `!(… <= …)`, so that a NaN comes through.
  for (const value of a) if (!(Math.abs(value) <= largest)) largest = Math.abs(value);
  return largest;
}

/** a + t b. */
export const addScaled = (a: Vector, t: number, b: Vector): Vector => a.map((value, i) => value + t * (b[i] ?? 0));

export const subtract = (a: Vector, b: Vector): Vector => a.map((value, i) => value - (b[i] ?? 0));

export const scale = (a: Vector, t: number): Vector => a.map((value) => t * value);

export const isFiniteVector = (a: Vector): boolean => a.every((value) => Number.isFinite(value));
