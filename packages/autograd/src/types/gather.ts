import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Subtract } from "./arithmetic.js";
import type { BroadcastToShape, ExpandShape } from "./arrange.js";
import type { AxisOf, OutOfRange, OutOfRangeMessage, Without } from "./axes.js";
import type { Agreed, Broadcast } from "./broadcast.js";
import type { BinaryDType } from "./elementwise.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Operators that take elements by their indices, or put them there. */

/** The place of an axis; an error where it is out of range, `number` where it is not known. */
export type PlaceOf<Name extends string, S extends Shape, Axis extends number> =
  AxisOf<S["length"], Axis> extends infer Place
    ? Place extends OutOfRange<infer Bad, infer Rank>
      ? ShapeError<OutOfRangeMessage<Name, Show<S>, Bad, Rank>>
      : Place
    : never;

/** The shape with other sides in place of one axis, or an error. */
export type Replaced<Name extends string, S extends Shape, Axis extends number, Instead extends Shape> = number extends
  | S["length"]
  | Instead["length"]
  ? Shape
  : PlaceOf<Name, S, Axis> extends infer Place
    ? Place extends number
      ? number extends Place
        ? Shape
        : Without<S, Place, Instead>
      : Place
    : never;

/**
 * The shape that `take` gives, or an error: the indices' axes in place of the axis.
 *
 * @example
 * type S = TakeShape<[5, 3], [2, 4], 0>; // [2, 4, 3]
 */
export type TakeShape<S extends Shape, Indices extends Shape, Axis extends number | undefined> = [Axis] extends [
  undefined,
]
  ? Indices
  : [Axis] extends [number]
    ? Replaced<"take", S, Axis, Indices>
    : Shape;

