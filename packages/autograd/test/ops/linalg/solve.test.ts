import { add, grad, linalg, matmul, ShapeError, sum, type Tensor, tensor, vmap, zeros } from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, dominant, float64, hilbert, identity, matrices, numbers, square } from "./matrices.js";

describe("linalg.inv", () => {
  test("times the matrix is the identity, from both sides", () => {
    fc.assert(
      fc.property(matrices(12, square), (x) => {
        const a = dominant(x);
        const inverse = linalg.inv(a);
        expect(difference(matmul(a, inverse), identity(a.shape[0] ?? 0))).toBeLessThan(1e-14);
        expect(difference(matmul(inverse, a), identity(a.shape[0] ?? 0))).toBeLessThan(1e-14);
      }),
      { numRuns: 60 },
    );
  });

  test("of a Hilbert matrix is its integer inverse, to the digits that its condition number leaves", () => {
    const inverse = float64([
      [16, -120, 240, -140],
      [-120, 1200, -2700, 1680],
      [240, -2700, 6480, -4200],
      [-140, 1680, -4200, 2800],
    ]);
    expect(difference(linalg.inv(hilbert(4)), inverse)).toBeLessThan(2e-12);
  });

  test("computes in float64 and rounds once: of float32 matrices every element is the closest float32", () => {
    const a = [
      [3, 1, 2],
      [1, 7, 3],
      [2, 3, 5],
    ];
    const exact = numbers(linalg.inv(float64(a)));
    expect(numbers(linalg.inv(tensor(a)))).toEqual(exact.map(Math.fround));
  });

  test("needs pivots, and finds them", () => {
    expect(
      linalg
        .inv([
          [0, 1],
          [1, 0],
        ])
        .toArray(),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    const a = float64([
      [1e-20, 1],
      [1, 1],
    ]);
    expect(numbers(linalg.inv(a))).toEqual([-1, 1, 1, -1e-20]);
  });

  test("of a singular matrix is NaN, and its neighbours in a batch are not affected", () => {
    const batch = tensor([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [2, 0],
        [0, 4],
      ],
      [
        [1, Number.NaN],
        [0, 1],
      ],
    ]);
    const inverses = numbers(linalg.inv(batch));
    expect(inverses.slice(0, 4)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(inverses.slice(4, 8)).toEqual([0.5, 0, 0, 0.25]);
    expect(inverses.slice(8).every(Number.isNaN)).toBe(true);
  });

  test("takes integers, and matrices without elements", () => {
    expect(linalg.inv(tensor(Int32Array.of(2, 0, 0, 4), { shape: [2, 2] })).dtype).toBe("float32");
    expect(linalg.inv(zeros([0, 0])).shape).toEqual([0, 0]);
    expect(linalg.inv(zeros([0, 3, 3])).shape).toEqual([0, 3, 3]);
  });

  test("errors name the shape and a remedy", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.inv(zeros([2, 3]))).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.inv(zeros([2, 3]))).toThrow(
      "linalg.inv: the matrices of [2, 3] are not square (2 ≠ 3). For those there are linalg.pinv",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.inv(zeros([3]))).toThrow("linalg.inv: [3] is no matrix or batch of matrices; add an axis");
  });

  test("has derivatives of third order: those of 1 / x", () => {
    const f = (x: Tensor): Tensor => sum(linalg.inv(x));
    const third = grad((x: Tensor) => sum(grad((y: Tensor) => sum(grad(f)(y)))(x)))(float64([[2]]));
    expect(third.item()).toBeCloseTo(-6 / 16, 14);
  });
});

describe("linalg.solve", () => {
  test("solves from both sides", () => {
    fc.assert(
      fc.property(matrices(8, square), (right) => {
        const a = dominant(right.mT);
        expect(difference(matmul(a, linalg.solve(a, right)), right)).toBeLessThan(1e-13);
        expect(difference(matmul(linalg.solve(a, right, { left: false }), a), right)).toBeLessThan(1e-13);
      }),
      { numRuns: 40 },
    );
  });

  test("takes vectors by PyTorch's rule, and broadcasts batches", () => {
    const a = add(zeros([5, 2, 3, 3]), identity(3));
    expect(linalg.solve(a, zeros([3])).shape).toEqual([5, 2, 3]);
    expect(linalg.solve(a, zeros([5, 2, 3])).shape).toEqual([5, 2, 3]);
    expect(linalg.solve(a, zeros([2, 3, 7])).shape).toEqual([5, 2, 3, 7]);
    expect(linalg.solve(identity(3), zeros([4, 3, 7])).shape).toEqual([4, 3, 7]);
    expect(linalg.solve(a, zeros([2, 7, 3]), { left: false }).shape).toEqual([5, 2, 7, 3]);
    expect(linalg.solve(zeros([0, 0]), zeros([0, 3])).shape).toEqual([0, 3]);
  });

  test("is exact for the errors of a Hilbert matrix: the residual is tiny where the solution is not accurate", () => {
    const a = hilbert(12);
    const b = matmul(a, add(zeros([12, 1]), 1));
    expect(difference(matmul(a, linalg.solve(a, b)), b)).toBeLessThan(1e-15);
  });

  test("promotes dtypes, and gives NaN for a singular matrix", () => {
    expect(linalg.solve(identity(2), [1, 2]).dtype).toBe("float64");
    expect(linalg.solve([[2]], [1]).dtype).toBe("float32");
    expect(numbers(linalg.solve(zeros([2, 2]), [1, 2]))).toEqual([Number.NaN, Number.NaN]);
  });

  test("errors name both shapes and what would fit", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.solve(zeros([2, 2]), zeros([3]))).toThrow(
      "linalg.solve: a matrix of shape [2, 2] and a right-hand side of shape [3] do not fit; it needs [..., 2, k], or vectors [2].",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.solve(zeros([2, 2]), zeros([2, 3]), { left: false })).toThrow(/it needs \[\.\.\., k, 2\]/);
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.solve(zeros([2, 2]), 3)).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.solve(zeros([4, 2, 2]), zeros([3, 2, 1]))).toThrow(/cannot broadcast \[4\] with \[3\]/);
  });

  test("factorises once for all derivatives", () => {
    const names: string[] = [];
    const f = (a: Tensor): Tensor => sum(linalg.solve(a, [1, 2]));
    const g = grad((a: Tensor) => sum(grad(f)(a)));
    vmap((a: Tensor) => {
      const found = g(a);
      const stack = [found.node];
      const seen = new Set(stack);
      for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
        names.push(node.primitive.name);
        for (const input of node.inputs) if (!seen.has(input)) stack.push(seen.add(input) && input);
      }
      return found;
    })(
      float64([
        [
          [2, 1],
          [1, 3],
        ],
      ]),
    );
    expect(names.filter((name) => name === "lu")).toHaveLength(1);
    expect(names.filter((name) => name === "luSolve").length).toBeGreaterThan(1);
  });
});
