import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Multiply } from "./arithmetic.js";
import type { DTypeOf, DTypeRule, ResultDType, ShapeOf } from "./operand.js";
import type { AtAxis, Only, Option } from "./options.js";
import type { SizeOf } from "./reshape.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";
import type { GeometryOf, Layouts, LeadOf, NoImage, Spatial, WindowCounts } from "./windows.js";

/** The sides of a window, one for each axis. */
type KernelOf<Value, Rank extends keyof Layouts> = Rank extends 1
  ? [AtAxis<Value, 0>]
  : [AtAxis<Value, 0>, AtAxis<Value, 1>];

type Behind<Lead extends Shape, Sides> = Sides extends Shape
  ? number extends Sides["length"]
    ? Shape
    : [...Lead, ...Sides]
  : Sides;

/** As many sides as there are axes, of which nothing is known. */
type Open<Rank extends keyof Layouts> = Rank extends 1 ? [number] : [number, number];

/**
 * The shape that pooling gives, or an error; with `ceilMode` the number of windows is left to run time.
 *
 * @example
 * type S = PoolShape<"maxPool2d", 2, [1, 3, 8, 8], { kernelSize: 2 }>; // [1, 3, 4, 4]
 */
export type PoolShape<
  Name extends string,
  Rank extends keyof Layouts,
  S extends Shape,
  Options,
> = number extends S["length"]
  ? Shape
  : [LeadOf<S, Rank>] extends [never]
    ? NoImage<Name, S, Rank>
    : Option<Options, "ceilMode", false> extends false
      ? Behind<
          LeadOf<S, Rank>,
          WindowCounts<
            Name,
            S,
            Spatial<S, Rank>,
            KernelOf<Option<Options, "kernelSize", number>, Rank>,
            GeometryOf<Options, Option<Options, "kernelSize", number>>
          >
        >
      : [...LeadOf<S, Rank>, ...Open<Rank>];

/** Pooling over windows. */
export type Pooling<Name extends string, Rank extends keyof Layouts, Options, Rule extends DTypeRule> = <
  X extends TensorLike,
  const O extends Options,
>(
  x: Fit<PoolShape<Name, Rank, ShapeOf<X>, O>, X>,
  options: O & Only<O, Options>,
) => Tensor<Ok<PoolShape<Name, Rank, ShapeOf<X>, O>>, ResultDType<Rule, DTypeOf<X>>>;

/** [N, C · kernel size, windows], from the windows along each axis. */
type Columns<Lead extends Shape, Kernel extends Shape, Counts> = Counts extends Shape
  ? number extends Counts["length"]
    ? Shape
    : Lead extends [infer N extends number, infer C extends number]
      ? [N, Multiply<C, SizeOf<Kernel>>, SizeOf<Counts>]
      : [Multiply<Extract<Lead[0], number>, SizeOf<Kernel>>, SizeOf<Counts>]
  : Counts;

/**
 * The shape of the windows of images as columns, or an error.
 *
 * @example
 * type S = UnfoldShape<[1, 3, 8, 8], { kernelSize: 2 }>; // [1, 12, 49]
 */
export type UnfoldShape<S extends Shape, Options> = number extends S["length"]
  ? Shape
  : [LeadOf<S, 2>] extends [never]
    ? NoImage<"unfold", S, 2>
    : Columns<
        LeadOf<S, 2>,
        KernelOf<Option<Options, "kernelSize", number>, 2>,
        WindowCounts<
          "unfold",
          S,
          Spatial<S, 2>,
          KernelOf<Option<Options, "kernelSize", number>, 2>,
          GeometryOf<Options>
        >
      >;

/** The sliding windows of images. */
export type Unfold<Options> = <X extends TensorLike, const O extends Options>(
  x: Fit<UnfoldShape<ShapeOf<X>, O>, X>,
  options: O & Only<O, Options>,
) => Tensor<Ok<UnfoldShape<ShapeOf<X>, O>>, ResultDType<"keep", DTypeOf<X>>>;

/** The shape of means of so many windows, or an error. */
export type AdaptiveShape<Name extends string, S extends Shape, Options> = number extends S["length"]
  ? Shape
  : [LeadOf<S, 2>] extends [never]
    ? ShapeError<`${Name}: x must be [N, C, H, W] or [C, H, W] with elements along the last axes, not ${Show<S>}`>
    : [...LeadOf<S, 2>, ...KernelOf<Option<Options, "outputSize", number>, 2>];

/** Pooling to so many windows. */
export type AdaptivePooling<Name extends string, Options> = <X extends TensorLike, const O extends Options>(
  x: Fit<AdaptiveShape<Name, ShapeOf<X>, O>, X>,
  options: O & Only<O, Options>,
) => Tensor<Ok<AdaptiveShape<Name, ShapeOf<X>, O>>, ResultDType<"float", DTypeOf<X>>>;

/** The sides on another grid: those of `size`, or whole multiples. */
type Resized<Sides extends Shape, Options, Done extends Shape = []> = Sides extends [
  infer Side extends number,
  ...infer Rest extends AnyShape,
]
  ? Resized<
      Rest,
      Options,
      [
        ...Done,
        "size" extends keyof Options
          ? AtAxis<Option<Options, "size", number>, Done["length"]>
          : Multiply<Side, AtAxis<Option<Options, "scaleFactor", number>, Done["length"]>>,
      ]
    >
  : Done;

/** What the shape of an image must be, by the mode. */
interface Grids {
  readonly nearest: {
    readonly fits: readonly [number, number, number, ...Shape];
    readonly words: "[N, C, L] or [N, C, H, W]";
  };
  readonly linear: { readonly fits: readonly [number, number, number]; readonly words: "[N, C, L]" };
  readonly bilinear: { readonly fits: readonly [number, number, number, number]; readonly words: "[N, C, H, W]" };
}

/** The shape of images on another grid, or an error. */
export type InterpolateShape<S extends Shape, Options> = number extends S["length"]
  ? Shape
  : Option<Options, "mode", "nearest"> extends infer Mode
    ? [Mode] extends [keyof Grids]
      ? S extends Grids[Mode]["fits"]
        ? S extends [infer N extends number, infer C extends number, ...infer Sides extends AnyShape]
          ? [N, C, ...Resized<Sides, Options>]
          : Shape
        : ShapeError<`interpolate: x ${Show<S>} is no ${Grids[Mode]["words"]} with elements along the last axes`>
      : Shape
    : never;

type InterpolateRule<Mode> = Mode extends "nearest" ? "keep" : Mode extends keyof Grids ? "float" : "open";

/** Images on a finer or coarser grid. */
export type Interpolate<Options> = <X extends TensorLike, const O extends Options>(
  x: Fit<InterpolateShape<ShapeOf<X>, O>, X>,
  options: O & Only<O, Options>,
) => Tensor<
  Ok<InterpolateShape<ShapeOf<X>, O>>,
  ResultDType<InterpolateRule<Option<O, "mode", "nearest">>, DTypeOf<X>>
>;
