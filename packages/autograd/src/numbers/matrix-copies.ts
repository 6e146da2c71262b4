import type { Floats, Int } from "./numeric-array.js";

/** Copies `count` elements from place `at` of `x` to the start of `to`. */
export function copyIn(x: Floats, at: Int, to: Float64Array, count: Int): void {
  for (let i = 0; i < count; i++) to[i] = x[at + i]!;
}

/** Copies `count` elements from the start of `from` to place `at` of `out`; NaN instead where there is no result. */
export function copyOut(from: Float64Array, out: Floats, at: Int, count: Int, isValid: boolean): void {
  if (isValid) for (let i = 0; i < count; i++) out[at + i] = from[i]!;
  else for (let i = 0; i < count; i++) out[at + i] = Number.NaN;
}

/** Whether one of `count` elements from place `at` on is NaN. */
export function hasNaN(x: Floats, at: Int, count: Int): boolean {
  for (let i = 0; i < count; i++) if (Number.isNaN(x[at + i]!)) return true;
  return false;
}
