import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Add, IsSize, Multiply, Subtract } from "./arithmetic.js";
import type { Without } from "./axes.js";
import type { Clamped, Less } from "./cut.js";
import type { PlaceOf } from "./gather.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";
import type { DivideBySteps } from "./windows.js";

/** Operators that give several tensors: as tuples where their number is known. */

type Same<X> = ResultDType<"keep", DTypeOf<X>>;

/** `Side` so many times; a list of unknown length where the number is not literal, or has more than two digits. */
type Times<Count extends number, Side extends number> =
  IsSize<Count> extends true
    ? `${Count}` extends `${infer _A}${infer _B}${infer _C}${string}`
      ? Side[]
      : Filled<Count, Side>
    : Side[];

type Filled<Count extends number, Side extends number, Done extends Side[] = []> = Done["length"] extends Count
  ? Done
  : Filled<Count, Side, [...Done, Side]>;

/** The sides of equal parts, or an error. */
type EqualSides<S extends Shape, Place extends number, Count extends number> =
  IsSize<S[Place]> extends true
    ? DivideBySteps<S[Place], Count> extends infer Part extends number
      ? number extends Part
        ? Times<Count, number>
        : Multiply<Part, Count> extends S[Place]
          ? Times<Count, Part>
          : ShapeError<`split: axis ${Place} of ${Show<S>} has ${S[Place]} elements, which do not divide into ${Count} equal parts`>
      : never
    : Times<Count, number>;

/** The sides of what lies between neighbouring points; those that are cut off count from the end. */
type SidesBetween<
  Side extends number,
  Points extends readonly number[],
  Before extends number = 0,
  Done extends Shape = [],
> = Points extends readonly [infer Point extends number, ...infer Rest extends readonly number[]]
  ? SidesBetween<Side, Rest, Clamped<Point, Side, 0>, [...Done, Less<Clamped<Point, Side, 0>, Before>]>
  : [...Done, Less<Side, Before>];

/** As many sides as points and one, of which nothing is known. */
type OpenSides<Points extends readonly number[]> = [...{ [I in keyof Points]: number }, number];

/** The sides of the parts along an axis, or an error. */
type SplitSides<S extends Shape, Parts extends number | readonly number[], Axis extends number> = number extends
  | S["length"]
  | PlaceOf<"split", S, Axis>
  ? [Parts] extends [number]
    ? Times<Parts, number>
    : [Parts] extends [readonly number[]]
      ? OpenSides<Parts>
      : number[]
  : PlaceOf<"split", S, Axis> extends infer Place
    ? Place extends number
      ? [Parts] extends [number]
        ? EqualSides<S, Place, Parts>
        : [Parts] extends [readonly number[]]
          ? number extends Parts["length"]
            ? number[]
            : IsSize<S[Place]> extends true
              ? SidesBetween<S[Place], Parts>
              : OpenSides<Parts>
          : number[]
      : Place
    : never;

/** A part of a shape. */
type PartShape<S extends Shape, Place, Side extends number> = number extends S["length"] | Place
  ? Shape
  : Without<S, Extract<Place, number>, [Side]>;

/** The parts as tensors. */
type PartsOf<X, Place, Sides> = [Sides] extends [Shape]
  ? { -readonly [I in keyof Sides]: Tensor<PartShape<ShapeOf<X>, Place, Extract<Sides[I], number>>, Same<X>> }
  : Tensor<Shape, Same<X>>[];

/** Parts of equal size, or between points. */
export type Split = <
  X extends TensorLike,
  const Parts extends number | readonly number[],
  const Axis extends number | undefined = 0,
>(
  x: Fit<SplitSides<ShapeOf<X>, Parts, Known<Axis>>, X>,
  parts: Parts,
  options?: { readonly axis?: Axis | undefined },
) => PartsOf<X, PlaceOf<"split", ShapeOf<X>, Known<Axis>>, SplitSides<ShapeOf<X>, Parts, Known<Axis>>>;

/** The axis, `number` where it might be left out. */
type Known<Axis extends number | undefined> = [Axis] extends [number] ? Axis : number;

/** The sides of parts of one size, of which the last may be smaller. */
type Chunks<Side extends number, Size extends number, Done extends Shape = []> = [Subtract<Side, Size>] extends [never]
  ? [...Done, Side]
  : Subtract<Side, Size> extends 0
    ? [...Done, Side]
    : Chunks<Subtract<Side, Size>, Size, [...Done, Size]>;

type ChunkSidesAt<Side extends number, Count extends number> =
  IsSize<Side> extends true
    ? IsSize<Count> extends true
      ? Side extends 0
        ? Times<Count, 0>
        : DivideBySteps<Add<Side, Extract<Subtract<Count, 1>, number>>, Count> extends infer Size extends number
          ? number extends Size
            ? number[]
            : Chunks<Side, Size>
          : never
      : number[]
    : number[];

/** The sides of at most so many parts of one size, or an error. */
type ChunkSides<S extends Shape, Count extends number, Axis extends number> = number extends S["length"]
  ? number[]
  : PlaceOf<"chunk", S, Axis> extends infer Place
    ? Place extends number
      ? number extends Place
        ? number[]
        : ChunkSidesAt<S[Place], Count>
      : Place
    : never;

/** At most so many parts of one size. */
export type Chunk = <X extends TensorLike, const Count extends number, const Axis extends number | undefined = 0>(
  x: Fit<ChunkSides<ShapeOf<X>, Count, Known<Axis>>, X>,
  parts: Count,
  options?: { readonly axis?: Axis | undefined },
) => PartsOf<X, PlaceOf<"chunk", ShapeOf<X>, Known<Axis>>, ChunkSides<ShapeOf<X>, Count, Known<Axis>>>;

/** The lengths of vectors, a scalar's 1, or the error of the first that has more axes. */
type Lengths<T extends readonly unknown[], Done extends Shape = []> = T extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? ShapeOf<First> extends infer S extends AnyShape
    ? number extends S["length"]
      ? Lengths<Rest, [...Done, number]>
      : S extends [infer Side extends number]
        ? Lengths<Rest, [...Done, Side]>
        : S extends []
          ? Lengths<Rest, [...Done, 1]>
          : ShapeError<`meshgrid: operand ${Done["length"]} has shape ${Show<S>}; flatten it to one axis`>
    : never
  : number extends T["length"]
    ? Shape
    : Done;

/** The shape of a grid, or an error. */
type GridShape<T extends readonly unknown[], Indexing extends string | undefined> =
  Lengths<T> extends infer Own
    ? Own extends [infer First extends number, infer Second extends number, ...infer Rest extends AnyShape]
      ? [Indexing] extends ["ij"]
        ? Own
        : [Indexing] extends ["xy" | undefined]
          ? [Second, First, ...Rest]
          : Shape
      : Own
    : never;

/** The coordinates of a grid. */
export type Meshgrid = <
  const T extends readonly TensorLike[],
  const Indexing extends "xy" | "ij" | undefined = undefined,
>(
  vectors: Fit<GridShape<T, Indexing>, T>,
  options?: { readonly indexing?: Indexing | undefined },
) => { -readonly [I in keyof T]: Tensor<Ok<GridShape<T, Indexing>>, Same<T[I]>> };
