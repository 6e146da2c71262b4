import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Add } from "./arithmetic.js";
import type { ExpandShape } from "./arrange.js";
import type { AxisOf, OutOfRange, OutOfRangeMessage } from "./axes.js";
import type { Agreed } from "./broadcast.js";
import type { DTypeOf, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** The dtype of several operands together. */
export type Joined<T extends readonly unknown[]> = T extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? Promoting<DTypeOf<First>, Rest>
  : DType;

type Promoting<D extends DType | "weak", Rest extends readonly unknown[]> = Rest extends readonly [
  infer Next,
  ...infer More extends readonly unknown[],
]
  ? Promoting<Promote<D, DTypeOf<Next>>, More>
  : D;

/** Two shapes joined along axis `Along`, or never where they do not fit. */
type Pair<A extends Shape, B extends Shape, Along extends number, Done extends Shape = []> = A extends [
  infer Left extends number,
  ...infer RestA extends AnyShape,
]
  ? B extends [infer Right extends number, ...infer RestB extends AnyShape]
    ? Done["length"] extends Along
      ? Pair<RestA, RestB, Along, [...Done, Add<Left, Right>]>
      : [Agreed<Left, Right>] extends [never]
        ? never
        : Pair<RestA, RestB, Along, [...Done, Agreed<Left, Right>]>
    : never
  : B extends []
    ? Done
    : never;

type Along<
  Sum extends Shape,
  First extends Shape,
  Rest extends readonly unknown[],
  Axis extends number,
> = Rest extends readonly [infer Next, ...infer More extends readonly unknown[]]
  ? number extends ShapeOf<Next>["length"]
    ? Shape
    : [Pair<Sum, ShapeOf<Next>, Axis>] extends [never]
      ? ShapeError<`concat: ${Show<First>} and ${Show<ShapeOf<Next>>} differ; all sides but that of axis ${Axis} must be equal`>
      : Along<Pair<Sum, ShapeOf<Next>, Axis>, First, More, Axis>
  : Sum;

/**
 * The shape of tensors joined along an axis that they have.
 *
 * @example
 * type S = ConcatShape<[Tensor<[2, 1]>, Tensor<[2, 3]>], 1>; // [2, 4]
 */
export type ConcatShape<T extends readonly unknown[], Axis extends number | undefined> = T extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? number extends ShapeOf<First>["length"]
    ? Shape
    : number extends Axis
      ? Shape
      : AxisOf<ShapeOf<First>["length"], [Axis] extends [number] ? Axis : 0> extends infer Place
        ? Place extends OutOfRange<infer Bad, infer Rank>
          ? ShapeError<OutOfRangeMessage<"concat", Show<ShapeOf<First>>, Bad, Rank>>
          : number extends Place
            ? Shape
            : Along<[...ShapeOf<First>], ShapeOf<First>, Rest, Extract<Place, number>>
        : never
  : Shape;

/** The narrowest shape that all have, or an error. */
type Alike<S extends Shape, First extends Shape, Rest extends readonly unknown[]> = Rest extends readonly [
  infer Next,
  ...infer More extends readonly unknown[],
]
  ? number extends ShapeOf<Next>["length"]
    ? Alike<S, First, More>
    : [Pair<S, ShapeOf<Next>, -1>] extends [never]
      ? ShapeError<`stack: ${Show<First>} and ${Show<ShapeOf<Next>>} differ; all shapes must be equal`>
      : Alike<Pair<S, ShapeOf<Next>, -1>, First, More>
  : S;

type Inserted<S extends Shape, Axis extends number, Length extends number> =
  ExpandShape<S, Axis> extends infer Wide
    ? Wide extends ShapeError<string>
      ? ShapeError<OutOfRangeMessage<"stack", Show<S>, Axis, [...S, 0]["length"]>>
      : AxisOf<[...S, 0]["length"], Axis> extends infer Place
        ? Put<Ok<Wide>, Extract<Place, number>, Length>
        : never
    : never;

type Put<
  S extends Shape,
  Place extends number,
  Side extends number,
  Done extends Shape = [],
> = number extends S["length"]
  ? Shape
  : S extends [infer First extends number, ...infer Rest extends AnyShape]
    ? Put<Rest, Place, Side, [...Done, Done["length"] extends Place ? Side : First]>
    : Done;

/**
 * The shape of tensors side by side along a new axis.
 *
 * @example
 * type S = StackShape<[Tensor<[3]>, Tensor<[3]>], 0>; // [2, 3]
 */
export type StackShape<T extends readonly unknown[], Axis extends number | undefined> = T extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? number extends ShapeOf<First>["length"]
    ? Shape
    : number extends Axis
      ? Shape
      : Alike<[...ShapeOf<First>], ShapeOf<First>, Rest> extends infer S
        ? S extends Shape
          ? Inserted<S, [Axis] extends [number] ? Axis : 0, T["length"]>
          : S
        : never
  : Shape;

export type Concat = <const T extends readonly TensorLike[], const Axis extends number | undefined = 0>(
  tensors: Fit<ConcatShape<T, Axis>, T>,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<Ok<ConcatShape<T, Axis>>, ResultDType<"keep", Joined<T>>>;

export type Stack = <const T extends readonly TensorLike[], const Axis extends number | undefined = 0>(
  tensors: Fit<StackShape<T, Axis>, T>,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<Ok<StackShape<T, Axis>>, ResultDType<"keep", Joined<T>>>;
