import { type DType, FileFormatError, type StorageOf, Tensor, tensor, ValueError } from "@glissade/autograd";
import { showShape } from "../operand.js";

/** How 64-bit integers are read, which have no dtype here. */
export interface Int64Option {
  /**
   * Default "int32" (unsigned ones: "uint32"), an error where a value does not fit. "float64" holds whole numbers up to 2⁵³ in magnitude; beyond that is
   * an error as well.
   */
  readonly int64?: "int32" | "float64";
}

/** Where and how elements are read: a prefix of messages, and what the file or the user says. */
export interface ElementsOptions extends Int64Option {
  readonly where: string;
  readonly bigEndian?: boolean;
}

/** @throws ValueError where the option is neither of the two. */
export function checkInt64(operator: string, { int64 }: Int64Option): void {
  if (int64 === undefined || int64 === "int32" || int64 === "float64") return;
  throw new ValueError(`${operator}: int64 is ${JSON.stringify(int64)}; it may be "int32" or "float64".`);
}

type Elements = StorageOf<DType>;
type Reading = (buffer: ArrayBuffer, options: ElementsOptions) => readonly [DType, Elements];

interface StoredType {
  readonly bytes: number;
  readonly read: Reading;
}

const hostIsBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The bits of IEEE 754 binary16 as a number: 5 bits of exponent, bias 15, 10 of fraction. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The bits of float8 E4M3 (Micikevicius et al. 2022, "FP8 formats for deep learning"): bias 7, no infinities, and NaN where all bits but the sign are set. */
function fromFloat8E4M3(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 15;
  const fraction = bits & 7;
  if (exponent === 15 && fraction === 7) return Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -9 : sign * (8 + fraction) * 2 ** (exponent - 10);
}

const widened =
  <T extends Uint8Array | Uint16Array>(
    view: new (buffer: ArrayBuffer) => T,
    value: (bits: number) => number,
  ): Reading =>
  (buffer) => {
    const bits = new view(buffer);
    const result = new Float32Array(bits.length);
    for (let i = 0; i < bits.length; i++) result[i] = value(bits[i]!);
    return ["float32", result];
  };

/** bfloat16 is the upper half of a float32. */
const bfloat16: Reading = (buffer) => {
  const result = new Float32Array(buffer.byteLength / 2);
  new Uint32Array(result.buffer).set(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16));
  return ["float32", result];
};

const bool: Reading = (buffer, { where }) => {
  const bytes = new Uint8Array(buffer);
  const wrong = bytes.findIndex((byte) => byte > 1);
  if (wrong < 0) return ["bool", bytes];
  throw new FileFormatError(`${where}: the byte ${bytes[wrong]} at element ${wrong} is no boolean; these are 0 or 1.`);
};

function readInt64(values: BigInt64Array | BigUint64Array, options: ElementsOptions): readonly [DType, Elements] {
  const signed = values instanceof BigInt64Array;
  const narrow = signed ? "int32" : "uint32";
  const exact = options.int64 === "float64";
  const result = exact
    ? new Float64Array(values.length)
    : signed
      ? new Int32Array(values.length)
      : new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    result[i] = value;
    if (exact ? Math.abs(value) <= Number.MAX_SAFE_INTEGER : result[i] === value) continue;
    const remedy = exact ? "" : ' Read such integers as floats with { int64: "float64" }.';
    throw new FileFormatError(
      `${options.where}: ${values[i]} at element ${i} does not fit into ${exact ? "float64" : narrow}.${remedy}`,
    );
  }
  return [exact ? "float64" : narrow, result];
}

/** The types of elements in files, with their size and how they become a dtype; those without a counterpart are widened. */
const storedTypes = {
  bool: { bytes: 1, read: bool },
  uint8: { bytes: 1, read: (buffer) => ["uint8", new Uint8Array(buffer)] },
  int8: { bytes: 1, read: (buffer) => ["int32", Int32Array.from(new Int8Array(buffer))] },
  int16: { bytes: 2, read: (buffer) => ["int32", Int32Array.from(new Int16Array(buffer))] },
  uint16: { bytes: 2, read: (buffer) => ["int32", Int32Array.from(new Uint16Array(buffer))] },
  int32: { bytes: 4, read: (buffer) => ["int32", new Int32Array(buffer)] },
  uint32: { bytes: 4, read: (buffer) => ["uint32", new Uint32Array(buffer)] },
  int64: { bytes: 8, read: (buffer, options) => readInt64(new BigInt64Array(buffer), options) },
  uint64: { bytes: 8, read: (buffer, options) => readInt64(new BigUint64Array(buffer), options) },
  float8E4M3: { bytes: 1, read: widened(Uint8Array, fromFloat8E4M3) },
  // E5M2 is the upper half of a float16.
  float8E5M2: { bytes: 1, read: widened(Uint8Array, (bits) => fromFloat16(bits << 8)) },
  float16: { bytes: 2, read: widened(Uint16Array, fromFloat16) },
  bfloat16: { bytes: 2, read: bfloat16 },
  float32: { bytes: 4, read: (buffer) => ["float32", new Float32Array(buffer)] },
  float64: { bytes: 8, read: (buffer) => ["float64", new Float64Array(buffer)] },
} as const satisfies Record<string, StoredType>;

/** A type of elements in a file. Every dtype is one. */
export type StoredTypeName = keyof typeof storedTypes;

/** Bytes of one element. */
export const storedBytes = (type: StoredTypeName): number => storedTypes[type].bytes;

/** Turns each group of `width` bytes around, in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

/**
 * The tensor of row-major elements in `bytes`, whose length is right; the bytes are copied.
 *
 * @throws FileFormatError for a byte that is no boolean, and a 64-bit integer that does not fit.
 */
export function readTensor(
  type: StoredTypeName,
  shape: readonly number[],
  bytes: Uint8Array,
  options: ElementsOptions,
): Tensor {
  const { bytes: width, read }: StoredType = storedTypes[type];
  const copy = new Uint8Array(bytes);
  if (width > 1 && (options.bigEndian ?? false) !== hostIsBigEndian) swapBytes(copy, width);
  const [dtype, data] = read(copy.buffer, options);
  return tensor(data, { shape, dtype });
}

/** The elements of a tensor as bytes, little-endian. */
export async function tensorBytes(tensor: Tensor): Promise<Uint8Array> {
  const data = await tensor.read();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data.BYTES_PER_ELEMENT > 1 && hostIsBigEndian) swapBytes(bytes, data.BYTES_PER_ELEMENT);
  return bytes;
}

/** Bytes that elements of the shape take, or what is wrong with the shape. */
export function byteLengthOf(shape: readonly unknown[], type: StoredTypeName): number | string {
  let empty = false;
  let size = storedBytes(type);
  for (const side of shape) {
    if (typeof side !== "number" || !Number.isSafeInteger(side) || side < 0 || Object.is(side, -0)) {
      return `${JSON.stringify(side)} in the shape is no size`;
    }
    if (side === 0) empty = true;
    else size *= side;
  }
  if (!Number.isSafeInteger(size))
    return `the shape ${showShape(shape.map(Number))} has more bytes than can be counted`;
  return empty ? 0 : size;
}

/** Whether all sides are numbers; their values are for `byteLengthOf` to judge. */
export const areNumbers = (values: readonly unknown[]): values is readonly number[] =>
  values.every((value) => typeof value === "number");

/** Whether the value is a tensor that a file can hold. */
export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
