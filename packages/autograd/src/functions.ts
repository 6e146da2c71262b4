/** Everything of `@glissade/autograd` as plain functions, without the methods of `Tensor`: for the smallest bundles. */
export {
  type BackendName,
  type BlasChoice,
  type InitOptions,
  type InitResult,
  init,
  withBackend,
} from "./backends/current.js";
export type { BlasStats, BlasUse } from "./compile/executable.js";
export { isComputed } from "./convert.js";
export type { DType, FloatDType, StorageOf } from "./dtype.js";
export {
  AxisError,
  DeviceError,
  DTypeError,
  FileFormatError,
  GlissadeError,
  GradientCheckError,
  GradientError,
  IndexError,
  ShapeError,
  TransformError,
  ValueError,
} from "./errors.js";
export { type CheckGradientsOptions, checkGradients } from "./numeric/check-gradients.js";
export { type NumericalGradientOptions, numericalGradient } from "./numeric/numerical-gradient.js";
export { hardSigmoid, hardSwish, hardTanh, leakyRelu, relu, relu6, softsign, tanhshrink } from "./ops/activations.js";
export { argmax, argmin } from "./ops/arg-reduce.js";
export {
  abs,
  cbrt,
  div,
  lerp,
  maximum,
  minimum,
  neg,
  reciprocal,
  rsqrt,
  sign,
  sqrt,
  square,
  sub,
} from "./ops/arithmetic.js";
export { scaledDotProductAttention } from "./ops/attention.js";
export { broadcastTo, reshape } from "./ops/broadcast.js";
export { cast } from "./ops/cast.js";
export { allClose, isClose } from "./ops/closeness.js";
export {
  equal,
  greater,
  greaterEqual,
  isFinite,
  isInf,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
} from "./ops/comparison.js";
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from "./ops/conv.js";
export { full, ones, tensor, variable, zeros } from "./ops/create.js";
export { cumprod, cumsum, diff, logcumsumexp } from "./ops/cumulative.js";
export { cummax, cummin } from "./ops/cumulative-extremes.js";
export { diag, diagonal, trace, tril, triu } from "./ops/diagonal.js";
export { dynamicSlice, dynamicUpdateSlice } from "./ops/dynamic-slice.js";
export { einsum } from "./ops/einsum.js";
export { add, elementwise, mul } from "./ops/elementwise.js";
export { exp, exp2, expm1, log, log1p, log2, log10, pow, xlogy } from "./ops/exponential.js";
export { adaptiveAvgPool2d, interpolate } from "./ops/interpolate.js";
export { chunk, concat, split, stack } from "./ops/join.js";
export * as linalg from "./ops/linalg/index.js";
export { logaddexp, logSigmoid, sigmoid, softplus } from "./ops/logistic.js";
export { dot, kron, matmul, outer } from "./ops/matmul.js";
export { expandDims, flatten, moveaxis, mT, squeeze, swapaxes, transpose } from "./ops/movement.js";
export { norm } from "./ops/norm.js";
export { batchNorm, groupNorm, layerNorm, rmsNorm } from "./ops/normalize.js";
export { type PadMode, pad } from "./ops/pad.js";
export { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "./ops/pool.js";
export { median, quantile } from "./ops/quantile.js";
export { Generator, generator } from "./ops/random.js";
export type { GeneratorState } from "./ops/random-state.js";
export { arange, eye, fullLike, linspace, onesLike, zerosLike } from "./ops/ranges.js";
export {
  all,
  any,
  countNonzero,
  max,
  mean,
  min,
  prod,
  type ReduceOptions,
  sum,
} from "./ops/reduce.js";
export { ceil, floor, floorDivide, remainder, round, trunc } from "./ops/rounding.js";
export { oneHot, scatterAdd, scatterSet, segmentSum } from "./ops/scatter.js";
export { searchsorted } from "./ops/search.js";
export { flip, slice } from "./ops/slice.js";
export { celu, elu, gelu, mish, selu, silu } from "./ops/smooth-activations.js";
export { logSoftmax, softmax } from "./ops/softmax.js";
export { argsort, sort, topk } from "./ops/sort.js";
export { digamma, erf, erfc, erfinv, lgamma, polygamma, sinc } from "./ops/special.js";
export { logsumexp, std, variance } from "./ops/statistics.js";
export { take, takeAlongAxis } from "./ops/take.js";
export { tensordot } from "./ops/tensordot.js";
export { meshgrid, repeat, roll, tile } from "./ops/tile.js";
export {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  hypot,
  sin,
  sinh,
  tan,
  tanh,
} from "./ops/trigonometric.js";
export { nonzero, nonzeroAsync, type Unique, type UniqueOptions, unique, uniqueAsync } from "./ops/unique.js";
export { clip, maskedFill, nanToNum, where } from "./ops/where.js";
export { unfold } from "./ops/windows.js";
export { shapeError } from "./origin.js";
export { definePrimitive, type PrimitiveDefinition, type PrimitiveOperator } from "./primitive.js";
export type { Shape } from "./shape.js";
export {
  type NestedData,
  type NestedNumbers,
  realize,
  Tensor,
  type TensorLike,
  Variable,
  type VariableOptions,
} from "./tensor.js";
export { checkpoint } from "./transforms/checkpoint.js";
export { cond } from "./transforms/cond.js";
export {
  type CustomGradientOptions,
  type CustomJvpContext,
  type CustomVjpContext,
  customGradient,
  stopGradient,
} from "./transforms/custom-gradient.js";
export { grad, type ValueAndGrads, valueAndGrad, variableGrads } from "./transforms/grad.js";
export { guard, perCall, tap } from "./transforms/host-state.js";
export { type ImplicitDiffOptions, implicitDiff } from "./transforms/implicit-diff.js";
export { hessian, type JacobianOptions, jacobian } from "./transforms/jacobian.js";
export { expectCompilations, type JitStats, type Jitted, jit } from "./transforms/jit.js";
export { hvp, jvp } from "./transforms/jvp.js";
export { type ScanOptions, scan } from "./transforms/scan.js";
export { type Pullback, vjp } from "./transforms/vjp.js";
export { type AxisTree, type VmapOptions, vmap } from "./transforms/vmap.js";
export { whileLoop } from "./transforms/while-loop.js";
export {
  flattenTree,
  type Leaf,
  sameStructure,
  showStructure,
  type Tree,
  type TreeStructure,
  unflattenTree,
} from "./tree.js";
export type { AnyShape } from "./types/any-shape.js";
export type { AxisOf } from "./types/axes.js";
export type { BatchOf, StepOf } from "./types/batch.js";
export type { Agreed, AgreedShape } from "./types/broadcast.js";
export type { ConvShape } from "./types/conv.js";
export type { GradientOf, JacobianOf } from "./types/derivatives.js";
export type { DTypeOf, ShapeOf } from "./types/operand.js";
export type { Only as OnlyOptions, Option as OptionOf } from "./types/options.js";
export type { PoolShape } from "./types/pool.js";
export type { AlongShape } from "./types/reduce.js";
export type { SizeOf } from "./types/reshape.js";
export type { Check as ShapeCheck, Fit, Ok, ShapeError as ShapeMismatch, Show } from "./types/shape-error.js";
