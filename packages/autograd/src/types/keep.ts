import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Broadcast } from "./broadcast.js";
import type { BinaryDType, BinaryShape, Broadcastable, TernaryDType, TernaryShape } from "./elementwise.js";
import type { DTypeOf, DTypeRule, ResultDType, ShapeOf } from "./operand.js";
import type { AlongShape, AxisArgument, ReduceShape } from "./reduce.js";
import type { SizeOf } from "./reshape.js";
import type { Check, Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Operators that keep the shape of an operand, or that to which operands broadcast. */

/** An operator whose result has the shape of its first operand, whatever else it takes. */
export type Keeps<Rule extends DTypeRule, Rest extends readonly unknown[] = []> = <X extends TensorLike>(
  x: X,
  ...rest: Rest
) => Tensor<ShapeOf<X>, ResultDType<Rule, DTypeOf<X>>>;

/** The shape of matrices or batches of them, or an error. */
export type MatricesShape<Name extends string, S extends Shape> = number extends S["length"]
  ? Shape
  : S["length"] extends 0 | 1
    ? ShapeError<`${Name}: ${Show<S>} is no matrix or batch of matrices; add an axis with expandDims`>
    : S;

/** An operator on matrices that keeps their shape. */
export type KeepsMatrices<Name extends string, Option> = <X extends TensorLike>(
  x: Fit<MatricesShape<Name, ShapeOf<X>>, X>,
  options?: Option,
) => Tensor<ShapeOf<X>, ResultDType<"keep", DTypeOf<X>>>;

/** The shape of running totals: that of the operand, or all elements in a row where no axis is named. */
export type RunningShape<Name extends string, S extends Shape, Axis extends number | undefined> = [Axis] extends [
  undefined,
]
  ? [SizeOf<S>]
  : undefined extends Axis
    ? Shape
    : AlongShape<Name, S, Axis>;

/** Running totals along an axis. */
export type Running<Name extends string, Rule extends DTypeRule> = <
  X extends TensorLike,
  const Axis extends number | undefined = undefined,
>(
  x: Fit<RunningShape<Name, ShapeOf<X>, Axis>, X>,
  options?: { readonly axis?: Axis | undefined; readonly reverse?: boolean | undefined },
) => Tensor<Ok<RunningShape<Name, ShapeOf<X>, Axis>>, ResultDType<Rule, DTypeOf<X>>>;

/** The shape of what is sorted, the last axis by default; a scalar has none. */
export type SortedShape<Name extends string, S extends Shape, Axis extends number | undefined> = AlongShape<
  Name,
  S,
  [Axis] extends [undefined] ? -1 : Axis extends number ? Axis : number
>;

/** Sorting along an axis. */
export type Sorting<Name extends string, Rule extends DTypeRule> = <
  X extends TensorLike,
  const Axis extends number | undefined = undefined,
>(
  x: Fit<SortedShape<Name, ShapeOf<X>, Axis>, X>,
  options?: { readonly axis?: Axis | undefined; readonly descending?: boolean | undefined },
) => Tensor<Ok<SortedShape<Name, ShapeOf<X>, Axis>>, ResultDType<Rule, DTypeOf<X>>>;

/** Reversal along axes, all by default. */
export type Flip = <X extends TensorLike, const Axis extends AxisArgument = undefined>(
  x: Fit<AlongShape<"flip", ShapeOf<X>, Axis>, X>,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<ShapeOf<X>, ResultDType<"keep", DTypeOf<X>>>;

/** A rotation along axes, of all elements in a row by default. */
export type Roll = <X extends TensorLike, const Axis extends AxisArgument = undefined>(
  x: Fit<AlongShape<"roll", ShapeOf<X>, Axis>, X>,
  shift: number | readonly number[],
  options?: { readonly axis?: Axis | undefined },
) => Tensor<ShapeOf<X>, ResultDType<"keep", DTypeOf<X>>>;

/** A comparison of two operands that broadcast, element by element. */
export type Comparison<Name extends string, Option> = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: Broadcastable<Name, A, B>,
  options?: Option,
) => Tensor<BinaryShape<Name, A, B>, "bool">;

/** A comparison of all elements of two operands that broadcast. */
export type WholeComparison<Name extends string, Option> = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: Broadcastable<Name, A, B>,
  options?: Option,
) => Tensor<[], "bool">;

/** `x` with a value where a mask holds; all broadcast. */
export type MaskedFill = <X extends TensorLike, M extends TensorLike, V extends TensorLike>(
  x: X,
  mask: Broadcastable<"maskedFill", X, M>,
  value: V & Check<Broadcast<"maskedFill", BinaryShape<"maskedFill", X, M>, ShapeOf<V>>>,
) => Tensor<TernaryShape<"maskedFill", X, M, V>, BinaryDType<"keep", V, X>>;

/** A bound that is not there is a number: it changes neither shape nor dtype. */
type Bound<B> = [B] extends [undefined] ? Tensor<[], "bool"> : B;

/** `x` between bounds, which broadcast with it. */
export type Clip = <
  X extends TensorLike,
  Min extends TensorLike | undefined = undefined,
  Max extends TensorLike | undefined = undefined,
>(
  x: Fit<Broadcast<"clip", BinaryShape<"clip", X, Bound<Min>>, ShapeOf<Bound<Max>>>, X> &
    Check<Broadcast<"clip", ShapeOf<X>, ShapeOf<Bound<Min>>>>,
  options?: { readonly min?: Min | undefined; readonly max?: Max | undefined },
) => Tensor<TernaryShape<"clip", X, Bound<Min>, Bound<Max>>, TernaryDType<"keep", X, Bound<Min>, Bound<Max>>>;

/** Where values belong in a vector. */
export type Search = <A extends TensorLike, V extends TensorLike>(
  sorted: Fit<VectorShape<ShapeOf<A>>, A>,
  values: V,
  options?: { readonly side?: "left" | "right" | undefined },
) => Tensor<ShapeOf<V>, "int32">;

type VectorShape<S extends Shape> = number extends S["length"]
  ? Shape
  : S["length"] extends 1
    ? S
    : ShapeError<`searchsorted: the sorted operand has shape ${Show<S>}; it must be a vector`>;

/** The shape of quantiles: for an array of them, along a new first axis. */
type QuantileShape<
  S extends Shape,
  Q extends number | readonly number[],
  Axis extends AxisArgument,
  KeepDims extends boolean | undefined,
> =
  ReduceShape<"quantile", S, Axis, KeepDims> extends infer Result
    ? Result extends Shape
      ? Q extends readonly number[]
        ? number extends Result["length"]
          ? Shape
          : [Q["length"], ...Result]
        : Result
      : Result
    : never;

/** Quantiles over axes. */
export type Quantile = <
  X extends TensorLike,
  const Q extends number | readonly number[],
  const Axis extends AxisArgument = undefined,
  const KeepDims extends boolean | undefined = undefined,
>(
  x: Fit<QuantileShape<ShapeOf<X>, Q, Axis, KeepDims>, X>,
  q: Q,
  options?: { readonly axis?: Axis | undefined; readonly keepDims?: KeepDims | undefined },
) => Tensor<Ok<QuantileShape<ShapeOf<X>, Q, Axis, KeepDims>>, ResultDType<"float", DTypeOf<X>>>;
