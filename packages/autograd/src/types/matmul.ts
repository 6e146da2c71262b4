import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Agreed, Broadcast } from "./broadcast.js";
import type { DTypeOf, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

type Last<S extends Shape> = S extends [...Shape, infer Side extends number] ? Side : never;

/** The axis of the right operand that is summed over: the second to last, or the only one. */
type Inner<S extends Shape> = S extends [infer Side extends number]
  ? Side
  : S extends [...Shape, infer Side extends number, number]
    ? Side
    : never;

type Rows<S extends Shape> = S extends [...Shape, infer Side extends number, number] ? [Side] : [];
type Columns<S extends Shape> = S extends [...Shape, number, infer Side extends number] ? [Side] : [];
type Batch<S extends Shape> = S extends [...infer Outer extends AnyShape, number, number] ? Outer : [];

type Batched<A extends Shape, B extends Shape> =
  Broadcast<"matmul", Batch<A>, Batch<B>> extends infer Outer
    ? Outer extends ShapeError<string>
      ? ShapeError<`matmul: the batch axes of ${Show<A>} and ${Show<B>} do not broadcast`>
      : [...Ok<Outer>, ...Rows<A>, ...Columns<B>]
    : never;

/**
 * The shape of a matrix product: the last two axes are the matrices, those before them broadcast, vectors lose their axis.
 *
 * @example
 * type S = MatMulShape<[128, 784], [784, 10]>; // [128, 10]
 */
export type MatMulShape<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : 0 extends A["length"] | B["length"]
    ? ShapeError<`matmul: a scalar is no matrix: ${Show<A>} · ${Show<B>}`>
    : [Agreed<Last<A>, Inner<B>>] extends [never]
      ? ShapeError<`matmul: inner dimensions differ: ${Show<A>} · ${Show<B>} (${Last<A>} ≠ ${Inner<B>})`>
      : Batched<A, B>;

/** The matrix product. */
export type MatMul = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: Fit<MatMulShape<ShapeOf<A>, ShapeOf<B>>, B>,
) => Tensor<Ok<MatMulShape<ShapeOf<A>, ShapeOf<B>>>, ResultDType<"number", Promote<DTypeOf<A>, DTypeOf<B>>>>;
