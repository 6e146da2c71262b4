import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import type { BroadcastToShape } from "./arrange.js";
import type { RowsOf } from "./linalg.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, ShapeError, Show } from "./shape-error.js";

/** Random draws. */

/** Nothing where a parameter broadcasts to its draw, else the error. */
export type DrawParameter<Name extends string, Field extends string, S extends Shape, P> =
  BroadcastToShape<ShapeOf<P>, S> extends ShapeError<string>
    ? ShapeError<`${Name}: ${Field} has shape ${Show<ShapeOf<P>>}, which does not broadcast to the draw's ${Show<S>}`>
    : unknown;

/** Nothing where the axes of logits but the last are the end of the draw's, else the error. */
export type Logits<S extends Shape, L> = number extends S["length"]
  ? unknown
  : ShapeOf<L> extends []
    ? NoLogits<S, L>
    : BroadcastToShape<RowsOf<ShapeOf<L>>, S> extends ShapeError<string>
      ? NoLogits<S, L>
      : unknown;

type NoLogits<
  S extends Shape,
  L,
> = ShapeError<`categorical: logits ${Show<ShapeOf<L>>} do not give draws of shape ${Show<S>}: classes are on their last axis, and their other axes must broadcast to the last axes of the shape`>;

/** What `permutation` takes: a number, or a tensor that has axes. */
export type Permutable<X> = X extends number
  ? X
  : Fit<
      ShapeOf<X> extends []
        ? ShapeError<"permutation: a scalar tensor has nothing to permute; pass a number n or a tensor with axes: []">
        : Shape,
      X
    >;

/** Numbers up to a number, or the slices of a tensor. */
export type Permuted<X> = [X] extends [number]
  ? Tensor<[X], "int32">
  : Tensor<number extends X ? Shape : ShapeOf<X>, ResultDType<"keep", DTypeOf<X>>>;
