import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { AxesOf, AxisOf, OutOfRange, OutOfRangeMessage, Without } from "./axes.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { AxisArgument } from "./reduce.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

type Same<X> = ResultDType<"keep", DTypeOf<X>>;

type Reversed<S extends Shape, Done extends Shape = []> = S extends [
  infer First extends number,
  ...infer Rest extends AnyShape,
]
  ? Reversed<Rest, [First, ...Done]>
  : Done;

/** The error of the axes that are out of range, never where there are none. */
type Refused<Name extends string, S extends Shape, Axes> =
  Axes extends OutOfRange<infer Axis, infer Rank> ? ShapeError<OutOfRangeMessage<Name, Show<S>, Axis, Rank>> : never;

type Permuted<S extends Shape, Axes extends Shape, Done extends Shape = []> = Axes extends readonly [
  infer Axis extends number,
  ...infer Rest extends AnyShape,
]
  ? AxisOf<S["length"], Axis> extends infer Place extends number
    ? Permuted<S, Rest, [...Done, S[Place]]>
    : never
  : Done;

type Permutation<S extends Shape, Axes extends Shape> = [Refused<"transpose", S, AxesOf<S["length"], Axes>>] extends [
  never,
]
  ? Axes["length"] extends S["length"]
    ? number extends AxesOf<S["length"], Axes>
      ? Shape
      : Permuted<S, Axes>
    : ShapeError<`transpose: axes ${Show<Axes>} name ${Axes["length"]} of the ${S["length"]} axes of ${Show<S>}; name each axis once`>
  : Refused<"transpose", S, AxesOf<S["length"], Axes>>;

/**
 * The shape with its axes in another order; reversed where `Axes` is undefined.
 *
 * @example
 * type S = TransposeShape<[2, 3, 4], [2, 0, 1]>; // [4, 2, 3]
 */
export type TransposeShape<S extends Shape, Axes extends Shape | undefined> = number extends S["length"]
  ? Shape
  : [Axes] extends [undefined]
    ? Reversed<S>
    : [Axes] extends [Shape]
      ? number extends Axes["length"]
        ? Shape
        : Permutation<S, Axes>
      : Shape;

export type Transpose = <X extends TensorLike, const Axes extends Shape | undefined = undefined>(
  x: Fit<TransposeShape<ShapeOf<X>, Axes>, X>,
  options?: { readonly axes?: Axes | undefined },
) => Tensor<Ok<TransposeShape<ShapeOf<X>, Axes>>, Same<X>>;

/** The shape with its last two axes exchanged. */
export type MatrixTransposed<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends [...infer Batch extends AnyShape, infer Rows extends number, infer Columns extends number]
    ? [...Batch, Columns, Rows]
    : ShapeError<`mT: ${Show<S>} is no matrix or batch of matrices; add an axis with expandDims`>;

export type MatrixTranspose = <X extends TensorLike>(
  x: Fit<MatrixTransposed<ShapeOf<X>>, X>,
) => Tensor<Ok<MatrixTransposed<ShapeOf<X>>>, Same<X>>;

type Exchanged<
  S extends Shape,
  A extends number,
  B extends number,
  Left extends Shape = S,
  Done extends Shape = [],
> = Left extends [infer Own extends number, ...infer Rest extends AnyShape]
  ? Exchanged<S, A, B, Rest, [...Done, Done["length"] extends A ? S[B] : Done["length"] extends B ? S[A] : Own]>
  : Done;

/** The shape with two axes exchanged. */
export type SwapShape<S extends Shape, A extends number, B extends number> = number extends S["length"]
  ? Shape
  : [Refused<"swapaxes", S, AxisOf<S["length"], A> | AxisOf<S["length"], B>>] extends [never]
    ? number extends AxisOf<S["length"], A> | AxisOf<S["length"], B>
      ? Shape
      : Exchanged<S, Extract<AxisOf<S["length"], A>, number>, Extract<AxisOf<S["length"], B>, number>>
    : Refused<"swapaxes", S, AxisOf<S["length"], A> | AxisOf<S["length"], B>>;

