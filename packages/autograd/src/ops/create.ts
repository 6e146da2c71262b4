import { asTensor, literalTensor, readLiteral, resolveShape } from "../convert.js";
import { allocate, checkDType, type DType } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";
import { leaf, type NestedData, type Tensor, type TensorLike, Variable, type VariableOptions } from "../tensor.js";
import type { AnyShape, Known } from "../types/any-shape.js";
import type { DataDType, DataShape, ShapedData } from "../types/data.js";
import type { Fit, Ok } from "../types/shape-error.js";

/** Options of what makes a tensor. */
export interface DTypeOption<D extends DType = DType> {
  /** Default float32. */
  readonly dtype?: D;
}

/** Options of `tensor`. */
export interface TensorOptions<S extends Shape | undefined = Shape, D extends DType = DType> {
  /** Default: the nesting of the data, or one axis for a typed array. */
  readonly shape?: S;
  /** Default: float32 for numbers, bool for booleans, the typed array's own. */
  readonly dtype?: D;
}

/**
 * A tensor of data, always copied: a number, nested arrays of numbers or booleans, or a typed array.
 *
 * @param options.shape Another shape of the same size.
 * @param options.dtype Default float32 for numbers, bool for booleans, and the dtype of a typed array.
 * @throws ShapeError for ragged arrays or a shape of another size; DTypeError for mixed or foreign elements.
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor(new Float64Array(6), { shape: [2, 3] }).dtype; // "float64"
 */
export function tensor<
  const T extends NestedData | NumericArray,
  const S extends Shape | undefined = undefined,
  D extends DType = DataDType<T>,
>(data: Fit<ShapedData<T, S>, T>, options?: TensorOptions<S, D>): Tensor<Known<Ok<ShapedData<T, S>>>, NoInfer<D>>;
export function tensor(data: NestedData | NumericArray, options: TensorOptions = {}): Tensor {
  const { shape, dtype } = options;
  if (dtype !== undefined) checkDType("tensor", dtype);
  const literal = readLiteral("tensor", data);
  const fitted = shape === undefined ? literal.shape : resolveShape("tensor", shape, literal.elements.length);
  return literalTensor(literal, fitted, dtype ?? literal.dtype);
}

/**
 * A Variable: a place for a tensor that changes, with a first value.
 *
 * @param options.name For messages and saved states.
 * @param options.trainable Default true.
 * @throws what `tensor` throws for data it cannot read.
 * @example
 * const w = variable(zeros([784, 10]), { name: "w" });
 * w.assign(add(w.value, 1));
 */
export function variable<S extends Shape, D extends DType>(
  init: Tensor<S, D>,
  options?: VariableOptions,
): Variable<S, D>;
export function variable<const T extends NestedData | NumericArray>(
  init: T,
  options?: VariableOptions,
): Variable<Known<DataShape<T>>, DataDType<T>>;
export function variable(init: TensorLike, options?: VariableOptions): Variable;
export function variable(init: TensorLike, options: VariableOptions = {}): Variable {
  return new Variable(asTensor("variable", init), options);
}

function filled<S extends Shape, D extends DType>(operator: string, shape: S, value: number, dtype: D): Tensor<S, D> {
  checkShape(operator, shape);
  checkDType(operator, dtype);
  const data = allocate(dtype, sizeOf(shape));
  if (value !== 0) data.fill(dtype === "bool" ? 1 : value);
  return leaf(Object.freeze([...shape]) as Shape as S, dtype, data);
}

/**
 * A tensor of zeros.
 *
 * @param options.dtype Default float32.
 * @throws ShapeError, ValueError for what is no shape; DTypeError for an unknown dtype.
 * @example
 * zeros([2, 3]).toArray(); // [[0, 0, 0], [0, 0, 0]]
 */
export function zeros<const S extends AnyShape, D extends DType = "float32">(
  shape: S | [],
  options?: DTypeOption<D>,
): Tensor<Known<S>, NoInfer<D>>;
export function zeros(shape: Shape, { dtype = "float32" }: DTypeOption = {}): Tensor {
  return filled("zeros", shape, 0, dtype);
}

/**
 * A tensor of ones.
 *
 * @param options.dtype Default float32.
 * @throws ShapeError, ValueError for what is no shape; DTypeError for an unknown dtype.
 * @example
 * ones([2], { dtype: "int32" }).toArray(); // [1, 1]
 */
export function ones<const S extends AnyShape, D extends DType = "float32">(
  shape: S | [],
  options?: DTypeOption<D>,
): Tensor<Known<S>, NoInfer<D>>;
export function ones(shape: Shape, { dtype = "float32" }: DTypeOption = {}): Tensor {
  return filled("ones", shape, 1, dtype);
}

/**
 * A tensor of one value.
 *
 * @param options.dtype Default float32.
 * @throws ShapeError, ValueError for what is no shape or no number; DTypeError for an unknown dtype.
 * @example
 * full([2, 2], 7).toArray(); // [[7, 7], [7, 7]]
 */
export function full<const S extends AnyShape, D extends DType = "float32">(
  shape: S | [],
  value: number,
  options?: DTypeOption<D>,
): Tensor<Known<S>, NoInfer<D>>;
export function full(shape: Shape, value: number, { dtype = "float32" }: DTypeOption = {}): Tensor {
  if (typeof value !== "number") throw new ValueError(`full: the value is ${typeof value}, not a number.`);
  return filled("full", shape, value, dtype);
}
