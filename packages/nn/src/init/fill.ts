import { full, ones as onesOf, type Shape, type Tensor, ValueError, zeros as zerosOf } from "@glissade/autograd";
import { checkNumber } from "../operand.js";
import { drawingOf, type InitOptions, type RandomInitOptions } from "./drawing.js";

/**
 * Zeros, as biases of most layers start.
 *
 * @example
 * init.zeros([10]).toArray(); // [0, 0, …]
 */
export const zeros = (shape: Shape, { dtype = "float32" }: InitOptions = {}): Tensor => zerosOf(shape, { dtype });

/**
 * Ones, as factors of normalisations start.
 *
 * @example
 * init.ones([10]).toArray(); // [1, 1, …]
 */
export const ones = (shape: Shape, { dtype = "float32" }: InitOptions = {}): Tensor => onesOf(shape, { dtype });

/**
 * One value everywhere.
 *
 * @example
 * init.constant([2], 0.1).toArray(); // [0.1, 0.1]
 */
export const constant = (shape: Shape, value: number, { dtype = "float32" }: InitOptions = {}): Tensor =>
  full(shape, value, { dtype });

/** Options of `uniform`. */
export interface UniformOptions extends RandomInitOptions {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

/**
 * Uniform on [low, high).
 *
 * @throws ValueError where low is above high or one of them is no finite number; DTypeError for a dtype that is no float.
 * @example
 * init.uniform([3, 2], { low: -0.1, high: 0.1, generator: generator(1) });
 */
export function uniform(shape: Shape, { low = 0, high = 1, ...rest }: UniformOptions = {}): Tensor {
  checkNumber("init.uniform", "low", low);
  checkNumber("init.uniform", "high", high);
  if (low > high) throw new ValueError(`init.uniform: low ${low} is above high ${high}. Exchange them.`);
  const { generator, dtype } = drawingOf("uniform", rest);
  return generator.uniform(shape, { low, high, dtype });
}

/** Options of `normal`. */
export interface NormalOptions extends RandomInitOptions {
  /** Default 0. */
  readonly mean?: number;
  /** The standard deviation, at least 0; default 1. */
  readonly std?: number;
}

function checkMoments(name: string, mean: number, std: number): void {
  checkNumber(name, "mean", mean);
  checkNumber(name, "std", std);
  if (std < 0) throw new ValueError(`${name}: std is ${std}; a standard deviation is at least 0.`);
}

/**
 * Normal, by default with mean 0 and standard deviation 1.
 *
 * @throws ValueError where std is negative or a moment is no finite number; DTypeError for a dtype that is no float.
 * @example
 * init.normal([3, 2], { std: 0.02, generator: generator(1) });
 */
export function normal(shape: Shape, { mean = 0, std = 1, ...rest }: NormalOptions = {}): Tensor {
  checkMoments("init.normal", mean, std);
  const { generator, dtype } = drawingOf("normal", rest);
  return generator.normal(shape, { mean, std, dtype });
}

/** Options of `truncatedNormal`. */
export interface TruncatedNormalOptions extends NormalOptions {
  /** The least value; default −2. */
  readonly low?: number;
  /** The greatest value; default 2. */
  readonly high?: number;
}

/**
 * Normal, given that it lies in [low, high]. As in PyTorch the bounds are values, not multiples of `std`.
 *
 * @throws ValueError where low is not below high, std is not above 0 or a number is not finite; DTypeError for a dtype that is no float.
 * @example
 * init.truncatedNormal([768], { std: 0.02, low: -0.04, high: 0.04, generator: generator(1) });
 */
export function truncatedNormal(
  shape: Shape,
  { mean = 0, std = 1, low = -2, high = 2, ...rest }: TruncatedNormalOptions = {},
): Tensor {
  checkMoments("init.truncatedNormal", mean, std);
  if (std === 0)
    throw new ValueError("init.truncatedNormal: std is 0; it must be above 0. Use constant for one value.");
  if (!(low < high)) throw new ValueError(`init.truncatedNormal: low ${low} must be below high ${high}.`);
  const { generator, dtype } = drawingOf("truncatedNormal", rest);
  return generator.truncatedNormal(shape, { mean, std, low, high, dtype });
}
