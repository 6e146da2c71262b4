/**
 * The operators that are also methods of `Tensor`, attached in this one file: `x.add(y)` is `add(x, y)`. Who wants the smallest
 * bundle imports from `@glissade/autograd/functions` and leaves them out.
 */
import type { DType } from "./dtype.js";
import { relu } from "./ops/activations.js";
import { argmax, argmin } from "./ops/arg-reduce.js";
import { abs, div, maximum, minimum, neg, sign, sqrt, square, sub } from "./ops/arithmetic.js";
import { broadcastTo, reshape } from "./ops/broadcast.js";
import { cast } from "./ops/cast.js";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./ops/comparison.js";
import { add, mul } from "./ops/elementwise.js";
import { exp, log, pow } from "./ops/exponential.js";
import { sigmoid, softplus } from "./ops/logistic.js";
import { dot, matmul } from "./ops/matmul.js";
import { expandDims, flatten, mT, squeeze, swapaxes, transpose } from "./ops/movement.js";
import { all, any, max, mean, min, prod, sum } from "./ops/reduce.js";
import { slice } from "./ops/slice.js";
import { logSoftmax, softmax } from "./ops/softmax.js";
import { std, variance } from "./ops/statistics.js";
import { take } from "./ops/take.js";
import { cos, sin, tanh } from "./ops/trigonometric.js";
import { clip } from "./ops/where.js";
import type { Shape } from "./shape.js";
import { Tensor } from "./tensor.js";

