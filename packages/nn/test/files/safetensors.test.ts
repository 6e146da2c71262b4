import { FileFormatError, ones, tensor, ValueError } from "@glissade/autograd";
import { decodeSafetensors, encodeSafetensors, type StateDict } from "@glissade/nn";
import { safetensors as other } from "@jax-js/loaders";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safetensorsOfPython } from "./originals.js";
import { plainBits } from "./plain-safetensors.js";
import { bitsOfAll, states, Victim } from "./states.js";

/** A file with this header and these elements. */
function fileOf(header: unknown, data: readonly number[] | Uint8Array = []): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, Buffer.from(data)]));
}

const one = (dtype: string, shape: readonly number[], data: readonly number[]): Uint8Array =>
  fileOf({ x: { dtype, shape, data_offsets: [0, data.length] } }, data);

const values = (bytes: Uint8Array, options?: { int64: "float64" }): unknown => {
  const { x } = decodeSafetensors(bytes, options).tensors;
  return [x?.dtype, x?.toArray()];
};

describe("a file", () => {
  test("gives back the tensors that went in, to the bit, with the metadata", async () => {
    const texts = fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      fc.string({ unit: "grapheme" }),
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(states, texts, async (state, metadata) => {
        const bytes = await encodeSafetensors(state, { metadata });
        const content = decodeSafetensors(bytes);
        expect(bitsOfAll(content.tensors)).toEqual(bitsOfAll(state));
        expect(content.metadata).toEqual(metadata);
        expect(bitsOfAll(state)).toEqual(
          bitsOfAll(decodeSafetensors(await encodeSafetensors(content.tensors)).tensors),
        );
      }),
    );
  });

  test("is what the format says, and the same for the same state in any order", async () => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const bytes = await encodeSafetensors(state);
        expect(plainBits(bytes)).toEqual(bitsOfAll(state));
        const backwards: StateDict = Object.fromEntries(Object.entries(state).reverse());
        expect(Buffer.from(await encodeSafetensors(backwards)).equals(Buffer.from(bytes))).toBe(true);
        const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
        expect(length % 8).toBe(0);
      }),
    );
  });

  test("opens with the same values in another implementation", async () => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const { tensors } = other.parse(new Uint8Array(await encodeSafetensors(state)));
        expect(Object.keys(tensors).sort()).toEqual(Object.keys(state).sort());
        for (const [name, value] of Object.entries(state)) {
          expect(tensors[name]?.shape).toEqual(value.shape);
          expect(tensors[name]?.data).toEqual(value.data());
        }
      }),
    );
  });

  test("of the original implementation, in Python, opens here", () => {
    const { bytes, values: expected } = safetensorsOfPython;
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(metadata).toEqual({ format: "np", note: "ünïcode" });
    expect(Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, [x.dtype, x.toArray()]]))).toEqual(
      expected,
    );
  });

  test("makes a model what another one was", async () => {
    const [from, to] = [new Victim(3), new Victim(5)];
    to.loadStateDict(decodeSafetensors(await encodeSafetensors(from.stateDict())).tensors);
    expect(bitsOfAll(to.stateDict())).toEqual(bitsOfAll(from.stateDict()));
  });

  test("without tensors is a file", async () => {
    expect(decodeSafetensors(await encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });

  test("is read from the middle of a buffer, at any alignment", async () => {
    const bytes = await encodeSafetensors({ x: tensor([1, 2]) });
    for (let shift = 0; shift < 9; shift++) {
      const buffer = new Uint8Array(bytes.length + 20);
      buffer.set(bytes, shift);
      const { x } = decodeSafetensors(buffer.subarray(shift, shift + bytes.length)).tensors;
      expect(x?.toArray()).toEqual([1, 2]);
    }
  });

  test("of a Buffer is copied", async () => {
    const bytes = Buffer.from(await encodeSafetensors({ x: tensor([1, 2]) }));
    const { x } = decodeSafetensors(bytes).tensors;
    bytes.fill(0);
    expect(x?.toArray()).toEqual([1, 2]);
  });
});

