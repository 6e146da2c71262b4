import { type DType, FileFormatError, type Tensor, type TensorLike, transpose, ValueError } from "@glissade/autograd";
import { toTensor } from "../operand.js";
import {
  areNumbers,
  byteLengthOf,
  checkInt64,
  type Int64Option,
  readTensor,
  type StoredTypeName,
  tensorBytes,
} from "./elements.js";
import { type PythonLiteral, parsePythonLiteral } from "./python-literal.js";
import { decodeUtf8 } from "./utf8.js";

/** Options of `decodeNpy`. */
export type DecodeNpyOptions = Int64Option;

interface NpyHeader {
  readonly type: StoredTypeName;
  readonly bigEndian: boolean;
  readonly columnMajor: boolean;
  readonly shape: readonly number[];
  /** Bytes of the elements. */
  readonly bytes: number;
}

/** The byte 0x93 and NUMPY. */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** The longest header of version 1; only lists of fields need more. */
const longestHeader = 65535;

const typeNames: ReadonlyMap<string, StoredTypeName> = new Map([
  ["b1", "bool"],
  ["u1", "uint8"],
  ["i1", "int8"],
  ["u2", "uint16"],
  ["i2", "int16"],
  ["u4", "uint32"],
  ["i4", "int32"],
  ["u8", "uint64"],
  ["i8", "int64"],
  ["f2", "float16"],
  ["f4", "float32"],
  ["f8", "float64"],
]);

const descriptions: Readonly<Record<DType, string>> = {
  bool: "|b1",
  uint8: "|u1",
  int32: "<i4",
  uint32: "<u4",
  float32: "<f4",
  float64: "<f8",
};

/**
 * The bytes of a `.npy` file, version 1.0 of NumPy's format (NEP 1; `numpy.lib.format`): row-major and little-endian. Needs no Node;
 * `@glissade/nn/files` writes files.
 *
 * @param x Of any shape and dtype.
 * @throws ValueError (as a rejection) for a rank beyond what a header holds; what computing the tensor throws.
 * @example
 * const bytes = await encodeNpy([[1, 2], [3, 4]]);
 * decodeNpy(bytes).toArray(); // [[1, 2], [3, 4]]
 */
export async function encodeNpy(x: TensorLike): Promise<Uint8Array> {
  const tensor = toTensor("encodeNpy", x);
  const sides = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(", ");
  const fields = `{'descr': '${descriptions[tensor.dtype]}', 'fortran_order': False, 'shape': (${sides}), }`;
  // The elements begin at a multiple of 64, behind spaces and the end of a line.
  const start = Math.ceil((magic.length + 4 + fields.length + 1) / 64) * 64;
  const length = start - magic.length - 4;
  if (length > longestHeader)
    throw new ValueError(`encodeNpy: rank ${tensor.shape.length} is beyond what a header holds.`);
  const elements = await tensorBytes(tensor);
  const bytes = new Uint8Array(start + elements.length).fill(0x20, 0, start);
  bytes.set([...magic, 1, 0, length % 256, length >> 8]);
  for (let i = 0; i < fields.length; i++) bytes[magic.length + 4 + i] = fields.charCodeAt(i);
  bytes[start - 1] = 0x0a;
  bytes.set(elements, start);
  return bytes;
}

/**
 * The tensor of a `.npy` file, versions 1 to 3, either byte order, row-major or column-major (Fortran). The header is read by a parser and never evaluated, and
 * checked before anything is made of it. Types without a counterpart are widened: i1, i2 and u2 to int32, f2 to float32. i8 becomes int32 and u8 uint32
 * where all values fit.
 *
 * @param options.int64 Default "int32"; "float64" reads 64-bit integers up to 2⁵³ as floats.
 * @throws FileFormatError for bytes that are not of this format, for objects, texts, records and complex numbers, and for 64-bit integers that do not fit.
 * @example
 * decodeNpy(await encodeNpy([1, 2])).dtype; // "float32"
 */