export type SwapAxes = <X extends TensorLike, const A extends number, const B extends number>(
  x: Fit<SwapShape<ShapeOf<X>, A, B>, X>,
  axis1: A,
  axis2: B,
) => Tensor<Ok<SwapShape<ShapeOf<X>, A, B>>, Same<X>>;

/** One axis or several as a tuple. */
type Listed<Axis extends number | readonly number[]> = [Axis] extends [number]
  ? [Axis]
  : [Axis] extends [readonly number[]]
    ? Axis
    : readonly number[];

/** Where the axis that comes to place `At` comes from; never where none was sent there. */
type MovedTo<From extends Shape, To extends Shape, At extends number> = To extends readonly [
  infer Place,
  ...infer MoreTo extends AnyShape,
]
  ? From extends readonly [infer Own extends number, ...infer MoreFrom extends AnyShape]
    ? Place extends At
      ? Own
      : MovedTo<MoreFrom, MoreTo, At>
    : never
  : never;

type Moved<
  S extends Shape,
  From extends Shape,
  To extends Shape,
  Rest extends Shape,
  Done extends Shape = [],
> = Done["length"] extends S["length"]
  ? Done
  : [MovedTo<From, To, Done["length"]>] extends [never]
    ? Rest extends readonly [infer First extends number, ...infer More extends AnyShape]
      ? Moved<S, From, To, More, [...Done, First]>
      : Done
    : Moved<S, From, To, Rest, [...Done, S[MovedTo<From, To, Done["length"]>]]>;

type Places<Rank extends number, Axes extends readonly number[]> = { [I in keyof Axes]: AxisOf<Rank, Axes[I]> };

type MovedShape<S extends Shape, From extends readonly number[], To extends readonly number[]> = [
  Refused<"moveaxis", S, AxesOf<S["length"], From> | AxesOf<S["length"], To>>,
] extends [never]
  ? From["length"] extends To["length"]
    ? [Places<S["length"], From>, Places<S["length"], To>] extends [
        infer Source extends AnyShape,
        infer Destination extends AnyShape,
      ]
      ? number extends Source[number] | Destination[number]
        ? Shape
        : Moved<S, Source, Destination, Without<S, Source[number], []>>
      : Shape
    : ShapeError<`moveaxis: ${From["length"]} source axes and ${To["length"]} destinations; give one destination for each: ${Show<S>}`>
  : Refused<"moveaxis", S, AxesOf<S["length"], From> | AxesOf<S["length"], To>>;

/**
 * The shape with axes moved to other places, or an error.
 *
 * @example
 * type S = MoveShape<[2, 3, 4], 0, -1>; // [3, 4, 2]
 */
export type MoveShape<
  S extends Shape,
  From extends number | readonly number[],
  To extends number | readonly number[],
> = number extends S["length"] | Listed<From>["length"] | Listed<To>["length"]
  ? Shape
  : MovedShape<S, Listed<From>, Listed<To>>;

export type MoveAxis = <
  X extends TensorLike,
  const From extends number | readonly number[],
  const To extends number | readonly number[],
>(
  x: Fit<MoveShape<ShapeOf<X>, From, To>, X>,
  source: From,
  destination: To,
) => Tensor<Ok<MoveShape<ShapeOf<X>, From, To>>, Same<X>>;

/** The sides of `S` in order, with 1 at the axes `New` of the result. */
type Expanded<
  S extends Shape,
  New extends number,
  Length extends number,
  Done extends Shape = [],
> = Done["length"] extends Length
  ? Done
  : Done["length"] extends New
    ? Expanded<S, New, Length, [...Done, 1]>
    : S extends [infer First extends number, ...infer Rest extends AnyShape]
      ? Expanded<Rest, New, Length, [...Done, First]>
      : Done;

type ExpandedTo<S extends Shape, Axes extends readonly number[], Rank extends number> = [
  Refused<"expandDims", S, AxesOf<Rank, Axes>>,
] extends [never]
  ? number extends AxesOf<Rank, Axes>
    ? Shape
    : Expanded<S, Extract<AxesOf<Rank, Axes>, number>, Rank>
  : Refused<"expandDims", S, AxesOf<Rank, Axes>>;

