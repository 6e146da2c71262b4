import type { Shape } from "../shape.js";
import type { AnyShape } from "./any-shape.js";
import type { ShapeError, Show } from "./shape-error.js";

/** Two sides that do not go together, and the axis. */
interface Clash<Left extends number, Right extends number, Axis extends number> {
  readonly clash: readonly [Left, Right, Axis];
}

/** What a side is after broadcasting: the other one where this is 1, and the narrower where one of them is `number`. */
export type Side<Left extends number, Right extends number> = [Left] extends [Right]
  ? [Right] extends [Left]
    ? Left
    : [Left] extends [1]
      ? Right
      : Left
  : [Right] extends [1]
    ? Left
    : [Left] extends [1]
      ? Right
      : Agreed<Left, Right>;

/**
 * The narrower of two sides that must be equal, or never where they differ. A named side (a branded number) differs from other names, not from
 * numbers: its size is not known.
 */
export type Agreed<Left extends number, Right extends number> = [Left] extends [Right]
  ? Left
  : [Right] extends [Left]
    ? Right
    : IsLiteral<Left> extends IsLiteral<Right>
      ? never
      : IsLiteral<Left> extends true
        ? Left
        : Right;

/** The narrower of two shapes that must be equal, side by side, or never where they differ. */
export type AgreedShape<A extends Shape, B extends Shape, Done extends Shape = []> = number extends
  | A["length"]
  | B["length"]
  ? Shape
  : A extends [infer Left extends number, ...infer RestA extends AnyShape]
    ? B extends [infer Right extends number, ...infer RestB extends AnyShape]
      ? [Agreed<Left, Right>] extends [never]
        ? never
        : AgreedShape<RestA, RestB, [...Done, Agreed<Left, Right>]>
      : never
    : B extends []
      ? Done
      : never;

/** Whether a side is a literal, not a name. A record over literals has their keys; one over a branded number has none that must be there. */
type IsLiteral<N extends number> = Record<never, never> extends Record<N, 1> ? false : true;

type Broadcasted<A extends Shape, B extends Shape, Done extends Shape = []> = A extends [
  ...infer OuterA extends AnyShape,
  infer Left extends number,
]
  ? B extends [...infer OuterB extends AnyShape, infer Right extends number]
    ? [Side<Left, Right>] extends [never]
      ? Clash<Left, Right, [...Done, 0]["length"]>
      : Broadcasted<OuterA, OuterB, [Side<Left, Right>, ...Done]>
    : [...A, ...Done]
  : [...B, ...Done];

/**
 * The shape that both broadcast to, as `broadcastShapes` finds it: aligned at the last axis, a side of 1 stretches. An unknown rank stays unknown, a
 * side of type `number` takes the other's.
 *
 * @example
 * type S = Broadcast<"add", [128, 10], [10]>; // [128, 10]
 */
export type Broadcast<Name extends string, A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : Broadcasted<A, B> extends infer Result
    ? Result extends Clash<infer Left, infer Right, infer Axis>
      ? ShapeError<`${Name}: cannot broadcast ${Show<A>} with ${Show<B>}: axis -${Axis} is ${Left} on the left and ${Right} on the right`>
      : Result
    : never;
