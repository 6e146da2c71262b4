import { DTypeError } from "./errors.js";

/** What is known of each dtype: the typed array that stores it, and its kind. The one table of dtypes. */
const table = {
  float32: {
    storage: Float32Array,
    kind: "float",
    bytes: 4,
    least: -3.4028234663852886e38,
    greatest: 3.4028234663852886e38,
  },
  float64: { storage: Float64Array, kind: "float", bytes: 8, least: -Number.MAX_VALUE, greatest: Number.MAX_VALUE },
  int32: { storage: Int32Array, kind: "integer", bytes: 4, least: -2147483648, greatest: 2147483647 },
  uint32: { storage: Uint32Array, kind: "integer", bytes: 4, least: 0, greatest: 4294967295 },
  uint8: { storage: Uint8Array, kind: "integer", bytes: 1, least: 0, greatest: 255 },
  bool: { storage: Uint8Array, kind: "bool", bytes: 1, least: 0, greatest: 1 },
} as const;

/**
 * The element type of a tensor. `uint8` is meant for storage and indexing; `bool` is stored as bytes 0 and 1.
 *
 * @example
 * const dtype: DType = "float64";
 * zeros([2], { dtype });
 */
export type DType = keyof typeof table;

/** The dtypes that have derivatives. */
export type FloatDType = "float32" | "float64";

/** The typed array that stores a dtype; `bool` is stored as bytes 0 and 1. */
export type StorageOf<D extends DType> = InstanceType<(typeof table)[D]["storage"]>;

/** Any typed array that can store a tensor's elements. */
export type Storage = StorageOf<DType>;

/** The dtypes, in the order of promotion. */
export const dtypes: readonly DType[] = ["bool", "uint8", "int32", "uint32", "float32", "float64"];

/** Whether `name` is a dtype. */
export const isDType = (name: unknown): name is DType => typeof name === "string" && Object.hasOwn(table, name);

/** @throws DTypeError where `name` is no dtype. */
export function checkDType(operator: string, name: unknown): asserts name is DType {
  if (!isDType(name)) {
    throw new DTypeError(`${operator}: unknown dtype ${JSON.stringify(name)}. Use one of ${dtypes.join(", ")}.`);
  }
}

/** Whether the dtype is float32 or float64: the ones that carry derivatives. */
export const isFloat = (dtype: DType): dtype is FloatDType => table[dtype].kind === "float";

/** Whether the dtype is int32, uint32 or uint8. */
export const isInteger = (dtype: DType): boolean => table[dtype].kind === "integer";

/** Bytes of one element. */
export const bytesPerElement = (dtype: DType): number => table[dtype].bytes;

/** The least and the greatest finite value of the dtype. */
export const range = (dtype: DType): { least: number; greatest: number } => table[dtype];

/** Whether `value` is the typed array that stores this dtype. */
export const isStorageOf = (dtype: DType, value: unknown): value is Storage => value instanceof table[dtype].storage;

/** A zero-filled typed array for `size` elements. */
export function allocate<D extends DType>(dtype: D, size: number): StorageOf<D>;
export function allocate(dtype: DType, size: number): Storage {
  return new table[dtype].storage(size);
}

/**
 * The dtype that holds both: bool < integers < floats. The smallest dtype that holds both exactly among integers (int32 with
 * uint32 needs float64); an integer with a float takes the float's dtype, as in PyTorch and JAX, so that labels or counts
 * never turn a float32 model into float64.
 *
 * @example
 * promote("int32", "float32"); // "float32"
 * promote("uint8", "int32"); // "int32"
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  if ((a === "int32" && b === "uint32") || (a === "uint32" && b === "int32")) return "float64";
  return dtypes.indexOf(a) > dtypes.indexOf(b) ? a : b;
}

/**
 * The dtype of a JavaScript number beside tensors of dtype `strong`. A number is weak: it takes the tensor's dtype and
 * never widens it. Only a fraction beside integers (to float32) and an integer beside booleans (to int32) change the kind.
 *
 * @throws DTypeError where an integer lies outside the range of the integer dtype beside it.
 */
export function promoteNumber(operator: string, value: number, strong: DType): DType {
  if (isFloat(strong)) return strong;
  if (!Number.isInteger(value)) return "float32";
  const dtype = strong === "bool" ? "int32" : strong;
  const { least, greatest } = table[dtype];
  if (value < least || value > greatest) {
    throw new DTypeError(
      `${operator}: the number ${value} does not fit into ${dtype} (${least} … ${greatest}). Cast the tensor first, for instance cast(x, "float32").`,
    );
  }
  return dtype;
}

/** The float dtype in which an operator defined on reals computes: floats stay, integers and booleans become float32. */
export const floatOf = (dtype: DType): FloatDType => (isFloat(dtype) ? dtype : "float32");