export function decodeNpy(bytes: Uint8Array, options: DecodeNpyOptions = {}): Tensor {
  if (!(bytes instanceof Uint8Array)) throw new ValueError("decodeNpy: pass the bytes as a Uint8Array.");
  checkInt64("decodeNpy", options);
  return readNpy("decodeNpy", bytes, options);
}

/**
 * The same, with messages that begin with `where`.
 *
 * @throws FileFormatError as `decodeNpy`.
 */
export function readNpy(where: string, bytes: Uint8Array, options: DecodeNpyOptions): Tensor {
  const fail = (message: string): never => {
    throw new FileFormatError(`${where}: ${message}`);
  };
  const { text, start } = headerText(bytes, fail);
  const { type, bigEndian, columnMajor, shape, bytes: expected } = readHeader(text, fail);
  if (bytes.length - start !== expected) {
    const remedy = bytes.length - start < expected ? " Is the file truncated?" : "";
    fail(`${bytes.length - start} bytes of elements, where shape [${shape.join(", ")}] takes ${expected}.${remedy}`);
  }
  const elements = bytes.subarray(start);
  if (!columnMajor) return readTensor(type, shape, elements, { ...options, where, bigEndian });
  return transpose(readTensor(type, [...shape].reverse(), elements, { ...options, where, bigEndian }));
}

type Fail = (message: string) => never;

function headerText(bytes: Uint8Array, fail: Fail): { readonly text: string; readonly start: number } {
  if (magic.some((byte, i) => bytes[i] !== byte)) fail("the bytes do not begin as a .npy file does.");
  const [major = 0, minor = 0] = bytes.subarray(magic.length);
  if (major < 1 || major > 3 || minor !== 0)
    fail(`version ${major}.${minor} of the format; 1.0, 2.0 and 3.0 are read.`);
  const begin = major === 1 ? 10 : 12;
  if (bytes.length < begin) fail("the file ends inside its header. Is it truncated?");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader) fail(`a header of ${length} bytes; at most ${longestHeader} are read.`);
  const start = begin + length;
  if (start > bytes.length) fail("the file ends inside its header. Is it truncated?");
  const header = bytes.subarray(begin, start);
  const foreign = header.find((byte) => byte > 126);
  if (foreign !== undefined) fail(`the byte ${foreign} in the header; the headers of arrays of numbers are ASCII.`);
  return { text: decodeUtf8(header) ?? "", start };
}

const isDictionary = (value: unknown): value is ReadonlyMap<string, PythonLiteral> => value instanceof Map;

function readHeader(text: string, fail: Fail): NpyHeader {
  const header = parsePythonLiteral(text);
  if (typeof header === "object" && header !== null && "complaint" in header)
    return fail(`the header is damaged: ${header.complaint}.`);
  if (!isDictionary(header)) return fail("the header is no dictionary.");
  if ([...header.keys()].sort().join() !== "descr,fortran_order,shape") {
    return fail(
      `the header has the keys ${[...header.keys()].join(", ")}; they must be descr, fortran_order and shape.`,
    );
  }
  const description = header.get("descr");
  const [, order = "", name = ""] = typeof description === "string" ? (/^([<>|])(\w+)$/.exec(description) ?? []) : [];
  const type = typeNames.get(name);
  // A bar says that there is one byte, and no order.
  if (type === undefined || (order === "|" && !name.endsWith("1"))) {
    const shown = typeof description === "string" ? JSON.stringify(description) : "a record";
    return fail(`elements are ${shown}; booleans, integers and floats are read (${[...typeNames.keys()].join(", ")}).`);
  }
  const columnMajor = header.get("fortran_order");
  if (typeof columnMajor !== "boolean") return fail("fortran_order is neither True nor False.");
  const sides = header.get("shape");
  if (typeof sides !== "object" || sides === null || !("kind" in sides) || sides.kind !== "tuple") {
    return fail("the shape is no tuple.");
  }
  const shape = sides.items;
  const bytes = byteLengthOf(shape, type);
  if (typeof bytes === "string" || !areNumbers(shape)) return fail(`${bytes}.`);
  return { type, bigEndian: order === ">", columnMajor, shape, bytes };
}
