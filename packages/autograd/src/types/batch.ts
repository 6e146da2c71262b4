import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { NestedData, Tensor, Variable } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { AxisOf, OutOfRange, OutOfRangeMessage } from "./axes.js";
import type { Agreed } from "./broadcast.js";
import type { Option } from "./options.js";
import type { ShapeError, Show } from "./shape-error.js";

/** Trees with an axis more or less: batches of examples, and what a loop takes and gives at each step. */

/** The way to a part of a tree, as `flattenTree` writes it. */
export type Under<Path extends string, Tree, Key> = Key extends string | number
  ? Tree extends readonly unknown[]
    ? `${Path}[${Key}]`
    : Path extends ""
      ? `${Key}`
      : `${Path}.${Key}`
  : Path;

/** A place in words, as `describePath` writes it. */
export type Place<Root extends string, Path extends string> = Path extends "" ? Root : `${Root} at ${Path}`;

/** The shape with a side of `N` in the place of an axis of the result. */
type Put<S extends Shape, Axis extends number, N extends number, Done extends Shape = []> = Done["length"] extends Axis
  ? [...Done, N, ...S]
  : S extends [infer First extends number, ...infer Rest extends AnyShape]
    ? Put<Rest, Axis, N, [...Done, First]>
    : Done;

type BatchAt<S extends Shape, D extends DType, N extends number, At, Root extends string> =
  At extends OutOfRange<infer Axis, infer Rank>
    ? ShapeError<OutOfRangeMessage<`vmap: ${Root}`, Show<[number, ...S]>, Axis, Rank>>
    : number extends At
      ? Tensor<Shape, D>
      : Tensor<Put<S, Extract<At, number>, N>, D>;

/** `N` examples of shape `S` along an axis, or an error where there is no such axis. No condition is on `N`, so that it can be a parameter of the mapped function. */
type BatchLeaf<
  S extends Shape,
  D extends DType,
  N extends number,
  Axis,
  Root extends string,
> = number extends S["length"]
  ? Tensor<Shape, D>
  : Axis extends 0
    ? Tensor<[N, ...S], D>
    : Axis extends -1
      ? Tensor<[...S, N], D>
      : Axis extends number
        ? BatchAt<S, D, N, AxisOf<[0, ...S]["length"], Axis>, Root>
        : Tensor<Shape, D>;

/** What the axes say of a part of a tree. */
type AxisFor<Axes, Key> = Axes extends number | null ? Axes : Key extends keyof Axes ? Axes[Key] : unknown;

/** The tree of batches for a tree of examples: `N` of them along the axes, null for what is one for all. */
export type BatchOf<X, N extends number, Axes = 0, Root extends string = "", Path extends string = ""> = [
  Axes,
] extends [null]
  ? X
  : unknown extends X
    ? X
    : NestedData extends X
      ? X
      : BatchTree<X, N, Axes, Root, Path>;

type BatchTree<X, N extends number, Axes, Root extends string, Path extends string> =
  X extends Tensor<infer S, infer D>
    ? BatchLeaf<S, D, N, Axes, Place<Root, Path>>
    : X extends Variable<infer S, infer D>
      ? BatchLeaf<S, D, N, Axes, Place<Root, Path>>
      : X extends number
        ? Tensor<[N]>
        : X extends (...args: never[]) => unknown
          ? X
          : X extends object
            ? { [K in keyof X]: BatchOf<X[K], N, AxisFor<Axes, K>, Root, Under<Path, X, K>> }
            : X;

/** Whether an argument says how many examples there are. */
type Counts<X, Axes> = [Axes] extends [null]
  ? false
  : X extends { readonly shape: infer S extends AnyShape }
    ? number extends S["length"]
      ? false
      : true
    : NestedData extends X
      ? false
      : X extends object
        ? true
        : false;

/** The first argument that says how many examples there are. */
type Leader<A extends readonly unknown[], Axes, At extends readonly 0[] = []> = A extends [infer X, ...infer Rest]
  ? Counts<X, AxisFor<Axes, `${At["length"]}`>> extends false
    ? Leader<Rest, Axes, [...At, 0]>
    : `${At["length"]}`
  : string | number;

