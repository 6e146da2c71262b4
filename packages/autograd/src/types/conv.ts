import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Add, IsSize, Multiply, Subtract } from "./arithmetic.js";
import type { Agreed } from "./broadcast.js";
import type { DTypeOf, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { AtAxis, Only, Option } from "./options.js";
import type { Check, Fit, Ok, ShapeError, Show } from "./shape-error.js";
import type { GeometryOf, Layouts, LeadOf, NoImage, PaddingAt, Reach, Spatial, WindowCounts } from "./windows.js";

/** The options among the third and the fourth argument: either may be they. */
type Chosen<Third, Fourth> = [Third] extends [TensorLike | undefined] ? Fourth : Third;

/** The number of groups; `number` where it is not known. */
type GroupsOf<Options> = Option<Options, "groups", 1> extends infer G extends number ? G : number;

type Last<S extends Shape> = S extends [...Shape, infer C extends number] ? C : never;

type Kernels<W extends Shape> = W extends [number, number, ...infer Kernel extends AnyShape] ? Kernel : Shape;

/** The features of the result: axis 0 of the weight, or of a transposed convolution axis 1 times the groups. */
type Features<W extends Shape, Options, Transposed extends boolean> = number extends W["length"]
  ? number
  : Transposed extends true
    ? Multiply<W[1], GroupsOf<Options>>
    : W[0];

/** The channels that a weight takes. */
type Taken<W extends Shape, Options, Transposed extends boolean> = Transposed extends true
  ? W[0]
  : Multiply<W[1], GroupsOf<Options>>;

type WeightLayout<
  Rank extends keyof Layouts,
  Transposed extends boolean,
> = `[${Transposed extends true ? "channels, features / groups" : "features, channels / groups"}, ${Layouts[Rank]["kernel"]}]`;

type Groups<G extends number> = `${G} group${[G] extends [1] ? "" : "s"}`;

/** The channels that do not fit, or never. */
type Misfit<
  Name extends string,
  S extends Shape,
  W extends Shape,
  Lead extends Shape,
  Options,
  Transposed extends boolean,
> = [Agreed<Last<Lead>, Taken<W, Options, Transposed>>] extends [never]
  ? ShapeError<`${Name}: x ${Show<S>} has ${Last<Lead>} channels, and a weight ${Show<W>} with ${Groups<GroupsOf<Options>>} takes ${Taken<W, Options, Transposed>}`>
  : never;

/** (side − 1) · stride + reach + outputPadding − padding; `number` where that is below 0 or not literal. */
type Grown<Side extends number, Kernel extends number, Options, At extends number> = [
  Stretched<Side, Kernel, Options, At>,
] extends [never]
  ? number
  : Stretched<Side, Kernel, Options, At>;

type Stretched<Side extends number, Kernel extends number, Options, At extends number> =
  Subtract<IsSize<Side> extends true ? Side : never, 1> extends infer Steps extends number
    ? [Steps] extends [never]
      ? number
      : Option<Options, "padding", 0> extends "same"
        ? number
        : Subtract<
            Add<
              Add<
                Multiply<Steps, AtAxis<Option<Options, "stride", 1>, At>>,
                Reach<Kernel, AtAxis<Option<Options, "dilation", 1>, At>>
              >,
              AtAxis<Option<Options, "outputPadding", 0>, At>
            >,
            PaddingAt<Option<Options, "padding", 0>, At>
          >
    : number;

type GrownSides<Sides extends Shape, Kernel extends Shape, Options, Done extends Shape = []> = Sides extends [
  infer Side extends number,
  ...infer Rest extends AnyShape,
]
  ? Kernel extends [infer Own extends number, ...infer More extends AnyShape]
    ? GrownSides<Rest, More, Options, [...Done, Grown<Side, Own, Options, Done["length"]>]>
    : Shape
  : Done;

/** [N, features, ...sides], or an error that stands in place of the sides. */
type Convolved<Lead extends Shape, F extends number, Sides> = Sides extends Shape
  ? number extends Sides["length"]
    ? Shape
    : Lead extends [infer N extends number, number]
      ? [N, F, ...Sides]
      : [F, ...Sides]
  : Sides;

/**
 * The shape that a convolution gives, or an error.
 *
 * @example
 * type S = ConvShape<"conv2d", 2, [1, 3, 8, 8], [4, 3, 3, 3], { stride: 2 }, false>; // [1, 4, 3, 3]
 */
export type ConvShape<
  Name extends string,
  Rank extends keyof Layouts,
  S extends Shape,
  W extends Shape,
  Options,
  Transposed extends boolean,
> = number extends S["length"] | W["length"]
  ? Shape
  : [LeadOf<S, Rank>] extends [never]
    ? NoImage<Name, S, Rank>
    : Kernels<W>["length"] extends Rank
      ? [Misfit<Name, S, W, LeadOf<S, Rank>, Options, Transposed>] extends [never]
        ? Convolved<
            LeadOf<S, Rank>,
            Features<W, Options, Transposed>,
            Transposed extends true
              ? GrownSides<Spatial<S, Rank>, Kernels<W>, Options>
              : WindowCounts<Name, S, Spatial<S, Rank>, Kernels<W>, GeometryOf<Options>>
          >
        : Misfit<Name, S, W, LeadOf<S, Rank>, Options, Transposed>
      : ShapeError<`${Name}: the weight must be ${WeightLayout<Rank, Transposed>}, not ${Show<W>}`>;

/** Whether a bias has one number for each feature, or an error. */
type BiasShape<Name extends string, B, F extends number> = [B] extends [TensorLike]
  ? number extends ShapeOf<B>["length"]
    ? Shape
    : ShapeOf<B> extends [infer Own extends number]
      ? [Agreed<Own, F>] extends [never]
        ? ShapeError<`${Name}: the bias has shape ${Show<ShapeOf<B>>}; give one number for each of ${F} features: [${F}]`>
        : Shape
      : ShapeError<`${Name}: the bias has shape ${Show<ShapeOf<B>>}; give one number for each of ${F} features: [${F}]`>
  : Shape;

/** The third argument: a bias that fits, or options that are all read. */
type Third<Name extends string, T, F, Options> = [T] extends [TensorLike | undefined]
  ? Check<BiasShape<Name, T, Extract<F, number>>>
  : [T] extends [TensorLike | Options | undefined]
    ? undefined extends T
      ? unknown
      : T extends TensorLike
        ? unknown
        : Only<T, Options>
    : unknown;

/** The dtype of the bias; that which changes no other where there is none. */
type BiasDType<T> = [Extract<T, TensorLike>] extends [never] ? "bool" : DTypeOf<Extract<T, TensorLike>>;

/** A convolution: image, kernels, a bias for each feature if wanted, options last. */
export type Convolution<
  Name extends string,
  Rank extends keyof Layouts,
  Options,
  Transposed extends boolean = false,
> = <
  X extends TensorLike,
  W extends TensorLike,
  const B extends TensorLike | Options | undefined = undefined,
  const O extends Options | undefined = undefined,
>(
  x: X,
  weight: Fit<ConvShape<Name, Rank, ShapeOf<X>, ShapeOf<W>, Chosen<B, O>, Transposed>, W>,
  bias?: B & Third<Name, B, Features<ShapeOf<W>, Chosen<B, O>, Transposed>, Options>,
  options?: O & ([Extract<B, TensorLike | undefined>] extends [never] ? never : Only<O, Options>),
) => Tensor<
  Ok<ConvShape<Name, Rank, ShapeOf<X>, ShapeOf<W>, Chosen<B, O>, Transposed>>,
  ResultDType<"float", Promote<Promote<DTypeOf<X>, DTypeOf<W>>, BiasDType<B>>>
>;
