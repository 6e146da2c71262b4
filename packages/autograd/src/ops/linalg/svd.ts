import { singularFactors as singularFactorsOf } from "../../numbers/singular-values.js";
import { typedOperator } from "../../primitive.js";
import * as routines from "../../routines/singular-values.js";
import type { Draw } from "../../sampling.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { SingularValues, Svd, SvdOperator } from "../../types/linalg.js";
import { div, sub } from "../arithmetic.js";
import { lessEqual } from "../comparison.js";
import { add, mul } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { expandDims, mT } from "../movement.js";
import { scratchFor } from "../routine-layout.js";
import { sliceAxis } from "../slice.js";
import { where } from "../where.js";
import { completed } from "./complement.js";
import { factorization, part } from "./factorization.js";
import { gapsOf } from "./gaps.js";
import { asMatrix, asRows, epsilonOf, sidesOf } from "./matrices.js";
import { drawBatch, drawMatrices } from "./samples.js";

/** U, below it V, and below that a row of singular values: [..., m + n + 1, k] for k = min(m, n). */
export const singularFactors = factorization("svd", (m, n) => [m + n + 1, Math.min(m, n)], singularFactorsOf, {
  routines: routines.singularFactors,
  sides: 2,
  work: (m, n) => 60 * m * n * Math.min(m, n),
  scratch(m, n) {
    const k = Math.min(m, n);
    const square = k * k;
    return scratchFor(m * n, m * n, m * n, square, square, square, square, square, k, k, k, k, k, k);
  },
});

// A = U diag(s) Vᵀ: dA = U diag(ds) Vᵀ, and for the vectors, with Fᵢⱼ = 1 / (sⱼ² − sᵢ²) (J. Townsend, "Differentiating
// the singular value decomposition", 2016; M. Giles, "Collected matrix derivative results", 2008, 3.2), U (F ∘ (Uᵀ dU −
// dUᵀ U)) diag(s) Vᵀ + (I − U Uᵀ) dU diag(s)⁻¹ Vᵀ; and likewise for V. All begin with the product by Vᵀ, so that forward mode turns a tangent
// once, Uᵀ (dA V).
export const singularValuesOf = part(
  "singularValues",
  (m, n) => ({ start: (m + n) * Math.min(m, n), shape: [Math.min(m, n)] }),
  ({ inputs: [a, factors], cotangent }) => [
    matmul(mul(leftOf(a, factors), asRows(cotangent)), mT(rightOf(a, factors))),
    undefined,
  ],
);

const leftOf: (a: Tensor, factors: Tensor) => Tensor = part(
  "leftSingularVectors",
  (m, n) => ({ start: 0, shape: [m, Math.min(m, n)] }),
  ({ inputs: [a, factors], output: u, cotangent }) => {
    const s = singularValuesOf(a, factors);
    const turned = matmul(mT(u), cotangent);
    const within = matmul(u, mul(turns(turned, s, a), asRows(s)));
    const beyond = beyondOf(u, s, cotangent, turned, a);
    return [matmul(beyond === undefined ? within : add(within, beyond), mT(rightOf(a, factors))), undefined];
  },
);

const rightOf: (a: Tensor, factors: Tensor) => Tensor = part(
  "rightSingularVectors",
  (m, n) => ({ start: m * Math.min(m, n), shape: [n, Math.min(m, n)] }),
  ({ inputs: [a, factors], output: v, cotangent }) => {
    const s = singularValuesOf(a, factors);
    const u = leftOf(a, factors);
    const turned = matmul(mT(v), cotangent);
    const within = matmul(matmul(u, mul(turns(turned, s, a), expandDims(s, -1))), mT(v));
    const beyond = beyondOf(v, s, cotangent, turned, a);
    return [beyond === undefined ? within : add(within, matmul(u, mT(beyond))), undefined];
  },
);

/** F ∘ (T − Tᵀ) for T = Xᵀ g; it is symmetric. */
function turns(turned: Tensor, s: Tensor, a: Tensor): Tensor {
  const greatest = (column: Tensor): Tensor => sliceAxis(column, column.rank - 2, 0, 1);
  return div(sub(turned, mT(turned)), gapsOf(s, Math.max(...sidesOf(a.shape)), greatest, true));
}

