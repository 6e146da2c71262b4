import { FileFormatError, GlissadeError } from "@glissade/autograd";
import { decodeSafetensors, encodeSafetensors, type StateDict } from "@glissade/nn";
import fc, { type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { flips, outcomeOf, spliced, splices, tails, truncations } from "./damage.js";
import { plainBits } from "./plain-safetensors.js";
import { bitsOfAll, Victim } from "./states.js";

type Damaged = Arbitrary<Uint8Array>;

const state = new Victim(3).stateDict();
const names = Object.keys(state);
const whole = await encodeSafetensors(state, { metadata: { epoch: "3" } });
const headerEnd = 8 + Number(Buffer.from(whole).readBigUInt64LE(0));
const headerText = Buffer.from(whole.subarray(8, headerEnd)).toString();

const withLength = (length: bigint): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(length);
  return spliced(whole, 0, 8, bytes);
};

/** The file with another header, whose length is right. */
function withHeader(text: string | Uint8Array): Uint8Array {
  const header = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return spliced(whole, 0, headerEnd, Buffer.concat([length, header]));
}

type Entry = Record<string, unknown> & { shape: number[]; data_offsets: [number, number] };

/** The file with one tensor of the header described otherwise. */
function withEntry(name: string, change: (entry: Entry) => unknown): Uint8Array {
  const header: Record<string, Entry> = JSON.parse(headerText);
  const entry = header[name] ?? expect.fail(`${name} is not in the file`);
  return withHeader(JSON.stringify({ ...header, [name]: change(entry) }));
}

const name = fc.constantFrom(...names);
/** Numbers and others that are no offset that would fit. */
const foreign = fc.oneof(
  fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, null, "0", true, [], {}),
  fc.integer({ min: 1000 }),
);

