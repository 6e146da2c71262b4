import { asTensor } from "../convert.js";
import { checkDType, type DType, type FloatDType, isFloat, range } from "../dtype.js";
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import type { RandomKey } from "../numbers/threefry.js";
import { broadcastsTo, checkShape, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { add, mul } from "./elementwise.js";

/** What is drawn, and into what. */
export interface DrawAttributes {
  readonly key: RandomKey;
  readonly kind: "uniform" | "normal" | "truncatedNormal" | "integers" | "permutation";
  readonly shape: Shape;
  readonly dtype: DType;
  /** The interval of uniform numbers, of integers, and of the truncated normal. */
  readonly low: number;
  readonly high: number;
  /** The sizes of leading axes of examples, each with a key or a counter of its own. */
  readonly examples: Shape;
}

/** Words that `size` elements take from the stream: one for uniform and normal float32, two for all else. */
export function wordsOf({ kind, dtype, shape }: DrawAttributes): number {
  const single = dtype === "float32" && (kind === "uniform" || kind === "normal");
  return sizeOf(shape) * (single ? 1 : 2);
}

/** Options of draws of real numbers. */
export interface RealDrawOptions<D extends FloatDType = FloatDType> {
  /** Default float32. */
  readonly dtype?: D | undefined;
}

/** A number, or a tensor that broadcasts to the shape drawn and takes part in derivatives (reparameterisation). */
export type Parameter = TensorLike;

/** @throws ValueError, ShapeError for what is no shape; DTypeError for a dtype that holds no real numbers. */
export function checkRealDraw(name: string, shape: Shape, dtype: DType): void {
  checkShape(name, shape);
  checkDType(name, dtype);
  if (!isFloat(dtype)) throw new DTypeError(`${name}: dtype ${dtype} holds no real numbers; use float32 or float64.`);
}

/**
 * A parameter of a draw: numbers stay numbers, data take the draw's dtype.
 *
 * @throws ShapeError where it does not broadcast to the draw: a wider one would use the same random number more than once.
 */
export function drawParameter(name: string, field: string, value: TensorLike, shape: Shape, dtype: DType): TensorLike {
  if (typeof value === "number") return value;
  const parameter = asTensor(name, value, dtype);
  if (!broadcastsTo(parameter.shape, shape)) {
    throw new ShapeError(
      `${name}: ${field} has shape ${showShape(parameter.shape)}, which does not broadcast to the draw's ${showShape(shape)}. Draw the shape that you need.`,
    );
  }
  return parameter;
}

/** @throws ValueError unless the numbers are finite and in order. */
export function checkInterval(name: string, min: number, max: number): void {
  if (!(Number.isFinite(max - min) && min <= max)) {
    throw new ValueError(`${name}: [${min}, ${max}) is no interval; min ≤ max and max − min must be finite.`);
  }
}

/** @throws ValueError for a number that is no standard deviation. */
export function checkDeviation(name: string, std: TensorLike): void {
  if (typeof std === "number" && !(std >= 0 && std < Number.POSITIVE_INFINITY)) {
    throw new ValueError(`${name}: std is ${std}; a standard deviation is finite and not negative.`);
  }
}

/** Φ(−37) is about the least probability of which a float64 keeps all digits: beyond it inversion has nothing to invert. */
const FARTHEST = 37;

/**
 * The interval of a truncated normal in standard deviations from its mean.
 *
 * @throws ValueError for bounds in the wrong order, or too far out to be drawn from.
 */
export function standardInterval(
  mean: number,
  std: number,
  min: number,
  max: number,
): { readonly low: number; readonly high: number } {
  if (!Number.isFinite(mean)) throw new ValueError(`truncatedNormal: mean is ${mean}; it must be finite.`);
  if (!(min < max)) throw new ValueError(`truncatedNormal: min ${min} is not below max ${max}.`);
  const [low, high] = [(min - mean) / std, (max - mean) / std];
  if (low > FARTHEST || high < -FARTHEST) {
    throw new ValueError(
      `truncatedNormal: [${min}, ${max}] lies more than ${FARTHEST} standard deviations (${std}) from the mean ${mean}; move it closer.`,
    );
  }
  return { low, high };
}

/**
 * @throws DTypeError where the dtype holds no integers; ValueError where [min, max) is no range of integers, too wide, or not in the dtype.
 */
export function checkIntegers(name: string, min: number, max: number, dtype: DType): void {
  checkDType(name, dtype);
  if (isFloat(dtype) || dtype === "bool")
    throw new DTypeError(`${name}: dtype ${dtype} holds no integers; use int32, uint32 or uint8.`);
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min >= max || max - min > 2 ** 32) {
    throw new ValueError(`${name}: [${min}, ${max}) is no range; min < max must be integers at most 2^32 apart.`);
  }
  const { least, greatest } = range(dtype);
  if (min < least || max - 1 > greatest) {
    throw new ValueError(`${name}: [${min}, ${max}) does not fit into ${dtype} (${least} … ${greatest}).`);
  }
}

/** z · std + mean, by ordinary operators: derivatives reach both. */
export const shiftAndScale = (z: Tensor, mean: TensorLike, std: TensorLike): Tensor => {
  const scaled = std === 1 ? z : mul(z, std);
  return mean === 0 ? scaled : add(scaled, mean);
};
