import { describeValue } from "../../convert.js";
import { allocate } from "../../dtype.js";
import { ValueError } from "../../errors.js";
import type { Primitive } from "../../graph.js";
import { pseudoSolutions } from "../../numbers/pseudo-solution.js";
import { apply, typedOperator } from "../../primitive.js";
import * as routines from "../../routines/pseudo-solution.js";
import type { Draw } from "../../sampling.js";
import { broadcastShapes, sameShape, sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { PseudoInverse } from "../../types/linalg.js";
import type { LeastSquares, LstsqOperator } from "../../types/linear-systems.js";
import { sub } from "../arithmetic.js";
import { reshapeTo, sumAxes, sumTo } from "../broadcast.js";
import { castTo } from "../cast.js";
import { greater } from "../comparison.js";
import { add, alignBatch, mul } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { eye } from "../ranges.js";
import { scratchFor } from "../routine-layout.js";
import { sliceAxis } from "../slice.js";
import { asMatrix, batchOf, epsilonOf, sidesOf } from "./matrices.js";
import { float64s, floats, lowerMatrices, matricesOf, routineFor } from "./matrix-routines.js";
import { drawBatch, drawMatrices } from "./samples.js";
import { drawSystem, solveFor, systemOf } from "./solve.js";
import { singularFactors, singularValuesOf } from "./svd.js";

interface PseudoSolve {
  /** The pseudo-inverse is that of Aᵀ. */
  readonly transposed: boolean;
  /** Singular values no greater than this times the greatest count as 0. */
  readonly rtol: number;
}

/** A⁺ B from the singular value decomposition of A; batches broadcast. The operands are A, its factors, and B. */
const pseudoSolvePrimitive: Primitive<PseudoSolve> = {
  name: "pseudoSolve",
  linear: [2],
  infer({ inputs: [a, , b], attributes: { transposed } }) {
    const [m, n] = sidesOf(a.shape);
    const batch = broadcastShapes("pseudoSolve", batchOf(a.shape), batchOf(b.shape));
    return { shape: [...batch, transposed ? m : n, sidesOf(b.shape)[1]], dtype: a.dtype };
  },
  run({ inputs: [a, factors, b], attributes: { transposed, rtol }, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const batch = batchOf(shape);
    const [m, n] = sidesOf(a.shape);
    const [own, right] = [float64s(matricesOf(factors, batch)), matricesOf(b, batch)];
    pseudoSolutions(0, sizeOf(batch), own, right, floats(out), m, n, sidesOf(b.shape)[1], transposed, rtol);
    return out;
  },
  lower(context) {
    const { transposed, rtol } = context.attributes;
    const [m, n] = sidesOf(context.inputs[0]?.shape ?? []);
    const [, columns] = sidesOf(context.shape);
    return lowerMatrices(routineFor(routines.pseudoSolutions, context.dtype), context, batchOf(context.shape), {
      work: 2 * (m + n) * Math.min(m, n) * columns,
      numbers: [m, n, columns, Number(transposed), rtol],
      scratch: scratchFor(m * columns, n * columns, n * columns, m * columns),
      operands: [1, 2],
    });
  },
  // P = A⁺: dP = −P dA P + P Pᵀ dAᵀ (I − A P) + (I − P A) dAᵀ Pᵀ P (G. Golub & V. Pereyra, SIAM J. Numer. Anal. 10,
  // 1973, eq. 4.12), for X = P B.
  vjp({ inputs: [a, factors, b], output: x, attributes, cotangent }) {
    const { transposed, rtol } = attributes;
    const matrix = transposed ? mT(a) : a;
    const solve = (right: Tensor, back: boolean): Tensor =>
      apply(pseudoSolvePrimitive, [a, factors, right], { transposed: transposed !== back, rtol });
    const ofB = solve(cotangent, true);
    const residual = sub(b, matmul(matrix, x));
    const beyond = sub(cotangent, matmul(mT(matrix), ofB));
    const ofMatrix = add(
      sub(matmul(residual, mT(solve(ofB, false))), matmul(ofB, mT(x))),
      matmul(solve(x, true), mT(beyond)),
    );
    return [sumTo(transposed ? mT(ofMatrix) : ofMatrix, a.shape), undefined, sumTo(ofB, b.shape)];
  },
  batch: (context) => apply(pseudoSolvePrimitive, alignBatch(context), context.attributes),
};

/** Options of `linalg.pinv` and `linalg.lstsq`. */
export interface RankOptions {
  /** Singular values no greater than this times the greatest count as 0; default max(m, n) ε. */
  readonly rtol?: number | undefined;
}

function tolerance(name: string, a: Tensor, rtol: number | undefined): number {
  if (rtol === undefined) return Math.max(...sidesOf(a.shape)) * epsilonOf(a.dtype);
  if (typeof rtol !== "number" || !(rtol >= 0)) {
    throw new ValueError(`${name}: rtol is ${describeValue(rtol)}; use a number of 0 or more.`);
  }
  return rtol;
}

const drawTolerance = (draw: Draw): RankOptions => (draw.boolean() ? {} : { rtol: 1e-3 });

/**
 * The Moore–Penrose pseudo-inverse of matrices, by their singular value decomposition (Golub & Van Loan, Matrix
 * Computations, 4th ed., §5.5.2) in float64: the inverse where there is one, and for other matrices A⁺ b is the
 * shortest x with the least ‖A x − b‖.
 *
 * The derivative is that along matrices of the same rank (G. Golub & V. Pereyra, 1973), of any order, repeated singular
 * values or not. Where the rank is not full, the pseudo-inverse jumps when another direction raises it, and no
 * derivative speaks of those directions. A matrix that holds NaN or infinities gives NaN throughout.
 *
 * @param a [..., m, n].
 * @param options.rtol Singular values no greater than this times the greatest count as 0; default max(m, n) ε.
 * @returns [..., n, m].
 * @throws ShapeError where `a` has fewer than two axes; ValueError where `rtol` is negative or NaN.
 * @example
 * linalg.pinv([[2, 0], [0, 0]]).toArray(); // [[0.5, 0], [0, 0]]
 */
export const pinv = typedOperator<PseudoInverse<RankOptions>>(
  "linalg.pinv",
  (draw) => [drawMatrices(draw, drawBatch(draw), draw.side(3), draw.side(3)), drawTolerance(draw)],
  (a: TensorLike, { rtol }: RankOptions = {}): Tensor => {
    const matrix = asMatrix("linalg.pinv", a);
    const attributes = { transposed: false, rtol: tolerance("linalg.pinv", matrix, rtol) };
    const identity = eye(sidesOf(matrix.shape)[0], { dtype: matrix.dtype });
    return apply(pseudoSolvePrimitive, [matrix, singularFactors(matrix), identity], attributes);
  },
);

/**
 * The x with the least ‖A x − b‖, the shortest where there are several, by the singular value decomposition (Golub &
 * Van Loan, Matrix Computations, 4th ed., §5.5) in float64. Batch axes broadcast; `b` counts as a vector as for
 * `linalg.solve`.
 *
 * Derivatives are those of `linalg.pinv`: along matrices of the same rank, of any order. A matrix that holds NaN or
 * infinities gives NaN throughout.
 *
 * @param a [..., m, n].
 * @param b [..., m, k], or vectors [..., m].
 * @param options.rtol Singular values no greater than this times the greatest count as 0; default max(m, n) ε.
 * @returns `{solution, residuals, rank, singularValues}`.
 * @throws ShapeError where sides or batch axes do not fit; ValueError where `rtol` is negative or NaN.
 * @example
 * linalg.lstsq([[1], [1]], [1, 3]).solution.toArray(); // [2]
 */
export const lstsq = typedOperator<LstsqOperator<RankOptions>>(
  "linalg.lstsq",
  (draw) => {
    const [a, b] = drawSystem(draw, draw.side(3), draw.side(3), ["vector", "vectors", "left"]);
    return [a, b, drawTolerance(draw)];
  },
  (a: TensorLike, b: TensorLike, { rtol }: RankOptions = {}): LeastSquares => {
    const name = "linalg.lstsq";
    const [matrix, right] = systemOf(name, asMatrix(name, a), b);
    const attributes = { transposed: false, rtol: tolerance(name, matrix, rtol) };
    const factors = singularFactors(matrix);
    const solution = solveFor(name, matrix, right, true, (columns) =>
      apply(pseudoSolvePrimitive, [matrix, factors, columns], attributes),
    );
    const singularValues = singularValuesOf(matrix, factors);
    return {
      solution,
      residuals: residualsOf(matrix, right, solution),
      rank: rankOf(singularValues, attributes.rtol),
      singularValues,
    };
  },
);

function residualsOf(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const isVector = b.rank === 1 || sameShape(b.shape, a.shape.slice(0, -1));
  const product = isVector ? matmul(a, reshapeTo(x, [...x.shape, 1])) : matmul(a, x);
  const rest = sub(isVector ? reshapeTo(product, product.shape.slice(0, -1)) : product, b);
  return sumAxes(mul(rest, rest), [rest.rank - (isVector ? 1 : 2)]);
}

function rankOf(s: Tensor, rtol: number): Tensor {
  const axis = s.rank - 1;
  const greatest = sliceAxis(s, axis, 0, Math.min(1, s.shape[axis] ?? 0));
  return sumAxes(castTo(greater(s, mul(greatest, rtol)), "int32"), [axis]);
}
