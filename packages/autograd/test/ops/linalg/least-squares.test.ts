import {
  add,
  grad,
  linalg,
  matmul,
  mul,
  numericalGradient,
  sub,
  sum,
  type Tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, float64, hilbert, identity, matrices, matrix, numbers } from "./matrices.js";

/** What makes a matrix the pseudo-inverse (R. Penrose, 1955). */
function expectPenrose(a: Tensor, p: Tensor, tolerance: number): void {
  const [ap, pa] = [matmul(a, p), matmul(p, a)];
  expect(difference(matmul(ap, a), a)).toBeLessThan(tolerance);
  expect(difference(matmul(pa, p), p)).toBeLessThan(tolerance);
  expect(difference(ap.mT, ap)).toBeLessThan(tolerance);
  expect(difference(pa.mT, pa)).toBeLessThan(tolerance);
}

describe("linalg.pinv", () => {
  test("satisfies Penrose's four conditions, whatever the rank", () => {
    const rank = fc.integer({ min: 1, max: 3 });
    const drawn = fc.tuple(matrices(6), matrices(6), rank).map(([x, y, k]) => {
      const [m = 1, n = 1] = [x.shape[0], y.shape[0]];
      // A product of well-conditioned factors of rank k, or less where a side is less.
      const left = matrix(m, k, (i, j) => Math.sin(1 + i * 3 + j * 5) + (i === j ? 3 : 0));
      return matmul(
        left,
        matrix(k, n, (i, j) => Math.cos(2 + i - 4 * j) + (i === j ? 3 : 0)),
      );
    });
    fc.assert(
      fc.property(drawn, (a) => expectPenrose(a, linalg.pinv(a, { rtol: 1e-10 }), 1e-12)),
      { numRuns: 60 },
    );
  });

  test("is the inverse where there is one", () => {
    const a = float64([
      [2, 1],
      [1, 3],
    ]);
    expect(difference(linalg.pinv(a), linalg.inv(a))).toBeLessThan(1e-15);
  });

  test("cuts singular values off where it is told to", () => {
    const a = float64([
      [1, 0],
      [0, 1e-3],
    ]);
    expect(numbers(linalg.pinv(a))[3]).toBeCloseTo(1000, 9);
    expect(numbers(linalg.pinv(a, { rtol: 0.01 }))).toEqual([1, 0, 0, 0]);
    expect(() => linalg.pinv(a, { rtol: -1 })).toThrow(ValueError);
    expect(numbers(linalg.pinv(zeros([2, 3])))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("has derivatives of first and second order where singular values are repeated", () => {
    const weights = matrix(2, 3, (i, j) => Math.sin(1 + i + 2 * j));
    const f = (a: Tensor): Tensor => sum(mul(weights, linalg.pinv(a)));
    const a = float64([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(difference(grad(f)(a), numericalGradient(f, a))).toBeLessThan(1e-8);
    const g = (x: Tensor): Tensor => sum(mul(weights.mT, grad(f)(x)));
    expect(difference(grad(g)(a), numericalGradient(g, a))).toBeLessThan(1e-8);
  });

  test("has the derivative along matrices of the same rank where the rank is not full", () => {
    const [u, v] = [float64([[1], [2], [3]]), float64([[2, -1]])];
    const weights = matrix(2, 3, (i, j) => Math.cos(i - 2 * j));
    const of = (x: Tensor): Tensor => sum(mul(weights, linalg.pinv(matmul(x, v))));
    // (u v)⁺ = vᵀ uᵀ / (|v|² |u|²), whose derivative does not know of singular values.
    const exact = (x: Tensor): Tensor => sum(mul(weights, matmul(v.mT, x.mT).div(mul(sum(mul(v, v)), sum(mul(x, x))))));
    expect(difference(grad(of)(u), grad(exact)(u))).toBeLessThan(1e-14);
  });

  test("of NaN is NaN; of nothing, nothing", () => {
    expect(numbers(linalg.pinv([[Number.NaN, 1]])).every(Number.isNaN)).toBe(true);
    expect(linalg.pinv(zeros([0, 3])).shape).toEqual([3, 0]);
    expect(linalg.pinv(zeros([3, 0])).shape).toEqual([0, 3]);
  });
});

describe("linalg.lstsq", () => {
  test("leaves a residual that no column can reduce", () => {
    fc.assert(
      fc.property(matrices(7), (x) => {
        const [m = 1, n = 1] = x.shape;
        const a = add(
          x,
          matrix(m, n, (i, j) => (i === j ? 4 : 0)),
        );
        const b = matrix(m, 2, (i, j) => Math.sin(i + 3 * j));
        const { solution, residuals, rank, singularValues } = linalg.lstsq(a, b);
        const rest = sub(matmul(a, solution), b);
        expect(difference(matmul(a.mT, rest), zeros([n, 2]))).toBeLessThan(1e-13);
        expect(difference(residuals, sum(mul(rest, rest), { axis: 0 }))).toBeLessThan(1e-15);
        expect(rank.item()).toBe(Math.min(m, n));
        expect(numbers(singularValues)).toEqual(numbers(linalg.svdvals(a)));
      }),
      { numRuns: 60 },
    );
  });

  test("fits a line exactly", () => {
    const a = float64([
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    const { solution, residuals, rank } = linalg.lstsq(a, float64([1, 3, 5, 7]));
    expect(difference(solution, float64([1, 2]))).toBeLessThan(1e-14);
    expect(residuals.item()).toBeCloseTo(0, 14);
    expect([rank.item(), rank.dtype, rank.shape.length]).toEqual([2, "int32", 0]);
  });

  test("finds the shortest solution where there are several", () => {
    const { solution, rank } = linalg.lstsq(
      float64([
        [1, 1],
        [1, 1],
      ]),
      float64([2, 2]),
    );
    expect(difference(solution, float64([1, 1]))).toBeLessThan(1e-15);
    expect(rank.item()).toBe(1);
    expect(difference(linalg.lstsq(float64([[3, 4]]), float64([5])).solution, float64([0.6, 0.8]))).toBeLessThan(1e-15);
  });

  test("is accurate for a matrix whose normal equations are singular", () => {
    const e = 1e-9;
    const a = matrix(4, 3, (i, j) => (i === 0 ? 1 : i === j + 1 ? e : 0));
    const { solution } = linalg.lstsq(a, matmul(a, float64([[1], [2], [3]])));
    expect(difference(solution, float64([[1], [2], [3]]))).toBeLessThan(1e-6);
    expect(linalg.lstsq(hilbert(6), zeros([6])).rank.item()).toBe(6);
  });

  test("broadcasts batches; matrices without elements have solutions of zeros", () => {
    expect(linalg.lstsq(add(zeros([5, 2, 4, 3]), 1), zeros([2, 4, 6])).solution.shape).toEqual([5, 2, 3, 6]);
    expect(linalg.lstsq(add(zeros([5, 4, 3]), 1), zeros([5, 4])).residuals.shape).toEqual([5]);
    expect(linalg.lstsq(zeros([0, 3]), zeros([0])).solution.toArray()).toEqual([0, 0, 0]);
    expect(linalg.lstsq(identity(2), [1, 2]).solution.dtype).toBe("float64");
  });
});
