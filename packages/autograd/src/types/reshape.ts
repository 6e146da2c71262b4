import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape, Known } from "./any-shape.js";
import type { IsSize, Multiply } from "./arithmetic.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** The number of elements; `number` where a side is not literal. */
export type SizeOf<S extends Shape, Done extends number = 1> = number extends S["length"]
  ? number
  : S extends [infer First extends number, ...infer Rest extends AnyShape]
    ? IsSize<First> extends true
      ? SizeOf<Rest, Multiply<Done, First>>
      : number
    : Done;

/** A shape with `number` in place of −1. */
type Unknown<T extends Shape, Done extends Shape = []> = T extends [
  infer First extends number,
  ...infer Rest extends AnyShape,
]
  ? Unknown<Rest, [...Done, First extends -1 ? number : First]>
  : Done;

/** How many sides are −1, as a list. */
type Unknowns<T extends Shape, Done extends Shape = []> = T extends [
  infer First extends number,
  ...infer Rest extends AnyShape,
]
  ? Unknowns<Rest, First extends -1 ? [...Done, -1] : Done>
  : Done;

/** The shape with −1 resolved where the other sides are the first of the operand: then it is the product of the rest. */
type Resolved<S extends Shape, T extends Shape, Done extends Shape = []> = T extends [-1]
  ? [...Done, SizeOf<S>]
  : T extends [infer First extends number, ...infer Rest extends AnyShape]
    ? S extends [First, ...infer RestOfS extends AnyShape]
      ? Resolved<RestOfS, Rest, [...Done, First]>
      : [...Done, ...Unknown<T>]
    : Done;

/**
 * The shape that `reshape` gives: checked where all sides are literal, and for more than one −1; the rest is left to run time.
 *
 * @example
 * type S = ReshapeShape<"reshape", [128, 28, 28], [128, -1]>; // [128, 784]
 */
export type ReshapeShape<Name extends string, S extends Shape, T extends Shape> = number extends T["length"]
  ? Shape
  : Unknowns<T> extends readonly []
    ? number extends SizeOf<S>
      ? [...T]
      : number extends SizeOf<T>
        ? [...T]
        : SizeOf<S> extends SizeOf<T>
          ? [...T]
          : ShapeError<`${Name}: the ${SizeOf<S>} elements of ${Show<S>} do not fit shape ${Show<T>}`>
    : Unknowns<T> extends readonly [-1]
      ? number extends S["length"]
        ? Unknown<T>
        : Resolved<S, T>
      : ShapeError<`${Name}: the elements of ${Show<S>} do not fit shape ${Show<T>} (at most one −1)`>;

/** Another shape of the same size. */
export type Reshape<Name extends string> = <X extends TensorLike, const T extends AnyShape>(
  x: Fit<ReshapeShape<Name, ShapeOf<X>, Known<T>>, X>,
  shape: T | [],
) => Tensor<Ok<ReshapeShape<Name, ShapeOf<X>, Known<T>>>, ResultDType<"keep", DTypeOf<X>>>;

/** All elements along one axis. */
export type Flatten = <X extends TensorLike>(x: X) => Tensor<[SizeOf<ShapeOf<X>>], ResultDType<"keep", DTypeOf<X>>>;
