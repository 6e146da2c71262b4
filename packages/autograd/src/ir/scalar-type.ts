import type { DType } from "../dtype.js";

/**
 * What a value in a loop body is. `u8` and `u32` are unsigned integers, `i64` serves the bits of `f64`; `bool` is a truth value.
 * Integers wrap.
 */
export type ScalarType = "f32" | "f64" | "i32" | "u32" | "u8" | "i64" | "bool";

/** The type in which elements of a dtype are computed. */
export const scalarTypeOf = (dtype: DType): ScalarType => scalarTypes[dtype];

const scalarTypes = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint32: "u32",
  uint8: "u8",
  bool: "bool",
} as const satisfies Record<DType, ScalarType>;
