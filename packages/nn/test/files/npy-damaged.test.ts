import { FileFormatError, type Tensor } from "@glissade/autograd";
import { decodeNpy, encodeNpy, type StateDict } from "@glissade/nn";
import fc, { type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { flips, outcomeOf, spliced, splices, tails, truncations } from "./damage.js";
import { Victim } from "./states.js";

const state = new Victim(3).stateDict();
const whole = await encodeNpy(state.weight ?? expect.fail());
const headerEnd = whole.length - 48;
const headerText = Buffer.from(whole.subarray(10, headerEnd)).toString();

/** The file with another header, whose length is right. */
function withHeader(text: string): Uint8Array {
  const header = Buffer.from(text, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return spliced(whole, 8, headerEnd, Buffer.concat([length, header]));
}

const replaced = (from: string, to: string): Uint8Array => withHeader(headerText.replace(from, () => to));

const sizes = fc.array(fc.oneof(fc.bigInt(), fc.constantFrom(2n ** 31n, 2n ** 53n, 2n ** 64n)), {
  minLength: 1,
  maxLength: 40,
});
const product = (shape: readonly bigint[]): bigint => shape.reduce((a, b) => a * b, 1n);

const alwaysRefused: Readonly<Record<string, Arbitrary<Uint8Array>>> = {
  truncated: truncations.map((cut) => cut(whole)),
  "with bytes behind the end": tails.map((put) => put(whole)),
  "that begins otherwise": fc
    .tuple(fc.nat({ max: 6 }), fc.nat({ max: 255 }))
    .filter(([at, byte]) => byte !== whole[at] && (at < 6 || byte > 3 || byte === 0))
    .map(([at, byte]) => spliced(whole, at, at + 1, Uint8Array.of(byte))),
  "with a wrong header length": fc
    .integer({ min: 0, max: 65535 })
    .filter((length) => length !== headerEnd - 10)
    .map((length) => spliced(whole, 8, 10, Uint8Array.of(length % 256, length >> 8))),
  "with other shapes": sizes
    .filter((shape) => product(shape) !== 12n || shape.some((side) => side < 0n))
    .map((shape) => replaced("(4, 3)", `(${shape.join(",")},)`)),
  "with shapes that are none": fc
    .constantFrom(
      "4",
      "(4)",
      "[4, 3]",
      "'43'",
      "None",
      "(4, '3')",
      "(4, None)",
      "(4.0, 3)",
      "(4,, 3)",
      "(4 3)",
      "(,)",
      "(0x4, 3)",
      "(04, 3)",
      "((4, 3),)",
    )
    .map((text) => replaced("(4, 3)", text)),
  "with other types": fc
    .oneof(
      fc.constantFrom("<f2", "<f8", "<c8", "|O", "<U1", "|V4", "<M8[ns]", "=f4", "f4", "|f4", "<f3", "<f16", "", "?"),
      fc.string({ unit: "binary-ascii" }),
    )
    .filter((type) => !/^[<>][fiu]4$/.test(type))
    .map((type) => replaced("'<f4'", JSON.stringify(type))),
  "with a type that is no text": fc
    .constantFrom("None", "4", "('<f4', (2,))", "[('a', '<f4')]", "{'names': ['a']}", "float", "b'<f4'")
    .map((text) => replaced("'<f4'", text)),
  "with a field twice": fc.constantFrom("'shape': (4, 3)", "'descr': '<f4'", '"fortran_order": True').map((field) => {
    return replaced("{", `{${field}, `);
  }),
  "with a field less, or of another name": fc
    .tuple(
      fc.constantFrom("descr", "shape", "fortran_order"),
      fc.oneof(fc.constant("__proto__"), fc.string({ unit: "grapheme-ascii" })),
    )
    .filter(([field, other]) => field !== other)
    .map(([field, other]) => replaced(`'${field}'`, JSON.stringify(other))),
  "with code in its header": fc
    .constantFrom("__import__('os').system('true')", "1 + 1", "(lambda: 1)()", "[i for i in ()]", "f''", "not 1", "...")
    .chain((code) => fc.constantFrom("'<f4'", "False", "(4, 3)").map((field) => replaced(field, code))),
  "with a header cut off": fc
    .nat({ max: headerText.trimEnd().length - 1 })
    .map((length) => withHeader(headerText.slice(0, length))),
  "with letters that are not ASCII": fc
    .tuple(fc.nat({ max: headerText.length }), fc.integer({ min: 127, max: 255 }))
    .map(([at, code]) => withHeader(headerText.slice(0, at) + String.fromCharCode(code) + headerText.slice(at))),
  "with a header nested deeply": fc
    .tuple(fc.integer({ min: 9, max: 60_000 }), fc.constantFrom("(", "[", "{'a':("))
    .map(([depth, open]) => withHeader(open.repeat(depth).slice(0, 60_000))),
};

/** The numbers of a file, by a reader that trusts it: a pattern for its header, and one element at a time. */
function plainNumbers(bytes: Uint8Array): { readonly shape: readonly number[]; readonly numbers: readonly number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const text = Buffer.from(bytes.subarray(0, start)).toString("latin1");
  const [, order, kind, width] = /descr['"]\s*:\s*['"]([<>|])([fiub])(\d)['"]/.exec(text) ?? expect.fail(text);
  const isColumnMajor = /fortran_order['"]\s*:\s*True/.test(text);
  const [, sides = ""] = /shape['"]\s*:\s*\(([^)]*)\)/.exec(text) ?? expect.fail(text);
  const shape = sides
    .split(",")
    .filter((side) => side.trim() !== "")
    .map((side) => Number.parseInt(side, 10));
  const readers: Readonly<Record<string, (at: number, little: boolean) => number>> = {
    f4: (at, little) => view.getFloat32(at, little),
    i4: (at, little) => view.getInt32(at, little),
    u4: (at, little) => view.getUint32(at, little),
  };
  const read = readers[`${kind}${width}`] ?? expect.fail(text);
  const size = shape.reduce((a, b) => a * b, 1);
  const numbers = Array.from({ length: size }, (_, i) => {
    let [rest, at, stride] = [i, 0, size];
    // The place of element i of the rows in the columns.
    let step = 1;
    for (const side of shape) {
      stride /= side;
      at += Math.floor(rest / stride) * (isColumnMajor ? step : stride);
      rest %= stride;
      step *= side;
    }
    return read(start + 4 * at, order === "<");
  });
  return { shape, numbers };
}

const decode = (bytes: Uint8Array): StateDict => ({ ...state, weight: decodeNpy(bytes) });

describe("a file that was damaged", () => {
  test.each(Object.entries(alwaysRefused))("%s is refused, and the model stays what it was", (_, damaged) => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const outcome = outcomeOf(bytes, decode);
        if (!(outcome instanceof FileFormatError)) expect.fail(`not refused: ${String(outcome)}`);
        expect(outcome.message).toMatch(/^decodeNpy: .*[.?]$/s);
      }),
    );
  });

  test.each(Object.entries({ "in single bits": flips, "in runs of bytes": splices }))(
    "%s is refused, or is a file that holds what was read",
    (_, damages) => {
      const base = fc.constantFrom(whole, whole.subarray(0, headerEnd));
      let refused = 0;
      fc.assert(
        fc.property(damages, base, (damage, part) => {
          const bytes = spliced(whole, 0, part.length, damage(part));
          const outcome = outcomeOf(bytes, decode);
          if (outcome instanceof Error) {
            expect(outcome).toBeInstanceOf(FileFormatError);
            refused++;
            return;
          }
          const weight: Tensor = outcome.weight ?? expect.fail();
          expect({ shape: weight.shape, numbers: [...weight.data()] }).toEqual(plainNumbers(bytes));
        }),
        { numRuns: 400 },
      );
      expect(refused).toBeGreaterThan(40);
    },
  );
});
