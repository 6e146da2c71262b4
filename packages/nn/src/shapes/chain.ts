import type { Agreed, OptionOf, Shape, ShapeMismatch } from "@glissade/autograd";
import type {
  AlongAxis,
  ByChannelShape,
  ByLastShape,
  ConvolutionShape,
  EmbeddedShape,
  FlattenedShape,
  LinearShape,
  PooledShape,
  ResidualShape,
} from "./layers.js";
import type { AttendedShape, BlockShape, FirstState, OutputShape, StateShape } from "./sequences.js";

/**
 * What a layer does to shapes, by its kind and what is known of it. Every layer has such a member, which is nothing at run time, so that layers that hold
 * others know their results: the compiler cannot ask what a generic `forward` makes of an argument.
 */
export interface ShapeRules {
  readonly keep: readonly [];
  readonly linear: readonly [into: number, out: number];
  readonly conv: readonly [
    layer: string,
    operator: string,
    rank: 1 | 2,
    channels: readonly [into: number, out: number],
    kernel: unknown,
    options: unknown,
  ];
  readonly pool: readonly [layer: string, operator: string, kernel: unknown, options: unknown];
  readonly byChannel: readonly [layer: "BatchNorm1d" | "BatchNorm2d" | "GroupNorm", channels: number];
  readonly byLast: readonly [layer: string, sides: unknown];
  readonly embedding: readonly [length: number];
  readonly flatten: readonly [options: unknown];
  readonly along: readonly [operator: string, options: unknown];
  readonly attention: readonly [features: number, options: unknown];
  readonly block: readonly [features: number, options: unknown];
  readonly recurrent: readonly [layer: string, into: number, hidden: number, options: unknown];
  readonly residual: readonly [body: unknown, options: unknown];
  readonly chain: readonly [layers: readonly unknown[]];
}

/** The rule of one kind. */
export interface ShapeRule<Kind extends keyof ShapeRules, Known extends ShapeRules[Kind]> {
  readonly kind: Kind;
  readonly known: Known;
}

/** What has such a rule. `forward` asks for it by the type of `this`, so that its own type is the same for all layers of a class. */
export interface Shaped {
  readonly shapes?: unknown;
}

/** Operators that work element by element. */
type Elementwise = { readonly operator: { readonly elementwise: true } };

type RuleOf<Layer> = Layer extends { readonly shapes?: infer Rule }
  ? Exclude<Rule, undefined>
  : Layer extends Elementwise
    ? ShapeRule<"keep", []>
    : unknown;

/**
 * The shape of a layer's result, unknown for layers that say nothing of shapes, or why it does not take `S`.
 *
 * @example
 * type S = LayerShape<Linear<784, 10>, [32, 784]>; // [32, 10]
 */
export type LayerShape<Layer, S extends Shape> = Ruled<RuleOf<Layer>, S>;

type Ruled<Rule, S extends Shape> =
  Rule extends ShapeRule<"keep", []>
    ? S
    : Rule extends ShapeRule<"linear", readonly [infer In extends number, infer Out extends number]>
      ? LinearShape<In, Out, S>
      : Rule extends ShapeRule<"conv", infer K>
        ? ConvolutionShape<K[0], K[1], K[2], K[3], K[4], K[5], S>
        : Rule extends ShapeRule<"pool", infer K>
          ? PooledShape<K[0], K[1], K[2], K[3], S>
          : Rule extends ShapeRule<"byChannel", infer K>
            ? ByChannelShape<K[0], K[1], S>
            : Rule extends ShapeRule<"byLast", infer K>
              ? ByLastShape<K[0], K[1], S>
              : RuledOther<Rule, S>;

type RuledOther<Rule, S extends Shape> =
  Rule extends ShapeRule<"embedding", infer K>
    ? EmbeddedShape<K[0], S>
    : Rule extends ShapeRule<"flatten", infer K>
      ? FlattenedShape<K[0], S>
      : Rule extends ShapeRule<"along", infer K>
        ? AlongAxis<K[0], K[1], S>
        : Rule extends ShapeRule<"attention", infer K>
          ? AttendedShape<K[0], K[1], S, S, S>
          : Rule extends ShapeRule<"block", infer K>
            ? BlockShape<K[0], K[1], S>
            : Rule extends ShapeRule<"residual", infer K>
              ? ResidualShape<S, LayerShape<K[0], S>, Around<OptionOf<K[1], "shortcut", undefined>, S>>
              : Rule extends ShapeRule<"chain", infer K>
                ? Through<K[0], S>
                : Shape;

/** What goes around the body of a residual: the input itself where there is no shortcut. */
type Around<Shortcut, S extends Shape> = [Shortcut] extends [undefined] ? S : LayerShape<Shortcut, S>;

/** The shape behind all layers, or why one of them does not take what comes. */
export type Through<Layers extends readonly unknown[], S extends Shape> = Layers extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? LayerShape<First, S> extends infer Next
    ? Next extends Shape
      ? Through<Rest, Next>
      : Next
    : never
  : number extends Layers["length"]
    ? Shape
    : S;

/** What attention makes of queries, keys and values. */
export type AttentionOf<Layer, Q extends Shape, K extends Shape, V extends Shape> =
  RuleOf<Layer> extends ShapeRule<"attention", infer Known> ? AttendedShape<Known[0], Known[1], Q, K, V> : Shape;

/** The outputs of a recurrent layer. */
export type OutputOf<Layer, S extends Shape> =
  RuleOf<Layer> extends ShapeRule<"recurrent", infer K> ? OutputShape<K[0], K[1], K[2], K[3], S> : Shape;

/** The states of a recurrent layer. */
export type StateOf<Layer, S extends Shape> =
  RuleOf<Layer> extends ShapeRule<"recurrent", infer K> ? StateShape<K[2], K[3], S> : Shape;

