import type { Shape } from "../shape.js";
import type { AnyShape } from "./any-shape.js";
import type { Add, Divide, IsSize, Multiply, Subtract } from "./arithmetic.js";
import type { AtAxis, Option } from "./options.js";
import type { ShapeError, Show } from "./shape-error.js";

/** Sides of windows that slide along axes. */

/** The divisors that are products of those that `Divide` knows. */
interface Steps {
  readonly 6: [2, 3];
  readonly 8: [2, 4];
  readonly 9: [3, 3];
  readonly 12: [3, 4];
  readonly 16: [4, 4];
  readonly 24: [6, 4];
  readonly 32: [8, 4];
}

/** ⌊A / B⌋, where B is such a product too: ⌊⌊A / b⌋ / c⌋ is ⌊A / bc⌋. */
export type DivideBySteps<A extends number, B extends number> = B extends keyof Steps
  ? Divide<DivideBySteps<A, Steps[B][0]>, Steps[B][1]>
  : Divide<A, B>;

/** What a window covers: dilation · (kernel − 1) + 1. */
export type Reach<Kernel extends number, Dilation extends number> = [Dilation] extends [1]
  ? Kernel
  : IsSize<Kernel> extends true
    ? Add<Multiply<Subtract<Kernel, 1>, Dilation>, 1>
    : number;

/** Zeros before and after an axis together: a number or a pair for the axis; "same" is not among them. */
export type PaddingAt<Value, At extends number> = Value extends "valid" | 0
  ? 0
  : Value extends number
    ? Add<Value, Value>
    : Value extends readonly unknown[]
      ? Value[At] extends readonly [infer Low extends number, infer High extends number]
        ? Add<Low, High>
        : Value[At] extends infer Both extends number
          ? Add<Both, Both>
          : number
      : number;

/** The padding of an axis in the words of the error. */
type PaddingText<Value, At extends number> = Value extends "valid"
  ? "0 + 0"
  : Value extends readonly unknown[]
    ? Value[At] extends readonly [infer Low extends number, infer High extends number]
      ? `${Low} + ${High}`
      : `${AtAxis<Value, At>} + ${AtAxis<Value, At>}`
    : `${AtAxis<Value, At>} + ${AtAxis<Value, At>}`;

/** The distance between windows, their dilation and so on, as the options of a call say them. */
export interface Geometry {
  readonly stride: unknown;
  readonly padding: unknown;
  readonly dilation: unknown;
}

/** The geometry of options; `Stride` is the default of the stride. */
export interface GeometryOf<Options, Stride = 1> extends Geometry {
  readonly stride: Option<Options, "stride", Stride>;
  readonly padding: Option<Options, "padding", 0>;
  readonly dilation: Option<Options, "dilation", 1>;
}

/** How many windows fit: ⌊(side + padding − reach) / stride⌋ + 1; never for none. */
type Count<Side extends number, Padding extends number, Covers extends number, Stride extends number> = [
  Subtract<[Padding] extends [0] ? Side : Add<Side, Padding>, Covers>,
] extends [never]
  ? never
  : Add<DivideBySteps<Subtract<[Padding] extends [0] ? Side : Add<Side, Padding>, Covers>, Stride>, 1>;

type CountAt<
  Side extends number,
  Kernel extends number,
  G extends Geometry,
  At extends number,
> = G["padding"] extends "same"
  ? G["stride"] extends 1
    ? Side
    : number
  : Count<Side, PaddingAt<G["padding"], At>, Reach<Kernel, AtAxis<G["dilation"], At>>, AtAxis<G["stride"], At>>;

/** A window that is larger than its axis, counted from the last. */
type TooLarge<
  Name extends string,
  S extends Shape,
  Side extends number,
  Kernel extends number,
  G extends Geometry,
  At extends number,
  FromEnd extends number,
> = ShapeError<`${Name}: a window of ${Reach<Kernel, AtAxis<G["dilation"], At>>} (kernel ${Kernel}, dilation ${AtAxis<G["dilation"], At>}) is larger than axis -${FromEnd} of ${Show<S>}, which is ${Side} with padding ${PaddingText<G["padding"], At>}`>;

/**
 * How many windows with these kernels fit along each of the sides, or an error; `S` is the whole shape, for its words.
 *
 * @example
 * type C = WindowCounts<"conv2d", [1, 3, 8, 8], [8, 8], [3, 3], GeometryOf<{ stride: 2 }>>; // [3, 3]
 */
export type WindowCounts<
  Name extends string,
  S extends Shape,
  Sides extends Shape,
  Kernel extends Shape,
  G extends Geometry,
  Done extends Shape = [],
> = Sides extends [infer Side extends number, ...infer Rest extends AnyShape]
  ? Kernel extends [infer Own extends number, ...infer More extends AnyShape]
    ? [CountAt<Side, Own, G, Done["length"]>] extends [never]
      ? TooLarge<Name, S, Side, Own, G, Done["length"], Sides["length"]>
      : WindowCounts<Name, S, Rest, More, G, [...Done, CountAt<Side, Own, G, Done["length"]>]>
    : Shape
  : Done;

/** What images and sequences must look like, by the number of axes that windows slide along. */
export interface Layouts {
  readonly 1: { readonly x: "[N, C, L] or [C, L]"; readonly kernel: "taps" };
  readonly 2: { readonly x: "[N, C, H, W] or [C, H, W]"; readonly kernel: "rows, columns" };
}

/** The sides along which windows slide. */
export type Spatial<S extends Shape, Rank extends keyof Layouts> = Rank extends 1
  ? S extends [...Shape, infer L extends number]
    ? [L]
    : Shape
  : S extends [...Shape, infer H extends number, infer W extends number]
    ? [H, W]
    : Shape;

/** [N, C], or [C] without N; never for an image of another rank. */
export type LeadOf<S extends Shape, Rank extends keyof Layouts> = Rank extends 1
  ? S extends [infer C extends number, number]
    ? [C]
    : S extends [infer N extends number, infer C extends number, number]
      ? [N, C]
      : never
  : S extends [infer C extends number, number, number]
    ? [C]
    : S extends [infer N extends number, infer C extends number, number, number]
      ? [N, C]
      : never;

/** The error for an image of another rank. */
export type NoImage<
  Name extends string,
  S extends Shape,
  Rank extends keyof Layouts,
> = ShapeError<`${Name}: x must be ${Layouts[Rank]["x"]}, not ${Show<S>}`>;
