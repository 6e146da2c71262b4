import type { DType } from "../dtype.js";

/** How routines name the elements of a dtype. */
export const elementNames = {
  float32: "Float32",
  float64: "Float64",
  int32: "Int32",
  uint32: "Uint32",
  uint8: "Uint8",
  bool: "Uint8",
} as const satisfies Record<DType, string>;

export type ElementName = (typeof elementNames)[DType];

/** What a routine's arrays of these lengths take, in elements of 8 bytes: each begins at a multiple of 16 bytes. */
export const scratchFor = (...lengths: readonly number[]): number =>
  lengths.reduce((sum, length) => sum + length + 2, 0);
