import { type DType, realize, type Tensor, ValueError } from "@glissade/autograd";
import type { StateDict } from "../state-dict.js";
import { checkInt64, type Int64Option, readTensor, storedBytes, tensorBytes } from "./elements.js";
import { complaintAboutName, isText, namedTensors } from "./named-tensors.js";
import { greatestHeader, metadataName, readHeader } from "./safetensors-header.js";
import { encodeUtf8 } from "./utf8.js";

/** What a `.safetensors` file holds: tensors by name, and strings by name. */
export interface SafetensorsContent {
  readonly tensors: StateDict;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of `encodeSafetensors`. */
export interface SafetensorsOptions {
  /** Strings to go with the tensors, as the format allows them; default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Options of `decodeSafetensors`. */
export type DecodeSafetensorsOptions = Int64Option;

const typeNames: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  uint8: "U8",
  int32: "I32",
  uint32: "U32",
  float32: "F32",
  float64: "F64",
};

/** @throws ValueError for a name that a reader would lose. */
function checkName(kind: string, name: string, reserved: readonly string[] = []): void {
  const complaint = complaintAboutName(name, reserved);
  if (complaint === undefined) return;
  throw new ValueError(`encodeSafetensors: ${kind} ${JSON.stringify(name)}: ${complaint}. Rename it.`);
}

function metadataText(metadata: Readonly<Record<string, string>>): string {
  for (const [key, value] of Object.entries(metadata)) {
    checkName("metadata", key);
    if (!isText(value)) {
      throw new ValueError(
        `encodeSafetensors: metadata ${JSON.stringify(key)} is no text; put other values through JSON.stringify.`,
      );
    }
  }
  return `${JSON.stringify(metadataName)}:${JSON.stringify(metadata)}`;
}

/**
 * The bytes of a `.safetensors` file (https://github.com/huggingface/safetensors, the section "Format"), which PyTorch, JAX and others read. Needs no Node;
 * `@glissade/nn/files` writes files. The same tensors give the same bytes.
 *
 * @param tensors Of any shape and dtype, by name, such as `model.stateDict()`.
 * @param options.metadata Strings by name; default none.
 * @throws ValueError (as a rejection) for what is no tensor, a name that the format reserves, or more than 100 MB of names; what computing a tensor throws.
 * @example
 * const bytes = await encodeSafetensors(model.stateDict(), { metadata: { epoch: "3" } });
 * decodeSafetensors(bytes).metadata.epoch; // "3"
 */
export async function encodeSafetensors(
  tensors: StateDict,
  { metadata }: SafetensorsOptions = {},
): Promise<Uint8Array> {
  const named = namedTensors("encodeSafetensors", tensors).map(([name, value]) => ({ name, value }));
  for (const { name } of named) checkName("tensor", name, [metadataName]);
  // Wide elements first, as the reference implementation does: each tensor is then aligned for a reader that maps the file.
  named.sort((a, b) => storedBytes(b.value.dtype) - storedBytes(a.value.dtype) || (a.name < b.name ? -1 : 1));
  const parts = metadata === undefined ? [] : [metadataText(metadata)];
  let size = 0;
  for (const { name, value } of named) {
    const begin = size;
    size += value.size * storedBytes(value.dtype);
    const entry = { dtype: typeNames[value.dtype], shape: value.shape, data_offsets: [begin, size] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = encodeUtf8(`{${parts.join(",")}}`);
  const header = Math.ceil(text.length / 8) * 8;
  if (header > greatestHeader) {
    throw new ValueError(`encodeSafetensors: names and metadata of ${header} bytes; readers take ${greatestHeader}.`);
  }
  const bytes = new Uint8Array(8 + header + size).fill(0x20, 8, 8 + header);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header), true);
  bytes.set(text, 8);
  realize(...named.map(({ value }) => value));
  let at = 8 + header;
  for (const { value } of named) {
    const elements = await tensorBytes(value);
    bytes.set(elements, at);
    at += elements.length;
  }
  return bytes;
}

/**
 * The content of a `.safetensors` file. The header is checked as a whole before anything is made of it: lengths, offsets, overlaps and holes, names that
 * stand twice. Types without a counterpart are widened: I8, I16 and U16 to int32; F8_E4M3, F8_E5M2, F16 and BF16 to float32. I64 becomes int32 and U64 uint32
 * where all values fit. Memory needed is a small multiple of the file.
 *
 * @param options.int64 Default "int32"; "float64" reads 64-bit integers up to 2⁵³ as floats.
 * @throws FileFormatError for bytes that are not of this format, for complex and packed types, and for 64-bit integers that do not fit.
 * @example
 * const { tensors, metadata } = decodeSafetensors(new Uint8Array(await response.arrayBuffer()));
 * model.loadStateDict(tensors);
 */
export function decodeSafetensors(bytes: Uint8Array, options: DecodeSafetensorsOptions = {}): SafetensorsContent {
  if (!(bytes instanceof Uint8Array)) throw new ValueError("decodeSafetensors: pass the bytes as a Uint8Array.");
  checkInt64("decodeSafetensors", options);
  const { entries, metadata, dataStart } = readHeader(bytes);
  const tensors = entries.map(({ name, type, shape, begin, end }): [string, Tensor] => {
    const where = `decodeSafetensors: tensor ${JSON.stringify(name)}`;
    return [name, readTensor(type, shape, bytes.subarray(dataStart + begin, dataStart + end), { ...options, where })];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}
