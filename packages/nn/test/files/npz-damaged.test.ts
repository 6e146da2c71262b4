import { FileFormatError } from "@glissade/autograd";
import type { StateDict } from "@glissade/nn";
import { decodeNpz, encodeNpz } from "@glissade/nn/npz";
import fc, { type Arbitrary } from "fast-check";
import { deflateSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { flips, outcomeOf, spliced, splices, tails, truncations } from "./damage.js";
import { bitsOfAll, Victim } from "./states.js";

const state = new Victim(3).stateDict();
const stored = Buffer.from(await encodeNpz(state));
const deflated = Buffer.from(await encodeNpz(state, { compress: true }));
const archive = fc.constantFrom(stored, deflated);

/** The places of all records with this signature. */
function placesOf(bytes: Buffer, signature: number): number[] {
  const places: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at++) if (bytes.readUInt32LE(at) === signature) places.push(at);
  return places;
}

/** A field of a record of each kind, by its place in it and its width; those that do not matter for reading are left out. */
const fields = {
  local: {
    signature: 0x04034b50,
    fields: [
      [0, 4],
      [6, 2],
      [8, 2],
      [26, 2],
    ],
  },
  central: {
    signature: 0x02014b50,
    fields: [
      [0, 4],
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [34, 2],
      [42, 4],
    ],
  },
  ending: {
    signature: 0x06054b50,
    fields: [
      [0, 4],
      [4, 2],
      [6, 2],
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
      [20, 2],
    ],
  },
} as const;

/** The archive with one field of one record changed, to a value that it did not have. */
function withField(kind: keyof typeof fields): Arbitrary<Uint8Array> {
  const { signature, fields: places } = fields[kind];
  const value = fc.oneof(
    fc.nat({ max: 2000 }),
    fc.constantFrom(0xffff, 0xffffffff),
    fc.integer({ min: 0, max: 0xffffffff }),
  );
  return fc
    .tuple(archive, fc.nat({ max: 4 }), fc.constantFrom(...places), value)
    .map(([bytes, which, [at, width], put]) => {
      const records = placesOf(bytes, signature);
      const place = (records[which % records.length] ?? 0) + at;
      const result = Buffer.from(bytes);
      result.writeUIntLE(width === 2 ? put % 65536 : put, place, width);
      if (result.equals(bytes)) result[place] = (result[place] ?? 0) ^ 1;
      return new Uint8Array(result);
    });
}

/** The archive with a name put in the place of another of the same length, in its record or in the directory, or both. */
function renamed(from: string, to: string, bytes: Buffer, where: readonly number[]): Uint8Array {
  const result = Buffer.from(bytes);
  const places: number[] = [];
  for (let at = result.indexOf(from); at >= 0; at = result.indexOf(from, at + 1)) places.push(at);
  for (const i of where) result.write(to, places[i] ?? 0, "latin1");
  return new Uint8Array(result);
}

/** An archive of one file whose directory says that it is `size` bytes long. */
function claiming(size: number, content: Uint8Array): Uint8Array {
  const bytes = Buffer.from(zipSync({ "x.npy": content }));
  for (const [signature, at] of [
    [0x04034b50, 22],
    [0x02014b50, 24],
  ] as const) {
    for (const place of placesOf(bytes, signature)) bytes.writeUInt32LE(size, place + at);
  }
  return new Uint8Array(bytes);
}

const alwaysRefused: Readonly<Record<string, Arbitrary<Uint8Array>>> = {
  truncated: fc.tuple(archive, truncations).map(([bytes, cut]) => cut(bytes)),
  "with bytes before the beginning": fc
    .tuple(archive, fc.uint8Array({ minLength: 1 }))
    .map(([bytes, put]) => spliced(bytes, 0, 0, put)),
  "with bytes behind the end": fc.tuple(archive, tails).map(([bytes, put]) => put(bytes)),
  "with another number in a file's record": withField("local"),
  "with another number in the directory": withField("central"),
  "with another number at the end": withField("ending"),
  "with a name twice": archive.map((bytes) => renamed("counts.npy", "weight.npy", bytes, [0, 1])),
  "with one name in two versions": fc
    .tuple(archive, fc.nat({ max: 1 }))
    .map(([bytes, which]) => renamed("bias.npy", "bi-s.npy", bytes, [which])),
  "with a name that is no UTF-8": archive.map((bytes) => renamed("bias.npy", "bi\xffs.npy", bytes, [0, 1])),
  "with a name of another kind": archive.map((bytes) => renamed("bias.npy", "bias.exe", bytes, [0, 1])),
  "with elements changed": fc.tuple(fc.nat({ max: 47 }), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
    const start = stored.indexOf("weight.npy") + 10 + 128 + at;
    return spliced(stored, start, start + 1, Uint8Array.of((stored[start] ?? 0) ^ by));
  }),
  "that claims sizes it cannot have": fc
    .tuple(fc.integer({ min: 2 ** 20, max: 2 ** 32 - 1 }), fc.uint8Array({ maxLength: 100 }))
    .map(([size, content]) => claiming(size, content)),
  noise: fc.uint8Array({ maxLength: 300 }),
};

const decode = (bytes: Uint8Array): StateDict => decodeNpz(bytes);

describe("an archive that was damaged", () => {
  test.each(Object.entries(alwaysRefused))("%s is refused, and the model stays what it was", (_, damaged) => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const outcome = outcomeOf(bytes, decode);
        if (!(outcome instanceof FileFormatError)) expect.fail(`not refused: ${String(outcome)}`);
        expect(outcome.message).toMatch(/^decodeNpz: .*[.?]$/s);
      }),
    );
  });

  test.each(Object.entries({ "in single bits": flips, "in runs of bytes": splices }))(
    "%s is refused, or holds what it held",
    (_, damages) => {
      let refused = 0;
      fc.assert(
        fc.property(damages, archive, (damage, whole) => {
          const outcome = outcomeOf(damage(whole), decode);
          if (outcome instanceof Error) {
            expect(outcome).toBeInstanceOf(FileFormatError);
            refused++;
          } else expect(bitsOfAll(outcome)).toEqual(bitsOfAll(state));
        }),
        { numRuns: 400 },
      );
      expect(refused).toBeGreaterThan(200);
    },
  );

  test("that unpacks to more than it says is refused, without room for more than that", () => {
    const zeros = deflateSync(new Uint8Array(2 ** 26));
    const bomb = claiming(1000, new Uint8Array(2 ** 26));
    expect(bomb.length).toBeLessThan(zeros.length + 200);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 5; round++) expect(() => decodeNpz(bomb)).toThrow('"x.npy" is damaged');
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 2 ** 20);
  });
});
