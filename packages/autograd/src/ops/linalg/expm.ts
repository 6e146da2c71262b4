import { describeValue } from "../../convert.js";
import { allocate } from "../../dtype.js";
import { ValueError } from "../../errors.js";
import type { Primitive } from "../../graph.js";
import { exponentialDerivative, matrixExponential } from "../../numbers/matrix-exponential.js";
import { apply, typedOperator } from "../../primitive.js";
import { broadcastShapes, sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { KeepsSquare } from "../../types/linalg.js";
import { stretch, sumTo } from "../broadcast.js";
import { add, alignBatch } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { zerosLike } from "../ranges.js";
import { concatenate, padAxis, sliceAxis } from "../slice.js";
import { asSquare, batchOf, forEachMatrix, identityLike, sidesOf } from "./matrices.js";
import { drawBatch, drawDefinite } from "./samples.js";
import { inv } from "./solve.js";

const expmPrimitive: Primitive<undefined> = {
  name: "expm",
  linear: "none",
  infer: ({ inputs: [a] }) => ({ shape: a.shape, dtype: a.dtype }),
  run({ inputs: [a], shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const [n] = sidesOf(shape);
    forEachMatrix(batchOf(shape), [a], ([matrix], index) => {
      out.set(matrixExponential(matrix, n), index * n * n);
    });
    return out;
  },
  // ⟨g, L(A, E)⟩ = ⟨L(Aᵀ, g), E⟩ for the derivative L(A, E) in the direction E (N. Higham, Functions of Matrices, 2008,
  // §3.2).
  vjp: ({ inputs: [a], cotangent }) => [expmDerivative(mT(a), cotangent)],
  batch: ({ inputs: [a] }) => apply(expmPrimitive, [a], undefined),
};

/** L(A, E), the derivative of exp at A in the direction E; batches broadcast. */
const expmDerivativePrimitive: Primitive<undefined> = {
  name: "expmDerivative",
  linear: [1],
  infer: ({ inputs: [a, e] }) => ({
    shape: [...broadcastShapes("expmDerivative", batchOf(a.shape), batchOf(e.shape)), ...sidesOf(a.shape)],
    dtype: a.dtype,
  }),
  run({ inputs, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const [n] = sidesOf(shape);
    forEachMatrix(batchOf(shape), inputs, ([a, e], index) => {
      out.set(exponentialDerivative(a, e, n), index * n * n);
    });
    return out;
  },
  // L(A, E) is the upper right block of exp([[A, E], [0, A]]), whose derivative is L again: that of the blocks on the
  // diagonal belongs to A.
  vjp({ inputs: [a, e], cotangent }) {
    const whole = expmDerivative(mT(blockTriangular(a, e)), inUpperRight(cotangent));
    const n = sidesOf(a.shape)[0];
    const block = (row: number): Tensor =>
      sliceAxis(sliceAxis(whole, whole.rank - 2, row, row + n), whole.rank - 1, row, row + n);
    return [sumTo(add(block(0), block(n)), a.shape), sumTo(expmDerivative(mT(a), cotangent), e.shape)];
  },
  batch: (context) => apply(expmDerivativePrimitive, alignBatch(context), undefined),
};

const expmDerivative = (a: Tensor, e: Tensor): Tensor => apply(expmDerivativePrimitive, [a, e], undefined);

/** [[A, E], [0, A]]. */
function blockTriangular(a: Tensor, e: Tensor): Tensor {
  const shape = [...broadcastShapes("expm", batchOf(a.shape), batchOf(e.shape)), ...sidesOf(a.shape)];
  const [own, beside] = [stretch(a, shape), stretch(e, shape)];
  const last = shape.length - 1;
  return concatenate([concatenate([own, beside], last), concatenate([zerosLike(own), own], last)], last - 1);
}

/** [[0, G], [0, 0]]. */
function inUpperRight(g: Tensor): Tensor {
  const n = sidesOf(g.shape)[0];
  return padAxis(padAxis(g, g.rank - 1, n, 0), g.rank - 2, 0, n);
}

/**
 * The exponential of square matrices, Σ Aᵏ / k!, by scaling and squaring with Padé approximants of degree 3 to 13 (N.
 * Higham, SIAM J. Matrix Anal. Appl. 26, 2005; A. Al-Mohy & N. Higham, ibid. 31, 2009) in float64. Derivatives come
 * from the same algorithm on a block matrix (N. Higham, Functions of Matrices, 2008, theorem 3.6), to any order; each
 * order doubles its side.
 *
 * A matrix with an element that is NaN or infinite gives NaN throughout.
 *
 * @param a [..., n, n].
 * @throws ShapeError where the matrices are not square.
 * @example
 * linalg.expm([[0, 1], [0, 0]]).toArray(); // [[1, 1], [0, 1]]
 */
export const expm = typedOperator<KeepsSquare<"linalg.expm">>(
  "linalg.expm",
  (draw) => {
    const n = draw.side(3);
    return [draw.tensor([...drawBatch(draw), n, n], { min: -1.5, max: 1.5 })];
  },
  (a: TensorLike): Tensor => apply(expmPrimitive, [asSquare("linalg.expm", a)], undefined),
);

/**
 * The n-th power of square matrices, by repeated squaring: the identity for 0, powers of the inverse for negative n.
 *
 * @param a [..., m, m].
 * @param n An integer. Negative: a singular matrix gives NaN, as in `linalg.inv`.
 * @throws ShapeError where the matrices are not square; ValueError where n is no integer.
 * @example
 * linalg.matrixPower([[1, 1], [0, 1]], 3).toArray(); // [[1, 3], [0, 1]]
 */
export const matrixPower = typedOperator<KeepsSquare<"linalg.matrixPower", [n: number]>>(
  "linalg.matrixPower",
  (draw) => {
    const side = draw.side(3);
    return [drawDefinite(draw, drawBatch(draw), side), draw.integer(-2, 4)];
  },
  (a: TensorLike, n: number): Tensor => {
    const matrix = asSquare("linalg.matrixPower", a);
    if (!Number.isSafeInteger(n)) {
      throw new ValueError(`linalg.matrixPower: the power is ${describeValue(n)}; use an integer.`);
    }
    if (n === 0) return stretch(identityLike(matrix), matrix.shape);
    let square = n < 0 ? inv(matrix) : matrix;
    let result: Tensor | undefined;
    for (let rest = Math.abs(n); ; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = result === undefined ? square : matmul(result, square);
      if (rest <= 1) return result ?? square;
      square = matmul(square, square);
    }
  },
);
