import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IdxError, parseIdx } from "../support/idx.js";

/** A well-formed file of unsigned bytes. */
function idxFile(dimensions: readonly number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + dimensions.length);
  for (const [axis, size] of dimensions.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(values, 4 + 4 * dimensions.length);
  return bytes;
}

describe("parseIdx", () => {
  test("reads back what was written, as a view, wherever the bytes lie in their buffer", () => {
    const files = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }).chain((dimensions) => {
      const size = dimensions.reduce((product, each) => product * each, 1);
      return fc.tuple(fc.constant(dimensions), fc.uint8Array({ minLength: size, maxLength: size }), fc.nat(7));
    });
    fc.assert(
      fc.property(files, ([dimensions, values, offset]) => {
        const file = idxFile(dimensions, values);
        const buffer = new Uint8Array(offset + file.length);
        buffer.set(file, offset);
        const parsed = parseIdx(buffer.subarray(offset));
        expect(parsed.dimensions).toEqual(dimensions);
        expect(parsed.values).toEqual(values);
        expect(parsed.values.buffer).toBe(buffer.buffer);
      }),
    );
  });

  test("any file cut short or with something appended is refused, never misread", () => {
    const file = idxFile([2, 3], [1, 2, 3, 4, 5, 6]);
    for (let length = 0; length < file.length; length++) {
      expect(() => parseIdx(file.subarray(0, length))).toThrow(IdxError);
    }
    expect(() => parseIdx(Uint8Array.of(...file, 0))).toThrow(
      "IDX data: dimensions [2, 3] need 6 bytes after the header, but there are 7. Is something appended to the file?",
    );
  });

  test.each([
    [[0, 0], "labels: 2 bytes are too few for a magic number, which takes 4. Is the file cut short?"],
    [[0x1f, 0x8b, 8, 0], "labels: the file is compressed with gzip (it begins 0x1f8b0800). Unpack it first."],
    [[1, 0, 8, 1], "labels: the magic number is 0x01000801; an IDX file begins with two zero bytes."],
    [[0, 0, 0x0d, 1], "type code 0x0d means 32-bit floats; only unsigned bytes (0x08) are read here."],
    [[0, 0, 0x0a, 1], "type code 0x0a means no known type"],
    [[0, 0, 8, 0], "labels: the magic number is 0x00000800, which promises no axis at all."],
    [[0, 0, 8, 2, 0, 0, 0, 1], "the magic number promises 2 axes, so a header of 12 bytes, but there are only 8."],
    [[0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "dimensions [3] need 3 bytes after the header, but there are 2. Is the file cut"],
    [[0, 0, 8, 1, 255, 255, 255, 255], "dimensions [4294967295] need 4294967295 bytes"],
  ])("%j: %s", (bytes, message) => {
    const parse = () => parseIdx(Uint8Array.from(bytes), "labels");
    expect(parse).toThrow(IdxError);
    expect(parse).toThrow(message);
  });
});
