import type { DType } from "./dtype.js";
import type { SliceOptions } from "./ops/slice.js";
import type { Shape } from "./shape.js";
import type { Tensor, TensorLike } from "./tensor.js";
import type { Known } from "./types/any-shape.js";
import type { BroadcastToShape, ExpandShape, SqueezeShape, SwapShape, TransposeShape } from "./types/arrange.js";
import type { Broadcast } from "./types/broadcast.js";
import type { SliceShape } from "./types/cut.js";
import type { TakeShape } from "./types/gather.js";
import type { MatMulShape } from "./types/matmul.js";
import type {
  AlongOption,
  AxesOption,
  DotFactor,
  Factor,
  NewAxis,
  NewShape,
  Other,
  ReduceOption,
  SecondAxis,
  SqueezeOption,
  Taken,
  WideShape,
  WithDType,
} from "./types/methods.js";
import type { DTypeOf, ResultDType, ShapeOf } from "./types/operand.js";
import type { Only } from "./types/options.js";
import type { DotShape } from "./types/products.js";
import type { AxisArgument, ReduceShape } from "./types/reduce.js";
import type { ReshapeShape, SizeOf } from "./types/reshape.js";
import type { Ok } from "./types/shape-error.js";

/**
 * The methods of `Tensor`. They take the shape and the dtype from `this`, so that the compiler reads them once for all tensors, and not anew for each shape.
 */
