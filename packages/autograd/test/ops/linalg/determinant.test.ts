import { add, grad, linalg, mul, sum, type Tensor, tensor, vmap, zeros } from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, float64, hilbert, identity, matrices, matrix, numbers, square } from "./matrices.js";

describe("linalg.det", () => {
  test("of known matrices", () => {
    expect(
      linalg
        .det([
          [1, 2],
          [3, 4],
        ])
        .item(),
    ).toBe(-2);
    expect(linalg.det(zeros([0, 0])).item()).toBe(1);
    expect(linalg.det(zeros([3, 0, 0])).toArray()).toEqual([1, 1, 1]);
    expect(
      linalg
        .det([
          [0, 1],
          [1, 0],
        ])
        .item(),
    ).toBe(-1);
    expect(
      linalg
        .det([
          [1, 2],
          [2, 4],
        ])
        .item(),
    ).toBe(0);
    // Of the matrix whose elements are the floats next to 1 / (i + j + 1), by 60-digit arithmetic.
    expect(linalg.det(hilbert(6)).item() / 5.367299886945032e-18).toBeCloseTo(1, 9);
  });

  test("of a matrix with NaN is NaN, also where a column of zeros would hide it", () => {
    expect(
      linalg
        .det([
          [0, 1],
          [Number.NaN, 1],
        ])
        .item(),
    ).toBeNaN();
    expect(
      linalg
        .det([
          [0, 0],
          [0, Number.NaN],
        ])
        .item(),
    ).toBeNaN();
    expect(
      linalg
        .det([
          [Number.POSITIVE_INFINITY, 0],
          [0, 2],
        ])
        .item(),
    ).toBe(Number.POSITIVE_INFINITY);
  });

  test("does not overflow on the way to a number that is none too great", () => {
    const side = 60;
    const a = matrix(side, side, (i, j) => (i === j ? (i < side / 2 ? 1e20 : 1e-20) : 0));
    expect(linalg.det(a).item()).toBeCloseTo(1, 10);
  });

  test("is alternating and multiplies", () => {
    fc.assert(
      fc.property(matrices(6, square), (a) => {
        const twice = linalg.det(a.matmul(a)).item();
        expect(twice).toBeCloseTo(linalg.det(a).item() ** 2, 9);
        expect(linalg.det(a.mT).item()).toBeCloseTo(linalg.det(a).item(), 12);
      }),
      { numRuns: 60 },
    );
  });

  /** Singular in every way: of rank n − 1 exactly, of rank n − 1 but for rounding, of rank 1, and zero. */
  const singular: readonly (readonly [string, Tensor])[] = [
    [
      "rank 2",
      float64([
        [1, 2, 3],
        [2, 4, 6],
        [1, 0, 1],
      ]),
    ],
    [
      "rank 2 but for rounding",
      float64([
        [0.1, 0.2, 0.3],
        [0.4, 0.5, 0.6],
        [0.7, 0.8, 0.9],
      ]),
    ],
    [
      "rank 1",
      float64([
        [1, 2, 3],
        [2, 4, 6],
        [3, 6, 9],
      ]),
    ],
    ["zero", zeros([3, 3], { dtype: "float64" })],
    [
      "regular",
      float64([
        [2, 1, 0],
        [1, 3, -1],
        [0.5, 0, 4],
      ]),
    ],
  ];

  /** The determinant as a polynomial of the elements (Sarrus), whose derivatives need no division. */
  const sarrus = (a: Tensor): Tensor => {
    const at = (i: number, j: number): Tensor => a.slice({ start: [i, j], stop: [i + 1, j + 1] });
    const product = (p: number, q: number, r: number): Tensor => mul(mul(at(0, p), at(1, q)), at(2, r));
    const plus = [product(0, 1, 2), product(1, 2, 0), product(2, 0, 1)];
    const minus = [product(2, 1, 0), product(1, 0, 2), product(0, 2, 1)];
    return plus.reduce((total, x) => add(total, x)).sub(minus.reduce((total, x) => add(total, x)));
  };

  test.each(singular)("has the derivatives of the polynomial to third order: %s", (_, a) => {
    const [u, v] = [matrix(3, 3, (i, j) => Math.sin(1 + i + 3 * j)), matrix(3, 3, (i, j) => Math.cos(2 + 2 * i - j))];
    const first = (f: (a: Tensor) => Tensor) => grad((x: Tensor) => sum(f(x)));
    const second = (f: (a: Tensor) => Tensor) => grad((x: Tensor) => sum(mul(u, first(f)(x))));
    const third = (f: (a: Tensor) => Tensor) => grad((x: Tensor) => sum(mul(v, second(f)(x))));
    for (const order of [first, second, third]) {
      expect(difference(order(linalg.det)(a), order(sarrus)(a))).toBeLessThan(2e-15);
    }
  });

  test("has the same derivatives in batches", () => {
    const batch = (of: (a: Tensor) => Tensor): Tensor =>
      vmap(of)(
        float64([
          [
            [1, 2],
            [2, 4],
          ],
          [
            [1, 2],
            [3, 4],
          ],
        ]),
      );
    const second = grad((a: Tensor) => sum(grad((x: Tensor) => linalg.det(x))(a)));
    expect(batch(second).toArray()).toEqual([
      [
        [1, -1],
        [-1, 1],
      ],
      [
        [1, -1],
        [-1, 1],
      ],
    ]);
  });
});

describe("linalg.slogdet", () => {
  test("holds what a determinant cannot", () => {
    const { sign, logabsdet } = linalg.slogdet(mul(identity(400), -1000));
    expect(sign.item()).toBe(1);
    expect(logabsdet.item()).toBeCloseTo(400 * Math.log(1000), 9);
    expect(linalg.slogdet(mul(identity(3), -1)).sign.item()).toBe(-1);
  });

  test("of a singular matrix is 0 and −Infinity, with a derivative of NaN", () => {
    const singular = tensor([
      [1, 2],
      [2, 4],
    ]);
    const { sign, logabsdet } = linalg.slogdet(singular);
    expect([sign.item(), logabsdet.item()]).toEqual([0, Number.NEGATIVE_INFINITY]);
    expect(numbers(grad((a: Tensor) => linalg.slogdet(a).logabsdet)(singular)).every(Number.isNaN)).toBe(true);
  });

  test("of NaN is NaN, of nothing 1 and 0", () => {
    const found = linalg.slogdet([[Number.NaN]]);
    expect([found.sign.item(), found.logabsdet.item()]).toEqual([Number.NaN, Number.NaN]);
    const empty = linalg.slogdet(zeros([0, 0]));
    expect([empty.sign.item(), empty.logabsdet.item()]).toEqual([1, 0]);
  });

  test("has the transposed inverse for a derivative", () => {
    const a = float64([
      [2, 1],
      [1, 3],
    ]);
    const g = grad((x: Tensor) => linalg.slogdet(x).logabsdet)(a);
    expect(difference(g, linalg.inv(a).mT)).toBeLessThan(1e-15);
    expect(numbers(grad((x: Tensor) => linalg.slogdet(x).sign)(a))).toEqual([0, 0, 0, 0]);
  });
});
