import { allocate, promote } from "../../dtype.js";
import { ShapeError } from "../../errors.js";
import type { Primitive } from "../../graph.js";
import { factorsLU, solutionsLU } from "../../numbers/lu.js";
import { apply, typedOperator } from "../../primitive.js";
import * as routines from "../../routines/lu.js";
import type { Draw } from "../../sampling.js";
import { broadcastShapes, sameShape, showShape, sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { KeepsSquare } from "../../types/linalg.js";
import type { Solve } from "../../types/linear-systems.js";
import { neg } from "../arithmetic.js";
import { reshapeTo, sumTo } from "../broadcast.js";
import { asFloat, castTo } from "../cast.js";
import { alignBatch } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { scratchFor } from "../routine-layout.js";
import { factorization } from "./factorization.js";
import { asSquare, batchOf, identityLike, sidesOf } from "./matrices.js";
import { float64s, floats, lowerMatrices, matricesOf, routineFor } from "./matrix-routines.js";
import { drawBatch, drawMatrices } from "./samples.js";

/** The LU factors of square matrices with their row exchanges: [..., n, n + 1], as `numbers/lu.ts` lays them out. */
export const luFactors = factorization("lu", (n) => [n, n + 1], factorsLU, {
  routines: routines.factorsLU,
  sides: 1,
  work: (n) => n ** 3,
  scratch: () => 0,
});

interface SolveAttributes {
  readonly transposed: boolean;
}

/**
 * The solution of A X = B, or of Aᵀ X = B, from the factors of A; batches broadcast. The operands are A, its factors,
 * and B.
 */
const luSolvePrimitive: Primitive<SolveAttributes> = {
  name: "luSolve",
  linear: [2],
  infer: ({ inputs: [a, , b] }) => ({
    shape: [...broadcastShapes("luSolve", batchOf(a.shape), batchOf(b.shape)), ...sidesOf(b.shape)],
    dtype: a.dtype,
  }),
  run({ inputs: [, lu, b], attributes: { transposed }, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const batch = batchOf(shape);
    const [n, columns] = sidesOf(shape);
    const factors = float64s(matricesOf(lu, batch));
    solutionsLU(0, sizeOf(batch), factors, matricesOf(b, batch), floats(out), n, columns, transposed);
    return out;
  },
  lower(context) {
    const [n, columns] = sidesOf(context.shape);
    return lowerMatrices(routineFor(routines.solutionsLU, context.dtype), context, batchOf(context.shape), {
      work: 2 * n * n * (columns + 1),
      numbers: [n, columns, Number(context.attributes.transposed)],
      scratch: scratchFor(n * columns),
      operands: [1, 2],
    });
  },
  // X = A⁻¹ B: dB = A⁻ᵀ g, dA = −dB Xᵀ (M. Giles, "Collected matrix derivative results", 2008, 2.3.1).
  vjp({ inputs: [a, lu, b], output: x, attributes: { transposed }, cotangent }) {
    const ofB = luSolve(a, lu, cotangent, !transposed);
    const ofA = transposed ? matmul(x, mT(ofB)) : matmul(ofB, mT(x));
    return [sumTo(neg(ofA), a.shape), undefined, sumTo(ofB, b.shape)];
  },
  batch: (context) => apply(luSolvePrimitive, alignBatch(context), context.attributes),
};

/** X with A X = B, or with Aᵀ X = B, where `lu` holds the factors of A. NaN where A is singular. */
export const luSolve = (a: Tensor, lu: Tensor, b: Tensor, transposed: boolean): Tensor =>
  apply(luSolvePrimitive, [a, lu, b], { transposed });

/**
 * The inverse of square matrices, by LU factorisation with partial pivoting (Golub & Van Loan, Matrix Computations, 4th
 * ed., §3.4) in float64.
 *
 * A singular matrix, one in whose elimination a pivot is exactly 0, gives NaN for all its elements; the other matrices
 * of a batch are not affected. To solve equations `linalg.solve` is faster and more accurate.
 *
 * @param a [..., n, n].
 * @returns [..., n, n], float64 for float64, otherwise float32.
 * @throws ShapeError where the matrices are not square.
 * @example
 * linalg.inv([[2, 0], [0, 4]]).toArray(); // [[0.5, 0], [0, 0.25]]
 */
export const inv = typedOperator<KeepsSquare<"linalg.inv">>(
  "linalg.inv",
  (draw) => {
    const n = draw.side(3);
    return [drawMatrices(draw, drawBatch(draw), n, n)];
  },
  (a: TensorLike): Tensor => {
    const matrix = asSquare("linalg.inv", a);
    return luSolve(matrix, luFactors(matrix), identityLike(matrix), false);
  },
);

/** Options of `linalg.solve`. */
export interface SolveOptions {
  /** false: X A = B is solved. Default true: A X = B. */
  readonly left?: boolean | undefined;
}

/**
 * The solution X of A X = B for square A, by LU factorisation with partial pivoting (Golub & Van Loan, Matrix
 * Computations, 4th ed., §3.4) in float64; with `left: false` that of X A = B. Batch axes broadcast.
 *
 * `b` counts as a vector, or a batch of them, where it has one axis, or one axis less than `a` and the shape of `a`
 * without its last (PyTorch's rule). A singular matrix, one in whose elimination a pivot is exactly 0, gives NaN for
 * all of its solution.
 *
 * @param a [..., n, n].
 * @param b [..., n, k], or vectors [..., n]; with `left: false` [..., k, n].
 * @param options.left Default true.
 * @throws ShapeError where the matrices are not square, or the sides or batch axes do not fit.
 * @example
 * linalg.solve([[2, 0], [0, 4]], [2, 4]).toArray(); // [1, 1]
 */
export const solve = typedOperator<Solve<"linalg.solve", SolveOptions>>(
  "linalg.solve",
  (draw) => {
    const n = draw.side(3);
    return drawSystem(draw, n, n);
  },
  (a: TensorLike, b: TensorLike, { left = true }: SolveOptions = {}): Tensor => {
    const [matrix, right] = systemOf("linalg.solve", asSquare("linalg.solve", a), b);
    const factors = luFactors(matrix);
    return solveFor("linalg.solve", matrix, right, left, (columns) => luSolve(matrix, factors, columns, !left));
  },
);

const forms = ["vector", "vectors", "left", "right"] as const;

/** Matrix, right-hand side and options: vectors, matrices, and batches that broadcast. */
export function drawSystem(
  draw: Draw,
  rows: number,
  columns: number,
  of: readonly (typeof forms)[number][] = forms,
): [Tensor, Tensor, SolveOptions] {
  const [batchA = [], batchB = []] = draw.broadcastable(2, { maxRank: 2, maxSide: 2 });
  const a = drawMatrices(draw, batchA, rows, columns);
  const k = draw.side(2);
  const form = draw.pick(of);
  if (form === "vector") return [a, draw.tensor([rows]), {}];
  if (form === "vectors") return [a, draw.tensor([...batchA, rows]), {}];
  if (form === "left") return [a, draw.tensor([...batchB, rows, k]), {}];
  return [a, draw.tensor([...batchB, k, rows]), { left: false }];
}

/** Matrix and right-hand side in one dtype. */
export function systemOf(name: string, a: Tensor, b: TensorLike): [Tensor, Tensor] {
  const right = asFloat(name, b);
  const dtype = promote(a.dtype, right.dtype);
  return [castTo(a, dtype), castTo(right, dtype)];
}

/**
 * Solves for the columns of B, or for its rows by transposition, once B is a matrix and its sides have been checked.
 */
export function solveFor(
  name: string,
  a: Tensor,
  b: Tensor,
  left: boolean,
  solveColumns: (columns: Tensor) => Tensor,
): Tensor {
  const isVector = left && (b.rank === 1 || sameShape(b.shape, a.shape.slice(0, -1)));
  const [rows] = sidesOf(a.shape);
  const own = b.shape[b.rank - (left && !isVector ? 2 : 1)];
  if (own !== rows || (!isVector && b.rank < 2)) {
    const wanted = left ? `[..., ${rows}, k], or vectors ${showShape(a.shape.slice(0, -1))}` : `[..., k, ${rows}]`;
    throw new ShapeError(
      `${name}: a matrix of shape ${showShape(a.shape)} and a right-hand side of shape ${showShape(b.shape)} do not fit; it needs ${wanted}.`,
    );
  }
  broadcastShapes(name, batchOf(a.shape), isVector ? b.shape.slice(0, -1) : batchOf(b.shape));
  if (!left) return mT(solveColumns(mT(b)));
  if (!isVector) return solveColumns(b);
  const x = solveColumns(reshapeTo(b, [...b.shape, 1]));
  return reshapeTo(x, x.shape.slice(0, -1));
}
