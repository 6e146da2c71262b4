import { eigenFactors as eigenFactorsOf } from "../../numbers/symmetric-eigen.js";
import { typedOperator } from "../../primitive.js";
import * as routines from "../../routines/symmetric-eigen.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { Eigh, OfSquare } from "../../types/linalg.js";
import { abs, div } from "../arithmetic.js";
import { mul } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { max } from "../reduce.js";
import { scratchFor } from "../routine-layout.js";
import { factorization, part } from "./factorization.js";
import { gapsOf } from "./gaps.js";
import { asRows, asSquare, symmetricPart } from "./matrices.js";
import { drawBatch, drawDefinite } from "./samples.js";

/** Eigenvectors, and below them a row of eigenvalues: [..., n + 1, n]. */
const eigenFactors = factorization("eigh", (n) => [n + 1, n], eigenFactorsOf, {
  routines: routines.eigenFactors,
  sides: 1,
  work: (n) => 20 * n ** 3,
  scratch: (n) => scratchFor(n * n, n * n, n, n, n, n, n, n),
});

// A = V diag(w) Vᵀ: dA = V diag(dw) Vᵀ, and V (F ∘ Vᵀ dV) Vᵀ with Fᵢⱼ = 1 / (wⱼ − wᵢ) (M. Giles, "Collected matrix
// derivative results", 2008, 3.1).
const eigenvaluesOf = part(
  "eigenvalues",
  (n) => ({ start: n * n, shape: [n] }),
  ({ inputs: [a, factors], cotangent }) => {
    const v = eigenvectorsOf(a, factors);
    return [matmul(mul(v, asRows(cotangent)), mT(v)), undefined];
  },
);

const eigenvectorsOf: (a: Tensor, factors: Tensor) => Tensor = part(
  "eigenvectors",
  (n) => ({ start: 0, shape: [n, n] }),
  ({ inputs: [a, factors], output: v, cotangent }) => {
    const gaps = gapsOf(eigenvaluesOf(a, factors), a.shape[a.rank - 1] ?? 0, (column) =>
      max(abs(column), { axis: -2, keepDims: true }),
    );
    return [matmul(matmul(v, div(matmul(mT(v), cotangent), gaps)), mT(v)), undefined];
  },
);

/**
 * Eigenvalues and orthonormal eigenvectors of symmetric matrices, A = V diag(w) Vᵀ: tridiagonal form by Householder
 * reflections, then the implicit QL iteration (Golub & Van Loan, Matrix Computations, 4th ed., §8.3), in float64.
 *
 * Decomposed is the symmetric part (A + Aᵀ) / 2, as in JAX: for a symmetric matrix that is the matrix itself, and
 * derivatives are symmetric too. An eigenvector is determined up to its sign: here its element of greatest magnitude is
 * positive (the first of several equal to 6 digits). A matrix with an element that is NaN or infinite gives NaN
 * throughout.
 *
 * Eigenvectors of repeated eigenvalues are some orthonormal basis, and have no derivative: whatever is pulled back
 * through the eigenvectors of such a matrix is NaN. Eigenvalues count as repeated where they are closer than n ε
 * |w|max. The derivative of repeated eigenvalues themselves is right where they enter alike (as in a sum of functions
 * of each), and one of several otherwise; their second derivatives are NaN.
 *
 * @param a [..., n, n].
 * @returns `{eigenvalues, eigenvectors}`: [..., n], ascending, and [..., n, n], in columns.
 * @throws ShapeError where the matrices are not square.
 * @example
 * const { eigenvalues, eigenvectors } = linalg.eigh([[2, 1], [1, 2]]);
 * eigenvalues.toArray(); // [1, 3]
 */
export const eigh = typedOperator<OfSquare<"linalg.eigh", "eigh">>(
  "linalg.eigh",
  (draw) => [drawDefinite(draw, drawBatch(draw), draw.side(3))],
  (a: TensorLike): Eigh => {
    const matrix = symmetricPart(asSquare("linalg.eigh", a));
    const factors = eigenFactors(matrix);
    return { eigenvalues: eigenvaluesOf(matrix, factors), eigenvectors: eigenvectorsOf(matrix, factors) };
  },
);

/**
 * The eigenvalues of symmetric matrices, ascending: those of `linalg.eigh`, with its conventions.
 *
 * @param a [..., n, n].
 * @returns [..., n].
 * @throws ShapeError where the matrices are not square.
 * @example
 * linalg.eigvalsh([[2, 1], [1, 2]]).toArray(); // [1, 3]
 */
export const eigvalsh = typedOperator<OfSquare<"linalg.eigvalsh", "eigvalsh">>(
  "linalg.eigvalsh",
  (draw) => [drawDefinite(draw, drawBatch(draw), draw.side(4))],
  (a: TensorLike): Tensor => {
    const matrix = symmetricPart(asSquare("linalg.eigvalsh", a));
    return eigenvaluesOf(matrix, eigenFactors(matrix));
  },
);
