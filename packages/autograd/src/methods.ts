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
import type { TensorMethods } from "./tensor-methods.js";
import type { MatrixTransposed } from "./types/arrange.js";
import type { Ok } from "./types/shape-error.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> extends TensorMethods {
    /** The tensor with its last two axes swapped: `mT(this)`. */
    readonly mT: Tensor<Ok<MatrixTransposed<S>>, D>;
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
