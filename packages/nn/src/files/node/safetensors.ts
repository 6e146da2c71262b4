import type { StateDict } from "../../state-dict.js";
import {
  type DecodeSafetensorsOptions,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
} from "../safetensors.js";
import { checkPath, decodeFile, writeWhole } from "./disk.js";

/**
 * Writes tensors to a `.safetensors` file. It is replaced as a whole or not at all: whoever opens it, even after a crash, finds the old content or the new.
 *
 * @param path The file; its folder must be there.
 * @param tensors Of any shape and dtype, by name, such as `model.stateDict()`.
 * @param options.metadata Strings by name; default none.
 * @throws (as rejections) what `encodeSafetensors` throws; the errors of `node:fs`.
 * @example
 * await saveSafetensors("model.safetensors", model.stateDict(), { metadata: { epoch: "3" } });
 * model.loadStateDict((await loadSafetensors("model.safetensors")).tensors);
 */
export async function saveSafetensors(
  path: string,
  tensors: StateDict,
  options: SafetensorsOptions = {},
): Promise<void> {
  checkPath("saveSafetensors", path);
  await writeWhole(path, await encodeSafetensors(tensors, options));
}

/**
 * The tensors and metadata of a `.safetensors` file, as `decodeSafetensors` reads them.
 *
 * @param options.int64 Default "int32"; "float64" reads 64-bit integers up to 2⁵³ as floats.
 * @throws (as rejections) FileFormatError, with the path, for a file that is damaged or holds what has no counterpart; DeviceError for one that does not
 * fit into memory; the errors of `node:fs`.
 * @example
 * const { tensors } = await loadSafetensors("resnet18.safetensors");
 * model.loadStateDict(tensors);
 */
export const loadSafetensors = (path: string, options: DecodeSafetensorsOptions = {}): Promise<SafetensorsContent> =>
  decodeFile("loadSafetensors", path, (bytes) => decodeSafetensors(bytes, options));
