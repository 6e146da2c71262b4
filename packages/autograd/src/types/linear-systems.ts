import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Agreed, AgreedShape, Broadcast } from "./broadcast.js";
import type { BinaryDType } from "./elementwise.js";
import type { MatricesShape } from "./keep.js";
import type { BatchOf, Behind, ColumnCount, RowCount, RowsOf, Shorter, SquareShape } from "./linalg.js";
import type { ShapeOf } from "./operand.js";
import type { Only, Option } from "./options.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Linear equations, and least squares. */

/** Whether a right-hand side counts as vectors; `boolean` where that depends on sides that are not literal. */
type IsVector<A extends Shape, B extends Shape> = B["length"] extends 1
  ? true
  : [AgreedShape<B, RowsOf<A>>] extends [never]
    ? false
    : [B, RowsOf<A>] extends [RowsOf<A>, B]
      ? number extends B[number]
        ? boolean
        : true
      : boolean;

type Unfit<
  Name extends string,
  A extends Shape,
  B extends Shape,
  Left,
> = ShapeError<`${Name}: a matrix of shape ${Show<A>} and a right-hand side of shape ${Show<B>} do not fit; it needs ${Left extends false ? `[..., k, ${SideText<RowCount<A>>}]` : `[..., ${SideText<RowCount<A>>}, k], or vectors ${Show<RowsOf<A>>}`}`>;

type SideText<Side extends number> = number extends Side ? "number" : Side;

/** Batch axes that broadcast, before `Last`; or an error. */
type Batched<Name extends string, A extends Shape, B extends Shape, Last extends Shape> =
  Broadcast<Name, A, B> extends infer Batch ? (Batch extends Shape ? Behind<Batch, Last> : Batch) : never;

/** The shape of solutions for vectors. */
type SolvedVectors<Name extends string, A extends Shape, B extends Shape, N extends number> = B extends [
  ...infer Batch extends AnyShape,
  infer Own extends number,
]
  ? [Agreed<Own, RowCount<A>>] extends [never]
    ? Unfit<Name, A, B, true>
    : Batched<Name, BatchOf<A>, Batch, [N]>
  : Unfit<Name, A, B, true>;

/** The shape of solutions for matrices: of A X = B, or of X A = B. */
type SolvedMatrices<Name extends string, A extends Shape, B extends Shape, N extends number, Left> = B extends [
  ...infer Batch extends AnyShape,
  infer Second extends number,
  infer Last extends number,
]
  ? Left extends false
    ? [Agreed<Last, RowCount<A>>] extends [never]
      ? Unfit<Name, A, B, false>
      : Batched<Name, BatchOf<A>, Batch, [Second, N]>
    : [Agreed<Second, RowCount<A>>] extends [never]
      ? Unfit<Name, A, B, true>
      : Batched<Name, BatchOf<A>, Batch, [N, Last]>
  : Unfit<Name, A, B, Left>;

/**
 * The shape of solutions, or an error; `N` is the number of unknowns.
 *
 * @example
 * type S = SolveShape<"linalg.solve", [5, 3, 3], [3, 2], 3, true>; // [5, 3, 2]
 */
export type SolveShape<Name extends string, A extends Shape, B extends Shape, N extends number, Left> = number extends
  | A["length"]
  | B["length"]
  ? Shape
  : [Left] extends [false]
    ? SolvedMatrices<Name, A, B, N, false>
    : [Left] extends [true]
      ? IsVector<A, B> extends infer Vector
        ? [Vector] extends [true]
          ? SolvedVectors<Name, A, B, N>
          : [Vector] extends [false]
            ? SolvedMatrices<Name, A, B, N, true>
            : Shape
        : never
      : Shape;

type Left<O> = Option<O, "left", true>;

/** The solution of linear equations with square matrices. */
export type Solve<Name extends string, Options> = <
  A extends TensorLike,
  B extends TensorLike,
  const O extends Options | undefined = undefined,
>(
  a: Fit<SquareShape<Name, ShapeOf<A>>, A>,
  b: Fit<SolveShape<Name, ShapeOf<A>, ShapeOf<B>, ColumnCount<ShapeOf<A>>, Left<O>>, B>,
  options?: O & Only<O, Options>,
) => Tensor<Ok<SolveShape<Name, ShapeOf<A>, ShapeOf<B>, ColumnCount<ShapeOf<A>>, Left<O>>>, BinaryDType<"float", A, B>>;

/** What `linalg.lstsq` returns. */
export interface LeastSquares<
  Solution extends Shape = Shape,
  Residuals extends Shape = Shape,
  Ranks extends Shape = Shape,
  Values extends Shape = Shape,
  D extends DType = DType,
> {
  /** [..., n, k], or [..., n] for a vector. */
  readonly solution: Tensor<Solution, D>;
  /** ‖A x − b‖², [..., k], or [...] for a vector: of every column, whatever the rank. */
  readonly residuals: Tensor<Residuals, D>;
  /** int32, the batch axes of `a`: how many singular values do not count as 0. */
  readonly rank: Tensor<Ranks, "int32">;
  /** [..., min(m, n)], descending. */
  readonly singularValues: Tensor<Values, D>;
}

/** The shape of residuals, one for each column: without the unknowns. */
type ResidualShape<A extends Shape, B extends Shape, Solution> = Solution extends Shape
  ? number extends Solution["length"]
    ? Shape
    : IsVector<A, B> extends true
      ? RowsOf<Solution>
      : Solution extends [...infer Batch extends AnyShape, number, infer K extends number]
        ? [...Batch, K]
        : Shape
  : Shape;

type LstsqShape<A, B> = SolveShape<"linalg.lstsq", ShapeOf<A>, ShapeOf<B>, ColumnCount<ShapeOf<A>>, true>;

/** Linear least squares. */
export type LstsqOperator<Options> = <A extends TensorLike, B extends TensorLike>(
  a: Fit<MatricesShape<"linalg.lstsq", ShapeOf<A>>, A>,
  b: Fit<LstsqShape<A, B>, B>,
  options?: Options,
) => LeastSquares<
  Ok<LstsqShape<A, B>>,
  ResidualShape<ShapeOf<A>, ShapeOf<B>, LstsqShape<A, B>>,
  BatchOf<ShapeOf<A>>,
  Behind<BatchOf<ShapeOf<A>>, [Shorter<ShapeOf<A>>]>,
  BinaryDType<"float", A, B>
>;
