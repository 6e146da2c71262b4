import { allocate, type DType, promote, promoteNumber, type Storage } from "./dtype.js";
import { DTypeError, ShapeError, ValueError } from "./errors.js";
import { isComputedNode } from "./graph.js";
import type { NumericArray } from "./numbers/numeric-array.js";
import { type Shape, showShape, sizeOf } from "./shape.js";
import { leaf, scalar, Tensor, type TensorLike, Variable } from "./tensor.js";

/** Plain data read: its elements, shape and the dtype that it has by itself. */
export interface Literal {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Row-major; a typed array here may be the user's own. */
  readonly elements: ArrayLike<number>;
}

/** The dtype of a typed array, or undefined where `value` is none that a tensor can hold. */
export function dtypeOfArray(value: unknown): DType | undefined {
  if (value instanceof Float32Array) return "float32";
  if (value instanceof Float64Array) return "float64";
  if (value instanceof Int32Array) return "int32";
  if (value instanceof Uint32Array) return "uint32";
  if (value instanceof Uint8Array) return "uint8";
  return undefined;
}

/**
 * Reads numbers, booleans, nested arrays of them and typed arrays.
 *
 * @throws ShapeError for ragged arrays, DTypeError where numbers and booleans are mixed or an element is neither.
 */
export function readLiteral(operator: string, data: unknown): Literal {
  const dtype = dtypeOfArray(data);
  if (dtype !== undefined) {
    const elements = data as NumericArray;
    return { shape: [elements.length], dtype, elements };
  }
  if (ArrayBuffer.isView(data)) {
    throw new DTypeError(
      `${operator}: a ${data.constructor.name} has no dtype here; convert it to a Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array.`,
    );
  }
  return readNested(operator, data);
}

function readNested(operator: string, data: unknown): Literal {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const elements: number[] = [];
  let kind: "number" | "boolean" | undefined;
  const visit = (value: unknown, axis: number): void => {
    if (Array.isArray(value)) {
      if (axis >= shape.length || value.length !== shape[axis]) throw raggedError(operator, shape, axis, value.length);
      for (const item of value) visit(item, axis + 1);
      return;
    }
    if (axis !== shape.length) throw raggedError(operator, shape, axis, undefined);
    const type = typeof value;
    if (type !== "number" && type !== "boolean") {
      throw new DTypeError(
        `${operator}: ${describeValue(value)} is no number and no boolean; data are numbers, nested arrays or typed arrays.`,
      );
    }
    kind ??= type;
    if (kind !== type) throw new DTypeError(`${operator}: numbers and booleans are mixed in one array; use one kind.`);
    elements.push(Number(value));
  };
  visit(data, 0);
  return { shape, dtype: kind === "boolean" ? "bool" : "float32", elements };
}

function raggedError(operator: string, shape: Shape, axis: number, length: number | undefined): ShapeError {
  const found = length === undefined ? "a number" : `an array of length ${length}`;
  const expected = axis < shape.length ? `an array of length ${shape[axis]}` : "a number";
  return new ShapeError(
    `${operator}: ragged arrays: ${found} at depth ${axis} where the first one has ${expected}. All arrays at one depth need the same length; pad them or keep them apart.`,
  );
}

/** A short name for a value in a message. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Promise) return "a Promise";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object") return `an object (${value.constructor?.name ?? "no class"})`;
  return typeof value === "function" ? "a function" : `${typeof value} ${String(value)}`;
}

/** Copies elements into new storage of `dtype`: fractions lose their fraction in integers, bool keeps only whether non-zero. */
export function copyInto(dtype: DType, elements: ArrayLike<number>): Storage {
  const out: Storage = allocate(dtype, elements.length);
  if (dtype === "bool") for (let i = 0; i < out.length; i++) out[i] = elements[i] === 0 ? 0 : 1;
  else out.set(elements);
  return out;
}

/** A leaf that holds a copy of a literal. */
export function literalTensor(literal: Literal, shape: Shape, dtype: DType): Tensor {
  return leaf(shape, dtype, copyInto(dtype, literal.elements));
}