export interface TensorMethods {
  /** `abs(this)`. */
  abs<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"number", DTypeOf<A>>>;
  /** `neg(this)`. */
  neg<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"number", DTypeOf<A>>>;
  /** `sign(this)`. */
  sign<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"number", DTypeOf<A>>>;
  /** `square(this)`. */
  square<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"number", DTypeOf<A>>>;
  /** `sqrt(this)`. */
  sqrt<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `exp(this)`. */
  exp<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `log(this)`. */
  log<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `sin(this)`. */
  sin<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `cos(this)`. */
  cos<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `tanh(this)`. */
  tanh<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `sigmoid(this)`. */
  sigmoid<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `relu(this)`. */
  relu<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"number", DTypeOf<A>>>;
  /** `softplus(this)`. */
  softplus<A extends Tensor>(this: A): Tensor<ShapeOf<A>, ResultDType<"float", DTypeOf<A>>>;
  /** `add(this, other)`: broadcasts. */
  add<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"add", S, B>,
  ): Tensor<Ok<Broadcast<"add", S, ShapeOf<B>>>, WithDType<"keep", D, B>>;
  /** `sub(this, other)`: broadcasts. */
  sub<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"sub", S, B>,
  ): Tensor<Ok<Broadcast<"sub", S, ShapeOf<B>>>, WithDType<"number", D, B>>;
  /** `mul(this, other)`: broadcasts. */
  mul<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"mul", S, B>,
  ): Tensor<Ok<Broadcast<"mul", S, ShapeOf<B>>>, WithDType<"keep", D, B>>;
  /** `div(this, other)`: broadcasts. */
  div<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"div", S, B>,
  ): Tensor<Ok<Broadcast<"div", S, ShapeOf<B>>>, WithDType<"float", D, B>>;
  /** `pow(this, other)`: broadcasts. */
  pow<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"pow", S, B>,
  ): Tensor<Ok<Broadcast<"pow", S, ShapeOf<B>>>, WithDType<"number", D, B>>;
  /** `maximum(this, other)`: broadcasts. */
  maximum<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"maximum", S, B>,
  ): Tensor<Ok<Broadcast<"maximum", S, ShapeOf<B>>>, WithDType<"keep", D, B>>;
  /** `minimum(this, other)`: broadcasts. */
  minimum<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"minimum", S, B>,
  ): Tensor<Ok<Broadcast<"minimum", S, ShapeOf<B>>>, WithDType<"keep", D, B>>;
  /** `equal(this, other)`: broadcasts. */
  equal<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"equal", S, B>,
  ): Tensor<Ok<Broadcast<"equal", S, ShapeOf<B>>>, WithDType<"bool", D, B>>;
  /** `notEqual(this, other)`: broadcasts. */
  notEqual<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"notEqual", S, B>,
  ): Tensor<Ok<Broadcast<"notEqual", S, ShapeOf<B>>>, WithDType<"bool", D, B>>;
  /** `less(this, other)`: broadcasts. */
  less<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"less", S, B>,
  ): Tensor<Ok<Broadcast<"less", S, ShapeOf<B>>>, WithDType<"bool", D, B>>;
  /** `lessEqual(this, other)`: broadcasts. */
  lessEqual<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"lessEqual", S, B>,
  ): Tensor<Ok<Broadcast<"lessEqual", S, ShapeOf<B>>>, WithDType<"bool", D, B>>;
  /** `greater(this, other)`: broadcasts. */
  greater<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"greater", S, B>,
  ): Tensor<Ok<Broadcast<"greater", S, ShapeOf<B>>>, WithDType<"bool", D, B>>;
  /** `greaterEqual(this, other)`: broadcasts. */
  greaterEqual<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Other<"greaterEqual", S, B>,
  ): Tensor<Ok<Broadcast<"greaterEqual", S, ShapeOf<B>>>, WithDType<"bool", D, B>>;
  /** `sum(this, {axis, keepDims})`. */
  sum<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"sum", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"sum", S, Axis, KeepDims>>, ResultDType<"total", D>>;
  /** `mean(this, {axis, keepDims})`. */
  mean<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"mean", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"mean", S, Axis, KeepDims>>, ResultDType<"float", D>>;
  /** `prod(this, {axis, keepDims})`. */
  prod<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"prod", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"prod", S, Axis, KeepDims>>, ResultDType<"total", D>>;
  /** `max(this, {axis, keepDims})`. */
  max<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"max", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"max", S, Axis, KeepDims>>, ResultDType<"keep", D>>;
  /** `min(this, {axis, keepDims})`. */
  min<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"min", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"min", S, Axis, KeepDims>>, ResultDType<"keep", D>>;
  /** `any(this, {axis, keepDims})`. */
  any<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"any", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"any", S, Axis, KeepDims>>, ResultDType<"bool", D>>;
  /** `all(this, {axis, keepDims})`. */
  all<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"all", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"all", S, Axis, KeepDims>>, ResultDType<"bool", D>>;
  /** `variance(this, {axis, keepDims, correction})`. */
  variance<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"variance", S, Axis, KeepDims> & { readonly correction?: number },
  ): Tensor<Ok<ReduceShape<"variance", S, Axis, KeepDims>>, ResultDType<"float", D>>;
  /** `std(this, {axis, keepDims, correction})`. */
  std<
    S extends Shape,
    D extends DType,
    const Axis extends AxisArgument = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"std", S, Axis, KeepDims> & { readonly correction?: number },
  ): Tensor<Ok<ReduceShape<"std", S, Axis, KeepDims>>, ResultDType<"float", D>>;
  /** `argmax(this, {axis, keepDims})`. */
  argmax<
    S extends Shape,
    D extends DType,
    const Axis extends number | undefined = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"argmax", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"argmax", S, Axis, KeepDims>>, ResultDType<"int32", D>>;
  /** `argmin(this, {axis, keepDims})`. */
  argmin<
    S extends Shape,
    D extends DType,
    const Axis extends number | undefined = undefined,
    const KeepDims extends boolean | undefined = undefined,
  >(
    this: Tensor<S, D>,
    options?: ReduceOption<"argmin", S, Axis, KeepDims>,
  ): Tensor<Ok<ReduceShape<"argmin", S, Axis, KeepDims>>, ResultDType<"int32", D>>;
  /** `softmax(this, {axis})`: along the last axis by default. */
  softmax<S extends Shape, D extends DType, const Axis extends number | undefined = undefined>(
    this: Tensor<S, D>,
    options?: AlongOption<"softmax", S, Axis>,
  ): Tensor<S, ResultDType<"float", D>>;
  /** `logSoftmax(this, {axis})`: along the last axis by default. */
  logSoftmax<S extends Shape, D extends DType, const Axis extends number | undefined = undefined>(
    this: Tensor<S, D>,
    options?: AlongOption<"logSoftmax", S, Axis>,
  ): Tensor<S, ResultDType<"float", D>>;
  /** `reshape(this, shape)`: one side may be −1. */
  reshape<S extends Shape, D extends DType, const T extends Shape>(
    this: Tensor<S, D>,
    shape: NewShape<S, T>,
  ): Tensor<Ok<ReshapeShape<"reshape", S, Known<T>>>, D>;
  /** `flatten(this)`: one axis. */
  flatten<A extends Tensor>(this: A): Tensor<[SizeOf<ShapeOf<A>>], DTypeOf<A>>;
  /** `transpose(this, {axes})`: reverses the axes by default. */
  transpose<S extends Shape, D extends DType, const Axes extends Shape | undefined = undefined>(
    this: Tensor<S, D>,
    options?: AxesOption<S, Axes>,
  ): Tensor<Ok<TransposeShape<S, Axes>>, D>;
  /** `swapaxes(this, axis1, axis2)`. */
  swapaxes<S extends Shape, D extends DType, const A extends number, const B extends number>(
    this: Tensor<S, D>,
    axis1: A,
    axis2: SecondAxis<S, A, B>,
  ): Tensor<Ok<SwapShape<S, A, B>>, D>;
  /** `expandDims(this, axis)`. */
  expandDims<S extends Shape, D extends DType, const Axis extends number | readonly number[]>(
    this: Tensor<S, D>,
    axis: NewAxis<S, Axis>,
  ): Tensor<Ok<ExpandShape<S, Axis>>, D>;
  /** `squeeze(this, {axis})`. */
  squeeze<S extends Shape, D extends DType, const Axis extends AxisArgument = undefined>(
    this: Tensor<S, D>,
    options?: SqueezeOption<S, Axis>,
  ): Tensor<Ok<SqueezeShape<S, Axis>>, D>;
  /** `broadcastTo(this, shape)`. */
  broadcastTo<S extends Shape, D extends DType, const T extends Shape>(
    this: Tensor<S, D>,
    shape: WideShape<S, T>,
  ): Tensor<Ok<BroadcastToShape<S, T>>, D>;
  /** `slice(this, {start, stop, step})`. */
  slice<S extends Shape, D extends DType, const O extends SliceOptions>(
    this: Tensor<S, D>,
    options: O & Only<O, SliceOptions>,
  ): Tensor<SliceShape<S, O>, D>;
  /** `take(this, indices, {axis})`. */
  take<S extends Shape, D extends DType, I extends TensorLike, const Axis extends number | undefined = undefined>(
    this: Tensor<S, D>,
    indices: Taken<S, I, Axis>,
    options?: { readonly axis?: Axis | undefined },
  ): Tensor<Ok<TakeShape<S, ShapeOf<I>, Axis>>, D>;
  /** `clip(this, {min, max})`. */
  clip<A extends Tensor>(
    this: A,
    options: { readonly min?: number; readonly max?: number },
  ): Tensor<ShapeOf<A>, ResultDType<"open", DTypeOf<A>>>;
  /** `cast(this, dtype)`. */
  cast<A extends Tensor, To extends DType>(this: A, dtype: To): Tensor<ShapeOf<A>, To>;
  /** `matmul(this, other)`. */
  matmul<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: Factor<S, B>,
  ): Tensor<Ok<MatMulShape<S, ShapeOf<B>>>, WithDType<"number", D, B>>;
  /** `dot(this, other)`. */
  dot<S extends Shape, D extends DType, B extends TensorLike>(
    this: Tensor<S, D>,
    other: DotFactor<S, B>,
  ): Tensor<Ok<DotShape<S, ShapeOf<B>>>, WithDType<"number", D, B>>;
}
