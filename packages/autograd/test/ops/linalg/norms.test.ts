import { AxisError, linalg, ShapeError, ValueError, zeros } from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float64, matrices, matrix } from "./matrices.js";

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
    // @ts-expect-error the compiler sees it too
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
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.cond(zeros([2, 3]), { p: 1 })).toThrow(ShapeError);
    expect(() => linalg.cond(zeros([0, 0]))).toThrow(/have no elements/);
    expect(() => linalg.cond([[1]], { p: 7 })).toThrow(ValueError);
  });
});