/** Nothing where first states fit a recurrent layer, else the error. */
export type FirstOf<Layer, Role extends string, S extends Shape, H extends Shape> =
  RuleOf<Layer> extends ShapeRule<"recurrent", infer K> ? FirstState<K[0], Role, K[2], K[3], S, H> : unknown;

/** What is known between two layers before there is an input: the last side, and the channels in axis 1. */
type Between = readonly [last: number, channels: number];

/** Nothing is known. */
type Open = readonly [number, number];

/** `Next`, or the error where the features differ. */
type Meets<Before extends number, In extends number, Next extends Between> = [Agreed<Before, In>] extends [never]
  ? ShapeMismatch<`Sequential: a layer gives [..., ${Before}] and the next takes [..., ${In}]; make the features equal`>
  : Next;

/** `Next`, or the error where the channels differ. */
type MeetsChannels<Before extends number, In extends number, Next extends Between> = [Agreed<Before, In>] extends [
  never,
]
  ? ShapeMismatch<`Sequential: a layer gives [N, ${Before}, …] and the next takes [N, ${In}, …]; make the channels equal`>
  : Next;

type LastSide<Sides> = Sides extends number
  ? Sides
  : Sides extends [...Shape, infer Last extends number]
    ? Last
    : number;

/** What is known behind a layer, or why it does not take what comes. */
type Behind<Rule, B extends Between> =
  Rule extends ShapeRule<"linear", readonly [infer In extends number, infer Out extends number]>
    ? Meets<B[0], In, readonly [Out, number]>
    : Rule extends ShapeRule<"keep", []> | ShapeRule<"along", readonly [string, unknown]>
      ? B
      : Rule extends ShapeRule<"conv", infer K>
        ? MeetsChannels<B[1], K[3][0], readonly [number, K[3][1]]>
        : Rule extends ShapeRule<"pool", readonly [string, string, unknown, unknown]>
          ? readonly [number, B[1]]
          : Rule extends ShapeRule<"byChannel", infer K>
            ? MeetsChannels<B[1], K[1], readonly [B[0], K[1]]>
            : Rule extends ShapeRule<"byLast", infer K>
              ? Meets<B[0], LastSide<K[1]>, readonly [LastSide<K[1]>, B[1]]>
              : Rule extends ShapeRule<"embedding", infer K>
                ? readonly [K[0], number]
                : Rule extends ShapeRule<"attention" | "block", infer K>
                  ? Meets<B[0], Extract<K[0], number>, readonly [Extract<K[0], number>, number]>
                  : Rule extends ShapeRule<"residual", infer K>
                    ? Behind<RuleOf<K[0]>, B>
                    : Rule extends ShapeRule<"chain", infer K>
                      ? Chained<K[0], B>
                      : Open;

/** What is known behind all layers, or the first pair of neighbours that does not fit. */
type Chained<Layers extends readonly unknown[], B extends Between = Open> = Layers extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? Behind<RuleOf<First>, B> extends infer Next
    ? Next extends Between
      ? Chained<Rest, Next>
      : Next
    : never
  : number extends Layers["length"]
    ? Open
    : B;

/** The layers of a `Sequential`, each of which takes what the one before it gives. */
export type Adjacent<Layers extends readonly unknown[]> =
  Chained<Layers> extends ShapeMismatch<infer Words> ? readonly ShapeMismatch<Words>[] : Layers;

/** What a layer takes, as far as it is known before there is an input. */
type Taken<Rule> =
  Rule extends ShapeRule<"linear", readonly [infer In extends number, number]>
    ? readonly [In, number]
    : Rule extends ShapeRule<"conv", infer K>
      ? readonly [number, K[3][0]]
      : Rule extends ShapeRule<"byChannel", infer K>
        ? readonly [number, K[1]]
        : Rule extends ShapeRule<"byLast", infer K>
          ? readonly [LastSide<K[1]>, number]
          : Rule extends ShapeRule<"attention" | "block", infer K>
            ? readonly [Extract<K[0], number>, number]
            : Rule extends ShapeRule<"residual", infer K>
              ? Taken<RuleOf<K[0]>>
              : Rule extends ShapeRule<"chain", infer K>
                ? TakenByFirst<K[0]>
                : Open;

/** What the first layer takes that does not keep whatever comes. */
type TakenByFirst<Layers extends readonly unknown[]> = Layers extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? RuleOf<First> extends ShapeRule<"keep", []>
    ? TakenByFirst<Rest>
    : Taken<RuleOf<First>>
  : Open;

/** The body of a residual, or why what it makes cannot be added to what goes around it. */
export type ResidualBody<Body, Shortcut> = Sum<
  Taken<RuleOf<Body>>,
  Behind<RuleOf<Body>, Taken<RuleOf<Body>>>,
  [Shortcut] extends [undefined] ? Taken<RuleOf<Body>> : Behind<RuleOf<Shortcut>, Taken<RuleOf<Body>>>,
  Body
>;

type Sum<Given extends Between, Made, Around, Body> = Made extends Between
  ? Around extends Between
    ? [Agreed<Made[0], Around[0]>] extends [never]
      ? Unequal<`[..., ${Made[0]}]`, `[..., ${Given[0]}]`, `[..., ${Around[0]}]`>
      : [Agreed<Made[1], Around[1]>] extends [never]
        ? Unequal<`[N, ${Made[1]}, …]`, `[N, ${Given[1]}, …]`, `[N, ${Around[1]}, …]`>
        : Body
    : Body
  : Body;

type Unequal<
  Made extends string,
  Given extends string,
  Around extends string,
> = ShapeMismatch<`Residual: the body makes ${Made} of the input ${Given}, and what is added to it is ${Around}`>;
