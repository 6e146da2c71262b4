import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { AxesOf, AxisOf, OutOfRange, OutOfRangeMessage, Without } from "./axes.js";
import type { DTypeOf, DTypeRule, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** What an `axis` option may be. */
export type AxisArgument = number | readonly number[] | undefined;

/** The sides of a shape, all of them 1. */
type Ones<S extends Shape, Done extends Shape = []> = S extends [number, ...infer Rest extends AnyShape]
  ? Ones<Rest, [...Done, 1]>
  : Done;

type Refused<Name extends string, S extends Shape, Axes> =
  Axes extends OutOfRange<infer Axis, infer Rank> ? ShapeError<OutOfRangeMessage<Name, Show<S>, Axis, Rank>> : never;

type Reduced<Name extends string, S extends Shape, Axes, KeepDims extends boolean | undefined> = [
  Refused<Name, S, Axes>,
] extends [never]
  ? number extends Axes
    ? Shape
    : Without<S, Extract<Axes, number>, KeepDims extends true ? [1] : []>
  : Refused<Name, S, Axes>;

/**
 * The shape left when axes are reduced.
 *
 * @example
 * type S = ReduceShape<"sum", [128, 10], -1, true>; // [128, 1]
 */
export type ReduceShape<
  Name extends string,
  S extends Shape,
  Axis extends AxisArgument,
  KeepDims extends boolean | undefined,
> = boolean extends KeepDims
  ? Shape
  : [Axis] extends [undefined]
    ? KeepDims extends true
      ? number extends S["length"]
        ? Shape
        : Ones<S>
      : []
    : undefined extends Axis
      ? Shape
      : number extends S["length"]
        ? Shape
        : [Axis] extends [number]
          ? Reduced<Name, S, AxisOf<S["length"], Axis>, KeepDims>
          : [Axis] extends [readonly []]
            ? S
            : [Axis] extends [readonly number[]]
              ? Reduced<Name, S, AxesOf<S["length"], Axis>, KeepDims>
              : Shape;

/** The shape of an operator that works along one axis and keeps it, such as `softmax`. */
export type AlongShape<Name extends string, S extends Shape, Axis extends AxisArgument> =
  ReduceShape<Name, S, Axis, true> extends infer Result ? (Result extends ShapeError<string> ? Result : S) : never;

/** What a reduction adds to its operand. */
export interface ReduceArguments<Axis extends AxisArgument, KeepDims extends boolean | undefined> {
  /** The axis or axes to reduce, negative ones from the end; default: all. */
  readonly axis?: Axis | undefined;
  /** Whether reduced axes stay, with size 1; default false. */
  readonly keepDims?: KeepDims | undefined;
}

/** A reduction along axes; `More` are options besides `axis` and `keepDims`. */
export type Reduction<
  Name extends string,
  Rule extends DTypeRule,
  More = unknown,
  Axes extends AxisArgument = AxisArgument,
> = <
  X extends TensorLike,
  const Axis extends Axes | undefined = undefined,
  const KeepDims extends boolean | undefined = undefined,
>(
  x: Fit<ReduceShape<Name, ShapeOf<X>, Axis, KeepDims>, X>,
  options?: ReduceArguments<Axis, KeepDims> & More,
) => Tensor<Ok<ReduceShape<Name, ShapeOf<X>, Axis, KeepDims>>, ResultDType<Rule, DTypeOf<X>>>;

/** An operator along one axis that keeps the shape; `Option` is its option besides `axis`. */
export type AlongAxis<Name extends string, Rule extends DTypeRule, More = unknown> = <
  X extends TensorLike,
  const Axis extends number | undefined = undefined,
>(
  x: Fit<AlongShape<Name, ShapeOf<X>, Axis>, X>,
  options?: { readonly axis?: Axis | undefined } & More,
) => Tensor<Ok<AlongShape<Name, ShapeOf<X>, Axis>>, ResultDType<Rule, DTypeOf<X>>>;