export type Take = <X extends TensorLike, I extends TensorLike, const Axis extends number | undefined = undefined>(
  x: Fit<TakeShape<ShapeOf<X>, ShapeOf<I>, Axis>, X>,
  indices: I,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<Ok<TakeShape<ShapeOf<X>, ShapeOf<I>, Axis>>, ResultDType<"keep", DTypeOf<X>>>;

/** The shapes with 1 at an axis, broadcast, and the side of the indices there. */
type Along<S extends Shape, Indices extends Shape, Place extends number> =
  Broadcast<"takeAlongAxis", Without<S, Place, [1]>, Without<Indices, Place, [1]>> extends infer Others
    ? Others extends Shape
      ? Without<Others, Place, [Indices[Place]]>
      : Others
    : never;

/** The shape that `takeAlongAxis` gives, or an error. */
export type TakeAlongShape<S extends Shape, Indices extends Shape, Axis extends number> = number extends
  | S["length"]
  | Indices["length"]
  ? Shape
  : S["length"] extends Indices["length"]
    ? PlaceOf<"takeAlongAxis", S, Axis> extends infer Place
      ? Place extends number
        ? number extends Place
          ? Shape
          : Along<S, Indices, Place>
        : Place
      : never
    : ShapeError<`takeAlongAxis: x has shape ${Show<S>} and the indices ${Show<Indices>}; they need the same number of axes`>;

export type TakeAlong = <X extends TensorLike, I extends TensorLike, const Axis extends number | undefined = -1>(
  x: X,
  indices: Fit<TakeAlongShape<ShapeOf<X>, ShapeOf<I>, [Axis] extends [number] ? Axis : number>, I>,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<
  Ok<TakeAlongShape<ShapeOf<X>, ShapeOf<I>, [Axis] extends [number] ? Axis : number>>,
  ResultDType<"keep", DTypeOf<X>>
>;

/** The updates of a scatter, or an error. */
export type UpdatesShape<
  Name extends string,
  S extends Shape,
  Indices extends Shape,
  Updates extends Shape,
  Axis extends number,
> =
  Replaced<Name, S, Axis, Indices> extends infer Expected
    ? Expected extends Shape
      ? BroadcastToShape<Updates, Expected> extends ShapeError<string>
        ? ShapeError<`${Name}: the updates have shape ${Show<Updates>}; for x ${Show<S>} and indices ${Show<Indices>} along axis ${Extract<PlaceOf<Name, S, Axis>, number>} they need ${Show<Expected>}, or what broadcasts to it`>
        : Updates
      : Expected
    : never;

export type Scatter<Name extends string> = <
  X extends TensorLike,
  I extends TensorLike,
  U extends TensorLike,
  const Axis extends number | undefined = 0,
>(
  x: X,
  indices: I,
  updates: Fit<UpdatesShape<Name, ShapeOf<X>, ShapeOf<I>, ShapeOf<U>, [Axis] extends [number] ? Axis : number>, U>,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<ShapeOf<X>, BinaryDType<"keep", X, U>>;

/** The shape of sums by segment, or an error. */
export type SegmentShape<S extends Shape, Ids extends Shape, Count extends number> = number extends
  | S["length"]
  | Ids["length"]
  ? Shape
  : S extends [infer First extends number, ...infer Rest extends AnyShape]
    ? Ids extends [infer Own extends number]
      ? [Agreed<First, Own>] extends [never]
        ? NoIds<S, Ids>
        : [Count, ...Rest]
      : NoIds<S, Ids>
    : NoIds<S, Ids>;

type NoIds<
  S extends Shape,
  Ids extends Shape,
> = ShapeError<`segmentSum: x has shape ${Show<S>} and the ids ${Show<Ids>}; there must be one id for each slice of x`>;

export type SegmentSum = <X extends TensorLike, I extends TensorLike, const Count extends number>(
  x: X,
  segmentIds: Fit<SegmentShape<ShapeOf<X>, ShapeOf<I>, Count>, I>,
  options: { readonly count: Count },
) => Tensor<Ok<SegmentShape<ShapeOf<X>, ShapeOf<I>, Count>>, ResultDType<"total", DTypeOf<X>>>;

/** The shape with a side inserted, or an error. */
export type Inserted<
  Name extends string,
  S extends Shape,
  Axis extends number,
  Side extends number,
> = number extends S["length"]
  ? Shape
  : ExpandShape<S, Axis> extends infer Wide
    ? Wide extends Shape
      ? Replaced<Name, Wide, Axis, [Side]>
      : ShapeError<OutOfRangeMessage<Name, Show<S>, Axis, [...S, 0]["length"] & number>>
    : never;

export type OneHot = <
  I extends TensorLike,
  const Classes extends number,
  const Axis extends number | undefined = -1,
  const D extends DType | undefined = "float32",
>(
  indices: Fit<Inserted<"oneHot", ShapeOf<I>, [Axis] extends [number] ? Axis : number, Classes>, I>,
  classes: Classes,
  options?: { readonly axis?: Axis | undefined; readonly dtype?: D | undefined },
) => Tensor<
  Ok<Inserted<"oneHot", ShapeOf<I>, [Axis] extends [number] ? Axis : number, Classes>>,
  [D] extends [DType] ? D : DType
>;

/** Whether a slice of these sides lies inside, or an error. */
export type InsideShape<Name extends string, S extends Shape, T extends Shape> = number extends
  | S["length"]
  | T["length"]
  ? T
  : S["length"] extends T["length"]
    ? Outside<S, T> extends true
      ? NotInside<Name, S, T>
      : T
    : NotInside<Name, S, T>;

type NotInside<
  Name extends string,
  S extends Shape,
  T extends Shape,
> = ShapeError<`${Name}: a slice of ${Show<T>} does not lie inside ${Show<S>}`>;

type Outside<S extends Shape, T extends Shape> = S extends [infer Side extends number, ...infer Rest extends AnyShape]
  ? T extends readonly [infer Own extends number, ...infer More extends AnyShape]
    ? [Subtract<Side, Own>] extends [never]
      ? true
      : Outside<Rest, More>
    : false
  : false;

export type DynamicSlice = <X extends TensorLike, const T extends Shape>(
  x: X,
  starts: TensorLike,
  sizes: Fit<InsideShape<"dynamicSlice", ShapeOf<X>, T>, T>,
) => Tensor<[...T], ResultDType<"keep", DTypeOf<X>>>;

export type DynamicUpdateSlice = <X extends TensorLike, U extends TensorLike>(
  x: X,
  update: Fit<InsideShape<"dynamicUpdateSlice", ShapeOf<X>, ShapeOf<U>>, U>,
  starts: TensorLike,
) => Tensor<ShapeOf<X>, BinaryDType<"keep", X, U>>;
