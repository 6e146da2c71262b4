import type { Tensor, TensorLike } from "@glissade/autograd";
import { type DecodeNpyOptions, decodeNpy, encodeNpy } from "../npy.js";
import { checkPath, decodeFile, writeWhole } from "./disk.js";

/**
 * Writes a tensor to a `.npy` file, as `numpy.save` does. The file is replaced as a whole or not at all.
 *
 * @param path The file; its folder must be there.
 * @param x Of any shape and dtype.
 * @throws (as rejections) what `encodeNpy` throws; the errors of `node:fs`.
 * @example
 * await saveNpy("latent.npy", codes);
 * const codes = await loadNpy("latent.npy");
 */
export async function saveNpy(path: string, x: TensorLike): Promise<void> {
  checkPath("saveNpy", path);
  await writeWhole(path, await encodeNpy(x));
}

/**
 * The tensor of a `.npy` file, as `decodeNpy` reads it.
 *
 * @param options.int64 Default "int32"; "float64" reads 64-bit integers up to 2⁵³ as floats.
 * @throws (as rejections) FileFormatError, with the path, for a file that is damaged or holds what has no counterpart; DeviceError for one that does not
 * fit into memory; the errors of `node:fs`.
 * @example
 * const images = await loadNpy("images.npy"); // of numpy.save("images.npy", images)
 * images.shape; // [60000, 28, 28]
 */
export const loadNpy = (path: string, options: DecodeNpyOptions = {}): Promise<Tensor> =>
  decodeFile("loadNpy", path, (bytes) => decodeNpy(bytes, options));
