import {
  type DType,
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
    if (error instanceof GlissadeError) error.message = `${operator}: ${error.message}`;
    throw error;
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
