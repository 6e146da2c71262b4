import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxInto, minInto, productInto } from "../../src/numbers/extremes.js";
import { pairwiseSum, sumInto } from "../../src/numbers/summation.js";

/** The sum of float32 or float64 numbers without rounding: integers in units of 2⁻¹⁰⁷⁴. */
function exactSum(values: Iterable<number>): number {
  const view = new DataView(new ArrayBuffer(8));
  let total = 0n;
  for (const value of values) {
    view.setFloat64(0, Math.abs(value));
    const bits = view.getBigUint64(0);
    const exponent = bits >> 52n;
    const fraction = bits & 0xfffffffffffffn;
    const units = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
    total += value < 0 ? -units : units;
  }
  // Number(BigInt) rounds to nearest; scaling by 2⁻¹⁰⁷⁴ in two steps stays exact while the sum is a normal number.
  return Number(total / (1n << 500n)) * 2 ** -574;
}

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe("sumInto", () => {
  it("sums rows, columns and the middle of [outer, axis, inner]", () => {
    const source = Float32Array.from({ length: 24 }, (_, i) => i);
    const rows = new Float32Array(6);
    sumInto(source, rows, 6, 4, 1);
    expect([...rows]).toEqual([6, 22, 38, 54, 70, 86]);
    const middle = new Float64Array(8);
    sumInto(source, middle, 2, 3, 4);
    expect([...middle]).toEqual([12, 15, 18, 21, 48, 51, 54, 57]);
  });

  it("has the same bits along a row and along columns of any width", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer(),
        (axis, inner, seed) => {
          const column = Float32Array.from({ length: axis }, (_, i) => Math.sin(seed + i * 1.7) * 10 ** (i % 5));
          const expected = new Float64Array(1);
          sumInto(column, expected, 1, axis, 1);
          const wide = new Float32Array(axis * inner);
          for (let k = 0; k < axis; k++) wide.fill(column[k]!, k * inner, (k + 1) * inner);
          const out = new Float64Array(inner);
          sumInto(wide, out, 1, axis, inner);
          expect([...out].every((value) => Object.is(value, expected[0]))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("stays within the pairwise error bound on float64 rows", () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 2000 }), (values) => {
        const exact = exactSum(values);
        const magnitude = values.reduce((total, x) => total + Math.abs(x), 0);
        const depth = 3 + 16 + Math.ceil(Math.log2(values.length / 128 + 1));
        expect(Math.abs(pairwiseSum(Float64Array.from(values)) - exact)).toBeLessThanOrEqual(
          depth * Number.EPSILON * magnitude + 2 ** -570, // what exactSum cuts off
        );
      }),
    );
  });

  it.each([1e6, 1e7])("does not degrade on %d float32 elements", (count) => {
    const source = new Float32Array(count).fill(0.1);
    const out = new Float32Array(1);
    sumInto(source, out, 1, count, 1);
    expect(out[0]).toBe(Math.fround(Math.fround(0.1) * count));
    const pairs = new Float32Array(2);
    sumInto(source, pairs, 1, count / 2, 2);
    expect([...pairs]).toEqual(Array(2).fill(Math.fround((Math.fround(0.1) * count) / 2)));
  });

  it("keeps a million float64 elements to a few units in the last place", () => {
    const source = Float64Array.from({ length: 1e6 }, (_, i) => 1 / (i + 1));
    expect(Math.abs(pairwiseSum(source) - 14.392726722865723)).toBeLessThan(8e-15);
  });

  it("wraps integer results and keeps float results of integers exact", () => {
    const source = new Int32Array(5000).fill(2 ** 31 - 1);
    const wrapped = new Int32Array(1);
    sumInto(source, wrapped, 1, 5000, 1);
    expect(wrapped[0]).toBe(Number(BigInt.asIntN(32, 5000n * (2n ** 31n - 1n))));
    const columns = new Int32Array(2);
    sumInto(source, columns, 1, 2500, 2);
    expect(columns[0]).toBe(Number(BigInt.asIntN(32, 2500n * (2n ** 31n - 1n))));
    const exact = new Float64Array(1);
    sumInto(source, exact, 1, 5000, 1);
    expect(exact[0]).toBe(5000 * (2 ** 31 - 1));
    const bytes = new Uint8Array(1);
    sumInto(new Uint8Array(300).fill(1), bytes, 1, 300, 1);
    expect(bytes[0]).toBe(300 - 256);
    const words = new Uint32Array(1);
    sumInto(new Uint32Array(3).fill(2 ** 32 - 1), words, 1, 3, 1);
    expect(words[0]).toBe(2 ** 32 - 3);
  });

  it("propagates NaN and infinities, and gives +0 for nothing", () => {
    const out = new Float32Array(4).fill(9);
    sumInto(Float32Array.of(1, NaN, Infinity, 1, Infinity, -Infinity, -0, -0), out, 4, 2, 1);
    expect([...out]).toEqual([NaN, Infinity, NaN, 0]);
    for (const inner of [1, 2]) {
      const empty = new Float32Array(2).fill(9);
      sumInto(new Float32Array(0), empty, 2 / inner, 0, inner);
      expect([...empty]).toEqual([0, 0]);
    }
    sumInto(new Float32Array(0), new Float32Array(0), 0, 3, 1);
  });

  it("leaves what lies beyond the results alone", () => {
    const out = new Float64Array(3).fill(7);
    sumInto(Float64Array.of(1, 2), out, 2, 1, 1);
    expect([...out]).toEqual([1, 2, 7]);
  });

  it("refuses arrays that are too short", () => {
    expect(() => sumInto(new Float32Array(5), new Float32Array(2), 2, 3, 1)).toThrow(/needs 6 elements and 2 results/);
    expect(() => sumInto(new Float32Array(6), new Float32Array(1), 2, 3, 1)).toThrow(RangeError);
  });
});

