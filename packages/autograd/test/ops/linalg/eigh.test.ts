import {
  add,
  grad,
  jvp,
  linalg,
  matmul,
  mul,
  ShapeError,
  square,
  sum,
  type Tensor,
  trace,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  difference,
  float64,
  hilbert,
  identity,
  matrices,
  matrix,
  numbers,
  square as sides,
  skewness,
  wilkinson,
} from "./matrices.js";

const symmetric = (x: Tensor): Tensor => mul(add(x, x.mT), 0.5);

/** V diag(w) Vᵀ. */
const composed = (w: Tensor, v: Tensor): Tensor => matmul(mul(v, w), v.mT);

/** Eigenvalues of W₂₁⁺ (J. Wilkinson, The Algebraic Eigenvalue Problem, 1965, p. 309), computed with 60 digits. */
const wilkinson21 = [
  -1.1254415221199843, 0.25380581709667815, 0.9475343675292933, 1.7893213526950813, 2.130209219362506,
  2.961058884185727, 3.0430992925788236, 3.996048201383625, 4.004354023440857, 4.999782477742902, 5.000244425001913,
  6.000217522257098, 6.000234031584167, 7.003951798616375, 7.003952209528675, 8.038941115814273, 8.038941122829023,
  9.210678647304919, 9.210678647361332, 10.746194182903322, 10.746194182903393,
];

