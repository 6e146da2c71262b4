import type {
  Agreed,
  AgreedShape,
  AnyShape,
  Ok,
  Shape,
  ShapeMismatch,
  ShapeOf,
  Show,
  Tensor,
} from "@glissade/autograd";

/** What losses and metrics take, and the shape that they give. */

/** A scalar, or the losses one by one; unknown where the reduction is. */
export type Reduced<Reduction, S> = [Reduction] extends ["none"]
  ? Tensor<Ok<S>>
  : "none" extends Reduction
    ? Tensor
    : Tensor<[]>;

/** The shape that predictions and targets have, or why they differ. */
export type PairShape<Name extends string, P, T> = [AgreedShape<ShapeOf<P>, ShapeOf<T>>] extends [never]
  ? ShapeMismatch<`${Name}: predictions ${Show<ShapeOf<P>>} and targets ${Show<ShapeOf<T>>} differ in shape`>
  : AgreedShape<ShapeOf<P>, ShapeOf<T>>;

/** The shape of class indices: that of the scores without the axis of the classes. */
type LabelShape<S extends Shape> = S extends [number]
  ? []
  : S extends [infer N extends number, number, ...infer Rest extends AnyShape]
    ? [N, ...Rest]
    : Shape;

/** The number of classes. */
export type ClassCount<S extends Shape> = S extends [infer C extends number]
  ? C
  : S extends [number, infer C extends number, ...Shape]
    ? C
    : number;

type NoClasses<
  Name extends string,
  Role extends string,
> = ShapeMismatch<`${Name}: ${Role} is a scalar; it needs an axis of classes: [C], [N, C] or [N, C, …]`>;

/** Scores with one entry for each class, or why they are none. */
export type ScoresShape<Name extends string, Role extends string, S extends Shape> = number extends S["length"]
  ? Shape
  : S extends []
    ? NoClasses<Name, Role>
    : S;

/** The shape of class indices, or why they do not fit. */
export type LabelsFit<Name extends string, Role extends string, S extends Shape, T extends Shape> = number extends
  | S["length"]
  | T["length"]
  ? Shape
  : [AgreedShape<LabelShape<S>, T>] extends [never]
    ? ShapeMismatch<`${Name}: ${Role} ${Show<S>} take targets of shape ${Show<LabelShape<S>>} (class indices), not ${Show<T>}`>
    : AgreedShape<LabelShape<S>, T>;

/** The shape of losses for class indices or for probabilities, or why the targets do not fit. */
export type CrossEntropyShape<S extends Shape, T extends Shape> = number extends S["length"] | T["length"]
  ? Shape
  : [AgreedShape<S, T>] extends [never]
    ? LabelsFit<"crossEntropy", "logits", S, T>
    : LabelShape<S>;

/** Nothing where there is one weight for each class, else the error. */
export type ClassWeights<Name extends string, S extends Shape, W> = [W] extends [undefined]
  ? unknown
  : number extends S["length"] | ShapeOf<W>["length"]
    ? unknown
    : [AgreedShape<ShapeOf<W>, [ClassCount<S>]>] extends [never]
      ? ShapeMismatch<`${Name}: weight has shape ${Show<ShapeOf<W>>} and needs [${ClassCount<S>}]: one number for each class of ${Show<S>}`>
      : unknown;

/** The shape of scores for a loss of plain rows, or why they have more axes. */
export type RowsShape<Name extends string, Role extends string, S extends Shape> = number extends S["length"]
  ? Shape
  : S["length"] extends 1 | 2
    ? S
    : S["length"] extends 0
      ? NoClasses<Name, Role>
      : ShapeMismatch<`${Name}: ${Role} have shape ${Show<S>}; they must be [N, C] or [C]`>;

/** The shape without the features. */
type LeadOf<S extends Shape> = S extends [...infer Lead extends AnyShape, number] ? Lead : Shape;

/** One loss for each pair of vectors, or why they differ. */
export type CosinePairs<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends []
    ? NoVectors<A, B>
    : [AgreedShape<A, B>] extends [never]
      ? NoVectors<A, B>
      : LeadOf<Ok<AgreedShape<A, B>>>;

type NoVectors<
  A extends Shape,
  B extends Shape,
> = ShapeMismatch<`cosineEmbeddingLoss: a ${Show<A>}, b ${Show<B>} must have one shape [..., D]`>;

/** The signs of pairs, or why they do not fit. */
export type CosineTargets<A extends Shape, T extends Shape> = number extends A["length"] | T["length"]
  ? Shape
  : [AgreedShape<LeadOf<A>, T>] extends [never]
    ? ShapeMismatch<`cosineEmbeddingLoss: vectors ${Show<A>} take targets of shape ${Show<LeadOf<A>>}, 1 or -1 for each pair, not ${Show<T>}`>
    : T;

/** One loss for each triplet, or why the vectors differ. */
export type TripletShape<A extends Shape, P extends Shape, N extends Shape> = number extends
  | A["length"]
  | P["length"]
  | N["length"]
  ? Shape
  : A extends []
    ? NoTriplet<A, P, N>
    : [AgreedShape<A, P>] extends [never]
      ? NoTriplet<A, P, N>
      : [AgreedShape<A, N>] extends [never]
        ? NoTriplet<A, P, N>
        : LeadOf<A>;

type NoTriplet<
  A extends Shape,
  P extends Shape,
  N extends Shape,
> = ShapeMismatch<`tripletMarginLoss: anchor ${Show<A>}, positive ${Show<P>}, negative ${Show<N>} must have one shape [..., D]`>;

/** One loss for each sequence, or why the labels do not fit. */
export type CtcShape<S extends Shape, T extends Shape> = number extends S["length"] | T["length"]
  ? Shape
  : S extends [number, infer N extends number, number]
    ? T extends readonly [infer Own extends number, number]
      ? [Agreed<Own, N>] extends [never]
        ? NoLabels<S, `[${N}, S]`, T>
        : [N]
      : NoLabels<S, `[${N}, S]`, T>
    : S["length"] extends 2
      ? T["length"] extends 1
        ? []
        : NoLabels<S, "[S]", T>
      : Shape;

type NoLabels<
  S extends Shape,
  Wanted extends string,
  T extends Shape,
> = ShapeMismatch<`ctcLoss: logProbs ${Show<S>} take targets ${Wanted}, not ${Show<T>}`>;

/** [T, N, C] or [T, C], or why it is none. */
export type CtcInput<S extends Shape> = number extends S["length"]
  ? Shape
  : S["length"] extends 2 | 3
    ? S
    : ShapeMismatch<`ctcLoss: logProbs ${Show<S>} must be [T, N, C] or [T, C]`>;

/** Lengths, one for each sequence, or why they do not fit. */
export type CtcLengths<Role extends string, S extends Shape, L extends Shape> = number extends S["length"] | L["length"]
  ? Shape
  : CtcLead<S> extends infer Lead extends AnyShape
    ? [AgreedShape<L, Lead>] extends [never]
      ? ShapeMismatch<`ctcLoss: ${Role}s have shape ${Show<L>}; they must be ${Show<Lead>}, one for each example`>
      : L
    : Shape;

type CtcLead<S extends Shape> = S extends [number, infer N extends number, number] ? [N] : [];
