import type { Agreed, Fit, Shape, ShapeMismatch, ShapeOf, Show } from "@glissade/autograd";

/** The shape of a linear layer's result, or why the input does not fit. */
export type LinearShape<In extends number, Out extends number, S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer Lead extends Shape, infer Last extends number]
    ? [Agreed<Last, In>] extends [never]
      ? ShapeMismatch<`Linear: the last axis of the input ${Show<S>} must have ${In} features, for weight ${Show<[Out, In]>} is [out, in]`>
      : [...Lead, Out]
    : ShapeMismatch<`Linear: the last axis of the input ${Show<S>} must have ${In} features, for weight ${Show<[Out, In]>} is [out, in]`>;

/** `X`, or the error that says why a linear layer does not take it. */
export type LinearInput<In extends number, Out extends number, X> = Fit<LinearShape<In, Out, ShapeOf<X>>, X>;

/** Layers and operators that work element by element, so that what comes before them meets what comes after. */
type KeepsShape = { readonly keepsShape: true } | { readonly operator: { readonly elementwise: true } };

/** The layers, or the first pair of neighbours that does not fit; what a layer without `inFeatures` makes is not known. */
type Chained<Layers extends readonly unknown[], Before extends number = number> = Layers extends readonly [
  infer First,
  ...infer Rest extends readonly unknown[],
]
  ? First extends { readonly inFeatures: infer In extends number; readonly outFeatures: infer Out extends number }
    ? [Agreed<Before, In>] extends [never]
      ? ShapeMismatch<`Sequential: a layer gives [..., ${Before}] and the next takes [..., ${In}]; make the features equal`>
      : Chained<Rest, Out>
    : First extends KeepsShape
      ? Chained<Rest, Before>
      : Chained<Rest>
  : unknown;

/** The layers of a `Sequential`, each of which takes what the one before it gives. */
export type Adjacent<Layers extends readonly unknown[]> =
  Chained<Layers> extends ShapeMismatch<infer Words> ? readonly ShapeMismatch<Words>[] : Layers;
