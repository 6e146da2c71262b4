import { FileFormatError } from "@glissade/autograd";
import { areNumbers, byteLengthOf, type StoredTypeName } from "./elements.js";
import { complaintAboutKeys } from "./json-keys.js";
import { decodeUtf8 } from "./utf8.js";

/** One tensor of a file: its type, shape, and place behind the header. */
export interface TensorEntry {
  readonly name: string;
  readonly type: StoredTypeName;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the elements begin. */
  readonly dataStart: number;
}

/** The entry of the header that is no tensor. */
export const metadataName = "__metadata__";

/** What the reference implementation accepts (safetensors 0.8, `MAX_HEADER_SIZE`). */
export const greatestHeader = 100_000_000;

const typeNames: ReadonlyMap<unknown, StoredTypeName> = new Map([
  ["BOOL", "bool"],
  ["U8", "uint8"],
  ["I8", "int8"],
  ["I16", "int16"],
  ["U16", "uint16"],
  ["I32", "int32"],
  ["U32", "uint32"],
  ["I64", "int64"],
  ["U64", "uint64"],
  ["F8_E4M3", "float8E4M3"],
  ["F8_E5M2", "float8E5M2"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["F32", "float32"],
  ["F64", "float64"],
]);

const fail = (message: string): never => {
  throw new FileFormatError(`decodeSafetensors: ${message}`);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isOffset = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/**
 * The header of a `.safetensors` file, everything in it checked: the tensors cover what is behind it without holes or overlaps.
 *
 * @throws FileFormatError that says what is wrong.
 */
export function readHeader(bytes: Uint8Array): SafetensorsHeader {
  const { text, dataStart } = headerText(bytes);
  const entries: TensorEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(parseHeader(text))) {
    if (name === metadataName) metadata = checkMetadata(value);
    else entries.push(checkEntry(name, value, bytes.length - dataStart));
  }
  checkCover(entries, bytes.length - dataStart);
  return { entries, metadata, dataStart };
}

/** Eight bytes say how long the header is (little-endian), then it follows. */
function headerText(bytes: Uint8Array): { readonly text: string; readonly dataStart: number } {
  if (bytes.length < 8)
    return fail(`${bytes.length} bytes are no file of this format; the length of the header alone takes 8.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const dataStart = 8 + length;
  if (dataStart > bytes.length) {
    return fail(
      `the header is said to be ${length} bytes long, and ${bytes.length - 8} follow. Is the file truncated?`,
    );
  }
  if (length > greatestHeader) return fail(`a header of ${length} bytes; at most ${greatestHeader} are allowed.`);
  const text = decodeUtf8(bytes.subarray(8, dataStart));
  if (text === undefined) return fail("the header is not UTF-8.");
  if (!text.startsWith("{")) return fail("the header does not begin with a brace: this is no file of this format.");
  return { text, dataStart };
}

function parseHeader(text: string): Readonly<Record<string, unknown>> {
  let complaint: string | undefined;
  let header: unknown;
  try {
    complaint = complaintAboutKeys(text);
    if (complaint === undefined) header = JSON.parse(text);
  } catch (error) {
    complaint = `it is no JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  if (complaint !== undefined) return fail(`the header is damaged: ${complaint}.`);
  return isRecord(header) ? header : fail("the header is no JSON object.");
}

function checkMetadata(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return fail(`${metadataName} is no object of strings.`);
  const texts: [string, string][] = Object.entries(value).map(([key, text]) => {
    if (key === "__proto__") return fail(`${metadataName} has the key "__proto__", which objects here cannot hold.`);
    return typeof text === "string" ? [key, text] : fail(`${metadataName} has no string under ${JSON.stringify(key)}.`);
  });
  return Object.fromEntries(texts);
}

function checkEntry(name: string, value: unknown, available: number): TensorEntry {
  const where = `tensor ${JSON.stringify(name)}`;
  if (name === "__proto__") return fail(`${where}: objects here cannot hold this name.`);
  if (!isRecord(value)) return fail(`${where} is not described by an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  const type = typeNames.get(dtype);
  if (type === undefined) {
    return fail(
      `${where} has the dtype ${JSON.stringify(dtype)}; it may be one of ${[...typeNames.keys()].join(", ")}.`,
    );
  }
  if (!Array.isArray(shape)) return fail(`${where} has no list of sizes as its shape.`);
  const bytes = byteLengthOf(shape, type);
  if (typeof bytes === "string" || !areNumbers(shape)) return fail(`${where}: ${bytes}.`);
  const [begin, end]: readonly unknown[] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!isOffset(begin) || !isOffset(end) || begin > end) {
    return fail(`${where} has the data_offsets ${JSON.stringify(offsets)}; they are a begin and an end.`);
  }
  if (end > available) return fail(`${where} ends at byte ${end} of ${available}. Is the file truncated?`);
  if (end - begin !== bytes) {
    return fail(`${where} has ${end - begin} bytes; ${dtype} of shape [${shape.join(", ")}] takes ${bytes}.`);
  }
  return { name, type, shape, begin, end };
}

/** @throws FileFormatError where the tensors overlap, or leave bytes between or behind them. */
function checkCover(entries: readonly TensorEntry[], available: number): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of ordered) {
    if (begin < at)
      fail(`tensor ${JSON.stringify(name)} begins at byte ${begin}, inside the one before it, which ends at ${at}.`);
    if (begin > at) fail(`bytes ${at} to ${begin} belong to no tensor.`);
    at = end;
  }
  if (at < available) fail(`bytes ${at} to ${available} belong to no tensor.`);
}
