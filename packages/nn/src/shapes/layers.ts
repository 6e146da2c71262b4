import type {
  Agreed,
  AgreedShape,
  AlongShape,
  AnyShape,
  AxisOf,
  ConvShape,
  Ok,
  OptionOf,
  PoolShape,
  Shape,
  ShapeMismatch,
  Show,
  SizeOf,
} from "@glissade/autograd";

/** What layers make of shapes, or why an input does not fit, in the words of the run-time error. */

/** The shape without its last axis. */
type LeadOf<S extends Shape> = S extends [...infer Lead extends AnyShape, number] ? Lead : Shape;

/** The last side; never for a scalar. */
type LastOf<S extends Shape> = S extends [...Shape, infer Last extends number] ? Last : never;

/** Whether the last side may be `Side`. */
export type EndsIn<S extends Shape, Side extends number> = [LastOf<S>] extends [never]
  ? false
  : [Agreed<LastOf<S>, Side>] extends [never]
    ? false
    : true;

/** The shape with another last side. */
export type WithLast<S extends Shape, Side extends number> = number extends S["length"] ? Shape : [...LeadOf<S>, Side];

/** The shape of a linear layer's result, or why the input does not fit. */
export type LinearShape<In extends number, Out extends number, S extends Shape> = number extends S["length"]
  ? Shape
  : EndsIn<S, In> extends true
    ? [...LeadOf<S>, Out]
    : ShapeMismatch<`Linear: the last axis of the input ${Show<S>} must have ${In} features, for weight ${Show<[Out, In]>} is [out, in]`>;

/** The sides of a window: a number for each axis, or one for all. */
type WindowOf<Kernel, Rank extends 1 | 2> = Kernel extends readonly [
  infer Rows extends number,
  infer Columns extends number,
]
  ? [Rows, Columns]
  : Kernel extends readonly [infer Taps extends number]
    ? [Taps]
    : Kernel extends number
      ? Rank extends 1
        ? [Kernel]
        : [Kernel, Kernel]
      : Rank extends 1
        ? [number]
        : [number, number];

/** Options as the operator has them: the groups are in the channels already. */
type Geometry<Options> = [Options] extends [undefined] ? undefined : Omit<Exclude<Options, undefined>, "groups">;

/** The axes of an image or a sequence in words. */
interface AxisWords {
  readonly 1: "L";
  readonly 2: "H, W";
}

/** The channels of an image or a sequence, with or without N; never for another rank. */
type ImageChannels<S extends Shape, Rank extends 1 | 2> = Rank extends 1
  ? S extends [infer C extends number, number]
    ? readonly [C, 0]
    : S extends [number, infer C extends number, number]
      ? readonly [C, 1]
      : never
  : S extends [infer C extends number, number, number]
    ? readonly [C, 0]
    : S extends [number, infer C extends number, number, number]
      ? readonly [C, 1]
      : never;

/** Why an image does not fit, or never. */
type ImageMisfit<Layer extends string, Rank extends 1 | 2, In extends number, S extends Shape> = [
  ImageChannels<S, Rank>,
] extends [never]
  ? ShapeMismatch<`${Layer}: the input ${Show<S>} has ${S["length"]} axes; it must be [N, ${In}, ${AxisWords[Rank]}] or [${In}, ${AxisWords[Rank]}]`>
  : ImageChannels<S, Rank> extends readonly [infer C extends number, infer At extends number]
    ? [Agreed<C, In>] extends [never]
      ? ShapeMismatch<`${Layer}: the input ${Show<S>} has ${C} channels in axis ${At}, not ${In}; it must be [N, ${In}, ${AxisWords[Rank]}] or [${In}, ${AxisWords[Rank]}]`>
      : never
    : never;

/** The shape of a convolution's result, or why the input does not fit. */
export type ConvolutionShape<
  Layer extends string,
  Operator extends string,
  Rank extends 1 | 2,
  Channels extends readonly [into: number, out: number],
  Kernel,
  Options,
  S extends Shape,
> = number extends S["length"]
  ? Shape
  : [ImageMisfit<Layer, Rank, Channels[0], S>] extends [never]
    ? ConvShape<
        `${Layer}: ${Operator}`,
        Rank,
        S,
        Operator extends `convTranspose${string}`
          ? [...Channels, ...WindowOf<Kernel, Rank>]
          : [Channels[1], Channels[0], ...WindowOf<Kernel, Rank>],
        Geometry<Options>,
        Operator extends `convTranspose${string}` ? true : false
      >
    : ImageMisfit<Layer, Rank, Channels[0], S>;

/** The shape that pooling gives, or why the input does not fit. */
export type PooledShape<
  Layer extends string,
  Operator extends string,
  Kernel,
  Options,
  S extends Shape,
> = number extends S["length"]
  ? Shape
  : S["length"] extends 3 | 4
    ? PoolShape<
        `${Layer}: ${Operator}`,
        2,
        S,
        { readonly kernelSize: Kernel } & ([Options] extends [undefined] ? unknown : Options)
      >
    : ShapeMismatch<`${Layer}: the input ${Show<S>} must be [N, C, H, W] or [C, H, W]`>;

