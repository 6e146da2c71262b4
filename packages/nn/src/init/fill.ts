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
  readonly min?: number;
  /** Default 1. */
  readonly max?: number;
}

/**
 * Uniform on [min, max).
 *
 * @throws ValueError where min is above max or one of them is no finite number; DTypeError for a dtype that is no float.
 * @example
 * init.uniform([3, 2], { min: -0.1, max: 0.1, generator: generator(1) });
 */
export function uniform(shape: Shape, { min = 0, max = 1, ...rest }: UniformOptions = {}): Tensor {
  checkNumber("init.uniform", "min", min);
  checkNumber("init.uniform", "max", max);
  if (min > max) throw new ValueError(`init.uniform: min ${min} is above max ${max}. Exchange them.`);
  const { generator, dtype } = drawingOf("uniform", rest);
  return generator.uniform(shape, { min, max, dtype });
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
  /** The least value; default mean − 2 std. */
  readonly min?: number;
  /** The greatest value; default mean + 2 std. */
  readonly max?: number;
}

/**
 * Normal, given that it lies in [min, max]: by default within two standard deviations, as `generator.truncatedNormal`. (PyTorch's bounds
 * are −2 and 2 whatever the standard deviation.)
 *
 * @throws ValueError where min is not below max, std is not above 0 or a moment is not finite; DTypeError for a dtype that is no float.
 * @example
 * init.truncatedNormal([768], { std: 0.02, generator: generator(1) }); // within ±0.04
 */
export function truncatedNormal(
  shape: Shape,
  { mean = 0, std = 1, min = mean - 2 * std, max = mean + 2 * std, ...rest }: TruncatedNormalOptions = {},
): Tensor {
  checkMoments("init.truncatedNormal", mean, std);
  if (std === 0)
    throw new ValueError("init.truncatedNormal: std is 0; it must be above 0. Use constant for one value.");
  if (!(min < max)) throw new ValueError(`init.truncatedNormal: min ${min} must be below max ${max}.`);
  const { generator, dtype } = drawingOf("truncatedNormal", rest);
  return generator.truncatedNormal(shape, { mean, std, min, max, dtype });
}
