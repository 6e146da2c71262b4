import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Add, IsSize, Multiply, Subtract } from "./arithmetic.js";
import type { AxisOf } from "./axes.js";
import type { PlaceOf, Replaced } from "./gather.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Only, Option } from "./options.js";
import type { Multiplied } from "./products.js";
import type { SizeOf } from "./reshape.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";
import type { DivideBySteps } from "./windows.js";

/** Operators that make axes longer or shorter. */

type Same<X> = ResultDType<"keep", DTypeOf<X>>;

/** A − B, or 0 where that is below it. */
export type Less<A extends number, B extends number> = [Subtract<A, B>] extends [never] ? 0 : Subtract<A, B>;

/** The side at an axis. */
type SideAt<S extends Shape, Axis extends number> =
  AxisOf<S["length"], Axis> extends infer Place extends number ? (number extends Place ? number : S[Place]) : number;

/** The shape of differences, or an error. */
export type DiffShape<S extends Shape, Axis extends number, N extends number> = number extends S["length"]
  ? Shape
  : Replaced<"diff", S, Axis, [Less<SideAt<S, Axis>, N>]>;

export type Diff = <
  X extends TensorLike,
  const Axis extends number | undefined = -1,
  const N extends number | undefined = 1,
>(
  x: Fit<DiffShape<ShapeOf<X>, [Axis] extends [number] ? Axis : number, [N] extends [number] ? N : number>, X>,
  options?: { readonly axis?: Axis | undefined; readonly n?: N | undefined },
) => Tensor<
  Ok<DiffShape<ShapeOf<X>, [Axis] extends [number] ? Axis : number, [N] extends [number] ? N : number>>,
  Same<X>
>;

/** The widths of padding: one for all ends, a pair for all axes, or a pair for each. */
export type Widths = number | readonly [number, number] | readonly (readonly [number, number])[];

type Padded<S extends Shape, Before extends number, After extends number, Done extends Shape = []> = S extends [
  infer Side extends number,
  ...infer Rest extends AnyShape,
]
  ? Padded<Rest, Before, After, [...Done, Add<Side, Add<Before, After>>]>
  : Done;

type PaddedEach<S extends Shape, W, Done extends Shape = []> = S extends [
  infer Side extends number,
  ...infer Rest extends AnyShape,
]
  ? W extends readonly [readonly [infer Before extends number, infer After extends number], ...infer More]
    ? PaddedEach<Rest, More, [...Done, Add<Side, Add<Before, After>>]>
    : Shape
  : Done;

/** Pairs as JSON writes them. */
type PairsText<W, Done extends string = ""> = W extends readonly [
  readonly [infer Before extends number, infer After extends number],
  ...infer More,
]
  ? PairsText<More, `${Done}${Done extends "" ? "" : ","}[${Before},${After}]`>
  : `[${Done}]`;

/** The shape with elements added before and after, or an error. */
export type PadShape<S extends Shape, W extends Widths> = number extends S["length"]
  ? Shape
  : [W] extends [number]
    ? Padded<S, W, W>
    : [W] extends [readonly [infer Before extends number, infer After extends number]]
      ? Padded<S, Before, After>
      : [W] extends [readonly unknown[]]
        ? number extends W["length"]
          ? Shape
          : W["length"] extends S["length"]
            ? PaddedEach<S, W>
            : ShapeError<`pad: widths ${PairsText<W>} do not fit shape ${Show<S>}; give a number, [before, after], or such a pair for each of ${S["length"]} axes`>
        : Shape;

export type Pad<Options> = <X extends TensorLike, const W extends Widths>(
  x: Fit<PadShape<ShapeOf<X>, W>, X>,
  options: { readonly widths: W } & Omit<Options, "widths">,
) => Tensor<Ok<PadShape<ShapeOf<X>, W>>, Same<X>>;

type Repeats = number | readonly number[];

export type Tile = <X extends TensorLike, const R extends Repeats>(
  x: X,
  repeats: R,
) => Tensor<Multiplied<ShapeOf<X>, R extends readonly number[] ? [...R] : R extends number ? [R] : Shape>, Same<X>>;

/** The shape with elements repeated, or an error. */
export type RepeatShape<S extends Shape, R extends Repeats, Axis extends number | undefined> = [Axis] extends [
  undefined,
]
  ? [R extends number ? Multiply<SizeOf<S>, R> : number]
  : [Axis] extends [number]
    ? number extends S["length"]
      ? Shape
      : R extends number
        ? Replaced<"repeat", S, Axis, [Multiply<SideAt<S, Axis>, R>]>
        : R extends readonly number[]
          ? Counted<S, R, Axis, SideAt<S, Axis>>
          : Shape
    : Shape;