const alwaysRefused: Readonly<Record<string, Damaged>> = {
  truncated: truncations.map((cut) => cut(whole)),
  "with bytes behind the end": tails.map((put) => put(whole)),
  "with a wrong header length": fc
    .oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 1000n }))
    .filter((length) => length !== BigInt(headerEnd - 8))
    .map(withLength),
  "with tensors moved over others": fc
    .tuple(name, fc.integer({ min: -200, max: 200 }))
    .filter(([, by]) => by !== 0)
    .map(([which, by]) => {
      return withEntry(which, (entry) => ({ ...entry, data_offsets: entry.data_offsets.map((offset) => offset + by) }));
    }),
  "with other offsets": fc.tuple(name, fc.nat({ max: 1 }), foreign).map(([which, side, offset]) => {
    return withEntry(which, (entry) => ({
      ...entry,
      data_offsets: entry.data_offsets.map((own, i) => (i === side ? offset : own)),
    }));
  }),
  "with offsets that are no pair": fc.tuple(name, fc.oneof(foreign, fc.array(foreign))).map(([which, offsets]) => {
    return withEntry(which, (entry) => ({ ...entry, data_offsets: offsets }));
  }),
  "with huge or senseless shapes": fc.tuple(name, fc.array(foreign, { minLength: 1 })).map(([which, shape]) => {
    return withEntry(which, (entry) => ({ ...entry, shape }));
  }),
  "with shapes that multiply to more than can be counted": fc
    .tuple(name, fc.array(fc.integer({ min: 2 ** 20, max: 2 ** 31 }), { minLength: 3, maxLength: 80 }), fc.boolean())
    .map(([which, shape, empty]) => withEntry(which, (entry) => ({ ...entry, shape: empty ? [...shape, 0] : shape }))),
  "with a name twice": fc.tuple(name, fc.constantFrom(...names, "__metadata__")).map(([which, first]) => {
    const copy = `${JSON.stringify(first)} : ${JSON.stringify(JSON.parse(headerText)[which])},`;
    return withHeader(`{${copy}${headerText.slice(1)}`);
  }),
  "with a field twice": name.map((which) => {
    const escaped = '"dt\\u0079pe":"F32"';
    return withHeader(headerText.replace(`"${which}":{`, `"${which}":{${escaped},`));
  }),
  "with the name __proto__": name.map((which) => withHeader(headerText.replace(`"${which}"`, '"__proto__"'))),
  "with another dtype": fc
    .tuple(
      name,
      fc.oneof(fc.constantFrom("C64", "F4", "F8_E8M0", "f32", "", "float32", "toString"), foreign, fc.string()),
    )
    .map(([which, dtype]) => withEntry(which, (entry) => ({ ...entry, dtype }))),
  "with a dtype of another width": fc.tuple(name, fc.constantFrom("F16", "I16", "BF16")).map(([which, dtype]) => {
    return withEntry(which, (entry) => ({ ...entry, dtype }));
  }),
  "with a field less": fc.tuple(name, fc.constantFrom("dtype", "shape", "data_offsets")).map(([which, field]) => {
    return withEntry(which, (entry) => Object.fromEntries(Object.entries(entry).filter(([key]) => key !== field)));
  }),
  "with a tensor that is no object": fc.tuple(name, fc.oneof(foreign, fc.string())).map(([which, value]) => {
    return withEntry(which, () => value);
  }),
  "with a header that is no JSON": fc
    .oneof(
      fc.nat({ max: headerText.trimEnd().length - 1 }).map((length) => headerText.slice(0, length)),
      fc.string(),
      fc.json().filter((text) => text !== "{}"),
      fc.constantFrom(
        ` ${headerText}`,
        `\ufeff${headerText}`,
        `${headerText}}`,
        "[]",
        "null",
        "{",
        '{"',
        '{"\\u12":1}',
      ),
    )
    .map(withHeader),
  "with a header that is no UTF-8": fc.uint8Array({ minLength: 1 }).map((noise) => {
    return withHeader(Buffer.concat([Buffer.from('{"'), noise, Buffer.from([0xff]), Buffer.from(headerText.slice(2))]));
  }),
  "with metadata that are no strings": fc
    .oneof(foreign, fc.constantFrom({ a: 1 }, { a: null }, [["a"]]))
    .filter((value) => {
      return typeof value !== "object" || value === null || Object.keys(value).length > 0 || Array.isArray(value);
    })
    .map((metadata) => withHeader(JSON.stringify({ ...JSON.parse(headerText), __metadata__: metadata }))),
  "with a header nested deeply": fc
    .tuple(fc.integer({ min: 9, max: 20_000 }), fc.constantFrom("[", '{"a":'))
    .map(([depth, open]) => withHeader(`{"x":${open.repeat(depth)}`)),
};

const decode = (bytes: Uint8Array): StateDict => decodeSafetensors(bytes).tensors;

describe("a file that was damaged", () => {
  test.each(Object.entries(alwaysRefused))("%s is refused, and the model stays what it was", (_, damaged) => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const outcome = outcomeOf(bytes, decode);
        if (!(outcome instanceof FileFormatError)) expect.fail(`not refused: ${String(outcome)}`);
        expect(outcome.message).toMatch(/^decodeSafetensors: .*[.?]$/s);
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
          // Half of the time the damage is in the header alone.
          const bytes = spliced(whole, 0, part.length, damage(part));
          const outcome = outcomeOf(bytes, decode);
          if (outcome instanceof GlissadeError) {
            expect(outcome).toBeInstanceOf(FileFormatError);
            refused++;
          } else expect(bitsOfAll(outcome)).toEqual(plainBits(bytes));
        }),
        { numRuns: 400 },
      );
      expect(refused).toBeGreaterThan(100);
    },
  );

  test("claims what it likes: nothing is allocated for it", () => {
    const claims = [2 ** 31, 2 ** 33, 2 ** 40, 2 ** 50].flatMap((size) => [
      withEntry("weight", (entry) => ({ ...entry, shape: [size] })),
      withEntry("weight", (entry) => ({ ...entry, data_offsets: [0, size] })),
      withEntry("weight", (entry) => ({ ...entry, shape: [size / 4], data_offsets: [0, size] })),
      withLength(BigInt(size)),
    ]);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 20; round++) {
      for (const bytes of claims) expect(outcomeOf(bytes, decode)).toBeInstanceOf(FileFormatError);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 2 ** 20);
  });
});
