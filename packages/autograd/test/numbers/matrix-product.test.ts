import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matmulInto, rowMajor } from "../../src/numbers/matrix-product.js";
import type { NumericArray } from "../../src/numbers/numeric-array.js";

/** The definition, term by term from left to right. */
function plainProduct(a: NumericArray, b: NumericArray, M: number, K: number, N: number): number[] {
  return Array.from({ length: M * N }, (_, index) => {
    const [i, j] = [Math.floor(index / N), index % N];
    let total = 0;
    for (let k = 0; k < K; k++) total += a[i * K + k]! * b[k * N + j]!;
    return total;
  });
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const copy = matrix.slice();
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) copy[j * rows + i] = matrix[i * columns + j]!;
  return copy;
}

const size = fc.integer({ min: 0, max: 11 });
const awkward = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0, -0) },
);

describe("matmulInto", () => {
  it("is the definition for every size and every layout of the operands, bit for bit", () => {
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        fc.infiniteStream(awkward),
        (M, K, N, ta, tb, stream) => {
          const a = Float64Array.from({ length: M * K }, () => stream.next().value ?? 0);
          const b = Float64Array.from({ length: K * N }, () => stream.next().value ?? 0);
          const c = new Float64Array(M * N + 2).fill(7);
          const left = ta ? transposed(a, M, K) : a;
          const right = tb ? transposed(b, K, N) : b;
          matmulInto(
            rowMajor(left, 0, M, K, { transposed: ta }),
            rowMajor(right, 0, K, N, { transposed: tb }),
            c,
            1,
            M,
            K,
            N,
          );
          expect([...c]).toEqual([7, ...plainProduct(a, b, M, K, N), 7]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("accumulates float32 in float64 and rounds once", () => {
    const [M, K, N] = [13, 301, 10];
    const a = Float32Array.from({ length: M * K }, (_, i) => Math.sin(i));
    const b = Float32Array.from({ length: K * N }, (_, i) => Math.cos(i * 1.3));
    const c = new Float32Array(M * N);
    matmulInto(rowMajor(a, 0, M, K), rowMajor(b, 0, K, N), c, 0, M, K, N);
    expect([...c]).toEqual(plainProduct(a, b, M, K, N).map(Math.fround));
  });

  it("wraps integers", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 6, maxLength: 6 }), ([a, b, c, d, e, f]) => {
        const out = new Int32Array(1);
        matmulInto(
          rowMajor(Int32Array.of(a!, b!, c!), 0, 1, 3),
          rowMajor(Int32Array.of(d!, e!, f!), 0, 3, 1),
          out,
          0,
          1,
          3,
          1,
        );
        const exact = BigInt(a!) * BigInt(d!) + BigInt(b!) * BigInt(e!) + BigInt(c!) * BigInt(f!);
        expect(out[0]).toBe(Number(BigInt.asIntN(32, exact)));
      }),
    );
    const words = new Uint32Array(1);
    const big = rowMajor(Uint32Array.of(2 ** 32 - 1), 0, 1, 1);
    matmulInto(big, rowMajor(Uint32Array.of(3), 0, 1, 1), words, 0, 1, 1, 1);
    expect(words[0]).toBe(2 ** 32 - 3);
  });

  it("lets a zero meet NaN and infinity", () => {
    const c = new Float32Array(2);
    matmulInto(rowMajor(Float32Array.of(0, 0), 0, 2, 1), rowMajor(Float32Array.of(Infinity), 0, 1, 1), c, 0, 2, 1, 1);
    expect([...c]).toEqual([NaN, NaN]);
  });

  it("gives zeros for K = 0 and writes nothing for an empty result", () => {
    const c = new Float32Array(4).fill(9);
    const nothing = rowMajor(new Float32Array(0), 0, 0, 0);
    matmulInto(nothing, nothing, c, 1, 1, 0, 2);
    expect([...c]).toEqual([9, 0, 0, 9]);
    matmulInto(nothing, nothing, c, 0, 0, 5, 2);
    expect([...c]).toEqual([9, 0, 0, 9]);
  });

  it("takes matrices too wide for one packed band, and strides of zero", () => {
    const [K, N] = [300_000, 9];
    const ones = { data: Float64Array.of(1), offset: 0, rowStride: 0, columnStride: 0 };
    const b = Float64Array.from({ length: K * N }, (_, i) => i % 10);
    const c = new Float64Array(2 * N);
    matmulInto(ones, rowMajor(b, 0, K, N), c, 0, 2, K, N);
    const column = (j: number) => Array.from({ length: K }, (_, k) => b[k * N + j]!).reduce((s, x) => s + x, 0);
    const sums = Array.from({ length: N }, (_, j) => column(j));
    expect([...c]).toEqual([...sums, ...sums]);
  });

  it("refuses operands and results that are too short", () => {
    const a = rowMajor(new Float32Array(5), 0, 2, 3);
    const b = rowMajor(new Float32Array(6), 0, 3, 2);
    expect(() => matmulInto(a, b, new Float32Array(4), 0, 2, 3, 2)).toThrow("a [2, 3] reaches element 5 of 5 elements");
    expect(() => matmulInto(b, b, new Float32Array(3), 0, 2, 3, 2)).toThrow(
      "[2, 2] result at 0 does not fit 3 elements",
    );
  });
});