type Counted<S extends Shape, R extends readonly number[], Axis extends number, Side extends number> = [
  number,
] extends [Side | R["length"]]
  ? Replaced<"repeat", S, Axis, [number]>
  : Side extends R["length"]
    ? Replaced<"repeat", S, Axis, [number]>
    : IsSize<Side> extends true
      ? ShapeError<`repeat: ${R["length"]} counts for axis ${Extract<PlaceOf<"repeat", S, Axis>, number>} of ${Show<S>}; give ${Side}, or one number for all`>
      : Replaced<"repeat", S, Axis, [number]>;

export type Repeat = <X extends TensorLike, const R extends Repeats, const Axis extends number | undefined = undefined>(
  x: Fit<RepeatShape<ShapeOf<X>, R, Axis>, X>,
  repeats: R,
  options?: { readonly axis?: Axis | undefined },
) => Tensor<Ok<RepeatShape<ShapeOf<X>, R, Axis>>, Same<X>>;

/** The shape of the greatest elements, or an error. */
export type TopkShape<S extends Shape, K extends number, Axis extends number> = number extends S["length"]
  ? Shape
  : [Subtract<SideAt<S, Axis>, K>] extends [never]
    ? ShapeError<`topk: k is ${K}; axis ${Extract<PlaceOf<"topk", S, Axis>, number>} has ${SideAt<S, Axis>} elements, so use 0 … ${SideAt<S, Axis>}: ${Show<S>}`>
    : Replaced<"topk", S, Axis, [K]>;

export type Topk = <X extends TensorLike, const K extends number, const Axis extends number | undefined = -1>(
  x: Fit<TopkShape<ShapeOf<X>, K, [Axis] extends [number] ? Axis : number>, X>,
  options: { readonly k: K; readonly axis?: Axis | undefined; readonly descending?: boolean | undefined },
) => {
  values: Tensor<Ok<TopkShape<ShapeOf<X>, K, [Axis] extends [number] ? Axis : number>>, Same<X>>;
  indices: Tensor<Ok<TopkShape<ShapeOf<X>, K, [Axis] extends [number] ? Axis : number>>, "int32">;
};

/** An index between 0 and the side: negative ones count from the end. */
export type Clamped<Index, Side extends number, Default extends number> = Index extends number
  ? number extends Index
    ? number
    : `${Index}` extends `-${infer Back extends number}`
      ? Less<Side, Back>
      : [Subtract<Side, Index>] extends [never]
        ? Side
        : Index
  : [Index] extends [undefined]
    ? Default
    : number;

/** How many elements a slice takes: forwards only, backwards is left to run time. */
type Taken<Side extends number, Start, Stop, Step> =
  IsSize<Side> extends true
    ? [Step] extends [1 | undefined]
      ? Less<Clamped<Stop, Side, Side>, Clamped<Start, Side, 0>>
      : [Start, Stop, Step] extends [undefined, undefined, -1]
        ? Side
        : Step extends number
          ? IsSize<Step> extends true
            ? DivideBySteps<
                Add<Less<Clamped<Stop, Side, Side>, Clamped<Start, Side, 0>>, Extract<Subtract<Step, 1>, number>>,
                Step
              >
            : number
          : number
    : number;

/** The entry for an axis: undefined behind the last. */
type Entry<E, At extends number> = [E] extends [readonly unknown[]]
  ? number extends E["length"]
    ? number
    : E[At]
  : [E] extends [undefined]
    ? undefined
    : number;

type Sliced<Left extends Shape, Start, Stop, Step, Done extends Shape = []> = Left extends [
  infer Side extends number,
  ...infer Rest extends AnyShape,
]
  ? Sliced<
      Rest,
      Start,
      Stop,
      Step,
      [
        ...Done,
        Untouched<Start, Stop, Step, Done["length"]> extends true
          ? Side
          : Taken<Side, Entry<Start, Done["length"]>, Entry<Stop, Done["length"]>, Entry<Step, Done["length"]>>,
      ]
    >
  : Done;

/** Whether an axis is taken whole. */
type Untouched<Start, Stop, Step, At extends number> = [Entry<Start, At> | Entry<Stop, At> | Entry<Step, At>] extends [
  undefined,
]
  ? true
  : false;

/**
 * The shape of a part, as far as the options are literal.
 *
 * @example
 * type S = SliceShape<[5, 3], { start: [1]; stop: [-1] }>; // [3, 3]
 */
export type SliceShape<S extends Shape, Options> = number extends S["length"]
  ? Shape
  : Sliced<
      S,
      Option<Options, "start", undefined>,
      Option<Options, "stop", undefined>,
      Option<Options, "step", undefined>
    >;

export type Slice<Options> = <X extends TensorLike, const O extends Options | undefined = undefined>(
  x: X,
  options?: O & Only<O, Options>,
) => Tensor<SliceShape<ShapeOf<X>, O>, Same<X>>;
