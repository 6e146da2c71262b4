import { type Shape, ShapeError, type Tensor, ValueError } from "@glissade/autograd";
import { checkNumber, showShape, sizeOf } from "../operand.js";
import { drawingOf, type RandomInitOptions } from "./drawing.js";
import { normal, uniform } from "./fill.js";

/** The functions whose gain is known. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** Gains by nonlinearity; those of leakyRelu depend on its slope. */
const gains: Readonly<Record<Nonlinearity, (slope: number) => number>> = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope * slope)),
  selu: () => 3 / 4,
};

/**
 * The factor by which weights before a nonlinearity are scaled: the table of PyTorch's `calculate_gain`.
 *
 * @param options.a The negative slope of "leakyRelu"; default 0.01.
 * @throws ValueError for an unknown nonlinearity.
 * @example
 * init.gain("relu"); // √2
 */
export function gain(nonlinearity: Nonlinearity, { a = 0.01 }: { readonly a?: number } = {}): number {
  if (!Object.hasOwn(gains, nonlinearity)) {
    throw new ValueError(
      `init.gain: unknown nonlinearity ${JSON.stringify(nonlinearity)}. Use one of ${Object.keys(gains).join(", ")}, or give a gain as a number.`,
    );
  }
  return gains[nonlinearity](a);
}

/** Inputs and outputs of one unit: a weight is [out, in], a kernel [out, in, …window]. */
function fans(name: string, shape: Shape): { fanIn: number; fanOut: number } {
  const [out = 0, into = 0, ...window] = shape;
  if (shape.length < 2) {
    throw new ShapeError(
      `init.${name}: shape ${showShape(shape)} has no fan: weights are [out, in] or [out, in, …window]. Use uniform, normal or zeros.`,
    );
  }
  return { fanIn: into * sizeOf(window), fanOut: out * sizeOf(window) };
}

/** Options of `xavierUniform` and `xavierNormal`. */
export interface XavierOptions extends RandomInitOptions {
  /** Default 1; `init.gain("tanh")` for one of the table. */
  readonly gain?: number;
}

function xavierStd(name: string, shape: Shape, factor: number): number {
  checkNumber(`init.${name}`, "gain", factor);
  const { fanIn, fanOut } = fans(name, shape);
  return fanIn + fanOut === 0 ? 0 : Math.abs(factor) * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Uniform on ±gain · √(6 / (in + out)): forward and backward signals keep their variance (X. Glorot and Y. Bengio, "Understanding
 * the difficulty of training deep feedforward neural networks", 2010).
 *
 * @param shape [out, in] or [out, in, …window].
 * @throws ShapeError for fewer than two axes; ValueError, DTypeError as `uniform`.
 * @example
 * init.xavierUniform([10, 784], { generator: generator(1) });
 */
export function xavierUniform(shape: Shape, { gain: factor = 1, ...rest }: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd("xavierUniform", shape, factor);
  return uniform(shape, { ...rest, min: -bound, max: bound });
}

/**
 * Normal with standard deviation gain · √(2 / (in + out)): the normal twin of `xavierUniform`.
 *
 * @param shape [out, in] or [out, in, …window].
 * @throws ShapeError for fewer than two axes; ValueError, DTypeError as `normal`.
 * @example
 * init.xavierNormal([10, 784], { gain: init.gain("tanh") });
 */
export function xavierNormal(shape: Shape, { gain: factor = 1, ...rest }: XavierOptions = {}): Tensor {
  return normal(shape, { ...rest, std: xavierStd("xavierNormal", shape, factor) });
}

/** Options of `kaimingUniform` and `kaimingNormal`. */
export interface KaimingOptions extends RandomInitOptions {
  /** Which signal keeps its variance, forward ("fanIn", the default) or backward ("fanOut"). */
  readonly mode?: "fanIn" | "fanOut";
  /** What follows the weights; default "leakyRelu". */
  readonly nonlinearity?: Nonlinearity;
  /** The negative slope of "leakyRelu"; default 0, which makes it relu. */
  readonly a?: number;
}

function kaimingStd(
  name: string,
  shape: Shape,
  { mode = "fanIn", nonlinearity = "leakyRelu", a = 0 }: KaimingOptions,
): number {
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ValueError(`init.${name}: unknown mode ${JSON.stringify(mode)}. Use "fanIn" or "fanOut".`);
  }
  checkNumber(`init.${name}`, "a", a);
  const fan = fans(name, shape)[mode];
  return fan === 0 ? 0 : gain(nonlinearity, { a }) / Math.sqrt(fan);
}

/**
 * Uniform on ±gain · √(3 / fan): relu layers keep the variance of their signals (K. He et al., "Delving deep into rectifiers",
 * 2015).
 *
 * @param shape [out, in] or [out, in, …window].
 * @throws ShapeError for fewer than two axes; ValueError for an unknown mode or nonlinearity; DTypeError for a dtype that is no float.
 * @example
 * init.kaimingUniform([10, 784], { nonlinearity: "relu", generator: generator(1) });
 */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform", shape, options);
  return uniform(shape, { ...drawingOf("kaimingUniform", options), min: -bound, max: bound });
}

/**
 * Normal with standard deviation gain / √fan: the normal twin of `kaimingUniform`.
 *
 * @param shape [out, in] or [out, in, …window].
 * @throws as `kaimingUniform`.
 * @example
 * init.kaimingNormal([10, 784], { mode: "fanOut", nonlinearity: "relu" });
 */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return normal(shape, { ...drawingOf("kaimingNormal", options), std: kaimingStd("kaimingNormal", shape, options) });
}
