import {
  AxisError,
  grad,
  jvp,
  linalg,
  matmul,
  neg,
  ShapeError,
  sum,
  type Tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, float64, identity, matrices, matrix, numbers, square } from "./matrices.js";

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

describe("linalg.matrixNorm", () => {
  const a = float64([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 10],
  ]);
  const known: readonly (readonly [linalg.MatrixNormOrder, number])[] = [
    ["fro", Math.sqrt(304)],
    ["nuc", 18.48453303803646],
    [1, 19],
    [-1, 12],
    [Number.POSITIVE_INFINITY, 25],
    [Number.NEGATIVE_INFINITY, 6],
    [2, 17.412505166808593],
    [-2, 0.19686652111743022],
  ];

  test.each(known)("%s", (ord, expected) => {
    expect(linalg.matrixNorm(a, { ord }).item()).toBeCloseTo(expected, 13);
    expect(linalg.matrixNorm(a, { ord, keepDims: true }).shape).toEqual([1, 1]);
  });

  test("of other axes, in either order", () => {
    const x = matrix(2, 12, (i, j) => i * 12 + j).reshape([2, 3, 4]);
    expect(linalg.matrixNorm(x, { ord: 1, axis: [0, 2] }).toArray()).toEqual([18, 26, 34]);
    expect(linalg.matrixNorm(x, { ord: 1, axis: [2, 0], keepDims: true }).shape).toEqual([1, 3, 1]);
    expect(linalg.matrixNorm(x, { ord: 1, axis: [2, 0] }).toArray()).toEqual(
      linalg.matrixNorm(x, { ord: Number.POSITIVE_INFINITY, axis: [0, 2] }).toArray(),
    );
  });

  test("is invariant to transposition where it should be", () => {
    fc.assert(
      fc.property(matrices(6), (x) => {
        for (const ord of ["fro", "nuc", 2, -2] as const) {
          expect(linalg.matrixNorm(x.mT, { ord }).item()).toBeCloseTo(linalg.matrixNorm(x, { ord }).item(), 13);
        }
        const [columns, rows] = [
          linalg.matrixNorm(x, { ord: 1 }),
          linalg.matrixNorm(x.mT, { ord: Number.POSITIVE_INFINITY }),
        ];
        expect(columns.item()).toBeCloseTo(rows.item(), 14);
      }),
      { numRuns: 40 },
    );
  });

  test("of matrices without elements, and errors", () => {
    expect(linalg.matrixNorm(zeros([0, 3])).item()).toBe(0);
    expect(linalg.matrixNorm(zeros([0, 3]), { ord: "nuc" }).item()).toBe(0);
    expect(linalg.matrixNorm(zeros([0, 3]), { ord: 1 }).item()).toBe(0);
    expect(() => linalg.matrixNorm(zeros([0, 3]), { ord: 2 })).toThrow(/no singular value to choose/);
    expect(() => linalg.matrixNorm(zeros([3, 0]), { ord: -1 })).toThrow(ValueError);
    expect(() => linalg.matrixNorm(a, { ord: 3 })).toThrow(
      /ord is number 3; use one of fro, nuc, 1, -1, 2, -2, Infinity, -Infinity/,
    );
    expect(() => linalg.matrixNorm(a, { axis: [0, 0] })).toThrow(AxisError);
    expect(() => linalg.matrixNorm(a, { axis: [0] })).toThrow(AxisError);
    expect(() => linalg.matrixNorm([1, 2])).toThrow(ShapeError);
    expect(linalg.matrixNorm([[Number.NaN, 1]], { ord: 2 }).item()).toBeNaN();
  });
});

describe("linalg.cond", () => {
  test("of a known matrix, by 60-digit arithmetic", () => {
    const a = float64([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 10],
    ]);
    expect(linalg.cond(a).item()).toBeCloseTo(88.44827992069862, 10);
    expect(linalg.cond(a, { p: 1 }).item()).toBeCloseTo(133, 10);
    expect(linalg.cond(a, { p: Number.POSITIVE_INFINITY }).item()).toBeCloseTo(158.33333333333334, 10);
    expect(linalg.cond(a, { p: "fro" }).item()).toBeCloseTo(90.7842374962624, 10);
    expect(linalg.cond(a, { p: -2 }).item()).toBeCloseTo(1 / 88.44827992069862, 14);
    expect(
      linalg
        .cond(
          zeros([2, 3]).add(
            float64([
              [1, 0, 0],
              [0, 2, 0],
            ]),
          ),
        )
        .item(),
    ).toBe(2);
  });

  test("of a singular matrix is infinite, of one with NaN is NaN", () => {
    for (const p of [2, 1, "fro", "nuc", Number.POSITIVE_INFINITY] as const) {
      expect(
        linalg
          .cond(
            [
              [1, 0],
              [0, 0],
            ],
            { p },
          )
          .item(),
      ).toBe(Number.POSITIVE_INFINITY);
      expect(linalg.cond(zeros([2, 2]), { p }).item()).toBe(Number.POSITIVE_INFINITY);
      expect(
        linalg
          .cond(
            [
              [Number.NaN, 0],
              [0, 1],
            ],
            { p },
          )
          .item(),
      ).toBeNaN();
    }
    expect(
      linalg
        .cond(
          [
            [1, 0],
            [0, 0],
          ],
          { p: -2 },
        )
        .item(),
    ).toBe(0);
  });

  test("errors", () => {
    expect(() => linalg.cond(zeros([2, 3]), { p: 1 })).toThrow(ShapeError);
    expect(() => linalg.cond(zeros([0, 0]))).toThrow(/have no elements/);
    expect(() => linalg.cond([[1]], { p: 7 })).toThrow(ValueError);
  });
});
