import { FileFormatError, ones, tensor, ValueError } from "@glissade/autograd";
import type { StateDict } from "@glissade/nn";
import { decodeNpz, encodeNpz } from "@glissade/nn/npz";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from "@zip.js/zip.js";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { dump, parse } from "npyjs";
import { describe, expect, test } from "vitest";
import { npzOfPython } from "./originals.js";
import { bitsOfAll, states, Victim } from "./states.js";

const drawn = fc.tuple(
  states.filter((state) => Object.keys(state).every((name) => !name.includes("\0"))),
  fc.boolean(),
);

describe("an archive", () => {
  test("gives back the tensors that went in, to the bit and in their order", async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ([state, compress]) => {
        const bytes = await encodeNpz(state, { compress });
        const back = decodeNpz(bytes);
        expect(bitsOfAll(back)).toEqual(bitsOfAll(state));
        expect(Object.keys(back)).toEqual(Object.keys(state));
        expect(Buffer.from(await encodeNpz(back, { compress })).equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  test("opens with the same values in other implementations", async () => {
    // Zip.js shows control characters as the pictures of an old code page.
    const isPrintable = (name: string): boolean => [...name].every((char) => char >= " " && char !== "\x7f");
    const printable = drawn.filter(([state]) => Object.keys(state).every(isPrintable));
    await fc.assert(
      fc.asyncProperty(printable, async ([state, compress]) => {
        const reader = new ZipReader(new Uint8ArrayReader(await encodeNpz(state, { compress })), {
          checkSignature: true,
        });
        const entries = await reader.getEntries();
        expect(entries.map((entry) => entry.filename)).toEqual(Object.keys(state).map((name) => `${name}.npy`));
        for (const entry of entries) {
          if (entry.directory) expect.fail();
          const content = await entry.getData(new Uint8ArrayWriter());
          const { data, shape } = parse(new Uint8Array(content).buffer);
          const value = state[entry.filename.slice(0, -4)];
          expect(shape).toEqual(value?.shape);
          expect(Array.isArray(data) ? Uint8Array.from(data) : data).toEqual(value?.data());
        }
        await reader.close();
      }),
      { numRuns: 40 },
    );
  });

  test.each([0, 6])("of another implementation opens here, at level %i", async (level) => {
    const writer = new ZipWriter(new Uint8ArrayWriter(), { level });
    const x = Float32Array.from({ length: 600 }, (_, i) => i % 7);
    await writer.add("x.npy", new Uint8ArrayReader(new Uint8Array(dump(x, [20, 30]))));
    await writer.add("größe.npy", new Uint8ArrayReader(new Uint8Array(dump(Float64Array.of(1.5), [1]))));
    const { x: back, größe } = decodeNpz(await writer.close());
    expect([back?.shape, back?.data(), größe?.item()]).toEqual([[20, 30], x, 1.5]);
  });

  test.each(npzOfPython)("that NumPy wrote opens here: $name", ({ bytes, values }) => {
    const state = Object.entries(decodeNpz(bytes)).map(([name, x]) => [name, [x.dtype, x.toArray()]]);
    expect(Object.fromEntries(state)).toEqual(values);
  });

  test("gets smaller when compressed", async () => {
    const state = { x: ones([100, 100]) };
    const [plain, compressed] = [await encodeNpz(state), await encodeNpz(state, { compress: true })];
    expect(plain.length).toBeGreaterThan(40_000);
    expect(compressed.length).toBeLessThan(1000);
  });

  test("makes a model what another one was", async () => {
    const [from, to] = [new Victim(3), new Victim(5)];
    to.loadStateDict(decodeNpz(await encodeNpz(from.stateDict())));
    expect(bitsOfAll(to.stateDict())).toEqual(bitsOfAll(from.stateDict()));
  });

  test("without members is one", async () => {
    expect(decodeNpz(await encodeNpz({}))).toEqual({});
  });
});

describe("encodeNpz refuses", () => {
  test.each([["__proto__"], ["\ud800"], ["a\0b"], ["x".repeat(20_000)]])("the name %j", async (name) => {
    const state: StateDict = Object.fromEntries([[name, tensor([1])]]);
    await expect(encodeNpz(state)).rejects.toThrow(ValueError);
  });

  test("what is no tensor", async () => {
    const state: Record<string, never> = JSON.parse('{ "x": [1, 2] }');
    await expect(encodeNpz(state)).rejects.toThrow('encodeNpz: "x" is no tensor.');
    // @ts-expect-error No object.
    await expect(encodeNpz(null)).rejects.toThrow("encodeNpz: null is no object of tensors.");
  });
});

describe("decodeNpz refuses", () => {
  test.each([
    { what: "other files", files: { "notes.txt": "a" }, message: 'decodeNpz: "notes.txt" is no .npy file.' },
    {
      what: "a damaged array",
      files: { "x.npy": "abc" },
      message: 'decodeNpz: "x.npy": the bytes do not begin as a .npy file does.',
    },
    { what: "__proto__", files: { "__proto__.npy": "abc" }, message: "objects here cannot hold this name" },
  ])("$what", ({ files, message }) => {
    const archive = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
    expect(() => decodeNpz(archive)).toThrow(FileFormatError);
    expect(() => decodeNpz(archive)).toThrow(message);
  });

  test("encrypted archives", async () => {
    const writer = new ZipWriter(new Uint8ArrayWriter(), { password: "secret", zipCrypto: true });
    await writer.add("x.npy", new Uint8ArrayReader(new Uint8Array(dump(Float32Array.of(1), [1]))));
    const archive = await writer.close();
    expect(() => decodeNpz(archive)).toThrow('"x.npy" is encrypted');
  });

  test("archives with ZIP64", async () => {
    const writer = new ZipWriter(new Uint8ArrayWriter(), { zip64: true });
    await writer.add("x.npy", new Uint8ArrayReader(new Uint8Array(dump(Float32Array.of(1), [1]))));
    const archive = await writer.close();
    expect(() => decodeNpz(archive)).toThrow("ZIP64");
  });
});
