import { add, FileFormatError, tensor, transpose } from "@glissade/autograd";
import { decodeNpy, encodeNpy } from "@glissade/nn";
import fc from "fast-check";
import { dump, parse } from "npyjs";
import { describe, expect, test } from "vitest";
import { npyOfPython } from "./originals.js";
import { anyTensor, bitsOf } from "./states.js";

/** A file with this header, of a version, and these elements. */
function fileOf(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]);
  return new Uint8Array(Buffer.concat([start, length, text, Buffer.from(data)]));
}

const header = (descr: string, shape: string, order = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}}`;

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

describe("a file", () => {
  test("gives back the tensor that went in, to the bit", async () => {
    await fc.assert(
      fc.asyncProperty(anyTensor, async (x) => {
        const bytes = await encodeNpy(x);
        expect(bitsOf(decodeNpy(bytes))).toBe(bitsOf(x));
        expect((bytes.length - x.data().byteLength) % 64).toBe(0);
      }),
    );
  });

  test("opens with the same values in another implementation", async () => {
    await fc.assert(
      fc.asyncProperty(anyTensor, async (x) => {
        const other = parse(bufferOf(await encodeNpy(x)));
        expect(other.shape).toEqual(x.shape);
        expect(other.fortranOrder).toBe(false);
        // It has booleans as an array of JavaScript's.
        const bools = Array.isArray(other.data) ? Uint8Array.from(other.data) : other.data;
        expect(bools).toEqual(x.data());
      }),
    );
  });

  test("of another implementation opens here", () => {
    const drawn = anyTensor.filter((x) => x.dtype !== "bool" && x.rank > 0 && x.size > 0);
    fc.assert(
      fc.property(drawn, (x) => {
        const bytes = new Uint8Array(dump(x.data(), [...x.shape]));
        expect(bitsOf(decodeNpy(bytes))).toBe(bitsOf(x));
      }),
    );
  });

  test.each(npyOfPython)("that NumPy wrote opens here: $name", ({ bytes, values }) => {
    const x = decodeNpy(bytes);
    expect([x.dtype, x.toArray()]).toEqual(values);
  });

  test("in column-major order has the elements of its transpose", () => {
    fc.assert(
      fc.property(
        anyTensor.filter((x) => x.dtype === "float32"),
        (x) => {
          const sides = x.shape.map((side) => `${side}, `).join("");
          const columns = new Uint8Array(transpose(x).data().buffer);
          const bytes = fileOf(header("'<f4'", `(${sides})`, "True"), [...columns]);
          expect(bitsOf(decodeNpy(bytes))).toBe(bitsOf(x));
        },
      ),
    );
  });

  test("holds what is computed, and plain numbers", async () => {
    expect(decodeNpy(await encodeNpy(add(tensor([1, 2]), 1))).toArray()).toEqual([2, 3]);
    expect(decodeNpy(await encodeNpy([[1], [2]])).shape).toEqual([2, 1]);
    expect(decodeNpy(await encodeNpy(5)).shape).toEqual([]);
  });

  test("may spell its header as Python allows", () => {
    const spelled = "\t{ \"shape\" :(2L,\n1, ),'fortran_order':False , 'descr': '<i4' ,} \n";
    expect(decodeNpy(fileOf(spelled, [1, 0, 0, 0, 2, 0, 0, 0])).toArray()).toEqual([[1], [2]]);
    expect(decodeNpy(fileOf(header("'|b1'", "()"), [1], 3)).toArray()).toBe(1);
  });
});

describe("decodeNpy refuses", () => {
  const four = [0, 0, 0, 0];
  test.each([
    { what: "code", text: header("__import__('os')", "(1,)"), message: "where a value should be" },
    { what: "a sum", text: header("'<f4'", "(1 + 1,)"), message: '"+" stands at place 53, where a comma should be' },
    { what: "a text that does not end", text: "{'descr': '<f4", message: "it ends at place 14" },
    { what: "a key twice", text: "{'shape': (1,), 'shape': (1,)}", message: 'it has "shape" twice' },
    {
      what: "a key too many",
      text: `${header("'<f4'", "(1,)").slice(0, -1)}, 'x': 1}`,
      message: "the header has the keys",
    },
    { what: "a key too few", text: "{'descr': '<f4'}", message: "the header has the keys descr;" },
    { what: "no dictionary", text: "(1,)", message: "the header is no dictionary" },
    { what: "nothing", text: "", message: "it ends at place 0, where a value should be" },
    { what: "more than a literal", text: `${header("'<f4'", "(1,)")} {}`, message: "where the end should be" },
    { what: "a list as the shape", text: header("'<f4'", "[1]"), message: "the shape is no tuple" },
    { what: "a number as the shape", text: header("'<f4'", "(1)"), message: "the shape is no tuple" },
    { what: "a truth value as a side", text: header("'<f4'", "(True,)"), message: "true in the shape is no size" },
    { what: "a negative side", text: header("'<f4'", "(-1,)"), message: "-1 in the shape is no size" },
    {
      what: "a huge shape",
      text: header("'<f4'", "(3000000000, 3000000000)"),
      message: "more bytes than can be counted",
    },
    { what: "a huge side", text: header("'<f4'", `(${"9".repeat(60)},)`), message: "in the shape is no size" },
    {
      what: "an order that is none",
      text: header("'<f4'", "(1,)", "0"),
      message: "fortran_order is neither True nor False",
    },
    { what: "objects", text: header("'|O'", "(1,)"), message: 'elements are "|O"' },
    { what: "records", text: header("[('a', '<f4')]", "(1,)"), message: "elements are a record" },
    { what: "complex numbers", text: header("'<c8'", "(1,)"), message: 'elements are "<c8"' },
    { what: "floats without an order", text: header("'|f4'", "(1,)"), message: 'elements are "|f4"' },
    { what: "deep nesting", text: "(".repeat(5000), message: "it nests deeper than 8 levels" },
    { what: "letters that are not ASCII", text: "{'größe': 1}", message: "headers of arrays of numbers are ASCII" },
  ])("$what", ({ text, message }) => {
    expect(() => decodeNpy(fileOf(text, four))).toThrow(FileFormatError);
    expect(() => decodeNpy(fileOf(text, four))).toThrow(message);
  });

  test("booleans that are none", () => {
    expect(() => decodeNpy(fileOf(header("'|b1'", "(2,)"), [1, 2]))).toThrow("the byte 2 at element 1 is no boolean");
  });

  test("versions that it does not know", () => {
    expect(() => decodeNpy(fileOf(header("'<f4'", "(1,)"), four, 4))).toThrow("version 4.0 of the format");
  });
});
