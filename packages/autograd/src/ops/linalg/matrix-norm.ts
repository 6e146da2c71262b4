import { describeValue } from "../../convert.js";
import { AxisError, ValueError } from "../../errors.js";
import { typedOperator } from "../../primitive.js";
import { normalizeAxis, showShape } from "../../shape.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { ConditionNumber, MatrixNorm } from "../../types/linalg.js";
import { abs, div } from "../arithmetic.js";
import { reshapeTo, sumAxes } from "../broadcast.js";
import { elementwise, mul } from "../elementwise.js";
import { moveaxis } from "../movement.js";
import { norm } from "../norm.js";
import { max, min } from "../reduce.js";
import { sliceAxis } from "../slice.js";
import { asMatrix, asSquare, sidesOf } from "./matrices.js";
import { drawBatch, drawDominant } from "./samples.js";
import { inv } from "./solve.js";
import { svdvals } from "./svd.js";

/**
 * A norm of matrices: Frobenius; nuclear; the greatest and the least sum of magnitudes in a row (±Infinity) or a column
 * (±1); the greatest and the least singular value (±2).
 */
export type MatrixNormOrder = "fro" | "nuc" | number;

const orders: readonly MatrixNormOrder[] = [
  "fro",
  "nuc",
  1,
  -1,
  2,
  -2,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** Options of `linalg.matrixNorm`. */
export interface MatrixNormOptions {
  /** Default "fro". */
  readonly ord?: MatrixNormOrder | undefined;
  /** The axes of rows and of columns; default the last two. */
  readonly axis?: readonly number[] | undefined;
  /** Reduced axes stay, with size 1; default false. */
  readonly keepDims?: boolean | undefined;
}

function checkOrder(name: string, option: string, ord: MatrixNormOrder): void {
  if (orders.includes(ord)) return;
  throw new ValueError(`${name}: ${option} is ${describeValue(ord)}; use one of ${orders.join(", ")}.`);
}

/** The norm of the last two axes. */
function normOf(name: string, x: Tensor, ord: MatrixNormOrder): Tensor {
  const [rows, columns] = [x.rank - 2, x.rank - 1];
  if (ord === "fro") return norm(x, { axis: [rows, columns] });
  if (ord === "nuc") return sumAxes(svdvals(x), [rows]);
  const magnitude = Math.abs(ord);
  const sides = sidesOf(x.shape);
  const isEmpty = magnitude === 2 ? sides.includes(0) : sides[magnitude === 1 ? 1 : 0] === 0;
  if (isEmpty) {
    throw new ValueError(
      `${name}: the matrices of ${showShape(x.shape)} have no ${magnitude === 2 ? "singular value" : magnitude === 1 ? "column" : "row"} to choose for the norm ${ord}; only "fro" and "nuc" are defined for them.`,
    );
  }
  if (magnitude === 2) {
    const values = svdvals(x);
    const at = ord > 0 ? 0 : Math.min(...sides) - 1;
    return reshapeTo(sliceAxis(values, rows, at, at + 1), x.shape.slice(0, -2));
  }
  const sums = sumAxes(abs(x), [magnitude === 1 ? rows : columns]);
  return ord > 0 ? max(sums, { axis: -1 }) : min(sums, { axis: -1 });
}

/**
 * A norm of matrices.
 *
 * Derivatives at kinks follow the operators that it is made of: sums that are equally great share evenly, as in `max`;
 * 0 for the Frobenius norm of zeros, as in `norm`; those of singular values as in `linalg.svd`.
 *
 * @param x [..., m, n].
 * @param options.ord "fro" (default): √Σx²; "nuc": the sum of the singular values; 1 and -1: the greatest and the least
 * sum of magnitudes in a column; Infinity and -Infinity: in a row; 2 and -2: the greatest and the least singular value.
 * @param options.axis The axis of rows and that of columns; default the last two.
 * @param options.keepDims Reduced axes stay, with size 1; default false.
 * @throws ShapeError where `x` has fewer than two axes; AxisError where `axis` does not name two different axes;
 * ValueError for another `ord`, or where there is nothing to choose the greatest or least of.
 * @example
 * linalg.matrixNorm([[3, 0], [0, 4]]).item(); // 5
 * linalg.matrixNorm([[3, 0], [0, 4]], { ord: 2 }).item(); // 4
 */
export const matrixNorm = typedOperator<MatrixNorm<MatrixNormOptions>>(
  "linalg.matrixNorm",
  (draw) => {
    const x = drawDominant(draw, [...drawBatch(draw), draw.side(3), draw.side(3)]);
    // Along other axes than the last two, matrices of a batch could be singular, where ±2 and "nuc" have no derivative.
    const axis = draw.pick([{}, { axis: [-1, -2] }, ...(x.rank === 2 ? [{ axis: [-1, 0] }, { axis: [0, 1] }] : [])]);
    return [x, { ord: draw.pick(orders), keepDims: draw.boolean(), ...axis }];
  },
  (x: TensorLike, { ord = "fro", axis = [-2, -1], keepDims = false }: MatrixNormOptions = {}): Tensor => {
    const name = "linalg.matrixNorm";
    const operand = asMatrix(name, x);
    checkOrder(name, "ord", ord);
    const axes = pairOfAxes(name, axis, operand.rank);
    const result = normOf(name, moveaxis(operand, axes, [-2, -1]), ord);
    if (!keepDims) return result;
    return reshapeTo(
      result,
      operand.shape.map((side, i) => (axes.includes(i) ? 1 : side)),
    );
  },
);

function pairOfAxes(name: string, axis: readonly number[], rank: number): number[] {
  const axes = Array.isArray(axis) ? axis.map((own) => normalizeAxis(name, own, rank)) : [];
  if (axes.length !== 2 || axes[0] === axes[1]) {
    throw new AxisError(
      `${name}: axis is ${describeValue(axis)}; name two different axes, of rows and of columns, such as [-2, -1].`,
    );
  }
  return axes;
}

/** Options of `linalg.cond`. */
export interface CondOptions {
  /** Which norm; default 2. */
  readonly p?: MatrixNormOrder | undefined;
}

/**
 * The condition number ‖A‖ ‖A⁻¹‖ of matrices (Golub & Van Loan, Matrix Computations, 4th ed., §2.6.2): by how much a
 * solution's relative error can exceed that of the data.
 *
 * For p = 2 (default) and −2 it is the quotient of the greatest and the least singular value, or its reciprocal, and the
 * matrices need not be square. A singular matrix has Infinity (0 for −2). There it has no derivative: what comes back is
 * NaN, and for −2 one-sided.
 *
 * @param a [..., m, n]; square for other norms than ±2.
 * @param options.p As `ord` of `linalg.matrixNorm`; default 2.
 * @returns The batch axes.
 * @throws ShapeError where the matrices are not square and the norm needs their inverse; ValueError for another `p`, or
 * where the matrices have no elements.
 * @example
 * linalg.cond([[4, 0], [0, 1]]).item(); // 4
 */
export const cond = typedOperator<ConditionNumber<CondOptions>>(
  "linalg.cond",
  (draw) => {
    const p = draw.pick(orders);
    // Of a single row or column the number is 1, whatever its elements.
    const n = draw.integer(2, 3);
    const x = drawDominant(draw, [...drawBatch(draw), Math.abs(Number(p)) === 2 ? draw.integer(2, 3) : n, n]);
    return [x, { p }];
  },
  (a: TensorLike, { p = 2 }: CondOptions = {}): Tensor => {
    const name = "linalg.cond";
    checkOrder(name, "p", p);
    const isSpectral = p === 2 || p === -2;
    const matrix = isSpectral ? asMatrix(name, a) : asSquare(name, a);
    if (sidesOf(matrix.shape).includes(0)) {
      throw new ValueError(
        `${name}: the matrices of ${showShape(matrix.shape)} have no elements, and no condition number.`,
      );
    }
    if (!isSpectral) return infiniteUnlessNaN(mul(normOf(name, matrix, p), normOf(name, inv(matrix), p)), matrix);
    const [greatest, least] = [normOf(name, matrix, 2), normOf(name, matrix, -2)];
    return p === 2 ? infiniteUnlessNaN(div(greatest, least), matrix) : div(least, greatest);
  },
);

/** Infinity in place of NaN, unless the magnitude is NaN. What is put in place of NaN has no derivative: that of x comes back, which is NaN. */
const orInfinite = elementwise("orInfinite", {
  value: (x: number, magnitude: number) => (Number.isNaN(x) && !Number.isNaN(magnitude) ? Infinity : x),
  code: (b, x, magnitude) =>
    b.select(b.and(b.isNaN(x), b.not(b.isNaN(magnitude))), b.like(x, Number.POSITIVE_INFINITY), x),
  vjp: ({ cotangent }) => [cotangent, undefined],
});

/** Infinity in place of NaN, unless the matrix holds NaN itself. */
const infiniteUnlessNaN = (x: Tensor, a: Tensor): Tensor => orInfinite(x, normOf("linalg.cond", a, "fro"));
