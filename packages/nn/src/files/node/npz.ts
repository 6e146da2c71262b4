import { DeviceError } from "@glissade/autograd";
import type { StateDict } from "../../state-dict.js";
import type { DecodeNpzOptions, NpzOptions } from "../npz.js";
import { checkPath, decodeFile, writeWhole } from "./disk.js";

/** The functions that need fflate, which is there only for those who want it. */
async function formatFor(operator: string): Promise<typeof import("../npz.js")> {
  try {
    return await import("../npz.js");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeviceError(
      `${operator}: .npz files are zip archives, and need the library fflate: npm install fflate. (${reason})`,
    );
  }
}

/**
 * Writes tensors to a `.npz` file, as `numpy.savez` does. The file is replaced as a whole or not at all. Needs fflate (`npm install fflate`).
 *
 * @param path The file; its folder must be there.
 * @param tensors Of any shape and dtype, by name, such as `model.stateDict()`.
 * @param options.compress Default false; true deflates, as `numpy.savez_compressed`.
 * @throws (as rejections) what `encodeNpz` throws; DeviceError without fflate; the errors of `node:fs`.
 * @example
 * await saveNpz("arrays.npz", { x: ones([2, 3]), y: zeros([2]) });
 * const { x, y } = await loadNpz("arrays.npz");
 */
export async function saveNpz(path: string, tensors: StateDict, options: NpzOptions = {}): Promise<void> {
  checkPath("saveNpz", path);
  const { encodeNpz } = await formatFor("saveNpz");
  await writeWhole(path, await encodeNpz(tensors, options));
}

/**
 * The tensors of a `.npz` file by name, as `decodeNpz` reads them. Needs fflate (`npm install fflate`).
 *
 * @param options.int64 Default "int32"; "float64" reads 64-bit integers up to 2⁵³ as floats.
 * @throws (as rejections) FileFormatError, with the path, for a file that is damaged or holds what has no counterpart; DeviceError without fflate, or for a
 * file that does not fit into memory; the errors of `node:fs`.
 * @example
 * const { images, labels } = await loadNpz("mnist.npz"); // of numpy.savez("mnist.npz", images=…, labels=…)
 */
export async function loadNpz(path: string, options: DecodeNpzOptions = {}): Promise<StateDict> {
  checkPath("loadNpz", path);
  const { decodeNpz } = await formatFor("loadNpz");
  return decodeFile("loadNpz", path, (bytes) => decodeNpz(bytes, options));
}