/**
 * The shape with axes of size 1 added, where `Axis` says in the result.
 *
 * @example
 * type S = ExpandShape<[2, 3], -1>; // [2, 3, 1]
 */
export type ExpandShape<S extends Shape, Axis extends number | readonly number[]> = number extends S["length"]
  ? Shape
  : number extends Listed<Axis>["length"]
    ? Shape
    : [...S, ...Listed<Axis>]["length"] extends infer Rank extends number
      ? ExpandedTo<S, Listed<Axis>, Rank>
      : Shape;

export type ExpandDims = <X extends TensorLike, const Axis extends number | readonly number[]>(
  x: Fit<ExpandShape<ShapeOf<X>, Axis>, X>,
  axis: Axis,
) => Tensor<Ok<ExpandShape<ShapeOf<X>, Axis>>, Same<X>>;

/** Without the axes of size 1; unknown where a side of type `number` might be one. */
type Squeezed<S extends Shape, Done extends Shape = []> = S extends [
  infer First extends number,
  ...infer Rest extends AnyShape,
]
  ? [First] extends [1]
    ? Squeezed<Rest, Done>
    : [1] extends [First]
      ? Shape
      : Squeezed<Rest, [...Done, First]>
  : Done;

/** A side that cannot be dropped, among those at `Axes`. */
type Wide<S extends Shape, Axes> = Axes extends number
  ? [1] extends [S[Axes]]
    ? never
    : [S[Axes]] extends [1]
      ? never
      : Axes
  : never;

type SqueezedAt<S extends Shape, Axes> = [Refused<"squeeze", S, Axes>] extends [never]
  ? number extends Axes
    ? Shape
    : [Wide<S, Axes>] extends [never]
      ? Without<S, Extract<Axes, number>, []>
      : ShapeError<`squeeze: axis ${Wide<S, Axes>} of ${Show<S>} has size ${S[Wide<S, Axes>]}, not 1; only axes of size 1 can be dropped`>
  : Refused<"squeeze", S, Axes>;

/**
 * The shape without axes of size 1: those at `Axis`, or all.
 *
 * @example
 * type S = SqueezeShape<[1, 3, 1], 0>; // [3, 1]
 */
export type SqueezeShape<S extends Shape, Axis extends AxisArgument> = number extends S["length"]
  ? Shape
  : [Axis] extends [undefined]
    ? Squeezed<S>
    : [Axis] extends [number | readonly number[]]
      ? SqueezedAt<S, AxesOf<S["length"], Listed<Axis>>>
      : Shape;

export type Squeeze = <X extends TensorLike, const Axis extends AxisArgument = undefined>(
  x: Fit<SqueezeShape<ShapeOf<X>, Axis>, X>,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<Ok<SqueezeShape<ShapeOf<X>, Axis>>, Same<X>>;

type Stretches<S extends Shape, T extends Shape> = S extends [
  ...infer OuterS extends AnyShape,
  infer Side extends number,
]
  ? T extends readonly [...infer OuterT extends AnyShape, infer Target extends number]
    ? [Side] extends [1]
      ? Stretches<OuterS, OuterT>
      : [Side] extends [Target]
        ? Stretches<OuterS, OuterT>
        : [Target] extends [Side]
          ? Stretches<OuterS, OuterT>
          : false
    : false
  : true;

/** The shape that `broadcastTo` gives. */
export type BroadcastToShape<S extends Shape, T extends Shape> = number extends S["length"] | T["length"]
  ? Shape
  : Stretches<S, T> extends true
    ? [...T]
    : ShapeError<`broadcastTo: ${Show<S>} does not broadcast to ${Show<T>}`>;

export type BroadcastTo = <X extends TensorLike, const T extends Shape>(
  x: Fit<BroadcastToShape<ShapeOf<X>, T>, X>,
  shape: T,
) => Tensor<Ok<BroadcastToShape<ShapeOf<X>, T>>, Same<X>>;
