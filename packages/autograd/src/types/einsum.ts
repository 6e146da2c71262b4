import type { Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Side } from "./broadcast.js";
import type { Joined } from "./join.js";
import type { ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok, ShapeError, Show } from "./shape-error.js";

/** Sizes by label. */
type Sizes = { readonly [label: string]: number };

/** The terms between commas. */
type Terms<Text extends string, Done extends readonly string[] = []> = Text extends `${infer First},${infer Rest}`
  ? Terms<Rest, [...Done, First]>
  : [...Done, Text];

type Letters<Text extends string, Done extends readonly string[] = []> = Text extends `${infer First}${infer Rest}`
  ? Letters<Rest, [...Done, First]>
  : Done;

/** A label that two operands give different sizes. */
type Differs<
  Spec extends string,
  Label extends string,
  Known,
  Own,
  S extends Shape,
> = ShapeError<`einsum: label ${Label} of "${Spec}" has size ${Known & number} in one operand and ${Own & number} in another of shape ${Show<S>}`>;

type WithSize<Known extends Sizes, Label extends string, Own extends number> = {
  readonly [L in keyof Known | Label]: L extends Label ? Own : Known[L];
};

/** The sizes with those of one more operand, or an error. */
type Read<
  Spec extends string,
  Term extends string,
  S extends Shape,
  Left extends Shape,
  Known extends Sizes,
> = Term extends `${infer Label}${infer Rest}`
  ? Left extends [infer Own extends number, ...infer More extends AnyShape]
    ? Label extends keyof Known
      ? [Side<Known[Label], Own>] extends [never]
        ? Differs<Spec, Label, Known[Label], Own, S>
        : Read<Spec, Rest, S, More, WithSize<Known, Label, Side<Known[Label], Own>>>
      : Read<Spec, Rest, S, More, WithSize<Known, Label, Own>>
    : never
  : Known;

type WrongRank<
  Spec extends string,
  Term extends string,
  S extends Shape,
> = ShapeError<`einsum: "${Term}" in "${Spec}" names ${Letters<Term>["length"] & number} axes, and its operand has shape ${Show<S>}`>;

/** The sizes of all labels; an error, or never where an operand's rank is not known. */
type ReadAll<
  Spec extends string,
  All extends readonly string[],
  T extends readonly unknown[],
  Known extends Sizes,
> = All extends readonly [infer Term extends string, ...infer Rest extends readonly string[]]
  ? T extends readonly [infer First, ...infer More extends readonly unknown[]]
    ? number extends ShapeOf<First>["length"]
      ? never
      : Letters<Term>["length"] extends ShapeOf<First>["length"]
        ? Read<Spec, Term, ShapeOf<First>, ShapeOf<First>, Known> extends infer Next
          ? Next extends Sizes
            ? ReadAll<Spec, Rest, More, Next>
            : Next
          : never
        : WrongRank<Spec, Term, ShapeOf<First>>
    : never
  : Known;

/** The sizes of the labels of the output; a shape of which nothing is known where one of them has none. */
type Written<Text extends string, Known, Done extends Shape = []> = Text extends `${infer Label}${infer Rest}`
  ? Label extends keyof Known
    ? Written<Rest, Known, [...Done, Known[Label] & number]>
    : Shape
  : Done;

/** A subscript that is read here: letters and an output. Others are left to run time: "...", spaces, and an output that is implied. */
type Readable<Spec extends string> = Spec extends `${string}${"." | " "}${string}` ? false : true;

/**
 * The shape of Einstein's summation with a literal subscript, or an error.
 *
 * @example
 * type S = EinsumShape<"ij,jk->ik", [Tensor<[2, 3]>, Tensor<[3, 4]>]>; // [2, 4]
 */
export type EinsumShape<Spec extends string, T extends readonly unknown[]> = string extends Spec
  ? Shape
  : number extends T["length"]
    ? Shape
    : Readable<Spec> extends false
      ? Shape
      : Spec extends `${infer Inputs}->${infer Output}`
        ? Terms<Inputs>["length"] extends T["length"]
          ? ReadAll<Spec, Terms<Inputs>, T, Record<never, number>> extends infer Known
            ? [Known] extends [never]
              ? Shape
              : Known extends Sizes
                ? Written<Output, Known>
                : Known
            : never
          : ShapeError<`einsum: "${Spec}" names ${Terms<Inputs>["length"]} operands, and ${T["length"]} were given`>
        : Shape;

/** Einstein's summation. */
export type Einsum = <const Spec extends string, const T extends readonly TensorLike[]>(
  spec: Fit<EinsumShape<Spec, T>, Spec>,
  ...operands: T
) => Tensor<Ok<EinsumShape<Spec, T>>, ResultDType<"number", Joined<T>>>;
