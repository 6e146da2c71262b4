import {
  dot,
  einsum,
  grad,
  kron,
  logSoftmax,
  matmul,
  mul,
  outer,
  ShapeError,
  softmax,
  sum,
  type Tensor,
  tensor,
  tensordot,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const float64 = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensor(Float64Array.from(values), { shape });

/** Small integers, so that every order of summation gives the same bits. */
const integers = (shape: readonly number[]): fc.Arbitrary<Tensor> => {
  const size = shape.reduce((product, side) => product * side, 1);
  return fc
    .array(fc.integer({ min: -5, max: 5 }), { minLength: size, maxLength: size })
    .map((values) => float64(values, shape));
};

describe("matmul", () => {
  test("vectors count as a row on the left and a column on the right", () => {
    expect(matmul([1, 2], [3, 4]).item()).toBe(11);
    expect(
      matmul(
        [
          [1, 2],
          [3, 4],
        ],
        [1, 1],
      ).toArray(),
    ).toEqual([3, 7]);
    expect(
      matmul(
        [1, 1],
        [
          [1, 2],
          [3, 4],
        ],
      ).toArray(),
    ).toEqual([4, 6]);
    expect(matmul(zeros([2, 3, 4]), zeros([4])).shape).toEqual([2, 3]);
    expect(matmul(zeros([4]), zeros([5, 4, 3])).shape).toEqual([5, 3]);
  });

  test("batch axes broadcast, and sides may be 0", () => {
    expect(matmul(zeros([5, 1, 2, 3]), zeros([4, 3, 6])).shape).toEqual([5, 4, 2, 6]);
    expect(matmul(zeros([2, 0]), zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(matmul(zeros([0, 2]), zeros([2, 3])).shape).toEqual([0, 3]);
    expect(grad((a: Tensor) => sum(matmul(a, zeros([0, 3]))))(zeros([2, 0])).shape).toEqual([2, 0]);
  });

  test("integers wrap, NaN and infinities follow IEEE 754", () => {
    expect(
      matmul(tensor(Int32Array.of(2 ** 30), { shape: [1, 1] }), tensor(Int32Array.of(4), { shape: [1, 1] })).item(),
    ).toBe(0);
    expect(matmul([[0, 1]], [[Infinity], [1]]).item()).toBeNaN();
    expect(matmul([[true, true]], [[true], [true]]).item()).toBe(2);
  });

  test("is the naive product, whatever is transposed, and so are its derivatives", () => {
    const sides = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
      fc.boolean(),
    );
    const drawn = sides.chain(([m, k, n, ta, tb]) =>
      fc.tuple(fc.constant([m, k, n, ta, tb] as const), integers(ta ? [k, m] : [m, k]), integers(tb ? [n, k] : [k, n])),
    );
    fc.assert(
      fc.property(drawn, ([[m, k, n, ta, tb], a, b]) => {
        const [x, y] = [a.data(), b.data()];
        const at = (i: number, l: number): number => x[ta ? l * m + i : i * k + l] as number;
        const bt = (l: number, j: number): number => y[tb ? j * k + l : l * n + j] as number;
        const naive = Array.from({ length: m * n }, (_, e) => {
          let total = 0;
          for (let l = 0; l < k; l++) total += at(Math.floor(e / n), l) * bt(l, e % n);
          return total;
        });
        const product = (p: Tensor, q: Tensor): Tensor => matmul(ta ? p.mT : p, tb ? q.mT : q);
        expect(Array.from(product(a, b).data(), (v) => v + 0)).toEqual(naive.map((v) => v + 0));
        // d Σ AB / dA[i, l] is the sum of row l of B.
        const g = grad((p: Tensor) => sum(product(p, b)))(a).data();
        for (let i = 0; i < m; i++) {
          for (let l = 0; l < k; l++) {
            let row = 0;
            for (let j = 0; j < n; j++) row += bt(l, j);
            expect(g[ta ? l * m + i : i * k + l]).toBeCloseTo(row, 12);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("batches under vmap with either operand, or both", () => {
    const a = float64([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const b = float64([1, 0, 0, 1, 0, 1, 1, 0], [2, 2, 2]);
    const one = float64([1, 1, 0, 1], [2, 2]);
    expect(vmap((x: Tensor, y: Tensor) => matmul(x, y))(a, b).toArray()).toEqual(matmul(a, b).toArray());
    expect(vmap((x: Tensor) => matmul(x, one))(a).toArray()).toEqual(matmul(a, one).toArray());
    expect(vmap((y: Tensor) => matmul(one, y.mT))(b).toArray()).toEqual(matmul(one, b.mT).toArray());
  });

  test("errors name both shapes, the sizes and a remedy", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => matmul(zeros([2, 3]), zeros([4, 5]))).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => matmul(zeros([2, 3]), zeros([4, 5]))).toThrow(
      "matmul: inner dimensions differ: [2, 3] · [4, 5] (3 ≠ 4). Transpose the right operand?",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => matmul(2, zeros([2]))).toThrow(/a scalar is no matrix: \[\] · \[2\]\. Use mul/);
    // @ts-expect-error the compiler sees it too
    expect(() => matmul(zeros([2, 1, 1]), zeros([3, 1, 1]))).toThrow(/cannot broadcast \[2\] with \[3\]/);
  });
});

describe("other products", () => {
  test("dot, outer and kron are NumPy's", () => {
    expect(dot([1, 2, 3], [4, 5, 6]).item()).toBe(32);
    expect(dot(2, [1, 2]).toArray()).toEqual([2, 4]);
    expect(dot(zeros([2, 3, 4]), zeros([5, 4, 6])).shape).toEqual([2, 3, 5, 6]);
    // @ts-expect-error the compiler sees it too
    expect(() => dot(zeros([2, 3]), zeros([2, 3]))).toThrow(
      /the last axis of \[2, 3\] and the second to last of \[2, 3\] differ \(3 ≠ 2\)/,
    );
    expect(outer([1, 2], [[3], [4]]).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(kron([[1, 2]], [[1], [1]]).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(kron([1, 2], [[1, 0]]).toArray()).toEqual([[1, 0, 2, 0]]);
  });

  test("einsum follows NumPy", () => {
    const a = float64([1, 2, 3, 4, 5, 6], [2, 3]);
    const b = float64([1, 0, 2, 1, 0, 3], [3, 2]);
    expect(einsum("ij,jk->ik", a, b).toArray()).toEqual(matmul(a, b).toArray());
    expect(einsum("ij,jk", a, b).toArray()).toEqual(matmul(a, b).toArray());
    expect(einsum("ba", a).toArray()).toEqual(a.mT.toArray());
    expect(
      einsum("ii", [
        [1, 2],
        [3, 4],
      ]).item(),
    ).toBe(5);
    expect(
      einsum("ii->i", [
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([1, 4]);
    expect(einsum("ij->", a).item()).toBe(21);
    expect(einsum("...i,i->...", zeros([4, 2, 3]), [1, 2, 3]).shape).toEqual([4, 2]);
    expect(einsum("i...,i...->...", a, [[1], [10]]).toArray()).toEqual([41, 52, 63]);
    expect(einsum("ij,jk,kl->il", a, b, [[1], [1]]).toArray()).toEqual([[16], [37]]);
    expect(einsum("i,j->ij", [1, 2], [3, 4]).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(einsum("ij,ij->ij", a, [[1], [2]]).toArray()).toEqual(mul(a, [[1], [2]]).toArray());
    expect(einsum("->", 3).item()).toBe(3);
  });

  test("einsum says what it cannot read", () => {
    expect(() => einsum("ij,jk", [[1]])).toThrow(ValueError);
    expect(() => einsum("ij", [1])).toThrow(/"ij" in "ij" names 2 axes, and its operand has shape \[1\]/);
    expect(() => einsum("i->j", [1])).toThrow(/names j, which no operand has/);
    expect(() => einsum("i->ii", [1])).toThrow(/names i twice/);
    expect(() => einsum("i1", [[1]])).toThrow(/"1" in "i1" is no label/);
    // @ts-expect-error the compiler sees it too
    expect(() => einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 5]))).toThrow(
      /label j .* has size 3 in one operand and 4 in another/,
    );
    expect(() => einsum("i->i->i", [1])).toThrow(/more than one "->"/);
    expect(() => einsum("ii", zeros([2, 3]))).toThrow(ShapeError);
  });

  test("tensordot sums over pairs of axes", () => {
    expect(
      tensordot(
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 0],
          [0, 1],
        ],
      ).item(),
    ).toBe(5);
    expect(tensordot(zeros([2, 3]), zeros([3, 4]), { axes: 1 }).shape).toEqual([2, 4]);
    expect(tensordot([1, 2], [3, 4], { axes: 0 }).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(
      tensordot(zeros([2, 3, 4]), zeros([4, 5, 2]), {
        axes: [
          [0, -1],
          [2, 0],
        ],
      }).shape,
    ).toEqual([3, 5]);
    // @ts-expect-error the compiler sees it too
    expect(() => tensordot(zeros([2, 3]), zeros([4]), { axes: 1 })).toThrow(
      /axis 1 of \[2, 3\] and axis 0 of \[4\] differ in size \(3 ≠ 4\)/,
    );
    expect(() => tensordot([1], [1], { axes: 2 })).toThrow(/can share 0 … 1/);
    expect(() => tensordot([1], [1], { axes: [[0], []] })).toThrow(ValueError);
  });
});

describe("softmax", () => {
  test("is stable, and right in both forms", () => {
    expect(softmax([1000, 1000]).toArray()).toEqual([0.5, 0.5]);
    expect(softmax([-Infinity, 0]).toArray()).toEqual([0, 1]);
    expect(logSoftmax(tensor(new Float64Array([0, 1000]))).toArray()).toEqual([-1000, 0]);
    expect(softmax([-Infinity, -Infinity]).toArray()).toEqual([Number.NaN, Number.NaN]);
    expect(
      softmax(
        [
          [1, 1],
          [3, 3],
        ],
        { axis: 0 },
      )
        .sum({ axis: 0 })
        .toArray(),
    ).toEqual([1, 1]);
    expect(softmax(tensor(Int32Array.of(0, 0))).dtype).toBe("float32");
    expect(softmax(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(() => softmax(1)).toThrow(/a scalar has no axes/);
  });
});
