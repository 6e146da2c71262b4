import { DTypeError, type FloatDType, type Generator, generator as makeGenerator } from "@glissade/autograd";
import { isFloat } from "../operand.js";

/** What every initialiser takes. */
export interface InitOptions {
  /** Default float32. */
  readonly dtype?: FloatDType;
}

/** What every initialiser that draws takes. */
export interface RandomInitOptions extends InitOptions {
  /** Default: a generator with a fresh random seed. */
  readonly generator?: Generator;
}

/** A generator with a seed that nobody chose: for parameters and masks that need not be reproduced. */
export const freshGenerator = (): Generator => makeGenerator(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));

/**
 * The options with their defaults.
 *
 * @throws DTypeError where the dtype is no float.
 */
export function drawingOf(
  name: string,
  { generator, dtype = "float32" }: RandomInitOptions,
): { readonly generator: Generator; readonly dtype: FloatDType } {
  if (!isFloat(dtype)) throw new DTypeError(`init.${name}: dtype ${String(dtype)}; parameters are float32 or float64.`);
  return { generator: generator ?? freshGenerator(), dtype };
}
