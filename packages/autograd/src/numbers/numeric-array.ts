/** The typed arrays that hold tensor elements (bool is stored as `Uint8Array`). */
export type NumericArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Whether elements are integers, so that arithmetic on them wraps instead of rounding. */
export function isIntegerArray(array: NumericArray): array is Int32Array | Uint32Array | Uint8Array {
  return !(array instanceof Float32Array || array instanceof Float64Array);
}

/** An integer, which compiled code holds in 32 bits. */
export type Int = number;

/** The arrays of real numbers. */
export type Floats = Float32Array | Float64Array;

/** The arrays of integers, whose elements wrap. */
export type Integers = Int32Array | Uint32Array | Uint8Array;
