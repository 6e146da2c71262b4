import type { Agreed, AgreedShape, OptionOf, Shape, ShapeMismatch, Show, SizeOf } from "@glissade/autograd";
import type { EndsIn, WithLast } from "./layers.js";

/** What attention and recurrent layers make of shapes. */

/** An option that is `true`, `false` where it is left out, `boolean` where it is not known. */
type Flag<Options, Name extends string> =
  OptionOf<Options, Name, false> extends infer Value extends boolean ? Value : boolean;

/** The features of keys or of values. */
type Features<Options, Name extends string, E extends number> =
  OptionOf<Options, Name, E> extends infer Own extends number ? Own : number;

type Form<Length extends string, E extends number, S extends Shape, BatchFirst extends boolean> = S["length"] extends 3
  ? BatchFirst extends true
    ? `[N, ${Length}, ${E}]`
    : `[${Length}, N, ${E}]`
  : `[${Length}, ${E}]`;

/** N, length and features of an operand; never for another rank. */
type Parts<S extends Shape, BatchFirst extends boolean> = S extends [
  infer Length extends number,
  infer Own extends number,
]
  ? readonly [0, Length, Own]
  : S extends [infer First extends number, infer Second extends number, infer Own extends number]
    ? [BatchFirst] extends [true]
      ? readonly [First, Second, Own]
      : [BatchFirst] extends [false]
        ? readonly [Second, First, Own]
        : readonly [number, number, Own]
    : never;

type Unequal<A extends number, B extends number> = [Agreed<A, B>] extends [never] ? true : false;

/** Whether queries, keys and values do not go together. */
type Clashing<Q, K, V, E extends number, Options> = Q extends readonly [
  infer N extends number,
  number,
  infer OwnE extends number,
]
  ? K extends readonly [infer NK extends number, infer Length extends number, infer OwnK extends number]
    ? V extends readonly [infer NV extends number, infer LengthV extends number, infer OwnV extends number]
      ? true extends
          | Unequal<OwnE, E>
          | Unequal<OwnK, Features<Options, "kdim", E>>
          | Unequal<OwnV, Features<Options, "vdim", E>>
          | Unequal<N, NK>
          | Unequal<N, NV>
          | Unequal<Length, LengthV>
        ? true
        : false
      : true
    : true
  : true;

/** The shape of attention's result, that of the queries, or why the operands do not fit. */
export type AttendedShape<E extends number, Options, Q extends Shape, K extends Shape, V extends Shape> = number extends
  | Q["length"]
  | K["length"]
  | V["length"]
  ? number extends Q["length"]
    ? Shape
    : WithLast<Q, E>
  : [Q["length"], K["length"]] extends [K["length"] & V["length"], Q["length"]]
    ? Clashing<
        Parts<Q, Flag<Options, "batchFirst">>,
        Parts<K, Flag<Options, "batchFirst">>,
        Parts<V, Flag<Options, "batchFirst">>,
        E,
        Options
      > extends true
      ? NoAttention<E, Options, Q, K, V>
      : WithLast<Q, E>
    : NoAttention<E, Options, Q, K, V>;

type NoAttention<
  E extends number,
  Options,
  Q extends Shape,
  K extends Shape,
  V extends Shape,
> = ShapeMismatch<`MultiHeadAttention: query ${Show<Q>}, key ${Show<K>} and value ${Show<V>} do not fit; they are ${Form<"L", E, Q, Flag<Options, "batchFirst">>}, ${Form<"S", Features<Options, "kdim", E>, Q, Flag<Options, "batchFirst">>} and ${Form<"S", Features<Options, "vdim", E>, Q, Flag<Options, "batchFirst">>}, with batchFirst ${Flag<Options, "batchFirst">}`>;

/** A number for each direction; `number` where the directions are not known. */
type Directed<Count, Options> = Count extends number
  ? [Flag<Options, "bidirectional">] extends [false]
    ? Count
    : [Flag<Options, "bidirectional">] extends [true]
      ? SizeOf<[2, Count]>
      : number
  : number;

/** Cells in all layers and directions. */
type Cells<Options> = Directed<OptionOf<Options, "numLayers", 1>, Options>;

/** The shape of a recurrent layer's outputs, or why the input does not fit. */
export type OutputShape<
  Layer extends string,
  In extends number,
  Hidden extends number,
  Options,
  S extends Shape,
> = number extends S["length"]
  ? Shape
  : Parts<S, Flag<Options, "batchFirst">> extends readonly [number, number, infer Own extends number]
    ? [Agreed<Own, In>] extends [never]
      ? NoSequence<Layer, In, Flag<Options, "batchFirst">, S>
      : WithLast<S, Directed<Hidden, Options>>
    : NoSequence<Layer, In, Flag<Options, "batchFirst">, S>;

/** The shape of a recurrent layer's states. */
export type StateShape<Hidden extends number, Options, S extends Shape> = S["length"] extends 2
  ? [Cells<Options>, Hidden]
  : Parts<S, Flag<Options, "batchFirst">> extends readonly [infer N extends number, number, number]
    ? [Cells<Options>, N, Hidden]
    : Shape;

/** Nothing where first states fit, else the error. */
export type FirstState<
  Layer extends string,
  Role extends string,
  Hidden extends number,
  Options,
  S extends Shape,
  H extends Shape,
> = number extends S["length"] | H["length"]
  ? unknown
  : [AgreedShape<StateShape<Hidden, Options, S>, H>] extends [never]
    ? ShapeMismatch<`${Layer}: ${Role} has shape ${Show<H>}; it must be ${S["length"] extends 2 ? "[layers · directions, hidden]" : "[layers · directions, N, hidden]"} = ${Show<StateShape<Hidden, Options, S>>}`>
    : unknown;

/** The same shape, or why a transformer does not take it. */
export type BlockShape<E extends number, Options, S extends Shape> = number extends S["length"]
  ? Shape
  : S["length"] extends 2 | 3
    ? EndsIn<S, E> extends true
      ? S
      : NoSequence<"TransformerBlock", E, Flag<Options, "batchFirst">, S>
    : NoSequence<"TransformerBlock", E, Flag<Options, "batchFirst">, S>;

/** Why sequences do not fit. */
export type NoSequence<
  Layer extends string,
  Features extends number,
  BatchFirst extends boolean,
  S extends Shape,
> = ShapeMismatch<`${Layer}: the input ${Show<S>} must be ${BatchFirst extends true ? `[N, L, ${Features}]` : `[L, N, ${Features}]`}, with batchFirst ${BatchFirst}, or [L, ${Features}]`>;