type Mapped<A extends readonly unknown[], N extends number, Axes, First> = {
  [K in keyof A]: BatchOf<A[K], K extends First ? N : NoInfer<N>, AxisFor<Axes, K>, "the arguments", Under<"", A, K>>;
};

/** The arguments of a mapped function: the first says how many examples there are, and the others must have as many. */
export type BatchArguments<A extends readonly unknown[], N extends number, O> = Mapped<
  A,
  N,
  Option<O, "inAxes", 0>,
  Leader<A, Option<O, "inAxes", 0>>
>;

/** The result of a mapped function. */
export type BatchResult<R, N extends number, O> = BatchOf<R, N, Option<O, "outAxes", 0>, "outAxes">;

/** The errors in a tree. */
type ErrorsIn<T> = unknown extends T ? never : ErrorsInTree<T>;

type ErrorsInTree<T> =
  T extends ShapeError<string>
    ? T
    : T extends Tensor | Variable | ((...args: never[]) => unknown)
      ? never
      : T extends readonly unknown[]
        ? ErrorsIn<T[number]>
        : T extends object
          ? ErrorsIn<T[keyof T]>
          : never;

/** The axes that arguments and result do not have; the axis 0 is always there. */
export type AxisErrors<A extends readonly unknown[], R, O> =
  | (Option<O, "inAxes", 0> extends 0 | null ? never : ErrorsIn<BatchArguments<A, number, O>>)
  | (Option<O, "outAxes", 0> extends 0 | null ? never : ErrorsIn<BatchResult<R, number, O>>);

/** What one step of a scan gets of a tree: without the leading axis. */
export type StepOf<Xs> = unknown extends Xs ? Xs : StepTree<Xs>;

type StepTree<Xs> = Xs extends Tensor<infer S, infer D> | Variable<infer S, infer D>
  ? Tensor<S extends [number, ...infer Rest extends AnyShape] ? Rest : Shape, D>
  : Xs extends readonly unknown[]
    ? { -readonly [K in keyof Xs]: StepOf<Xs[K]> }
    : Xs extends object
      ? { [K in keyof Xs]: StepOf<Xs[K]> }
      : Xs;

/** The leading sides of a tree, `number` where one is not known. */
type Leading<Xs> = unknown extends Xs ? number : LeadingSide<Xs>;

type LeadingSide<Xs> = Xs extends { readonly shape: infer S extends AnyShape }
  ? S extends [infer First extends number, ...Shape]
    ? First
    : number
  : Xs extends readonly unknown[]
    ? Leading<Xs[number]>
    : Xs extends object
      ? Leading<Xs[keyof Xs]>
      : never;

/** How many steps a scan over `Xs` has; `Given` where there is nothing to scan. */
export type StepsOf<Xs, Given extends number> = unknown extends Xs
  ? number
  : [Leading<Xs>] extends [never]
    ? Given
    : Leading<Xs>;

type Unlike<N extends number, All> = All extends number ? ([Agreed<N, All>] extends [never] ? All : never) : never;

type StepsError<S extends Shape, Others extends number, Path extends string> = number extends S["length"]
  ? never
  : S extends [infer N extends number, ...Shape]
    ? [Unlike<N, Others>] extends [never]
      ? never
      : ShapeError<`scan: ${Place<"xs", Path>} has ${N} steps (shape ${Show<S>}), others have ${Unlike<N, Others>}`>
    : ShapeError<`scan: ${Place<"xs", Path>} is a scalar; it needs an axis to scan: shape []`>;

/** Why a tree cannot be scanned, never where it can. */
export type ScannedError<Xs, All extends number = Leading<Xs>, Path extends string = ""> = unknown extends Xs
  ? never
  : Xs extends { readonly shape: infer S extends AnyShape }
    ? StepsError<S, All, Path>
    : Xs extends readonly unknown[]
      ? { [K in keyof Xs]: ScannedError<Xs[K], All, Under<Path, Xs, K>> }[number]
      : Xs extends object
        ? { [K in keyof Xs]: ScannedError<Xs[K], All, Under<Path, Xs, K>> }[keyof Xs]
        : never;
