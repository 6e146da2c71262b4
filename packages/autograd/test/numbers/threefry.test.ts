import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldIn, keyFromSeed, type RandomKey, randomBits, splitKey, threefry2x32 } from "../../src/numbers/threefry.js";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const keys: fc.Arbitrary<RandomKey> = fc.tuple(word, word);

describe("threefry2x32", () => {
  // Random123's kat_vectors, "threefry2x32 20": counter, key, result.
  it.each([
    [0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0],
  ])("gives the published answer for counter %i %i and key %i %i", (c0, c1, k0, k1, x, y) => {
    expect(threefry2x32([k0, k1], [c0, c1])).toEqual([x, y]);
  });
});

describe("randomBits", () => {
  it("gives the same words in one go or in pieces, from any counter", () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 });
    const start = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 2 ** 33 - 9, max: 2 ** 33 + 9 }));
    fc.assert(
      fc.property(keys, start, pieces, (key, counter, lengths) => {
        const total = lengths.reduce((sum, length) => sum + length, 0);
        const whole = new Uint32Array(total);
        expect(randomBits(key, counter, whole)).toBe(counter + total);
        let next = counter;
        const parts = lengths.flatMap((length) => {
          const part = new Uint32Array(length);
          next = randomBits(key, next, part);
          return [...part];
        });
        expect(parts).toEqual([...whole]);
      }),
    );
  });

  it("is the blocks one after the other, also where the low word of the counter is exhausted", () => {
    const key = keyFromSeed(3);
    const out = new Uint32Array(4);
    randomBits(key, 2 * (2 ** 32 - 1), out);
    expect([...out]).toEqual([...threefry2x32(key, [2 ** 32 - 1, 0]), ...threefry2x32(key, [0, 1])]);
  });

  it("refuses counters that are not safe integers", () => {
    for (const counter of [-1, 0.5, 2 ** 53, NaN]) {
      expect(() => randomBits([0, 0], counter, new Uint32Array(1))).toThrow(
        "a counter is an integer from 0 to 2^53 - 1",
      );
    }
    expect(() => randomBits([0, 0], 2 ** 53 - 1, new Uint32Array(1))).toThrow(RangeError);
  });

  it("sets every bit half of the time", () => {
    const out = new Uint32Array(40_000);
    randomBits(keyFromSeed(11), 0, out);
    for (let bit = 0; bit < 32; bit++) {
      const ones = out.reduce((count, w) => count + ((w >>> bit) & 1), 0);
      expect(Math.abs(ones - 20_000)).toBeLessThan(5 * 100); // five standard deviations
    }
  });
});

describe("keys", () => {
  it("of different seeds, foldings and splits are different, and words of words", () => {
    const seeds = [0, 1, -1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53 - 1)];
    const made = seeds.map(keyFromSeed);
    const parent = keyFromSeed(5);
    for (let i = 0; i < 500; i++) made.push(foldIn(parent, i));
    made.push(foldIn(parent, 2 ** 32), foldIn(parent, 2 ** 53 - 1), ...splitKey(parent, 500));
    expect(new Set(made.map(String)).size).toBe(made.length);
    for (const half of made.flat()) expect(half === half >>> 0).toBe(true);
  });

  it("do not show up among the words of their parent", () => {
    const parent = keyFromSeed(0);
    const out = new Uint32Array(2000);
    randomBits(parent, 0, out);
    const blocks = new Set(Array.from({ length: 1000 }, (_, i) => `${out[2 * i]},${out[2 * i + 1]}`));
    for (const key of [...splitKey(parent, 100), foldIn(parent, 0), foldIn(parent, 1)]) {
      expect(blocks.has(String(key))).toBe(false);
    }
  });

  it("split into a prefix of a longer split", () => {
    expect(splitKey(keyFromSeed(1), 5).slice(0, 3)).toEqual(splitKey(keyFromSeed(1), 3));
    expect(splitKey(keyFromSeed(1), 0)).toEqual([]);
  });

  it("give streams that do not correlate", () => {
    const [a, b] = splitKey(keyFromSeed(9), 2);
    const [first, second] = [new Uint32Array(10_000), new Uint32Array(10_000)];
    randomBits(a!, 0, first);
    randomBits(b!, 0, second);
    const product = first.reduce((sum, w, i) => sum + (w / 2 ** 32 - 0.5) * (second[i]! / 2 ** 32 - 0.5), 0);
    expect(Math.abs(product / 10_000)).toBeLessThan(5 / 12 / 100);
  });

  it("refuse what is no safe integer", () => {
    expect(() => keyFromSeed(0.5)).toThrow("a seed is a safe integer, got 0.5");
    expect(() => foldIn([0, 0], -1)).toThrow("foldIn: a counter is an integer");
    expect(() => splitKey([0, 0], 1.5)).toThrow(RangeError);
  });
});
