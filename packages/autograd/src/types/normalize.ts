import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Multiply } from "./arithmetic.js";
import type { AxesOf, OutOfRange, OutOfRangeMessage } from "./axes.js";
import type { AgreedShape } from "./broadcast.js";
import type { PlaceOf } from "./gather.js";
import type { DTypeOf, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { Only, Option } from "./options.js";
import type { Fit, ShapeError, Show } from "./shape-error.js";
import type { DivideBySteps } from "./windows.js";

/** Normalisers: they keep the shape, and weight and bias have a part of it. */

/** The sides at axes, in the order of the shape. */
type Picked<S extends Shape, Axes, At extends readonly 0[] = [], Done extends Shape = []> = S extends [
  infer First extends number,
  ...infer Rest extends AnyShape,
]
  ? Picked<Rest, Axes, [...At, 0], At["length"] extends Axes ? [...Done, First] : Done>
  : Done;

/** The error of the axes that are out of range, or the sides at them. */
type SidesAt<Name extends string, S extends Shape, Axes> = [Extract<Axes, OutOfRange<number, number>>] extends [never]
  ? number extends Axes
    ? Shape
    : Picked<S, Axes>
  : Extract<Axes, OutOfRange<number, number>> extends OutOfRange<infer Axis, infer Rank>
    ? ShapeError<OutOfRangeMessage<Name, Show<S>, Axis, Rank>>
    : never;

/** The shape of what is normalised together along axes, or an error. */
type LayerOwn<Name extends string, S extends Shape, Axis> = [Axis] extends [number]
  ? PlaceOf<Name, S, Axis> extends infer Place
    ? Place extends number
      ? number extends Place
        ? Shape
        : [S[Place]]
      : Place
    : never
  : [Axis] extends [readonly number[]]
    ? SidesAt<Name, S, AxesOf<S["length"], Axis>>
    : Shape;

/** [channels], or an error. */
type ChannelsOwn<Name extends string, S extends Shape> = S extends [number, infer C extends number, ...Shape]
  ? [C]
  : ShapeError<`${Name}: x must be [N, C, ...], not ${Show<S>}`>;

/** [channels], or an error where groups do not divide them. */
type GroupsOwn<Name extends string, S extends Shape, Groups> =
  ChannelsOwn<Name, S> extends infer Own
    ? Own extends [infer C extends number]
      ? Groups extends number
        ? DivideBySteps<C, Groups> extends infer Part extends number
          ? number extends Part
            ? Own
            : Multiply<Part, Groups> extends C
              ? Own
              : ShapeError<`${Name}: ${Groups} groups do not divide the ${C} channels of ${Show<S>}`>
          : never
        : Own
      : Own
    : never;

/** [channels], or an error where statistics that are given have another shape. */
type StatisticsOwn<Name extends string, S extends Shape, Mean, Variance> =
  ChannelsOwn<Name, S> extends infer Own
    ? Own extends Shape
      ? Misfit<Name, "mean", Own, Mean> | Misfit<Name, "variance", Own, Variance> extends infer Wrong
        ? [Wrong] extends [never]
          ? Own
          : Wrong
        : never
      : Own
    : never;

/** The shape of weight and bias by the kind of normaliser, or an error. */
export type NormalizedShape<Name extends string, S extends Shape, Options> = number extends S["length"]
  ? Shape
  : Name extends "layerNorm" | "rmsNorm"
    ? LayerOwn<Name, S, Option<Options, "axis", -1>>
    : Name extends "groupNorm"
      ? GroupsOwn<Name, S, Option<Options, "groups", 1>>
      : StatisticsOwn<Name, S, Option<Options, "mean", undefined>, Option<Options, "variance", undefined>>;

/** The error of an operand that has not the shape `Own`, or never. */
type Misfit<Name extends string, Role extends string, Own, W> = [W] extends [TensorLike]
  ? Own extends Shape
    ? number extends ShapeOf<W>["length"] | Own["length"]
      ? never
      : [AgreedShape<ShapeOf<W>, Own>] extends [never]
        ? ShapeError<`${Name}: the ${Role} has shape ${Show<ShapeOf<W>>}; x needs ${Show<Own>}`>
        : never
    : never
  : never;

/** What weight and bias add to their type: the error of one that does not fit, or what refuses options that nobody reads. */
type Affine<Name extends string, Role extends string, Own, W, Options> = [W] extends [TensorLike | undefined]
  ? [Misfit<Name, Role, Own, W>] extends [never]
    ? unknown
    : Misfit<Name, Role, Own, W>
  : [Extract<W, TensorLike>] extends [never]
    ? Only<Extract<W, Options>, Options>
    : unknown;

/** The options: in the place of the weight, of the bias, or last. */
type Chosen<W, B, O> = [W] extends [TensorLike | undefined] ? ([B] extends [TensorLike | undefined] ? O : B) : W;

/** Nothing more may follow options. */
type Behind<Before, X> = [Before] extends [TensorLike | undefined]
  ? X
  : [Extract<Before, TensorLike | undefined>] extends [never]
    ? never
    : X;

/** The dtype of an operand; that which changes no other where there is none. */
type OwnDType<W> = [Extract<W, TensorLike>] extends [never] ? "bool" : DTypeOf<Extract<W, TensorLike>>;

/** A normaliser: operand, weight and bias if wanted, options last. */
export type Normalizer<Name extends string, Options> = <
  X extends TensorLike,
  const W extends TensorLike | Options | undefined = undefined,
  const B extends TensorLike | Options | undefined = undefined,
  const O extends Options | undefined = undefined,
>(
  x: Fit<NormalizedShape<Name, ShapeOf<X>, Chosen<W, B, O>>, X>,
  weight?: W & Affine<Name, "weight", NormalizedShape<Name, ShapeOf<X>, Chosen<W, B, O>>, W, Options>,
  bias?: B & Behind<W, Affine<Name, "bias", NormalizedShape<Name, ShapeOf<X>, Chosen<W, B, O>>, B, Options>>,
  options?: O & Behind<W, Behind<B, Only<O, Options>>>,
) => Tensor<ShapeOf<X>, ResultDType<"float", Promote<Promote<DTypeOf<X>, OwnDType<W>>, OwnDType<B>>>>;
