import {
  type DType,
  DTypeError,
  type FloatDType,
  GlissadeError,
  Tensor,
  type TensorLike,
  tensor,
  ValueError,
  Variable,
} from "@glissade/autograd";

/**
 * The operand as a tensor; numbers and nested arrays become what `dtype` says, default float32.
 *
 * @throws what `tensor` throws for data it cannot read, with the operator's name before it.
 */
export function toTensor(operator: string, x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return x;
  if (x instanceof Variable) return x.value;
  try {
    return ArrayBuffer.isView(x) || dtype === undefined ? tensor(x) : tensor(x, { dtype });
  } catch (error) {
    throw named(operator, error);
  }
}

function named(operator: string, error: unknown): unknown {
  if (error instanceof GlissadeError) error.message = `${operator}: ${error.message}`;
  return error;
}

/** What `run` returns; errors thrown on purpose get the layer's name before them, since the user wrote that and not the operator's. */
export function inLayer<T>(layer: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw named(layer, error);
  }
}

/** Whether the dtype is float32 or float64. */
export const isFloat = (dtype: DType): dtype is FloatDType => dtype === "float32" || dtype === "float64";

/** A shape as messages show it. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Whether two shapes are the same. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean => showShape(a) === showShape(b);

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

/** @throws ValueError where `value` is no whole number above zero. */
export function checkCount(operator: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ValueError(`${operator}: ${name} is ${String(value)}; it must be a whole number, at least 1.`);
}

/** @throws ValueError where `value` is no finite number. */
export function checkNumber(operator: string, name: string, value: number): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  throw new ValueError(`${operator}: ${name} is ${String(value)}; it must be a finite number.`);
}

/**
 * A whole number of at least `least` for each of `rank` axes, from one for all or a list.
 *
 * @throws ValueError for anything else.
 */
export function countsOf(
  layer: string,
  name: string,
  value: number | readonly number[],
  rank: number,
  least: number,
): readonly number[] {
  const values: unknown = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const isLegal = (each: unknown): each is number => Number.isSafeInteger(each) && Number(each) >= least;
  if (Array.isArray(values) && values.length === rank && values.every(isLegal)) return Object.freeze([...values]);
  const form = rank === 1 ? "a whole number" : `a whole number, or ${rank} of them`;
  throw new ValueError(`${layer}: ${name} is ${showSetting(value)}; it must be ${form}, at least ${least}.`);
}

/** A setting as messages show it. */
export const showSetting = (value: unknown): string =>
  Array.isArray(value) || typeof value === "string" ? JSON.stringify(value) : String(value);

/** @throws DTypeError where the dtype of parameters is no float. */
export function checkFloat(layer: string, dtype: DType): asserts dtype is FloatDType {
  if (!isFloat(dtype)) throw new DTypeError(`${layer}: dtype ${String(dtype)}; parameters are float32 or float64.`);
}

/** @throws ValueError where `p` is no chance. */
export function checkChance(layer: string, name: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ValueError(`${layer}: ${name} is ${String(p)}; a chance is from 0 to 1.`);
}

/** The input of a layer as a tensor; plain numbers take the dtype of its parameters. */
export const toInput = (layer: string, x: TensorLike, parameter: Variable | undefined): Tensor =>
  toTensor(layer, x, parameter !== undefined && isFloat(parameter.dtype) ? parameter.dtype : undefined);

/** @throws ValueError where what is added to a variance is negative. */
export function checkEps(layer: string, eps: number): void {
  checkNumber(layer, "eps", eps);
  if (eps < 0) throw new ValueError(`${layer}: eps is ${eps}; it must be at least 0, such as 1e-5.`);
}