/** What is normalised by channels, by the name of the layer. */
interface ChannelForms<C extends number> {
  readonly BatchNorm1d: {
    readonly ranks: 2 | 3;
    readonly words: `[N, ${C}] or [N, ${C}, L]`;
  };
  readonly BatchNorm2d: { readonly ranks: 4; readonly words: `[N, ${C}, H, W]` };
  readonly GroupNorm: { readonly ranks: number; readonly words: `[N, ${C}, …]` };
}

/** The same shape, or why it has not the channels in axis 1. */
export type ByChannelShape<
  Layer extends keyof ChannelForms<number>,
  C extends number,
  S extends Shape,
> = number extends S["length"]
  ? Shape
  : S extends [number, infer Own extends number, ...Shape]
    ? [Agreed<Own, C>] extends [never]
      ? NoChannels<Layer, C, S>
      : S["length"] extends ChannelForms<C>[Layer]["ranks"]
        ? S
        : NoChannels<Layer, C, S>
    : NoChannels<Layer, C, S>;

type NoChannels<
  Layer extends keyof ChannelForms<number>,
  C extends number,
  S extends Shape,
> = ShapeMismatch<`${Layer}: the input ${Show<S>} must be ${ChannelForms<C>[Layer]["words"]}: its channels are axis 1`>;

/** The sides that are normalised together. */
type SidesOf<Sides> = Sides extends number ? [Sides] : Sides extends Shape ? [...Sides] : Shape;

/** The last sides of a shape, as many as `Sides` has; never where it has fewer. */
type Tail<S extends Shape, Sides extends Shape> = S["length"] extends Sides["length"]
  ? S
  : S extends [number, ...infer Rest extends AnyShape]
    ? Tail<Rest, Sides>
    : never;

/** The same shape, or why it does not end in the sides that are normalised together. */
export type ByLastShape<Layer extends string, Sides, S extends Shape> = number extends
  | S["length"]
  | SidesOf<Sides>["length"]
  ? S
  : [Tail<S, SidesOf<Sides>>] extends [never]
    ? NoEnd<Layer, SidesOf<Sides>, S>
    : [AgreedShape<Tail<S, SidesOf<Sides>>, SidesOf<Sides>>] extends [never]
      ? NoEnd<Layer, SidesOf<Sides>, S>
      : S;

type NoEnd<
  Layer extends string,
  Sides extends Shape,
  S extends Shape,
> = ShapeMismatch<`${Layer}: the input ${Show<S>} must end in ${Show<Sides>}, the normalizedShape`>;

/** The shape of rows by their indices. */
export type EmbeddedShape<Length extends number, S extends Shape> = number extends S["length"] ? Shape : [...S, Length];

/** The shape with neighbouring axes merged, or why they cannot be. */
export type FlattenedShape<Options, S extends Shape> = number extends S["length"]
  ? Shape
  : [OptionOf<Options, "startAxis", 1>, OptionOf<Options, "endAxis", -1>] extends [
        infer Start extends number,
        infer End extends number,
      ]
    ? Flattened<S, Start, End, AxisOf<S["length"], Start>, AxisOf<S["length"], End>>
    : Shape;

type Flattened<S extends Shape, Start extends number, End extends number, First, Last> = First extends number
  ? Last extends number
    ? number extends First | Last
      ? Shape
      : [Merged<S, First, Last>] extends [never]
        ? ShapeMismatch<`Flatten: endAxis ${End} comes before startAxis ${Start} in ${Show<S>}`>
        : Merged<S, First, Last>
    : NoAxis<S, End>
  : NoAxis<S, Start>;

type NoAxis<
  S extends Shape,
  Axis extends number,
> = ShapeMismatch<`Flatten: axis ${Axis} is out of range for an input of shape ${Show<S>}`>;

/** The sides before `First`, the elements from there to `Last`, and the sides behind; never where `Last` comes before `First`. */
type Merged<
  S extends Shape,
  First extends number,
  Last extends number,
  At extends readonly 0[] = [],
  Lead extends Shape = [],
> = At["length"] extends First
  ? MergedTo<S, Last, At, Lead, []>
  : S extends [infer Side extends number, ...infer Rest extends AnyShape]
    ? Merged<Rest, First, Last, [...At, 0], [...Lead, Side]>
    : never;

type MergedTo<
  S extends Shape,
  Last extends number,
  At extends readonly 0[],
  Lead extends Shape,
  Within extends Shape,
> = S extends [infer Side extends number, ...infer Rest extends AnyShape]
  ? At["length"] extends Last
    ? [...Lead, SizeOf<[...Within, Side]>, ...Rest]
    : MergedTo<Rest, Last, [...At, 0], Lead, [...Within, Side]>
  : never;

/** The sum of what a residual's body makes and what goes around it, or why they differ. */
export type ResidualShape<S extends Shape, Body, Around> = Body extends Shape
  ? Around extends Shape
    ? [AgreedShape<Body, Around>] extends [never]
      ? ShapeMismatch<`Residual: the body makes ${Show<Body>} of the input ${Show<S>}, and what is added to it is ${Show<Around>}`>
      : Ok<AgreedShape<Body, Around>>
    : Around
  : Body;

/** The same shape, or why it has no such axis. */
export type AlongAxis<Operator extends string, Options, S extends Shape> =
  OptionOf<Options, "axis", -1> extends infer Axis
    ? AlongShape<Operator, S, Axis extends number ? Axis : number>
    : never;
