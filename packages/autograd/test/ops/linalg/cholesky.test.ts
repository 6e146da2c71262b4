import { add, grad, linalg, matmul, sum, type Tensor, triu, zeros } from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, dominant, float64, hilbert, identity, matrices, numbers, square } from "./matrices.js";

describe("linalg.triangularSolve", () => {
  test("reads one triangle only", () => {
    const a = float64([
      [2, 100],
      [1, 4],
    ]);
    expect(numbers(linalg.triangularSolve(a, [2, 5]))).toEqual([1, 1]);
    expect(numbers(linalg.triangularSolve(a, [102, 4], { upper: true }))).toEqual([1, 1]);
    expect(numbers(linalg.triangularSolve(a, [2, 5], { unitDiagonal: true }))).toEqual([2, 3]);
    expect(numbers(grad((x: Tensor) => sum(linalg.triangularSolve(x, [2, 5])))(a))[1]).toBe(0);
  });

  test("is what linalg.solve finds for the triangle, from both sides", () => {
    fc.assert(
      fc.property(matrices(7, square), fc.boolean(), (x, left) => {
        const a = dominant(x);
        const found = linalg.triangularSolve(a, x, { upper: true, left });
        expect(difference(found, linalg.solve(triu(a), x, { left }))).toBeLessThan(1e-14);
      }),
      { numRuns: 40 },
    );
  });

  test("gives NaN where an element of the diagonal is 0", () => {
    expect(
      numbers(
        linalg.triangularSolve(
          [
            [1, 0],
            [1, 0],
          ],
          [1, 1],
        ),
      ),
    ).toEqual([Number.NaN, Number.NaN]);
    expect(
      numbers(
        linalg.triangularSolve(
          [
            [1, 0],
            [1, 0],
          ],
          [1, 1],
          { unitDiagonal: true },
        ),
      ),
    ).toEqual([1, 0]);
  });
});

describe("linalg.cholesky", () => {
  test("of a Hilbert matrix has known elements", () => {
    const factor = float64([
      [1, 0, 0, 0],
      [1 / 2, 0.28867513459481287, 0, 0],
      [1 / 3, 0.28867513459481287, 0.07453559924999299, 0],
      [1 / 4, 0.25980762113533157, 0.11180339887498948, 0.01889822365046136],
    ]);
    expect(difference(linalg.cholesky(hilbert(4)), factor)).toBeLessThan(2e-14);
    expect(linalg.cholesky(hilbert(4), { upper: true }).toArray()).toEqual(linalg.cholesky(hilbert(4)).mT.toArray());
  });

  test("times its transpose is the matrix", () => {
    fc.assert(
      fc.property(matrices(10, square), (x) => {
        const a = add(matmul(x, x.mT), identity(x.shape[0] ?? 0));
        const l = linalg.cholesky(a);
        expect(difference(matmul(l, l.mT), a)).toBeLessThan(1e-14);
        expect(difference(linalg.choleskySolve(l, a), identity(x.shape[0] ?? 0))).toBeLessThan(1e-11);
        expect(difference(linalg.choleskySolve(l.mT, a, { upper: true }), identity(x.shape[0] ?? 0))).toBeLessThan(
          1e-11,
        );
      }),
      { numRuns: 60 },
    );
  });

  test("of a matrix that is not positive definite is NaN, and of its neighbours is not", () => {
    const batch = float64([
      [
        [1, 2],
        [2, 1],
      ],
      [
        [4, 0],
        [0, 9],
      ],
      [
        [0, 0],
        [0, 1],
      ],
    ]);
    const factors = numbers(linalg.cholesky(batch));
    expect(factors.slice(0, 4).every(Number.isNaN)).toBe(true);
    expect(factors.slice(4, 8)).toEqual([2, 0, 0, 3]);
    expect(factors.slice(8).every(Number.isNaN)).toBe(true);
  });

  test("factors the symmetric part, whose derivative is symmetric", () => {
    const skewed = float64([
      [4, 5],
      [-1, 10],
    ]);
    expect(numbers(linalg.cholesky(skewed))).toEqual([2, 0, 1, 3]);
    const g = grad((a: Tensor) => sum(linalg.cholesky(a)))(skewed);
    expect(g.toArray()).toEqual(g.mT.toArray());
  });

  test("has the derivative of the square root at [[x]], to third order", () => {
    const f = (x: Tensor): Tensor => sum(linalg.cholesky(x));
    const third = grad((x: Tensor) => sum(grad((y: Tensor) => sum(grad(f)(y)))(x)))(float64([[4]]));
    expect(third.item()).toBeCloseTo(3 / 8 / 32, 15);
  });

  test("of nothing is nothing", () => {
    expect(linalg.cholesky(zeros([0, 0])).shape).toEqual([0, 0]);
    expect(linalg.choleskySolve(zeros([0, 0]), zeros([0])).shape).toEqual([0]);
  });
});