describe("linalg.eigh", () => {
  test("of Wilkinson's W₂₁⁺: pairs that agree to 14 digits are told apart, with orthogonal vectors", () => {
    const { eigenvalues, eigenvectors } = linalg.eigh(wilkinson(21));
    expect(difference(eigenvalues, float64(wilkinson21))).toBeLessThan(2e-16 * 4);
    expect(skewness(eigenvectors)).toBeLessThan(5e-15);
  });

  test("of a Hilbert matrix: the least eigenvalue, ten digits below the greatest", () => {
    const expected = [
      1.082799484481101e-7, 1.2570757122637029e-5, 0.0006157483541826453, 0.016321521319875826, 0.24236087057520955,
      1.618899858924339,
    ];
    const found = numbers(linalg.eigvalsh(hilbert(6)));
    for (const [i, value] of expected.entries()) expect(Math.abs((found[i] ?? 0) - value)).toBeLessThan(1e-15);
  });

  test("composes to the matrix, with orthonormal vectors of known sign", () => {
    fc.assert(
      fc.property(matrices(14, sides), (x) => {
        const a = symmetric(x);
        const { eigenvalues: w, eigenvectors: v } = linalg.eigh(a);
        expect(difference(composed(w, v), a)).toBeLessThan(1e-14);
        expect(skewness(v)).toBeLessThan(1e-14);
        const ascending = numbers(w);
        expect([...ascending].sort((p, q) => p - q)).toEqual(ascending);
        for (const column of v.mT.toArray() as number[][]) {
          const greatest = Math.max(...column.map(Math.abs));
          expect(column.find((e) => Math.abs(e) > greatest * (1 - 1e-6))).toBeGreaterThan(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("of matrices whose elements lie hundreds of digits apart", () => {
    const found: readonly number[][][] = [
      [
        [0, 0, -0.5, 0.25],
        [0, 0, 0, 0],
        [-0.5, 0, 0, 0],
        [0.25, 0, 0, -2.687040790395564e-250],
      ],
      [
        [0, 0, -7.040152e-170, 1e-323],
        [0, 0, 0, 0.5],
        [-7.040152e-170, 0, 0, 0],
        [1e-323, 0.5, 0, 0],
      ],
    ];
    for (const a of found.map(float64)) {
      const { eigenvalues: w, eigenvectors: v } = linalg.eigh(a);
      expect(difference(composed(w, v), a)).toBeLessThan(1e-15);
      expect(skewness(v)).toBeLessThan(1e-15);
    }
  });

  test("of every scale: huge and subnormal elements neither overflow nor vanish", () => {
    const a = symmetric(matrix(5, 5, (i, j) => Math.sin(1 + 3 * i + j * j)));
    const w = numbers(linalg.eigvalsh(a));
    for (const scale of [2 ** 1000, 2 ** -960]) {
      expect(numbers(linalg.eigvalsh(mul(a, scale)))).toEqual(w.map((x) => x * scale));
    }
  });

  test("of diagonal, zero, constant, graded and larger matrices", () => {
    expect(
      numbers(
        linalg.eigvalsh(
          float64([
            [3, 0, 0],
            [0, 1, 0],
            [0, 0, 2],
          ]),
        ),
      ),
    ).toEqual([1, 2, 3]);
    expect(
      linalg
        .eigh(
          float64([
            [3, 0],
            [0, 1],
          ]),
        )
        .eigenvectors.toArray(),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(skewness(linalg.eigh(zeros([4, 4])).eigenvectors)).toBe(0);
    const ones = add(zeros([30, 30], { dtype: "float64" }), 1);
    expect(numbers(linalg.eigvalsh(ones)).at(-1)).toBeCloseTo(30, 12);
    const graded = matrix(8, 8, (i, j) => 10 ** (-2 * (i + j)));
    const found = linalg.eigh(graded);
    expect(difference(composed(found.eigenvalues, found.eigenvectors), graded)).toBeLessThan(1e-15);
    const large = symmetric(matrix(90, 90, (i, j) => Math.cos(i * j + i - 2 * j)));
    const { eigenvalues: w, eigenvectors: v } = linalg.eigh(large);
    expect(difference(composed(w, v), large)).toBeLessThan(1e-13);
    expect(skewness(v)).toBeLessThan(2e-14);
  });

  test("of float32 matrices every eigenvalue is the closest float32", () => {
    const a = [
      [2, 1, 0],
      [1, 3, 1],
      [0, 1, 5],
    ];
    expect(numbers(linalg.eigvalsh(a))).toEqual(numbers(linalg.eigvalsh(float64(a))).map(Math.fround));
  });

  test("of NaN and infinities is NaN throughout, of its neighbours is not", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { eigenvalues, eigenvectors } = linalg.eigh([
        [
          [bad, 0],
          [0, 1],
        ],
        [
          [1, 0],
          [0, 2],
        ],
      ]);
      expect(numbers(eigenvalues)).toEqual([Number.NaN, Number.NaN, 1, 2]);
      expect(numbers(eigenvectors).slice(0, 4).every(Number.isNaN)).toBe(true);
    }
  });

  test("of nothing is nothing", () => {
    expect(linalg.eigh(zeros([0, 0])).eigenvectors.shape).toEqual([0, 0]);
    expect(linalg.eigvalsh(zeros([0, 3, 3])).shape).toEqual([0, 3]);
    // @ts-expect-error the compiler sees it too
    expect(() => linalg.eigh(zeros([2, 3]))).toThrow(ShapeError);
  });

  test("reads the symmetric part", () => {
    const skewed = float64([
      [2, 3],
      [-1, 2],
    ]);
    expect(difference(linalg.eigvalsh(skewed), float64([1, 3]))).toBeLessThan(1e-15);
  });
});

describe("derivatives of linalg.eigh", () => {
  const repeated = float64([
    [2, 0, 0],
    [0, 2, 0],
    [0, 0, 5],
  ]);

  test("of a sum of functions of each eigenvalue are right where eigenvalues are repeated: Σ w² = trace A²", () => {
    const g = grad((a: Tensor) => sum(square(linalg.eigvalsh(a))))(repeated);
    expect(difference(g, mul(repeated, 2))).toBeLessThan(1e-15);
    const ofTrace = grad((a: Tensor) => trace(matmul(a, a)))(repeated);
    expect(difference(g, ofTrace)).toBeLessThan(1e-15);
  });

  test("of the vectors of repeated eigenvalues are NaN, and so are second derivatives of the eigenvalues", () => {
    const ofVectors = grad((a: Tensor) => sum(linalg.eigh(a).eigenvectors))(repeated);
    expect(numbers(ofVectors).some(Number.isNaN)).toBe(true);
    const second = grad((a: Tensor) => sum(grad((x: Tensor) => sum(square(linalg.eigvalsh(x))))(a)))(repeated);
    expect(numbers(second).some(Number.isNaN)).toBe(true);
    // Equal but for rounding.
    const rotated = matmul(matmul(linalg.qr(hilbert(3)).Q, repeated), linalg.qr(hilbert(3)).Q.mT);
    expect(numbers(grad((a: Tensor) => sum(linalg.eigh(a).eigenvectors))(rotated)).some(Number.isNaN)).toBe(true);
  });

  test("are those of the root of a matrix, a function that no choice of sign can change", () => {
    const root = (a: Tensor): Tensor => {
      const { eigenvalues: w, eigenvectors: v } = linalg.eigh(a);
      return composed(w.sqrt(), v);
    };
    const a = float64([
      [4, 1, 0],
      [1, 3, 0.5],
      [0, 0.5, 2],
    ]);
    const direction = float64([
      [1, 2, 0],
      [2, -1, 1],
      [0, 1, 3],
    ]);
    const [x, dx] = jvp(root, [a], [direction]);
    // X X = A, so that dX X + X dX = dA.
    expect(difference(matmul(x, x), a)).toBeLessThan(1e-14);
    expect(difference(add(matmul(dx, x), matmul(x, dx)), direction)).toBeLessThan(1e-14);
  });

  test("of the identity's eigenvalues sum to the derivative of the trace", () => {
    const g = grad((a: Tensor) => sum(linalg.eigvalsh(a)))(identity(4));
    expect(difference(g, identity(4))).toBeLessThan(1e-15);
  });
});