describe("types without a counterpart", () => {
  test.each([
    { dtype: "I8", data: [255, 127], read: ["int32", [-1, 127]] },
    { dtype: "I16", data: [255, 255, 0, 1], read: ["int32", [-1, 256]] },
    { dtype: "U16", data: [255, 255, 0, 1], read: ["int32", [65535, 256]] },
    { dtype: "BF16", data: [0x80, 0x3f, 0x49, 0xc0, 0x80, 0x7f], read: ["float32", [1, -3.140625, Infinity]] },
    { dtype: "F16", data: [0, 0x3c, 1, 0, 0xff, 0x7b, 0, 0xfc], read: ["float32", [1, 2 ** -24, 65504, -Infinity]] },
    { dtype: "F8_E5M2", data: [0x3c, 0xc2, 0x7b, 0x7c, 1], read: ["float32", [1, -3, 57344, Infinity, 2 ** -16]] },
    { dtype: "F8_E4M3", data: [0x38, 0xc4, 0x7e, 0x7f, 1], read: ["float32", [1, -3, 448, Number.NaN, 2 ** -9]] },
    { dtype: "I64", data: [254, ...Array<number>(7).fill(255)], read: ["int32", [-2]] },
    { dtype: "U64", data: [255, 255, 255, 255, 0, 0, 0, 0], read: ["uint32", [4294967295]] },
  ])("$dtype", ({ dtype, data, read }) => {
    const width = data.length / read[1]!.length;
    expect(values(one(dtype, [data.length / width], data))).toEqual(read);
  });

  test("every float16 and bfloat16 has its value", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = [...new Uint8Array(bits.buffer)];
    const halves = decodeSafetensors(one("F16", [65536], bytes)).tensors.x!.data();
    const brains = decodeSafetensors(one("BF16", [65536], bytes)).tensors.x!.data();
    const view = new DataView(new ArrayBuffer(4));
    for (let i = 0; i < 65536; i++) {
      view.setUint32(0, i * 65536);
      expect(Object.is(brains[i], view.getFloat32(0))).toBe(true);
      const [exponent, fraction] = [(i >> 10) & 31, i & 1023];
      const size = exponent === 0 ? fraction / 2 ** 24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
      const special = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
      const value = (exponent === 31 ? special : size) * (i < 32768 ? 1 : -1);
      if (!Object.is(halves[i], value)) expect.fail(`${i}: ${halves[i]} in place of ${value}`);
    }
  });

  test("64-bit integers that do not fit are an error that names the remedy", () => {
    const big = one("I64", [2], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(() => decodeSafetensors(big)).toThrow(
      'decodeSafetensors: tensor "x": 4294967296 at element 1 does not fit into int32. Read such integers as floats with { int64: "float64" }.',
    );
    expect(values(big, { int64: "float64" })).toEqual(["float64", [0, 4294967296]]);
    const vast = one("U64", [1], Array<number>(8).fill(255));
    expect(() => decodeSafetensors(vast, { int64: "float64" })).toThrow(
      "18446744073709551615 at element 0 does not fit into float64.",
    );
  });

  test.each(["C64", "F4", "F8_E8M0", "f32", 5, null])("%j is an error that lists what is read", (dtype) => {
    const file = fileOf({ x: { dtype, shape: [1], data_offsets: [0, 4] } }, [0, 0, 0, 0]);
    expect(() => decodeSafetensors(file)).toThrow(FileFormatError);
    expect(() => decodeSafetensors(file)).toThrow(
      `has the dtype ${JSON.stringify(dtype)}; it may be one of BOOL, U8, I8`,
    );
  });
});

describe("encodeSafetensors refuses", () => {
  test.each([["__metadata__"], ["__proto__"], ["\ud800"]])("the name %j", async (name) => {
    const state = Object.fromEntries([[name, ones([1])]]);
    await expect(encodeSafetensors(state)).rejects.toThrow(ValueError);
  });

  test("what is no tensor", async () => {
    const state: Record<string, never> = JSON.parse('{ "x": [1, 2] }');
    await expect(encodeSafetensors(state)).rejects.toThrow('encodeSafetensors: "x" is no tensor.');
    // @ts-expect-error No object.
    await expect(encodeSafetensors(null)).rejects.toThrow("encodeSafetensors: null is no object of tensors.");
  });

  test("metadata that are no texts", async () => {
    const metadata: Record<string, string> = JSON.parse('{ "epoch": 3 }');
    await expect(encodeSafetensors({}, { metadata })).rejects.toThrow('metadata "epoch" is no text');
    await expect(encodeSafetensors({}, { metadata: { x: "\udc00" } })).rejects.toThrow(ValueError);
  });
});
