import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { BroadcastToShape, ExpandShape, SqueezeShape, SwapShape, TransposeShape } from "./arrange.js";
import type { Broadcast } from "./broadcast.js";
import type { TakeShape } from "./gather.js";
import type { MatMulShape } from "./matmul.js";
import type { DTypeOf, DTypeRule, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { DotShape } from "./products.js";
import type { AlongShape, AxisArgument, ReduceArguments, ReduceShape } from "./reduce.js";
import type { ReshapeShape } from "./reshape.js";
import type { Check, Fit } from "./shape-error.js";

// What the methods of `Tensor` take. Each asks for the shape by `infer`, as `Tensor.shape` does, so that tensors go on being compared by what is known of
// them; and each refuses by its first parameter, for `this` has none.

/** The other operand of a method that broadcasts. */
export type Other<Name extends string, S extends Shape, B> = S extends infer Own extends Shape
  ? Fit<Broadcast<Name, Own, ShapeOf<B>>, B>
  : never;

/** The dtype of a method of two operands. */
export type WithDType<Rule extends DTypeRule, D extends DType, B> = ResultDType<Rule, Promote<D, DTypeOf<B>>>;

/** The right factor. */
export type Factor<S extends Shape, B> = S extends infer Own extends Shape
  ? Fit<MatMulShape<Own, ShapeOf<B>>, B>
  : never;

/** The options of a reduction. */
export type ReduceOption<
  Name extends string,
  S extends Shape,
  Axis extends AxisArgument,
  KeepDims extends boolean | undefined,
> = ReduceArguments<Axis, KeepDims> &
  (S extends infer Own extends Shape ? Check<ReduceShape<Name, Own, Axis, KeepDims>> : never);

/** The options of an operator along an axis. */
export type AlongOption<Name extends string, S extends Shape, Axis extends number | undefined> = {
  readonly axis?: Axis | undefined;
} & (S extends infer Own extends Shape ? Check<AlongShape<Name, Own, Axis>> : never);

/** The shape for `reshape`. */
export type NewShape<S extends Shape, T extends Shape> = S extends infer Own extends Shape
  ? Fit<ReshapeShape<"reshape", Own, T>, T>
  : never;

/** The shape for `broadcastTo`. */
export type WideShape<S extends Shape, T extends Shape> = S extends infer Own extends Shape
  ? Fit<BroadcastToShape<Own, T>, T>
  : never;

/** The options of `transpose`. */
export type AxesOption<S extends Shape, Axes extends Shape | undefined> = {
  readonly axes?: Axes | undefined;
} & (S extends infer Own extends Shape ? Check<TransposeShape<Own, Axes>> : never);

/** The second axis of `swapaxes`. */
export type SecondAxis<S extends Shape, A extends number, B extends number> = S extends infer Own extends Shape
  ? Fit<SwapShape<Own, A, B>, B>
  : never;

/** The axis of `expandDims`. */
export type NewAxis<S extends Shape, Axis extends number | readonly number[]> = S extends infer Own extends Shape
  ? Fit<ExpandShape<Own, Axis>, Axis>
  : never;

/** The options of `squeeze`. */
export type SqueezeOption<S extends Shape, Axis extends AxisArgument> = {
  readonly axis?: Axis | undefined;
} & (S extends infer Own extends Shape ? Check<SqueezeShape<Own, Axis>> : never);

/** The indices of `take`. */
export type Taken<S extends Shape, I, Axis extends number | undefined> = S extends infer Own extends Shape
  ? Fit<TakeShape<Own, ShapeOf<I>, Axis>, I>
  : never;

/** The right operand of `dot`. */
export type DotFactor<S extends Shape, B> = S extends infer Own extends Shape
  ? Fit<DotShape<Own, ShapeOf<B>>, B>
  : never;
