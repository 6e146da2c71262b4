import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf } from "../../src/numbers/error-function.js";
import { fillPermutations } from "../../src/numbers/permutation.js";
import { fillIntegers, fillNormal, fillTruncatedNormal, fillUniform } from "../../src/numbers/random-fill.js";
import { keyFromSeed, randomBits } from "../../src/numbers/threefry.js";

const key = keyFromSeed(2024);

/** Kolmogorov–Smirnov: √n times the largest distance between the empirical and the given distribution function. */
function kolmogorov(sample: Iterable<number>, cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    distance = Math.max(distance, cdf(x) - i / n, (i + 1) / n - cdf(x));
  });
  return distance * Math.sqrt(n);
}

describe.each([
  ["float32", (n: number) => new Float32Array(n), 1, 24],
  ["float64", (n: number) => new Float64Array(n), 2, 53],
] as const)("fillUniform and fillNormal in %s", (_name, make, wordsEach, bits) => {
  it("resume exactly wherever they were stopped", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 6000 }),
        fc.integer({ min: 0, max: 6000 }),
        (counter, m, n) => {
          for (const fill of [fillUniform, fillNormal]) {
            const whole = make(m + n);
            expect(fill(key, counter, whole)).toBe(counter + (m + n) * wordsEach);
            const [head, rest] = [make(m), make(n)];
            fill(key, fill(key, counter, head), rest);
            expect([...head, ...rest].every((x, i) => x === whole[i])).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it("draw uniform numbers in [0, 1), multiples of one step, that use the leading bits", () => {
    const out = make(20_000);
    fillUniform(key, 1, out);
    expect(out.every((x: number) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** bits))).toBe(true);
    expect(kolmogorov(out, (x) => x)).toBeLessThan(1.95); // passed by 999 of 1000 samples
    const words = new Uint32Array(20_000 * wordsEach);
    randomBits(key, 1, words);
    out.forEach((x, i) => {
      expect(Math.floor(x * 2 ** 16)).toBe(words[i * wordsEach + wordsEach - 1]! >>> 16);
    });
  });

  it("draw normal numbers of the right shape", () => {
    const drawn = make(50_000);
    fillNormal(key, 0, drawn);
    const out = Array.from(drawn);
    expect(kolmogorov(out, normalCdf)).toBeLessThan(1.95);
    const mean = out.reduce((sum, z) => sum + z, 0) / out.length;
    const square = out.reduce((sum, z) => sum + z * z, 0) / out.length;
    const fourth = out.reduce((sum, z) => sum + z ** 4, 0) / out.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(square - 1)).toBeLessThan(0.03);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.25);
    expect(out.reduce((count, z) => count + (Math.abs(z) > 3 ? 1 : 0), 0)).toBeLessThan(135 + 60);
    expect(out.every(Number.isFinite)).toBe(true);
  });

  it("draw normal numbers that increase with the bits", () => {
    const [z, u] = [make(5000), make(5000)];
    fillNormal(key, 0, z);
    fillUniform(key, 0, u);
    const order = Array.from(u.keys()).sort((i, j) => u[i]! - u[j]!);
    for (let k = 1; k < order.length; k++) {
      if (u[order[k - 1]!]! < u[order[k]!]!) expect(z[order[k - 1]!]!).toBeLessThanOrEqual(z[order[k]!]!);
    }
  });

  it("draw truncated normal numbers within bounds and of the right shape, far tails included", () => {
    for (const [low, high] of [
      [-2, 2],
      [-Infinity, 0],
      [1, 3],
      [8, 9],
      [-9, -8],
    ] as const) {
      const out = make(5000);
      expect(fillTruncatedNormal(key, 0, out, low, high)).toBe(10_000);
      for (const z of out) expect(z >= low && z <= high).toBe(true);
      const [a, b] = low > 0 ? [-high, -low] : [low, high];
      const cdf = (z: number) => (normalCdf(z) - normalCdf(a)) / (normalCdf(b) - normalCdf(a));
      expect(kolmogorov(low > 0 ? out.map((z) => -z) : out, cdf)).toBeLessThan(1.95);
    }
    expect(() => fillTruncatedNormal(key, 0, make(1), 2, 2)).toThrow("low must be below high, got [2, 2]");
  });
});

describe("fillIntegers", () => {
  it("is the exact product with 64 random bits", () => {
    const limits = fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 2 ** 32 }));
    fc.assert(
      fc.property(limits, fc.nat(), ([low, range], counter) => {
        const high = Math.min(low + range, 2 ** 31);
        const out = new Int32Array(5);
        expect(fillIntegers(key, counter, out, low, high)).toBe(counter + 10);
        const words = new Uint32Array(10);
        randomBits(key, counter, words);
        const exact = Array.from(out, (_, i) => {
          const random = (BigInt(words[2 * i + 1]!) << 32n) | BigInt(words[2 * i]!);
          return Number(BigInt(low) + ((random * BigInt(high - low)) >> 64n));
        });
        expect([...out]).toEqual(exact);
      }),
    );
  });

  it("draws every value equally often", () => {
    const out = new Uint8Array(60_000);
    fillIntegers(key, 0, out, 1, 7);
    const counts = Array(8).fill(0);
    for (const face of out) counts[face] += 1;
    expect([counts[0], counts[7]]).toEqual([0, 0]);
    const chiSquared = counts.slice(1, 7).reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(20.5); // 999 of 1000 samples, 5 degrees of freedom
  });

  it("covers all of uint32 and refuses what it cannot draw", () => {
    const out = new Uint32Array(1000);
    fillIntegers(key, 0, out, 0, 2 ** 32);
    expect(Math.max(...out)).toBeGreaterThan(0.99 * 2 ** 32);
    for (const [low, high] of [
      [3, 3],
      [4, 3],
      [0, 2 ** 32 + 1],
      [0.5, 3],
      [0, NaN],
    ] as const) {
      expect(() => fillIntegers(key, 0, out, low, high)).toThrow("low < high must be integers at most 2^32 apart");
    }
  });
});

describe("fillPermutations", () => {
  it("holds every index once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (n, counter) => {
        const out = new Int32Array(n);
        fillPermutations(0, 1, Float64Array.of(counter), out, n, ...key);
        expect([...out].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it("draws all orders of four equally often", () => {
    const counts = new Map<string, number>();
    const out = new Int32Array(4);
    for (let i = 0; i < 24_000; i++) {
      fillPermutations(0, 1, Float64Array.of(8 * i), out, 4, ...key);
      counts.set(String(out), (counts.get(String(out)) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(49.7); // 999 of 1000 samples, 23 degrees of freedom
  });
});
