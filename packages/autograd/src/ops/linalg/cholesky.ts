import { allocate } from "../../dtype.js";
import type { Primitive } from "../../graph.js";
import { choleskyFactors } from "../../numbers/cholesky.js";
import { apply, typedOperator } from "../../primitive.js";
import * as routines from "../../routines/cholesky.js";
import { sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { KeepsSquare } from "../../types/linalg.js";
import type { Solve } from "../../types/linear-systems.js";
import { div } from "../arithmetic.js";
import { tril } from "../diagonal.js";
import { add } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { scratchFor } from "../routine-layout.js";
import { asSquare, batchOf, identityLike, sidesOf, symmetricPart } from "./matrices.js";
import { floats, lowerMatrices, routineFor } from "./matrix-routines.js";
import { drawBatch, drawDefinite } from "./samples.js";
import { drawSystem, solveFor, systemOf } from "./solve.js";
import { cotangentTriangle, solveLower, solveUpper } from "./triangular.js";

const choleskyPrimitive: Primitive<undefined> = {
  name: "cholesky",
  linear: "none",
  infer: ({ inputs: [a] }) => ({ shape: a.shape, dtype: a.dtype }),
  run({ inputs: [a], shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const [n] = sidesOf(shape);
    choleskyFactors(0, sizeOf(batchOf(shape)), floats(a.data), floats(out), n);
    return out;
  },
  lower(context) {
    const [n] = sidesOf(context.shape);
    return lowerMatrices(routineFor(routines.choleskyFactors, context.dtype), context, batchOf(context.shape), {
      work: n ** 3,
      numbers: [n],
      scratch: scratchFor(n * n),
    });
  },
  // dA = L⁻ᵀ Φ(Lᵀ dL) L⁻¹, Φ the lower triangle with half the diagonal (I. Murray, "Differentiation of the Cholesky
  // decomposition", 2016, eq. 10).
  vjp({ inputs: [a], output: l, cotangent }) {
    const product = matmul(mT(l), cotangentTriangle(cotangent, false));
    const half = div(tril(product), add(identityLike(a), 1));
    const left = solveLower(l, half, true);
    return [mT(solveLower(l, mT(left), true))];
  },
  batch: ({ inputs: [a] }) => apply(choleskyPrimitive, [a], undefined),
};

/** Options of `linalg.cholesky` and `linalg.choleskySolve`. */
export interface CholeskyOptions {
  /** The factor is upper triangular, A = Rᵀ R; default false: lower triangular, A = L Lᵀ. */
  readonly upper?: boolean | undefined;
}

/**
 * The Cholesky factor of symmetric positive definite matrices: the lower triangular L with a positive diagonal for
 * which A = L Lᵀ (Golub & Van Loan, Matrix Computations, 4th ed., §4.2), computed in float64.
 *
 * Factored is the symmetric part (A + Aᵀ) / 2, as in JAX: for a symmetric matrix that is the matrix itself, and
 * derivatives are symmetric too. A matrix whose symmetric part is not positive definite gives NaN for all of its
 * factor; the other matrices of a batch are not affected.
 *
 * @param a [..., n, n].
 * @param options.upper true: the transpose Lᵀ instead; default false.
 * @throws ShapeError where the matrices are not square.
 * @example
 * linalg.cholesky([[4, 2], [2, 10]]).toArray(); // [[2, 0], [1, 3]]
 */
export const cholesky = typedOperator<KeepsSquare<"linalg.cholesky", [options?: CholeskyOptions]>>(
  "linalg.cholesky",
  (draw) => [drawDefinite(draw, drawBatch(draw), draw.side(3)), { upper: draw.boolean() }],
  (a: TensorLike, { upper = false }: CholeskyOptions = {}): Tensor => {
    const factor = apply(choleskyPrimitive, [symmetricPart(asSquare("linalg.cholesky", a))], undefined);
    return upper ? mT(factor) : factor;
  },
);

/**
 * The solution X of A X = B from the Cholesky factor of A: of L Lᵀ X = B, or of Rᵀ R X = B with `upper`. Batch axes
 * broadcast; `b` counts as a vector as for `linalg.solve`. Only the triangle named is read; a 0 on its diagonal gives
 * NaN for all of the solution.
 *
 * @param factor [..., n, n], as `linalg.cholesky` makes it; the factor comes first, as in SciPy and JAX.
 * @param b [..., n, k], or vectors [..., n].
 * @param options.upper The factor is the upper one; default false.
 * @throws ShapeError where the matrices are not square, or the sides or batch axes do not fit.
 * @example
 * linalg.choleskySolve(linalg.cholesky([[4, 2], [2, 10]]), [6, 12]).toArray(); // [1, 1]
 */
export const choleskySolve = typedOperator<Solve<"linalg.choleskySolve", CholeskyOptions>>(
  "linalg.choleskySolve",
  (draw) => {
    const n = draw.side(3);
    const [factor, b] = drawSystem(draw, n, n, ["vector", "vectors", "left"]);
    return [factor, b, { upper: draw.boolean() }];
  },
  (factor: TensorLike, b: TensorLike, { upper = false }: CholeskyOptions = {}): Tensor => {
    const name = "linalg.choleskySolve";
    const [triangle, right] = systemOf(name, asSquare(name, factor), b);
    return solveFor(name, triangle, right, true, (columns) =>
      upper
        ? solveUpper(triangle, solveUpper(triangle, columns, true))
        : solveLower(triangle, solveLower(triangle, columns), true),
    );
  },
);
