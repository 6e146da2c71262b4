import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Agreed } from "./broadcast.js";
import type { Least } from "./diagonal.js";
import type { MatricesShape } from "./keep.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Only, Option } from "./options.js";
import type { ReduceShape } from "./reduce.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Operators on the matrices in the last two axes. */

/** The dtype in which linear algebra computes. */
export type FloatOf<X> = ResultDType<"float", DTypeOf<X>>;

/** The shape of square matrices, or an error. */
export type SquareShape<Name extends string, S extends Shape> = number extends S["length"]
  ? Shape
  : S extends [...Shape, infer Rows extends number, infer Columns extends number]
    ? [Agreed<Rows, Columns>] extends [never]
      ? ShapeError<`${Name}: the matrices of ${Show<S>} are not square (${Rows} ≠ ${Columns})`>
      : S
    : MatricesShape<Name, S>;

/** The axes before the matrices. */
export type BatchOf<S extends Shape> = S extends [...infer Batch extends AnyShape, number, number] ? Batch : Shape;

/** The shape without its last axis. */
export type RowsOf<S extends Shape> = S extends [...infer Rows extends AnyShape, number] ? Rows : Shape;

/** Batch axes and what comes behind them. */
export type Behind<Batch extends Shape, Sides extends Shape> = number extends Batch["length"]
  ? Shape
  : [...Batch, ...Sides];

/** Rows and columns of matrices. */
type Sides<S extends Shape> = S extends [...Shape, infer Rows extends number, infer Columns extends number]
  ? [Rows, Columns]
  : [number, number];

/** How many rows the matrices have. */
export type RowCount<S extends Shape> = Sides<S>[0];

/** How many columns. */
export type ColumnCount<S extends Shape> = Sides<S>[1];

/** The less of both. */
export type Shorter<S extends Shape> = Least<RowCount<S>, ColumnCount<S>>;

/** An operator on square matrices that keeps their shape. */
export type KeepsSquare<Name extends string, Rest extends readonly unknown[] = []> = <A extends TensorLike>(
  a: Fit<SquareShape<Name, ShapeOf<A>>, A>,
  ...rest: Rest
) => Tensor<ShapeOf<A>, FloatOf<A>>;

/** An operator on square matrices with one of these results. */
export type OfSquare<Name extends string, Result extends keyof SquareResults<Shape, DType>> = <A extends TensorLike>(
  a: Fit<SquareShape<Name, ShapeOf<A>>, A>,
) => SquareResults<ShapeOf<A>, FloatOf<A>>[Result];

interface SquareResults<S extends Shape, D extends DType> {
  readonly det: Tensor<BatchOf<S>, D>;
  readonly slogdet: SignAndLogDet<BatchOf<S>, D>;
  readonly eigh: Eigh<RowsOf<S>, S, D>;
  readonly eigvalsh: Tensor<RowsOf<S>, D>;
}

/** What `linalg.slogdet` returns. */
export interface SignAndLogDet<S extends Shape = Shape, D extends DType = DType> {
  /** 1, −1, or 0 for a singular matrix. */
  readonly sign: Tensor<S, D>;
  /** ln |det|; −Infinity for a singular matrix. */
  readonly logabsdet: Tensor<S, D>;
}

/** What `linalg.eigh` returns. */
export interface Eigh<Values extends Shape = Shape, Vectors extends Shape = Shape, D extends DType = DType> {
  /** [..., n], ascending. */
  readonly eigenvalues: Tensor<Values, D>;
  /** [..., n, n]; column i belongs to eigenvalue i. */
  readonly eigenvectors: Tensor<Vectors, D>;
}

/** What `linalg.qr` returns. */
export interface Qr<QShape extends Shape = Shape, RShape extends Shape = Shape, D extends DType = DType> {
  /** [..., m, k], [..., m, m] for "complete", [..., m, 0] for "r". */
  readonly Q: Tensor<QShape, D>;
  /** [..., k, n], or [..., m, n] for "complete". */
  readonly R: Tensor<RShape, D>;
}

/** The columns of Q and the rows of R. */
interface QrSides<S extends Shape> {
  readonly reduced: [Shorter<S>, Shorter<S>];
  readonly complete: [RowCount<S>, RowCount<S>];
  readonly r: [0, Shorter<S>];
}

type QrSidesOf<S extends Shape, Mode> = [Mode] extends [keyof QrSides<S>] ? QrSides<S>[Mode] : [number, number];