/** (I − X Xᵀ) g diag(s)⁻¹; undefined where X is square, and its columns leave nothing out. */
function beyondOf(x: Tensor, s: Tensor, g: Tensor, turned: Tensor, a: Tensor): Tensor | undefined {
  const [rows, columns] = sidesOf(x.shape);
  if (rows === columns || x.size === 0) return undefined;
  return div(sub(g, matmul(x, turned)), asRows(withoutZeros(s, Math.max(...sidesOf(a.shape)))));
}

/**
 * NaN in place of singular values that rounding cannot tell from 0: their vectors are not determined beside the others.
 */
function withoutZeros(s: Tensor, side: number): Tensor {
  const tolerance = mul(sliceAxis(s, s.rank - 1, 0, 1), side * epsilonOf(s.dtype));
  return where(lessEqual(s, tolerance), Number.NaN, s);
}

/** Options of `linalg.svd`. */
export interface SvdOptions {
  /** U and Vh are square, with columns and rows that complete the bases; default true. */
  readonly fullMatrices?: boolean | undefined;
}

const drawAny = (draw: Draw): Tensor => drawMatrices(draw, drawBatch(draw), draw.side(3), draw.side(3));

/**
 * The singular value decomposition A = U diag(S) Vh, by one-sided Jacobi rotations of the triangular factor of a QR
 * factorisation (Golub & Van Loan, Matrix Computations, 4th ed., §8.6.4; Z. Drmač & K. Veselić, SIAM J. Matrix Anal.
 * Appl. 29, 2008), in float64.
 *
 * A pair of singular vectors is determined up to its sign: here the element of greatest magnitude of each column of U
 * is positive (the first of several equal to 6 digits). A matrix with an element that is NaN or infinite gives NaN
 * throughout.
 *
 * Where singular values are repeated, the vectors are some orthonormal basis and have no derivative: whatever is pulled
 * back through them is NaN; so is, for matrices that are not square, what is pulled back through the longer vectors
 * where a singular value is 0. Two values closer than max(m, n) ε Smax count as equal. The derivative of S is that of
 * one choice of vectors: right where equal values enter alike; at a value of 0, where S has a kink like |x|, it is
 * one-sided. What completes the bases under `fullMatrices` is not determined by A, and pulling back through it is an
 * error: `fullMatrices: false` leaves it out.
 *
 * @param a [..., m, n].
 * @param options.fullMatrices Default true, as in NumPy and PyTorch.
 * @returns `{U, S, Vh}`.
 * @throws ShapeError where `a` has fewer than two axes.
 * @example
 * const { U, S, Vh } = linalg.svd([[0, 2], [1, 0]]);
 * S.toArray(); // [2, 1]
 */
export const svd = typedOperator<SvdOperator<SvdOptions>>(
  "linalg.svd",
  (draw) => [drawAny(draw), { fullMatrices: draw.integer(0, 3) === 3 }],
  (a: TensorLike, { fullMatrices = true }: SvdOptions = {}): Svd => {
    const matrix = asMatrix("linalg.svd", a);
    const factors = singularFactors(matrix);
    const [u, v] = [leftOf(matrix, factors), rightOf(matrix, factors)];
    return {
      U: fullMatrices ? completed(u) : u,
      S: singularValuesOf(matrix, factors),
      Vh: mT(fullMatrices ? completed(v) : v),
    };
  },
);

/**
 * The singular values of matrices, descending: those of `linalg.svd`, with its conventions.
 *
 * @param a [..., m, n].
 * @returns [..., min(m, n)].
 * @throws ShapeError where `a` has fewer than two axes.
 * @example
 * linalg.svdvals([[0, 2], [1, 0]]).toArray(); // [2, 1]
 */
export const svdvals = typedOperator<SingularValues>(
  "linalg.svdvals",
  (draw) => [drawAny(draw)],
  (a: TensorLike): Tensor => {
    const matrix = asMatrix("linalg.svdvals", a);
    return singularValuesOf(matrix, singularFactors(matrix));
  },
);
