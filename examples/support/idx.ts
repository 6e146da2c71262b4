/** What an IDX file of unsigned bytes holds. */
export interface IdxArray {
  /** Size of each axis, outermost first: `[60000, 28, 28]` for a file of images. */
  readonly dimensions: readonly number[];
  /** The elements in row-major order: a view of the bytes that were parsed, not a copy. */
  readonly values: Uint8Array;
}

/**
 * Bytes that are no IDX file, or not the one expected. The message names the source, the offset or field, what was
 * expected and what came.
 *
 * @example
 * parseIdx(new Uint8Array(3));
 * // IdxError: IDX data: 3 bytes are too few for a magic number, which takes 4. Is the file cut short?
 */
export class IdxError extends Error {
  override name = "IdxError";
}

const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [0x09, "signed bytes"],
  [0x0b, "16-bit integers"],
  [0x0c, "32-bit integers"],
  [0x0d, "32-bit floats"],
  [0x0e, "64-bit floats"],
]);

/**
 * Parses IDX, the format of the MNIST files: two zero bytes, a type code, the number of axes, each axis as a big-endian
 * 32-bit unsigned integer, then the elements, the last axis fastest. Only unsigned bytes (type 0x08) are taken, which is
 * what images and labels use. Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 *
 * @param bytes the whole file
 * @param source how error messages call it; default `"IDX data"`
 * @returns sizes of the axes and the elements, a view of `bytes`
 * @throws {IdxError} for a wrong magic number, an element type other than unsigned bytes, no axis at all, or more or
 * fewer bytes than the axes say
 * @example
 * const { dimensions, values } = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9));
 * // dimensions is [2], values is Uint8Array [7, 9]
 */
export function parseIdx(bytes: Uint8Array, source = "IDX data"): IdxArray {
  if (bytes.length < 4) {
    throw new IdxError(
      `${source}: ${bytes.length} bytes are too few for a magic number, which takes 4. Is the file cut short?`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const axes = readMagic(view, source);
  const start = 4 + 4 * axes;
  if (bytes.length < start) {
    throw new IdxError(
      `${source}: the magic number promises ${axes} axes, so a header of ${start} bytes, but there are only ` +
        `${bytes.length}. Is the file cut short?`,
    );
  }
  const dimensions = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const wanted = dimensions.reduce((product, size) => product * size, 1);
  const found = bytes.length - start;
  if (found !== wanted) {
    throw new IdxError(
      `${source}: dimensions [${dimensions.join(", ")}] need ${wanted} bytes after the header, but there are ${found}. ` +
        (found < wanted ? "Is the file cut short?" : "Is something appended to the file?"),
    );
  }
  return { dimensions, values: bytes.subarray(start) };
}

/** Checks the four bytes of the magic number and returns the number of axes. */
function readMagic(view: DataView, source: string): number {
  const magic = view.getUint32(0);
  const shown = `0x${magic.toString(16).padStart(8, "0")}`;
  if (magic >>> 16 === 0x1f8b) {
    throw new IdxError(`${source}: the file is compressed with gzip (it begins ${shown}). Unpack it first.`);
  }
  if (magic >>> 16 !== 0) {
    throw new IdxError(`${source}: the magic number is ${shown}; an IDX file begins with two zero bytes.`);
  }
  const type = (magic >>> 8) & 0xff;
  if (type !== UNSIGNED_BYTE) {
    const meaning = OTHER_TYPES.get(type) ?? "no known type";
    throw new IdxError(
      `${source}: the magic number is ${shown}, whose type code 0x${type.toString(16).padStart(2, "0")} means ${meaning}; ` +
        "only unsigned bytes (0x08) are read here.",
    );
  }
  const axes = magic & 0xff;
  if (axes === 0) throw new IdxError(`${source}: the magic number is ${shown}, which promises no axis at all.`);
  return axes;
}
