import { add, eye, matmul, mul, type NestedData, type Tensor, tensor } from "@glissade/autograd";
import * as fc from "fast-check";

export const float64 = (values: NestedData): Tensor => tensor(values, { dtype: "float64" });

export const matrix = (rows: number, columns: number, at: (i: number, j: number) => number): Tensor =>
  tensor(
    Float64Array.from({ length: rows * columns }, (_, k) => at(Math.floor(k / columns), k % columns)),
    { shape: [rows, columns] },
  );

/** Elements 1 / (i + j + 1): the best known of the badly conditioned matrices. */
export const hilbert = (n: number): Tensor => matrix(n, n, (i, j) => 1 / (i + j + 1));

/** W₂ₖ₊₁⁺: tridiagonal, |k − i| on the diagonal, ones beside it. Its great eigenvalues come in pairs that agree to many digits. */
export const wilkinson = (n: number): Tensor =>
  matrix(n, n, (i, j) => (i === j ? Math.abs((n - 1) / 2 - i) : Math.abs(i - j) === 1 ? 1 : 0));

export const identity = (n: number): Tensor => eye(n, { dtype: "float64" });

/** The greatest |a − b|, relative to the greatest |b| or 1; NaN where either is. */
export function difference(a: Tensor, b: Tensor): number {
  if (String(a.shape) !== String(b.shape)) throw new Error(`shapes differ: [${a.shape}] and [${b.shape}]`);
  const [x, y] = [a.data(), b.data()];
  let [greatest, scale] = [0, 1];
  for (let i = 0; i < y.length; i++) {
    greatest = Math.max(greatest, Math.abs(x[i]! - y[i]!));
    scale = Math.max(scale, Math.abs(y[i]!));
  }
  return greatest / scale;
}

/** How far the columns are from orthonormal. */
export const skewness = (q: Tensor): number => difference(matmul(q.mT, q), identity(q.shape[q.rank - 1] ?? 0));

/** Every number of a tensor. */
export const numbers = (x: Tensor): number[] => Array.from(x.data());

/** m × n matrices with elements between −1 and 1, of up to `most` rows and columns; ties and zeros are not rare. */
export function matrices(most: number, sides?: (m: number, n: number) => [number, number]): fc.Arbitrary<Tensor> {
  const side = fc.integer({ min: 1, max: most });
  const element = fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 0.5) },
  );
  return fc.tuple(side, side).chain(([a, b]) => {
    const [m, n] = sides === undefined ? [a, b] : sides(a, b);
    return fc
      .array(element, { minLength: m * n, maxLength: m * n })
      .map((values) => tensor(Float64Array.from(values), { shape: [m, n] }));
  });
}

export const square = (m: number): [number, number] => [m, m];

/** Diagonally dominant, so that rounding is not amplified. */
export const dominant = (x: Tensor): Tensor => add(x, mul(identity(x.shape[0] ?? 0), 2 * (x.shape[0] ?? 0)));
