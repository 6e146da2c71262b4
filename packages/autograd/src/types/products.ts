import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Multiply } from "./arithmetic.js";
import type { Agreed, Broadcast } from "./broadcast.js";
import type { BinaryDType, TernaryDType } from "./elementwise.js";
import type { ShapeOf } from "./operand.js";
import type { SizeOf } from "./reshape.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Products other than that of matrices. */

/** The shape of NumPy's dot, or an error. */
export type DotShape<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends []
    ? B
    : B extends []
      ? A
      : A extends [...infer Rows extends AnyShape, infer Inner extends number]
        ? B extends [infer Own extends number]
          ? [Agreed<Inner, Own>] extends [never]
            ? DotError<A, B, "last", Inner, Own>
            : Rows
          : B extends [...infer Batch extends AnyShape, infer Own extends number, infer Columns extends number]
            ? [Agreed<Inner, Own>] extends [never]
              ? DotError<A, B, "second to last", Inner, Own>
              : [...Rows, ...Batch, Columns]
            : Shape
        : Shape;

type DotError<
  A extends Shape,
  B extends Shape,
  Which extends string,
  Inner extends number,
  Own extends number,
> = ShapeError<`dot: the last axis of ${Show<A>} and the ${Which} of ${Show<B>} differ (${Inner} ≠ ${Own})`>;

export type Dot = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: Fit<DotShape<ShapeOf<A>, ShapeOf<B>>, B>,
) => Tensor<Ok<DotShape<ShapeOf<A>, ShapeOf<B>>>, BinaryDType<"number", A, B>>;

export type Outer = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B,
) => Tensor<[SizeOf<ShapeOf<A>>, SizeOf<ShapeOf<B>>], BinaryDType<"number", A, B>>;

/** The sides multiplied one by one, aligned at the last; missing ones count as 1. */
export type Multiplied<A extends Shape, B extends Shape, Done extends Shape = []> = number extends
  | A["length"]
  | B["length"]
  ? Shape
  : A extends [...infer OuterA extends AnyShape, infer Left extends number]
    ? B extends [...infer OuterB extends AnyShape, infer Right extends number]
      ? Multiplied<OuterA, OuterB, [Multiply<Left, Right>, ...Done]>
      : [...A, ...Done]
    : [...B, ...Done];

export type Kron = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B,
) => Tensor<Multiplied<ShapeOf<A>, ShapeOf<B>>, BinaryDType<"number", A, B>>;

/** The shape of a product over one or two axes, the last of `A` and the first of `B`, or an error; others are left to run time. */
export type TensordotShape<A extends Shape, B extends Shape, Axes> = number extends A["length"] | B["length"]
  ? Shape
  : [Axes] extends [0]
    ? [...A, ...B]
    : [Axes] extends [1]
      ? A extends [...infer Rows extends AnyShape, infer X extends number]
        ? B extends [infer Y extends number, ...infer Columns extends AnyShape]
          ? [Agreed<X, Y>] extends [never]
            ? TensordotError<A, Rows["length"], B, 0, X, Y>
            : [...Rows, ...Columns]
          : Shape
        : Shape
      : [Axes] extends [2]
        ? A extends [...infer Rows extends AnyShape, infer X extends number, infer X2 extends number]
          ? B extends [infer Y extends number, infer Y2 extends number, ...infer Columns extends AnyShape]
            ? [Agreed<X, Y>] extends [never]
              ? TensordotError<A, Rows["length"], B, 0, X, Y>
              : [Agreed<X2, Y2>] extends [never]
                ? TensordotError<A, [...Rows, 0]["length"] & number, B, 1, X2, Y2>
                : [...Rows, ...Columns]
            : Shape
          : Shape
        : Shape;

type TensordotError<
  A extends Shape,
  I extends number,
  B extends Shape,
  J extends number,
  X extends number,
  Y extends number,
> = ShapeError<`tensordot: axis ${I} of ${Show<A>} and axis ${J} of ${Show<B>} differ in size (${X} ≠ ${Y})`>;

type TensordotAxes = number | readonly [readonly number[], readonly number[]] | undefined;

export type Tensordot = <A extends TensorLike, B extends TensorLike, const Axes extends TensordotAxes = 2>(
  a: A,
  b: Fit<TensordotShape<ShapeOf<A>, ShapeOf<B>, Axes>, B>,
  options?: { readonly axes?: Axes | undefined },
) => Tensor<Ok<TensordotShape<ShapeOf<A>, ShapeOf<B>, Axes>>, BinaryDType<"number", A, B>>;

type Misfits<
  Q extends Shape,
  K extends Shape,
  V extends Shape,
> = ShapeError<`scaledDotProductAttention: query ${Show<Q>}, key ${Show<K>} and value ${Show<V>} do not fit; they are [..., L, E], [..., S, E] and [..., S, Ev]`>;

/**
 * The shape that attention gives, or an error.
 *
 * @example
 * type S = AttentionShape<[8, 5, 16], [8, 7, 16], [8, 7, 32]>; // [8, 5, 32]
 */
export type AttentionShape<Q extends Shape, K extends Shape, V extends Shape> = number extends
  | Q["length"]
  | K["length"]
  | V["length"]
  ? Shape
  : Q extends [...infer BatchQ extends AnyShape, infer L extends number, infer E extends number]
    ? K extends [...infer BatchK extends AnyShape, infer S extends number, infer OwnE extends number]
      ? V extends [...infer BatchV extends AnyShape, infer OwnS extends number, infer Ev extends number]
        ? [Agreed<E, OwnE>] extends [never]
          ? Misfits<Q, K, V>
          : [Agreed<S, OwnS>] extends [never]
            ? Misfits<Q, K, V>
            : Broadcast<"matmul", Ok<Broadcast<"matmul", BatchQ, BatchK>>, BatchV> extends infer Batch extends AnyShape
              ? number extends Batch["length"]
                ? Shape
                : [...Batch, L, Ev]
              : Shape
        : Misfits<Q, K, V>
      : Misfits<Q, K, V>
    : Misfits<Q, K, V>;

export type Attention<Options> = <Q extends TensorLike, K extends TensorLike, V extends TensorLike>(
  query: Q,
  key: K,
  value: Fit<AttentionShape<ShapeOf<Q>, ShapeOf<K>, ShapeOf<V>>, V>,
  options?: Options,
) => Tensor<Ok<AttentionShape<ShapeOf<Q>, ShapeOf<K>, ShapeOf<V>>>, TernaryDType<"float", Q, K, V>>;
