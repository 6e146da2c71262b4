import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Add, IsSize, Subtract } from "./arithmetic.js";
import type { Without } from "./axes.js";
import type { Less } from "./cut.js";
import type { PlaceOf } from "./gather.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Only, Option } from "./options.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Operators that take diagonals of matrices, or make matrices of them. */

type Same<X> = ResultDType<"keep", DTypeOf<X>>;

/** The less of two sides; `number` where one of them is not literal, unless they are the same. */
export type Least<A extends number, B extends number> = [A, B] extends [B, A]
  ? A
  : IsSize<A> extends true
    ? IsSize<B> extends true
      ? [Subtract<A, B>] extends [never]
        ? A
        : B
      : number
    : number;

/** How many elements a diagonal of so many rows and columns has. */
type Along<Rows extends number, Columns extends number, K> = [K] extends [0]
  ? Least<Rows, Columns>
  : IsSize<Rows> extends true
    ? IsSize<Columns> extends true
      ? K extends number
        ? `${K}` extends `-${infer Below extends number}`
          ? Least<Less<Rows, Below>, Columns>
          : IsSize<K> extends true
            ? Least<Rows, Less<Columns, K>>
            : number
        : number
      : number
    : number;

/** The places of rows and of columns, or an error. */
type Places<Name extends string, S extends Shape, Options> =
  PlaceOf<Name, S, NumberOr<Option<Options, "axis1", 0>>> extends infer Row
    ? PlaceOf<Name, S, NumberOr<Option<Options, "axis2", 1>>> extends infer Column
      ? Row extends number
        ? Column extends number
          ? number extends Row | Column
            ? Shape
            : [Row] extends [Column]
              ? ShapeError<`${Name}: axis1 and axis2 are both ${Row}; a diagonal runs along two different axes: ${Show<S>}`>
              : [Row, Column]
          : Column
        : Row
      : never
    : never;

type NumberOr<Value> = Value extends number ? Value : number;

/** The shape of diagonals, which are the last axis, or an error. */
export type DiagonalShape<Name extends string, S extends Shape, Options> = number extends S["length"]
  ? Shape
  : S["length"] extends 0 | 1
    ? ShapeError<`${Name}: ${Show<S>} has no diagonal; it needs two axes`>
    : Places<Name, S, Options> extends infer At
      ? At extends readonly [infer Row extends number, infer Column extends number]
        ? [...Without<S, Row | Column, []>, Along<S[Row], S[Column], Option<Options, "offset", 0>>]
        : At
      : never;

/** A diagonal of each matrix along two axes. */
export type Diagonal<Options> = <X extends TensorLike, const O extends Options | undefined = undefined>(
  x: Fit<DiagonalShape<"diagonal", ShapeOf<X>, O>, X>,
  options?: O & Only<O, Options>,
) => Tensor<Ok<DiagonalShape<"diagonal", ShapeOf<X>, O>>, Same<X>>;

type WithoutLast<Result> = Result extends [...infer Rest extends AnyShape, number] ? Rest : Result;

/** The sum of each diagonal. */
export type Trace<Options> = <X extends TensorLike, const O extends Options | undefined = undefined>(
  x: Fit<DiagonalShape<"trace", ShapeOf<X>, O>, X>,
  options?: O & Only<O, Options>,
) => Tensor<Ok<WithoutLast<DiagonalShape<"trace", ShapeOf<X>, O>>>, Same<X>>;

/** The side of a matrix with a vector on a diagonal. */
type Wide<Side extends number, K> = [K] extends [0]
  ? Side
  : K extends number
    ? `${K}` extends `-${infer Below extends number}`
      ? Add<Side, Below>
      : Add<Side, K>
    : number;

/** The matrix with a vector on a diagonal, or the diagonal of a matrix, or an error. */
export type DiagShape<S extends Shape, Options> = number extends S["length"]
  ? Shape
  : S extends [infer Side extends number]
    ? [Wide<Side, Option<Options, "k", 0>>, Wide<Side, Option<Options, "k", 0>>]
    : S extends [infer Rows extends number, infer Columns extends number]
      ? [Along<Rows, Columns, Option<Options, "k", 0>>]
      : ShapeError<`diag: ${Show<S>} is neither a vector nor a matrix; for batches of matrices use diagonal`>;

/** Of a vector a matrix, of a matrix its diagonal. */
export type Diag<Options> = <X extends TensorLike, const O extends Options | undefined = undefined>(
  x: Fit<DiagShape<ShapeOf<X>, O>, X>,
  options?: O & Only<O, Options>,
) => Tensor<Ok<DiagShape<ShapeOf<X>, O>>, Same<X>>;