/** Whether an operator accepts `value` as a tensor, judged by its type alone. */
export function isTensorLike(value: unknown): value is TensorLike {
  if (value instanceof Tensor || value instanceof Variable) return true;
  return (
    typeof value === "number" || typeof value === "boolean" || Array.isArray(value) || dtypeOfArray(value) !== undefined
  );
}

/**
 * The operand as a tensor; numbers become float32 scalars, or what `dtype` says.
 *
 * @throws ShapeError, DTypeError for ragged or mixed data; ValueError where `value` is nothing a tensor can be made of.
 */
export function asTensor(operator: string, value: TensorLike, dtype?: DType): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Variable) return value.value;
  if (typeof value === "number") return scalar(value, dtype ?? "float32");
  if (!isTensorLike(value)) {
    throw new ValueError(
      `${operator}: ${describeValue(value)} is no tensor; pass a tensor, a Variable, a number, nested arrays of numbers or a typed array.`,
    );
  }
  const literal = readLiteral(operator, value);
  return literalTensor(literal, literal.shape, dtype ?? literal.dtype);
}

/** Index operands: numbers and nested numbers become int32. @throws DTypeError where they are not integers. */
export function asIndices(operator: string, value: TensorLike): Tensor {
  const tensor =
    value instanceof Tensor || value instanceof Variable ? asTensor(operator, value) : indexLiteral(operator, value);
  if (tensor.dtype === "int32" || tensor.dtype === "uint32" || tensor.dtype === "uint8") return tensor;
  throw new DTypeError(
    `${operator}: indices must be int32, uint32 or uint8, not ${tensor.dtype}; use cast(indices, "int32").`,
  );
}

function indexLiteral(operator: string, value: unknown): Tensor {
  const literal = readLiteral(operator, value);
  if (dtypeOfArray(value) !== undefined) return literalTensor(literal, literal.shape, literal.dtype);
  for (let i = 0; i < literal.elements.length; i++) {
    const index = literal.elements[i];
    if (!Number.isInteger(index)) throw new DTypeError(`${operator}: index ${String(index)} is no integer.`);
  }
  return literalTensor(literal, literal.shape, "int32");
}

/** The dtype that all operands take together; JS numbers are weak and follow the tensors. */
export function commonDType(operator: string, operands: readonly TensorLike[]): DType {
  let strong: DType | undefined;
  for (let i = 0; i < operands.length; i++) {
    const dtype = strongDType(operator, operands[i]!);
    if (dtype !== undefined) strong = strong === undefined ? dtype : promote(strong, dtype);
  }
  if (strong === undefined) return operands.every((operand) => typeof operand === "boolean") ? "bool" : "float32";
  let common = strong;
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i];
    if (typeof operand === "number") common = promote(common, promoteNumber(operator, operand, strong));
  }
  return common;
}

function strongDType(operator: string, operand: TensorLike): DType | undefined {
  if (operand instanceof Tensor || operand instanceof Variable) return operand.dtype;
  if (typeof operand === "number" || typeof operand === "boolean") return undefined;
  return dtypeOfArray(operand) ?? readLiteral(operator, operand).dtype;
}

/** The shape for `size` elements, where one side may be −1. @throws ShapeError where the sizes do not fit. */
export function resolveShape(operator: string, shape: Shape, size: number): Shape {
  const unknown = shape.indexOf(-1);
  const known = sizeOf(shape.filter((side) => side !== -1));
  const legal =
    shape.every((side) => Number.isInteger(side) && side >= -1) && shape.indexOf(-1, unknown + 1) <= unknown;
  const resolved = unknown === -1 ? shape : shape.map((side) => (side === -1 ? size / known : side));
  if (!legal || (unknown !== -1 && (known === 0 || size % known !== 0)) || sizeOf(resolved) !== size) {
    throw new ShapeError(
      `${operator}: ${size} elements do not fit shape ${showShape(shape)}${legal ? "" : " (sides are sizes of 0 or more, at most one −1)"}. ` +
        "The product of the sides must be the number of elements.",
    );
  }
  return resolved;
}

/**
 * Whether the value is there already, so that reading computes nothing: for checks that must not make lazy code eager.
 *
 * @example
 * isComputed(tensor(1)); // true
 * isComputed(add(tensor(1), 1)); // false
 */
export const isComputed = (tensor: Tensor): boolean => isComputedNode(tensor.node);
