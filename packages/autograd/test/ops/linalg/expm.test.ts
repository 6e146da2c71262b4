import { grad, jvp, linalg, matmul, neg, ShapeError, sum, type Tensor, zeros } from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, float64, identity, matrices, numbers, square } from "./matrices.js";

describe("linalg.expm", () => {
  test("of known matrices, by 60-digit arithmetic", () => {
    const known: readonly (readonly [number[][], number[][], number])[] = [
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [51.968956198705, 74.73656456700321],
          [112.10484685050481, 164.07380304920983],
        ],
        5e-15,
      ],
      // C. Moler & C. Van Loan, "Nineteen dubious ways to compute the exponential of a matrix", 1978.
      [
        [
          [-49, 24],
          [-64, 31],
        ],
        [
          [-0.7357587581447531, 0.5518190996580977],
          [-1.4715175990882605, 1.1036382407155725],
        ],
        1e-13,
      ],
      [
        [
          [1, 1e6],
          [0, -1],
        ],
        [
          [Math.E, 1175201.1936438014],
          [0, 0.36787944117144233],
        ],
        1e-13,
      ],
      [
        [
          [0, 1],
          [0, 0],
        ],
        [
          [1, 1],
          [0, 1],
        ],
        1e-16,
      ],
    ];
    for (const [a, expected, tolerance] of known) {
      expect(difference(linalg.expm(float64(a)), float64(expected))).toBeLessThan(tolerance);
    }
  });

  test("of a turn is a rotation, for every degree of approximant", () => {
    for (const angle of [1e-3, 0.2, 0.9, 2, 5, 40]) {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const found = linalg.expm(
        float64([
          [0, -angle],
          [angle, 0],
        ]),
      );
      expect(
        difference(
          found,
          float64([
            [c, -s],
            [s, c],
          ]),
        ),
      ).toBeLessThan(3e-15 * Math.max(1, angle));
    }
  });

  test("of −A is the inverse, and of a diagonal matrix is elementwise", () => {
    fc.assert(
      fc.property(matrices(8, square), (a) => {
        expect(difference(matmul(linalg.expm(a), linalg.expm(neg(a))), identity(a.shape[0] ?? 0))).toBeLessThan(1e-12);
      }),
      { numRuns: 40 },
    );
    const diagonal = float64([
      [-700, 0],
      [0, 2],
    ]);
    expect(
      difference(
        linalg.expm(diagonal),
        float64([
          [Math.exp(-700), 0],
          [0, Math.exp(2)],
        ]),
      ),
    ).toBeLessThan(1e-13);
  });

  test("of matrices far from normal is not scaled more than their powers ask for", () => {
    for (const size of [1e6, 1e100, 1e300]) {
      const found = numbers(
        linalg.expm(
          float64([
            [1, size],
            [0, -1],
          ]),
        ),
      );
      const expected = [Math.E, size * Math.sinh(1), 0, 1 / Math.E];
      for (const [i, x] of expected.entries()) expect(Math.abs((found[i] ?? 0) - x)).toBeLessThanOrEqual(1e-15 * 4 * x);
      expect(
        numbers(
          linalg.expm(
            float64([
              [0, size],
              [0, 0],
            ]),
          ),
        ),
      ).toEqual([1, size, 0, 1]);
    }
  });

  test("ends where the norm itself overflows", () => {
    const huge = float64([
      [-1.5e308, 1.5e308],
      [1.5e308, -1.5e308],
    ]);
    expect(numbers(linalg.expm(huge))).toHaveLength(4);
    expect(numbers(grad((x: Tensor) => sum(linalg.expm(x)))(huge))).toHaveLength(4);
    expect(
      numbers(
        linalg.expm(
          float64([
            [-1.5e308, 0],
            [0, 0],
          ]),
        ),
      ),
    ).toEqual([0, 0, 0, 1]);
  });

  test("has the derivative of the block matrix, by 60-digit arithmetic", () => {
    const [, tangent] = jvp(
      linalg.expm,
      [
        float64([
          [1, 2],
          [3, 4],
        ]),
      ],
      [
        float64([
          [0, 1],
          [1, 0],
        ]),
      ],
    );
    const expected = float64([
      [61.305661463092285, 80.18834127771724],
      [101.59837077482507, 125.53574995441575],
    ]);
    expect(difference(tangent, expected)).toBeLessThan(1e-14);
  });

  test("is its own derivative at [[x]], to third order", () => {
    const f = (x: Tensor): Tensor => sum(linalg.expm(x));
    const third = grad((x: Tensor) => sum(grad((y: Tensor) => sum(grad(f)(y)))(x)))(float64([[0.5]]));
    expect(third.item()).toBeCloseTo(Math.exp(0.5), 14);
  });

  test("of NaN and infinities is NaN, of zeros the identity, of nothing nothing", () => {
    expect(
      numbers(
        linalg.expm([
          [0, Number.NaN],
          [0, 0],
        ]),
      ).every(Number.isNaN),
    ).toBe(true);
    expect(
      numbers(
        linalg.expm([
          [0, Number.NEGATIVE_INFINITY],
          [0, 0],
        ]),
      ).every(Number.isNaN),
    ).toBe(true);
    expect(difference(linalg.expm(zeros([3, 3])), identity(3))).toBe(0);
    expect(linalg.expm(zeros([0, 0])).shape).toEqual([0, 0]);
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.expm(zeros([1, 2]))).toThrow(ShapeError);
  });
});

describe("linalg.matrixPower", () => {
  test("is repeated multiplication", () => {
    const fibonacci = float64([
      [1, 1],
      [1, 0],
    ]);
    expect(numbers(linalg.matrixPower(fibonacci, 30))).toEqual([1346269, 832040, 832040, 514229]);
    expect(numbers(linalg.matrixPower(fibonacci, -2))).toEqual([1, -1, -1, 2]);
    expect(linalg.matrixPower(zeros([5, 2, 2]), 0).toArray()).toEqual(
      new Array(5).fill([
        [1, 0],
        [0, 1],
      ]),
    );
    expect(numbers(linalg.matrixPower([[0]], -1))).toEqual([Number.NaN]);
    expect(() => linalg.matrixPower([[1]], 0.5)).toThrow(
      "linalg.matrixPower: the power is number 0.5; use an integer.",
    );
  });
});
