/** Everything of `@glissade/autograd` as plain functions, without the methods of `Tensor`: for the smallest bundles. */
export type { DType, FloatDType, StorageOf } from "./dtype.js";
export {
  AxisError,
  DTypeError,
  GlissadeError,
  GradientCheckError,
  GradientError,
  IndexError,
  ShapeError,
  TransformError,
  ValueError,
} from "./errors.js";
export { broadcastTo, reshape } from "./ops/broadcast.js";
export { cast } from "./ops/cast.js";
export { full, ones, tensor, variable, zeros } from "./ops/create.js";
export { add, elementwise, mul } from "./ops/elementwise.js";
export { dot, kron, matmul, outer } from "./ops/matmul.js";
export { expandDims, flatten, moveaxis, mT, squeeze, swapaxes, transpose } from "./ops/movement.js";
export { flip, slice } from "./ops/slice.js";
export { logSoftmax, softmax } from "./ops/softmax.js";
export { take, takeAlongAxis } from "./ops/take.js";
export { definePrimitive } from "./primitive.js";
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
export { type GradientOf, grad, valueAndGrad, variableGrads } from "./transforms/grad.js";
export {
  flattenTree,
  type Leaf,
  sameStructure,
  showStructure,
  type Tree,
  type TreeStructure,
  unflattenTree,
} from "./tree.js";
