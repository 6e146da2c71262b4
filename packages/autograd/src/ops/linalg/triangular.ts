import { allocate } from "../../dtype.js";
import type { Primitive } from "../../graph.js";
import { triangularSolutions } from "../../numbers/triangular.js";
import { apply, typedOperator } from "../../primitive.js";
import * as routines from "../../routines/triangular.js";
import { broadcastShapes, sizeOf } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { Solve } from "../../types/linear-systems.js";
import { neg } from "../arithmetic.js";
import { sumTo } from "../broadcast.js";
import { tril, triu } from "../diagonal.js";
import { alignBatch } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { scratchFor } from "../routine-layout.js";
import { asSquare, batchOf, sidesOf } from "./matrices.js";
import { floats, lowerMatrices, matricesOf, routineFor } from "./matrix-routines.js";
import { drawSystem, solveFor, systemOf } from "./solve.js";

/** Which triangle T is read; `transposed`: of Tᵀ X = B. */
interface Triangle {
  readonly upper: boolean;
  readonly transposed: boolean;
  readonly unit: boolean;
}

const triangularSolvePrimitive: Primitive<Triangle> = {
  name: "triangularSolve",
  linear: [1],
  infer: ({ inputs: [t, b] }) => ({
    shape: [...broadcastShapes("triangularSolve", batchOf(t.shape), batchOf(b.shape)), ...sidesOf(b.shape)],
    dtype: t.dtype,
  }),
  run({ inputs: [t, b], attributes: { upper, transposed, unit }, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const batch = batchOf(shape);
    const [n, columns] = sidesOf(shape);
    const [matrices, right] = [matricesOf(t, batch), matricesOf(b, batch)];
    triangularSolutions(0, sizeOf(batch), matrices, right, floats(out), n, columns, upper, transposed, unit);
    return out;
  },
  lower(context) {
    const { upper, transposed, unit } = context.attributes;
    const [n, columns] = sidesOf(context.shape);
    return lowerMatrices(routineFor(routines.triangularSolutions, context.dtype), context, batchOf(context.shape), {
      work: n * n * (columns + 1),
      numbers: [n, columns, ...[upper, transposed, unit].map(Number)],
      scratch: scratchFor(n * n, n * columns),
    });
  },
  // As for a full matrix (M. Giles, "Collected matrix derivative results", 2008, 2.3.1), kept to the triangle that is
  // read.
  vjp({ inputs: [t, b], output: x, attributes, cotangent }) {
    const { upper, transposed, unit } = attributes;
    const ofB = substitute(t, cotangent, { ...attributes, transposed: !transposed });
    const full = neg(transposed ? matmul(x, mT(ofB)) : matmul(ofB, mT(x)));
    const ofT = upper ? triu(full, { k: unit ? 1 : 0 }) : tril(full, { k: unit ? -1 : 0 });
    return [sumTo(ofT, t.shape), sumTo(ofB, b.shape)];
  },
  batch: (context) => apply(triangularSolvePrimitive, alignBatch(context), context.attributes),
};

const substitute = (t: Tensor, b: Tensor, triangle: Triangle): Tensor =>
  apply(triangularSolvePrimitive, [t, b], triangle);

/** X with L X = B, or Lᵀ X = B, for the lower triangle L. */
export const solveLower = (l: Tensor, b: Tensor, transposed = false): Tensor =>
  substitute(l, b, { upper: false, transposed, unit: false });

/** X with R X = B, or Rᵀ X = B, for the upper triangle R. */
export const solveUpper = (r: Tensor, b: Tensor, transposed = false): Tensor =>
  substitute(r, b, { upper: true, transposed, unit: false });

/**
 * The triangle of a cotangent whose primal is a triangle, with zeros in place of the rest. Rules that take it read nothing of the rest, but would
 * multiply it by zeros, and what comes back for a zero may be infinite. So transposing such a rule needs no such step: what reaches it is a triangle by
 * itself, or the rest of it is not read.
 */
export const cotangentTriangle = (x: Tensor, upper: boolean): Tensor => apply(trianglePrimitive, [x], { upper });

const trianglePrimitive: Primitive<Pick<Triangle, "upper">> = {
  name: "cotangentTriangle",
  linear: "jointly",
  infer: ({ inputs: [x] }) => x,
  run({ inputs: [x], attributes: { upper }, shape, dtype }) {
    const out = allocate(dtype, x.data.length);
    const [rows, columns] = sidesOf(shape);
    for (let i = 0; i < out.length; i++) {
      const beyond = (i % columns) - (Math.floor(i / columns) % rows);
      if (upper ? beyond >= 0 : beyond <= 0) out[i] = x.data[i]!;
    }
    return out;
  },
  expand: ({ inputs: [x], attributes: { upper } }) => (upper ? triu(x) : tril(x)),
  vjp: ({ attributes: { upper }, cotangent }) => [cotangentTriangle(cotangent, upper)],
  transpose: ({ cotangent }) => [cotangent],
  batch: ({ inputs: [x], attributes: { upper } }) => cotangentTriangle(x, upper),
};

/** Options of `linalg.triangularSolve`. */
export interface TriangularSolveOptions {
  /** The upper triangle of `a` is the matrix; default false, the lower one. */
  readonly upper?: boolean | undefined;
  /** false: X A = B is solved. Default true: A X = B. */
  readonly left?: boolean | undefined;
  /** The diagonal counts as ones; default false. */
  readonly unitDiagonal?: boolean | undefined;
}

/**
 * The solution X of A X = B for a triangular matrix A, by substitution (Golub & Van Loan, Matrix Computations, 4th ed.,
 * §3.1) in float64; with `left: false` that of X A = B. The other triangle of `a` is not read, and has derivative 0.
 * Batch axes broadcast; `b` counts as a vector as for `linalg.solve`.
 *
 * A 0 on the diagonal gives NaN for all of the matrix's solution. A 0 elsewhere in the triangle skips its partner, even
 * where that is NaN.
 *
 * @param a [..., n, n].
 * @param b [..., n, k], or vectors [..., n]; with `left: false` [..., k, n].
 * @param options.upper Default false: the lower triangle.
 * @param options.left Default true.
 * @param options.unitDiagonal The diagonal counts as ones and is not read; default false.
 * @throws ShapeError where the matrices are not square, or the sides or batch axes do not fit.
 * @example
 * linalg.triangularSolve([[2, 0], [1, 4]], [2, 5]).toArray(); // [1, 1]
 */
export const triangularSolve = typedOperator<Solve<"linalg.triangularSolve", TriangularSolveOptions>>(
  "linalg.triangularSolve",
  (draw) => {
    const n = draw.side(3);
    const [a, b, options] = drawSystem(draw, n, n);
    return [a, b, { ...options, upper: draw.boolean(), unitDiagonal: draw.boolean() }];
  },
  (
    a: TensorLike,
    b: TensorLike,
    { upper = false, left = true, unitDiagonal: unit = false }: TriangularSolveOptions = {},
  ): Tensor => {
    const name = "linalg.triangularSolve";
    const [matrix, right] = systemOf(name, asSquare(name, a), b);
    return solveFor(name, matrix, right, left, (columns) =>
      substitute(matrix, columns, { upper, transposed: !left, unit }),
    );
  },
);
