import { allocate } from "../../dtype.js";
import type { Linearity, Primitive } from "../../graph.js";
import type { RoutineOfFloats } from "../../ir/routine.js";
import { cofactors } from "../../numbers/determinant-derivatives.js";
import { determinantsLU, logarithmsLU, signsLU } from "../../numbers/lu.js";
import type { Floats } from "../../numbers/numeric-array.js";
import { apply, typedOperator } from "../../primitive.js";
import * as routines from "../../routines/lu.js";
import type { Draw } from "../../sampling.js";
import { broadcastShapes, type Shape, sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { OfSquare, SignAndLogDet } from "../../types/linalg.js";
import { sumTo } from "../broadcast.js";
import { alignBatch, mul } from "../elementwise.js";
import { scratchFor } from "../routine-layout.js";
import { asMatrices, asSquare, batchOf, forEachMatrix, identityLike, sidesOf } from "./matrices.js";
import { float64s, floats, lowerMatrices, routineFor } from "./matrix-routines.js";
import { drawBatch, drawMatrices } from "./samples.js";
import { luFactors, luSolve } from "./solve.js";

/** Writes a number for each of the LU factors that lie one behind the other. */
type ReadFactors = (first: number, end: number, factors: Float64Array, out: Floats, n: number) => void;

/** A number read off the LU factors of each matrix; the operands are the matrix and its factors. */
function ofFactors(
  name: string,
  read: ReadFactors,
  { routines, work }: { readonly routines: RoutineOfFloats; readonly work: number },
  vjp: Primitive["vjp"],
): Primitive<undefined> {
  const primitive: Primitive<undefined> = {
    name,
    linear: "none",
    infer: ({ inputs: [a] }) => ({ shape: batchOf(a.shape), dtype: a.dtype }),
    run({ inputs: [, lu], shape, dtype }) {
      const out = allocate(dtype, sizeOf(shape));
      read(0, out.length, float64s(lu.data), floats(out), sidesOf(lu.shape)[0]);
      return out;
    },
    lower(context) {
      const [n] = sidesOf(context.inputs[0]?.shape ?? []);
      return lowerMatrices(routineFor(routines, context.dtype), context, context.shape, {
        work: work * n,
        numbers: [n],
        scratch: scratchFor(n),
        operands: [1],
      });
    },
    vjp,
    batch: ({ inputs: [a, lu] }) => apply(primitive, [a, lu], undefined),
  };
  return primitive;
}

// d det(A) = ⟨cofactors of A, dA⟩ (Jacobi's formula).
const detPrimitive = ofFactors(
  "det",
  determinantsLU,
  { routines: routines.determinantsLU, work: 8 },
  ({ inputs: [a], cotangent }) => [mul(asMatrices(cotangent), derivativeOfDet(a, [])), undefined],
);

// d ln |det(A)| = ⟨A⁻ᵀ, dA⟩ (M. Giles, "Collected matrix derivative results", 2008, 2.2.4).
const logDetPrimitive = ofFactors(
  "logDet",
  logarithmsLU,
  { routines: routines.logarithmsLU, work: 40 },
  ({ inputs: [a, lu], cotangent }) => [mul(asMatrices(cotangent), luSolve(a, lu, identityLike(a), true)), undefined],
);

const signOfDetPrimitive = ofFactors("signOfDet", signsLU, { routines: routines.signsLU, work: 4 }, () => [
  undefined,
  undefined,
]);

/**
 * The matrix whose inner product with X is the derivative of det at A in the directions X, G₁, …, Gₖ: the operands are
 * A, G₁, …, Gₖ.
 */
function detDerivative(order: number): Primitive<undefined> {
  const linear: Linearity = order === 0 ? "none" : [order];
  const primitive: Primitive<undefined> = {
    name: "detDerivative",
    linear,
    infer({ inputs }) {
      let batch: Shape = batchOf(inputs[0].shape);
      for (const { shape } of inputs) batch = broadcastShapes("detDerivative", batch, batchOf(shape));
      return { shape: [...batch, ...sidesOf(inputs[0].shape)], dtype: inputs[0].dtype };
    },
    run({ inputs, shape, dtype }) {
      const out = allocate(dtype, sizeOf(shape));
      const [n] = sidesOf(shape);
      forEachMatrix(batchOf(shape), inputs, ([a, ...directions], index) => {
        out.set(cofactors(a, directions, n), index * n * n);
      });
      return out;
    },
    // It is symmetric in all directions, that of the cotangent among them.
    vjp: ({ inputs: [a, ...directions], cotangent }) => [
      sumTo(derivativeOfDet(a, [...directions, cotangent]), a.shape),
      ...directions.map((own, i) =>
        sumTo(derivativeOfDet(a, [...directions.filter((_, j) => j !== i), cotangent]), own.shape),
      ),
    ],
    batch: (context) => apply(primitive, alignBatch(context), undefined),
  };
  return primitive;
}

const detDerivatives: Primitive<undefined>[] = [];

function derivativeOfDet(a: Tensor, directions: readonly Tensor[]): Tensor {
  const order = directions.length;
  detDerivatives[order] ??= detDerivative(order);
  return apply(detDerivatives[order], [a, ...directions], undefined);
}

const drawSquare = (draw: Draw): readonly unknown[] => {
  const n = draw.side(3);
  return [drawMatrices(draw, drawBatch(draw), n, n)];
};

/**
 * The determinant of square matrices, by LU factorisation with partial pivoting (Golub & Van Loan, Matrix Computations,
 * 4th ed., §3.4) in float64; 1 for matrices without elements.
 *
 * The determinant is a polynomial, so that it has derivatives of every order at singular matrices too, and they are
 * right there: they are computed without dividing by it. The derivative of order k takes about nᵏ operations beside a
 * few matrix products. Determinants of large matrices soon leave the range of floats: see `linalg.slogdet`.
 *
 * @param a [..., n, n].
 * @returns The batch axes; NaN for a matrix that holds NaN.
 * @throws ShapeError where the matrices are not square.
 * @example
 * linalg.det([[1, 2], [3, 4]]).item(); // -2
 */
export const det = typedOperator<OfSquare<"linalg.det", "det">>("linalg.det", drawSquare, (a: TensorLike): Tensor => {
  const matrix = asSquare("linalg.det", a);
  return apply(detPrimitive, [matrix, luFactors(matrix)], undefined);
});

/**
 * Sign and natural logarithm of the magnitude of the determinant of square matrices, for those whose determinant a
 * float cannot hold.
 *
 * A singular matrix, one in whose elimination a pivot is exactly 0, has sign 0 and logarithm −Infinity; the derivative
 * of its logarithm does not exist and is NaN. The derivative of the sign is 0.
 *
 * @param a [..., n, n].
 * @returns `{sign, logabsdet}`, each with the batch axes.
 * @throws ShapeError where the matrices are not square.
 * @example
 * const { sign, logabsdet } = linalg.slogdet([[1, 2], [3, 4]]); // -1, ln 2
 */
export const slogdet = typedOperator<OfSquare<"linalg.slogdet", "slogdet">>(
  "linalg.slogdet",
  drawSquare,
  (a: TensorLike): SignAndLogDet => {
    const matrix = asSquare("linalg.slogdet", a);
    const operands = [matrix, luFactors(matrix)];
    return {
      sign: apply(signOfDetPrimitive, operands, undefined),
      logabsdet: apply(logDetPrimitive, operands, undefined),
    };
  },
);
