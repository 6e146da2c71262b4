/** Several arrays in one file, as `numpy.savez` writes it. Needs fflate, a peer dependency of this subpath and of `saveNpz` and `loadNpz` alone. */

import { FileFormatError, realize, type Tensor, ValueError } from "@glissade/autograd";
import type { StateDict } from "../state-dict.js";
import { checkInt64, type Int64Option } from "./elements.js";
import { complaintAboutName, namedTensors } from "./named-tensors.js";
import { encodeNpy, readNpy } from "./npy.js";
import { readZip, writeZip } from "./zip.js";

/** Options of `encodeNpz`. */
export interface NpzOptions {
  /** Whether to deflate, as `numpy.savez_compressed` does; default false. Weights hardly get smaller. */
  readonly compress?: boolean;
}

/** Options of `decodeNpz`. */
export type DecodeNpzOptions = Int64Option;

const extension = ".npy";

/** What the format without ZIP64 can count: 65,534 files and 4 GiB. */
const most = { files: 65534, bytes: 2 ** 32 - 2 };

/** @throws ValueError for a name that a reader would lose. */
function checkName(name: string): void {
  // Python's zipfile ends a name at a zero.
  const complaint =
    name.includes("\0") || name.length >= 20_000 ? "too long, or with a zero" : complaintAboutName(name);
  if (complaint === undefined) return;
  throw new ValueError(`encodeNpz: ${JSON.stringify(name.slice(0, 100))}: ${complaint}. Rename it.`);
}

/**
 * The bytes of a `.npz` file: a zip archive with a `.npy` file for each tensor, as `numpy.savez` writes it and `numpy.load` reads it. The same tensors in the same order
 * give the same bytes.
 *
 * @param tensors Of any shape and dtype, by name, such as `model.stateDict()`.
 * @param options.compress Default false; true deflates, as `numpy.savez_compressed`.
 * @throws ValueError (as a rejection) for what is no tensor, the name `__proto__`, and more than 4 GiB or 65,534 tensors; what computing a tensor throws.
 * @example
 * const bytes = await encodeNpz({ x: ones([2, 3]), y: zeros([2]) });
 * decodeNpz(bytes).x.shape; // [2, 3]
 */
export async function encodeNpz(tensors: StateDict, { compress = false }: NpzOptions = {}): Promise<Uint8Array> {
  const named = namedTensors("encodeNpz", tensors);
  for (const [name] of named) checkName(name);
  realize(...named.map(([, value]) => value));
  const files = new Map<string, Uint8Array>();
  // The records of a member, with its name twice in UTF-8, and the header of its array are below this.
  let size = 22;
  for (const [name, value] of named) {
    const bytes = await encodeNpy(value);
    files.set(`${name}${extension}`, bytes);
    size += bytes.length + 6 * name.length + 100;
  }
  if (size > most.bytes || files.size > most.files) {
    throw new ValueError(
      `encodeNpz: ${files.size} tensors of ${size} bytes; one archive holds ${most.files} and ${most.bytes}. Make several.`,
    );
  }
  return writeZip(files, compress);
}

/**
 * The tensors of a `.npz` file by name. The archive is checked before anything is unpacked (places, sizes, names that stand twice), and every checksum after; then
 * each array is read as by `decodeNpy`. Stored and deflated members need at most what the archive's bytes can hold, about 1,000 times their number.
 *
 * @param options.int64 Default "int32"; "float64" reads 64-bit integers up to 2⁵³ as floats.
 * @throws FileFormatError for bytes that are not of this format, are damaged or encrypted, hold other files than arrays, or need ZIP64; what `decodeNpy` throws.
 * @example
 * const { images, labels } = decodeNpz(new Uint8Array(await response.arrayBuffer()));
 */
export function decodeNpz(bytes: Uint8Array, options: DecodeNpzOptions = {}): StateDict {
  if (!(bytes instanceof Uint8Array)) throw new ValueError("decodeNpz: pass the bytes as a Uint8Array.");
  checkInt64("decodeNpz", options);
  const tensors: [string, Tensor][] = [];
  for (const [file, content] of readZip("decodeNpz", bytes)) {
    const name = file.slice(0, -extension.length);
    const where = `decodeNpz: ${JSON.stringify(file)}`;
    if (!file.endsWith(extension)) throw new FileFormatError(`${where} is no .npy file.`);
    if (name === "__proto__") throw new FileFormatError(`${where}: objects here cannot hold this name.`);
    tensors.push([name, readNpy(where, content, options)]);
  }
  return Object.fromEntries(tensors);
}
