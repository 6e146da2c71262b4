import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Known } from "./any-shape.js";
import type { BroadcastToShape, ExpandShape, SqueezeShape, SwapShape, TransposeShape } from "./arrange.js";
import type { Broadcast } from "./broadcast.js";
import type { TakeShape } from "./gather.js";
import type { MatMulShape } from "./matmul.js";
import type { DTypeOf, DTypeRule, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { DotShape } from "./products.js";
import type { AlongShape, AxisArgument, ReduceArguments, ReduceShape } from "./reduce.js";
import type { ReshapeShape } from "./reshape.js";
import type { Check, Fit } from "./shape-error.js";

// What the methods of `Tensor` take: each refuses by its first parameter but `this`, which the shape is inferred from.

/** The other operand of a method that broadcasts. */
export type Other<Name extends string, S extends Shape, B> = Fit<Broadcast<Name, S, ShapeOf<B>>, B>;

/** The dtype of a method of two operands. */
export type WithDType<Rule extends DTypeRule, D extends DType, B> = ResultDType<Rule, Promote<D, DTypeOf<B>>>;

/** The right factor. */
export type Factor<S extends Shape, B> = Fit<MatMulShape<S, ShapeOf<B>>, B>;

/** The options of a reduction. */
export type ReduceOption<
  Name extends string,
  S extends Shape,
  Axis extends AxisArgument,
  KeepDims extends boolean | undefined,
> = ReduceArguments<Axis, KeepDims> & Check<ReduceShape<Name, S, Axis, KeepDims>>;

/** The options of an operator along an axis. */
export type AlongOption<Name extends string, S extends Shape, Axis extends number | undefined> = {
  readonly axis?: Axis | undefined;
} & Check<AlongShape<Name, S, Axis>>;

/** The shape for `reshape`. */
export type NewShape<S extends Shape, T extends Shape> = Fit<ReshapeShape<"reshape", S, Known<T>>, T>;

/** The shape for `broadcastTo`. */
export type WideShape<S extends Shape, T extends Shape> = Fit<BroadcastToShape<S, T>, T>;

/** The options of `transpose`. */
export type AxesOption<S extends Shape, Axes extends Shape | undefined> = {
  readonly axes?: Axes | undefined;
} & Check<TransposeShape<S, Axes>>;

/** The second axis of `swapaxes`. */
export type SecondAxis<S extends Shape, A extends number, B extends number> = Fit<SwapShape<S, A, B>, B>;

/** The axis of `expandDims`. */
export type NewAxis<S extends Shape, Axis extends number | readonly number[]> = Fit<ExpandShape<S, Axis>, Axis>;

/** The options of `squeeze`. */
export type SqueezeOption<S extends Shape, Axis extends AxisArgument> = {
  readonly axis?: Axis | undefined;
} & Check<SqueezeShape<S, Axis>>;

/** The indices of `take`. */
export type Taken<S extends Shape, I, Axis extends number | undefined> = Fit<TakeShape<S, ShapeOf<I>, Axis>, I>;

/** The right operand of `dot`. */
export type DotFactor<S extends Shape, B> = Fit<DotShape<S, ShapeOf<B>>, B>;