/** Options of reductions. */
interface AxisOptions {
  readonly axis?: number | readonly number[];
  readonly keepDims?: boolean;
}

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** The tensor with its last two axes swapped: `mT(this)`. */
    readonly mT: Tensor;
    /** `abs(this)`. */
    abs(): Tensor;
    /** `neg(this)`. */
    neg(): Tensor;
    /** `sign(this)`. */
    sign(): Tensor;
    /** `square(this)`. */
    square(): Tensor;
    /** `sqrt(this)`. */
    sqrt(): Tensor;
    /** `exp(this)`. */
    exp(): Tensor;
    /** `log(this)`. */
    log(): Tensor;
    /** `sin(this)`. */
    sin(): Tensor;
    /** `cos(this)`. */
    cos(): Tensor;
    /** `tanh(this)`. */
    tanh(): Tensor;
    /** `sigmoid(this)`. */
    sigmoid(): Tensor;
    /** `relu(this)`. */
    relu(): Tensor;
    /** `softplus(this)`. */
    softplus(): Tensor;
    /** `add(this, other)`: broadcasts. */
    add(other: TensorLike): Tensor;
    /** `sub(this, other)`: broadcasts. */
    sub(other: TensorLike): Tensor;
    /** `mul(this, other)`: broadcasts. */
    mul(other: TensorLike): Tensor;
    /** `div(this, other)`: broadcasts. */
    div(other: TensorLike): Tensor;
    /** `pow(this, other)`: broadcasts. */
    pow(other: TensorLike): Tensor;
    /** `maximum(this, other)`: broadcasts. */
    maximum(other: TensorLike): Tensor;
    /** `minimum(this, other)`: broadcasts. */
    minimum(other: TensorLike): Tensor;
    /** `equal(this, other)`: broadcasts. */
    equal(other: TensorLike): Tensor;
    /** `notEqual(this, other)`: broadcasts. */
    notEqual(other: TensorLike): Tensor;
    /** `less(this, other)`: broadcasts. */
    less(other: TensorLike): Tensor;
    /** `lessEqual(this, other)`: broadcasts. */
    lessEqual(other: TensorLike): Tensor;
    /** `greater(this, other)`: broadcasts. */
    greater(other: TensorLike): Tensor;
    /** `greaterEqual(this, other)`: broadcasts. */
    greaterEqual(other: TensorLike): Tensor;
    /** `sum(this, {axis, keepDims})`. */
    sum(options?: AxisOptions): Tensor;
    /** `mean(this, {axis, keepDims})`. */
    mean(options?: AxisOptions): Tensor;
    /** `prod(this, {axis, keepDims})`. */
    prod(options?: AxisOptions): Tensor;
    /** `max(this, {axis, keepDims})`. */
    max(options?: AxisOptions): Tensor;
    /** `min(this, {axis, keepDims})`. */
    min(options?: AxisOptions): Tensor;
    /** `any(this, {axis, keepDims})`. */
    any(options?: AxisOptions): Tensor;
    /** `all(this, {axis, keepDims})`. */
    all(options?: AxisOptions): Tensor;
    /** `variance(this, {axis, keepDims, correction})`. */
    variance(options?: AxisOptions & { readonly correction?: number }): Tensor;
    /** `std(this, {axis, keepDims, correction})`. */
    std(options?: AxisOptions & { readonly correction?: number }): Tensor;
    /** `argmax(this, {axis, keepDims})`. */
    argmax(options?: { readonly axis?: number; readonly keepDims?: boolean }): Tensor;
    /** `argmin(this, {axis, keepDims})`. */
    argmin(options?: { readonly axis?: number; readonly keepDims?: boolean }): Tensor;
    /** `softmax(this, {axis})`: along the last axis by default. */
    softmax(options?: { readonly axis?: number }): Tensor;
    /** `logSoftmax(this, {axis})`: along the last axis by default. */
    logSoftmax(options?: { readonly axis?: number }): Tensor;
    /** `reshape(this, shape)`: one side may be −1. */
    reshape(shape: Shape): Tensor;
    /** `flatten(this)`: one axis. */
    flatten(): Tensor;
    /** `transpose(this, {axes})`: reverses the axes by default. */
    transpose(options?: { readonly axes?: readonly number[] }): Tensor;
    /** `swapaxes(this, axis1, axis2)`. */
    swapaxes(axis1: number, axis2: number): Tensor;
    /** `expandDims(this, axis)`. */
    expandDims(axis: number | readonly number[]): Tensor;
    /** `squeeze(this, {axis})`. */
    squeeze(options?: { readonly axis?: number | readonly number[] }): Tensor;
    /** `broadcastTo(this, shape)`. */
    broadcastTo(shape: Shape): Tensor;
    /** `slice(this, {start, stop, step})`. */
    slice(options: Parameters<typeof slice>[1]): Tensor;
    /** `take(this, indices, {axis})`. */
    take(indices: TensorLike, options?: { readonly axis?: number }): Tensor;
    /** `clip(this, {min, max})`. */
    clip(options: { readonly min?: number; readonly max?: number }): Tensor;
    /** `cast(this, dtype)`. */
    cast(dtype: DType): Tensor;
    /** `matmul(this, other)`. */
    matmul(other: TensorLike): Tensor;
    /** `dot(this, other)`. */
    dot(other: TensorLike): Tensor;
  }
}

const methods = {
  abs,
  add,
  all,
  any,
  argmax,
  argmin,
  broadcastTo,
  cast,
  clip,
  cos,
  div,
  dot,
  equal,
  exp,
  expandDims,
  flatten,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  prod,
  relu,
  reshape,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  std,
  squeeze,
  sub,
  sum,
  swapaxes,
  take,
  tanh,
  transpose,
  variance,
};

type MethodName = keyof typeof methods;

/** Every method takes what its operator takes after the first operand: a mistake in the declarations above fails here. */
const checked: { readonly [Name in MethodName]: (x: Tensor, ...rest: Parameters<Tensor[Name]>) => Tensor } = methods;

for (const [name, operator] of Object.entries<(x: Tensor, ...rest: never[]) => Tensor>(checked)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]): Tensor {
      return operator(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}

Object.defineProperty(Tensor.prototype, "mT", {
  get(this: Tensor): Tensor {
    return mT(this);
  },
  configurable: true,
});

export { Tensor };
