import {
  GradientError,
  grad,
  linalg,
  matmul,
  mul,
  square,
  sum,
  type Tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, float64, hilbert, identity, matrices, matrix, numbers, skewness } from "./matrices.js";

const composed = ({ U, S, Vh }: linalg.Svd): Tensor => matmul(mul(U, S), Vh);
const thin = (a: Tensor): linalg.Svd => linalg.svd(a, { fullMatrices: false });

describe("linalg.svd", () => {
  test("composes to the matrix, with orthonormal vectors and descending values", () => {
    fc.assert(
      fc.property(matrices(12), (a) => {
        const found = thin(a);
        expect(difference(composed(found), a)).toBeLessThan(1e-14);
        expect(skewness(found.U)).toBeLessThan(1e-14);
        expect(skewness(found.Vh.mT)).toBeLessThan(1e-14);
        const values = numbers(found.S);
        expect([...values].sort((p, q) => q - p)).toEqual(values);
        expect(values.every((s) => s >= 0)).toBe(true);
        for (const column of found.U.mT.toArray() as number[][]) {
          const greatest = Math.max(...column.map(Math.abs));
          expect(column.find((e) => Math.abs(e) > greatest * (1 - 1e-6))).toBeGreaterThan(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("completes both bases by default", () => {
    fc.assert(
      fc.property(matrices(9), (a) => {
        const [m = 0, n = 0] = a.shape;
        const { U, S, Vh } = linalg.svd(a);
        expect([U.shape, S.shape, Vh.shape]).toEqual([[m, m], [Math.min(m, n)], [n, n]]);
        expect(skewness(U)).toBeLessThan(1e-14);
        expect(skewness(Vh.mT)).toBeLessThan(1e-14);
        expect(numbers(S)).toEqual(numbers(linalg.svdvals(a)));
      }),
      { numRuns: 60 },
    );
  });

  test("of known matrices, by 60-digit arithmetic", () => {
    const a = float64([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 10],
    ]);
    const expected = float64([17.412505166808593, 0.8751613501104356, 0.19686652111743022]);
    expect(difference(linalg.svdvals(a), expected)).toBeLessThan(1e-15);
    const found = numbers(linalg.svdvals(hilbert(6)));
    const ofHilbert = [
      1.618899858924339, 0.24236087057520955, 0.016321521319875826, 0.0006157483541826453, 1.2570757122637029e-5,
      1.082799484481101e-7,
    ];
    for (const [i, value] of ofHilbert.entries()) expect(Math.abs((found[i] ?? 0) - value)).toBeLessThan(1e-15);
  });

  test("keeps the small singular values of a graded matrix, 18 digits below the greatest", () => {
    const graded = float64([
      [1, 1, 1],
      [0, 1e-9, 1e-9],
      [0, 0, 1e-18],
    ]);
    const expected = [1.7320508075688772, 8.164965809277261e-10, 7.071067811865475e-19];
    for (const [i, value] of numbers(linalg.svdvals(graded)).entries()) {
      expect(value / (expected[i] ?? 1)).toBeCloseTo(1, 6);
    }
  });

  test("of matrices without full rank completes the vectors", () => {
    for (const a of [
      zeros([4, 3], { dtype: "float64" }),
      matrix(5, 4, (i, j) => (i + 1) * (j - 2)),
      matrix(4, 5, (i, j) => (j < 2 ? i + j : 0)),
      matrix(3, 3, () => 1),
    ]) {
      const found = thin(a);
      expect(difference(composed(found), a)).toBeLessThan(1e-14);
      expect(skewness(found.U)).toBeLessThan(1e-14);
      expect(skewness(found.Vh.mT)).toBeLessThan(1e-14);
    }
  });

  test("of a matrix whose elements lie hundreds of digits apart", () => {
    const a = float64([
      [0, 0, 0, -0.686242],
      [2.2305e-32, 1, 0, 0],
      [0, 0, 1.9497e-85, 0],
      [0, -2.19669e-55, -1.32789e-103, 1],
    ]);
    const found = thin(a);
    expect(difference(composed(found), a)).toBeLessThan(1e-15);
    expect(skewness(found.U)).toBeLessThan(1e-15);
  });

  test("of every scale", () => {
    const a = matrix(4, 3, (i, j) => Math.sin(1 + 3 * i + j * j));
    const s = numbers(linalg.svdvals(a));
    for (const scale of [2 ** 1000, 2 ** -960]) {
      expect(numbers(linalg.svdvals(mul(a, scale)))).toEqual(s.map((x) => x * scale));
    }
  });

  test("of NaN and infinities is NaN throughout; of nothing, nothing", () => {
    expect(
      numbers(
        linalg.svdvals([
          [Number.NaN, 1],
          [1, 1],
        ]),
      ).every(Number.isNaN),
    ).toBe(true);
    expect(numbers(linalg.svd([[Number.POSITIVE_INFINITY, 1]]).Vh).every(Number.isNaN)).toBe(true);
    const { U, S, Vh } = linalg.svd(zeros([0, 3]));
    expect([U.shape, S.shape, Vh.shape]).toEqual([[0, 0], [0], [3, 3]]);
    expect(difference(Vh, identity(3))).toBe(0);
    expect(linalg.svd(zeros([2, 0, 3]), { fullMatrices: false }).U.shape).toEqual([2, 0, 0]);
  });
});

describe("derivatives of linalg.svd", () => {
  const tall = float64([
    [3, 1],
    [0, 2],
    [1, 1],
  ]);

  test("of Σ s² are twice the matrix, where singular values are repeated or 0 too", () => {
    for (const a of [tall, identity(3), zeros([2, 3], { dtype: "float64" }), matrix(3, 2, () => 1)]) {
      expect(difference(grad((x: Tensor) => sum(square(linalg.svdvals(x))))(a), mul(a, 2))).toBeLessThan(1e-15);
    }
  });

  test("through U and Vh alone undo each other in the product", () => {
    const weights = matrix(3, 2, (i, j) => Math.sin(1 + i + 2 * j));
    const g = grad((x: Tensor) => sum(mul(weights, composed(thin(x)))))(tall);
    expect(difference(g, weights)).toBeLessThan(1e-14);
  });

  test("through vectors of repeated values, or longer vectors of a value of 0, are NaN", () => {
    const throughU = grad((x: Tensor) => sum(thin(x).U));
    expect(numbers(throughU(identity(2))).some(Number.isNaN)).toBe(true);
    expect(
      numbers(
        throughU(
          float64([
            [1, 0],
            [0, 0],
            [0, 0],
          ]),
        ),
      ).some(Number.isNaN),
    ).toBe(true);
    expect(numbers(throughU(tall)).every(Number.isFinite)).toBe(true);
  });

  test("through what completes a basis are refused, with a remedy; through the rest they are not", () => {
    expect(() => grad((x: Tensor) => sum(linalg.svd(x).U))(tall)).toThrow(GradientError);
    expect(() => grad((x: Tensor) => sum(linalg.svd(x).U))(tall)).toThrow(/fullMatrices: false/);
    expect(numbers(grad((x: Tensor) => sum(linalg.svd(x).S))(tall)).every(Number.isFinite)).toBe(true);
    expect(numbers(grad((x: Tensor) => sum(linalg.svd(x).Vh))(tall)).every(Number.isFinite)).toBe(true);
  });
});

describe("linalg.qr", () => {
  test("composes to the matrix: orthonormal columns, an upper triangle, a diagonal that is not negative", () => {
    fc.assert(
      fc.property(matrices(10), fc.constantFrom("reduced" as const, "complete" as const), (a, mode) => {
        const [m = 0, n = 0] = a.shape;
        const { Q, R } = linalg.qr(a, { mode });
        const k = mode === "complete" ? m : Math.min(m, n);
        expect([Q.shape, R.shape]).toEqual([
          [m, k],
          [k, n],
        ]);
        expect(difference(matmul(Q, R), a)).toBeLessThan(1e-14);
        expect(skewness(Q)).toBeLessThan(1e-14);
        for (const [i, row] of (R.toArray() as number[][]).entries()) {
          expect(row.slice(0, i).every((x) => x === 0)).toBe(true);
          expect(row[i] ?? 0).toBeGreaterThanOrEqual(0);
        }
        expect(numbers(linalg.qr(a, { mode: "r" }).R)).toEqual(numbers(linalg.qr(a).R));
      }),
      { numRuns: 100 },
    );
  });

  test("of a known matrix, by 60-digit arithmetic", () => {
    const { Q, R } = linalg.qr(
      float64([
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 10],
      ]),
    );
    const q = float64([
      [0.12309149097933274, 0.9045340337332909, 0.408248290463863],
      [0.49236596391733095, 0.30151134457776363, -0.816496580927726],
      [0.8616404368553291, -0.30151134457776363, 0.408248290463863],
    ]);
    const r = float64([
      [8.12403840463596, 9.601136296387953, 11.939874624995275],
      [0, 0.9045340337332909, 1.507556722888818],
      [0, 0, 0.408248290463863],
    ]);
    expect(difference(Q, q)).toBeLessThan(5e-15);
    expect(difference(R, r)).toBeLessThan(5e-15);
  });

  test("keeps the columns of Läuchli's matrix orthogonal, which the normal equations lose", () => {
    const { Q } = linalg.qr(matrix(4, 3, (i, j) => (i === 0 ? 1 : i === j + 1 ? 1e-9 : 0)));
    expect(skewness(Q)).toBeLessThan(1e-15);
  });

  test("of subnormal elements has orthonormal columns", () => {
    const { Q } = linalg.qr(
      float64([
        [5e-324, 0],
        [-5e-324, 0],
      ]),
    );
    expect(skewness(Q)).toBeLessThan(1e-15);
  });

  test("of dependent columns has a 0 on the diagonal, and NaN for what is pulled back", () => {
    const a = float64([
      [1, 2],
      [2, 4],
      [2, 4],
    ]);
    expect(numbers(linalg.qr(a).R)[3]).toBeCloseTo(0, 15);
    expect(numbers(grad((x: Tensor) => sum(linalg.qr(x).Q))(a)).some(Number.isNaN)).toBe(true);
    expect(numbers(grad((x: Tensor) => sum(linalg.qr(x).R))(a)).some(Number.isNaN)).toBe(true);
  });

  test("of NaN is NaN; of nothing, nothing; of another mode, an error", () => {
    expect(
      numbers(
        linalg.qr([
          [1, 2],
          [Number.NaN, 1],
        ]).R,
      ).every(Number.isNaN),
    ).toBe(true);
    expect(linalg.qr(zeros([3, 0])).Q.shape).toEqual([3, 0]);
    expect(difference(linalg.qr(zeros([3, 0]), { mode: "complete" }).Q, identity(3))).toBe(0);
    expect(linalg.qr(zeros([0, 3])).R.shape).toEqual([0, 3]);
    expect(() => linalg.qr([[1]], JSON.parse('{ "mode": "full" }'))).toThrow(ValueError);
    expect(() => linalg.qr([[1]], JSON.parse('{ "mode": "full" }'))).toThrow(
      'linalg.qr: mode is "full"; use one of reduced, complete, r.',
    );
  });
});