describe("maxInto and minInto", () => {
  it("agree with Math.max and Math.min, also on NaN and signed zeros", () => {
    const value = fc.oneof(finite, fc.constantFrom(NaN, Infinity, -Infinity, 0, -0));
    const sizes = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
    );
    fc.assert(
      fc.property(sizes, fc.infiniteStream(value), ([outer, axis, inner], stream) => {
        const source = Float64Array.from({ length: outer * axis * inner }, () => stream.next().value ?? 0);
        const largest = new Float64Array(outer * inner);
        const smallest = new Float64Array(outer * inner);
        maxInto(source, largest, outer, axis, inner);
        minInto(source, smallest, outer, axis, inner);
        for (let i = 0; i < outer * inner; i++) {
          const start = Math.floor(i / inner) * axis * inner + (i % inner);
          const line = Array.from({ length: axis }, (_, k) => source[start + k * inner]!);
          expect(largest[i]).toBe(Math.max(...line));
          expect(smallest[i]).toBe(Math.min(...line));
        }
      }),
    );
  });

  it("work on every element type", () => {
    const ints = new Int32Array(2);
    minInto(Int32Array.of(5, -(2 ** 31), 0, 3), ints, 2, 2, 1);
    expect([...ints]).toEqual([-(2 ** 31), 0]);
    const words = new Uint32Array(1);
    maxInto(Uint32Array.of(1, 2 ** 32 - 1), words, 1, 2, 1);
    expect(words[0]).toBe(2 ** 32 - 1);
    const bytes = new Uint8Array(2);
    maxInto(Uint8Array.of(1, 0, 0, 255), bytes, 1, 2, 2);
    expect([...bytes]).toEqual([1, 255]);
  });

  it("have no value for an empty axis", () => {
    expect(() => maxInto(new Float32Array(0), new Float32Array(2), 2, 0, 1)).toThrow("no extreme of an empty axis");
    expect(() => minInto(new Float32Array(0), new Float32Array(0), 0, 0, 1)).not.toThrow();
  });
});

describe("productInto", () => {
  it("multiplies along the axis and gives 1 for an empty one", () => {
    const out = new Float32Array(3);
    productInto(Float32Array.of(1, 2, 3, 4, 5, 6), out, 1, 2, 3);
    expect([...out]).toEqual([4, 10, 18]);
    productInto(new Float32Array(0), out, 3, 0, 1);
    expect([...out]).toEqual([1, 1, 1]);
  });

  it("wraps integers as BigInt arithmetic does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 9 }), (values) => {
        const out = new Int32Array(1);
        productInto(Int32Array.from(values), out, 1, values.length, 1);
        expect(out[0]).toBe(
          Number(
            BigInt.asIntN(
              32,
              values.reduce((p, x) => p * BigInt(x), 1n),
            ),
          ),
        );
      }),
    );
  });
});