/** The QR factorisation. */
export type QrOperator<Options> = <A extends TensorLike, const O extends Options | undefined = undefined>(
  a: Fit<MatricesShape<"linalg.qr", ShapeOf<A>>, A>,
  options?: O & Only<O, Options>,
) => Qr<
  Behind<BatchOf<ShapeOf<A>>, [RowCount<ShapeOf<A>>, QrSidesOf<ShapeOf<A>, Option<O, "mode", "reduced">>[0]]>,
  Behind<BatchOf<ShapeOf<A>>, [QrSidesOf<ShapeOf<A>, Option<O, "mode", "reduced">>[1], ColumnCount<ShapeOf<A>>]>,
  FloatOf<A>
>;

/** What `linalg.svd` returns. */
export interface Svd<
  UShape extends Shape = Shape,
  SShape extends Shape = Shape,
  VShape extends Shape = Shape,
  D extends DType = DType,
> {
  /** [..., m, m], or [..., m, k] without `fullMatrices`, for k = min(m, n). */
  readonly U: Tensor<UShape, D>;
  /** [..., k], descending, none negative. */
  readonly S: Tensor<SShape, D>;
  /** [..., n, n], or [..., k, n] without `fullMatrices`: the transpose of V. */
  readonly Vh: Tensor<VShape, D>;
}

/** The side that bases have: all of `Side`, or the shorter one of the matrices. */
type BasisSide<S extends Shape, Side extends number, Full> = [Full] extends [true]
  ? Side
  : [Full] extends [false]
    ? Shorter<S>
    : number;

/** The singular value decomposition. */
export type SvdOperator<Options> = <A extends TensorLike, const O extends Options | undefined = undefined>(
  a: Fit<MatricesShape<"linalg.svd", ShapeOf<A>>, A>,
  options?: O & Only<O, Options>,
) => Svd<
  Behind<
    BatchOf<ShapeOf<A>>,
    [RowCount<ShapeOf<A>>, BasisSide<ShapeOf<A>, RowCount<ShapeOf<A>>, Option<O, "fullMatrices", true>>]
  >,
  Behind<BatchOf<ShapeOf<A>>, [Shorter<ShapeOf<A>>]>,
  Behind<
    BatchOf<ShapeOf<A>>,
    [BasisSide<ShapeOf<A>, ColumnCount<ShapeOf<A>>, Option<O, "fullMatrices", true>>, ColumnCount<ShapeOf<A>>]
  >,
  FloatOf<A>
>;

/** The singular values. */
export type SingularValues = <A extends TensorLike>(
  a: Fit<MatricesShape<"linalg.svdvals", ShapeOf<A>>, A>,
) => Tensor<Behind<BatchOf<ShapeOf<A>>, [Shorter<ShapeOf<A>>]>, FloatOf<A>>;

/** The pseudo-inverse. */
export type PseudoInverse<Options> = <A extends TensorLike>(
  a: Fit<MatricesShape<"linalg.pinv", ShapeOf<A>>, A>,
  options?: Options,
) => Tensor<Behind<BatchOf<ShapeOf<A>>, [ColumnCount<ShapeOf<A>>, RowCount<ShapeOf<A>>]>, FloatOf<A>>;

/** A norm of matrices along two axes. */
export type MatrixNorm<Options> = <
  X extends TensorLike,
  const Axis extends readonly number[] | undefined = [-2, -1],
  const KeepDims extends boolean | undefined = undefined,
>(
  x: Fit<MatrixNormShape<ShapeOf<X>, Axis, KeepDims>, X>,
  options?: { readonly axis?: Axis | undefined; readonly keepDims?: KeepDims | undefined } & Omit<
    Options,
    "axis" | "keepDims"
  >,
) => Tensor<Ok<MatrixNormShape<ShapeOf<X>, Axis, KeepDims>>, FloatOf<X>>;

/** The shape of norms, or an error. */
type MatrixNormShape<
  S extends Shape,
  Axis extends readonly number[] | undefined,
  KeepDims extends boolean | undefined,
> = number extends S["length"]
  ? Shape
  : MatricesShape<"linalg.matrixNorm", S> extends ShapeError<string>
    ? MatricesShape<"linalg.matrixNorm", S>
    : [Axis] extends [readonly number[]]
      ? ReduceShape<"linalg.matrixNorm", S, Axis, KeepDims>
      : Shape;

/** Matrices that have a condition number: square ones for norms that need their inverse. */
type ConditionedShape<S extends Shape, P> = [P] extends [2 | -2]
  ? MatricesShape<"linalg.cond", S>
  : number extends P
    ? MatricesShape<"linalg.cond", S>
    : [P] extends [number | string]
      ? SquareShape<"linalg.cond", S>
      : MatricesShape<"linalg.cond", S>;

/** The condition number. */
export type ConditionNumber<Options> = <A extends TensorLike, const O extends Options | undefined = undefined>(
  a: Fit<ConditionedShape<ShapeOf<A>, Option<O, "p", 2>>, A>,
  options?: O & Only<O, Options>,
) => Tensor<BatchOf<ShapeOf<A>>, FloatOf<A>>;
