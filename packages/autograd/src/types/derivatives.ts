import type { DType, FloatDType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { NestedData, Tensor, Variable } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { ShapeError, Show } from "./shape-error.js";

/** Trees of derivatives, and what is differentiated. */

/** The tree of gradients of a tree of tensors: each leaf with its shape and dtype. What may be anything like a tensor counts as a tensor. */
export type GradientOf<T> = unknown extends T ? unknown : NestedData extends T ? Tensor : GradientOfTree<T>;

type GradientOfTree<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<S, D>
    : T extends Variable<infer S, infer D>
      ? Tensor<S, D>
      : T extends number
        ? Tensor<readonly [], "float32">
        : T extends readonly unknown[]
          ? { [K in keyof T]: GradientOf<T[K]> }
          : T extends object
            ? { [K in keyof T]: GradientOf<T[K]> }
            : never;

/** The gradient type for `argnums`: one tree, or one for each argument named. */
export type GradsOf<A extends readonly unknown[], N> = N extends number
  ? GradientOf<A[N]>
  : N extends readonly number[]
    ? { [K in keyof N]: N[K] extends number ? GradientOf<A[N[K]]> : never }
    : GradientOf<A[0]>;

/** What a differentiated function returned as a loss, or why it is none. */
export type LossShape<Name extends string, R> = R extends { readonly shape: infer S extends AnyShape }
  ? number extends S["length"]
    ? Shape
    : S["length"] extends 0
      ? S
      : ShapeError<`${Name}: the function must return a scalar (shape []), not shape ${Show<S>}`>
  : Shape;

/** The loss of a function that returns one, or `[loss, aux]`. */
export type LossOf<R> = R extends readonly [infer Loss extends Tensor, unknown] ? Loss : Extract<R, Tensor>;

/** What such a function returns besides the loss. */
export type AuxOf<R> = R extends readonly [Tensor, infer Aux] ? Aux : undefined;

/** The same with `hasAux`, which says whether there is anything besides the loss. */
export type LossWithAux<Name extends string, R, HasAux> = boolean extends HasAux
  ? Shape
  : R extends readonly [infer Loss, unknown]
    ? HasAux extends true
      ? LossShape<Name, Loss>
      : ShapeError<`${Name}: the function returned object in place of a scalar tensor`>
    : HasAux extends true
      ? ShapeError<`${Name}: with hasAux the function returns [loss, aux]`>
      : LossShape<Name, R>;

/** A tree of directions like `X`: a tensor for each leaf, with its shape and dtype. */
export type TangentOf<X> = NestedData extends X ? unknown : TangentOfTree<X>;

type TangentOfTree<X> = X extends Tensor<infer S, infer D> | Variable<infer S, infer D>
  ? Tensor<S, D> | Variable<S, D>
  : X extends number
    ? Tensor<readonly [], "float32"> | Variable<readonly [], "float32">
    : X extends readonly unknown[]
      ? { readonly [K in keyof X]: TangentOf<X[K]> }
      : X extends object
        ? { readonly [K in keyof X]: TangentOf<X[K]> }
        : unknown;

/** A tree of cotangents like the result `R`; whatever stands in the place of integers and booleans is ignored. */
export type CotangentOf<R> = NestedData extends R ? unknown : CotangentOfTree<R>;

type CotangentOfTree<R> = R extends Tensor<infer S, infer D> | Variable<infer S, infer D>
  ? [D] extends [Exclude<DType, FloatDType>]
    ? unknown
    : Tensor<S, D> | Variable<S, D>
  : R extends readonly unknown[]
    ? { readonly [K in keyof R]: CotangentOf<R[K]> }
    : R extends object
      ? { readonly [K in keyof R]: CotangentOf<R[K]> }
      : unknown;

/** [...result, ...argument]. */
type Joined<Y extends Shape, X extends Shape> = number extends Y["length"] | X["length"] ? Shape : [...Y, ...X];

/** The dtype of a derivative, that of the result or of the argument by the mode. */
type Both<A extends DType, B extends DType> = [A, B] extends [B, A] ? A : DType;

/** A tree like `X` with a tensor of derivatives in place of each leaf. */
type ByArgument<X, S extends Shape, D extends DType> = unknown extends X
  ? unknown
  : NestedData extends X
    ? Tensor
    : ByLeaf<X, S, D>;

type ByLeaf<X, S extends Shape, D extends DType> = X extends
  | Tensor<infer Own, infer OwnD>
  | Variable<infer Own, infer OwnD>
  ? Tensor<Joined<S, Own>, Both<D, OwnD>>
  : X extends number
    ? Tensor<S, Both<D, "float32">>
    : { readonly [K in keyof X]: ByArgument<X[K], S, D> };

/** What `jacobian` gives: a tree like the result, in each of its leaves a tree like the argument. */
export type JacobianOf<X, Y> =
  Y extends Tensor<infer S, infer D> ? ByArgument<X, S, D> : { readonly [K in keyof Y]: JacobianOf<X, Y[K]> };
