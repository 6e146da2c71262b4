import { asTensor, commonDType } from "../convert.js";
import { floatOf } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import { type Operator, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Convolution } from "../types/conv.js";
import { reshapeTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { convolve, convolveToInput } from "./convolution.js";
import { add } from "./elementwise.js";
import { isOptions } from "./optional-operands.js";
import { drawGeometry, geometryOf, perAxis, requireWindows, type WindowOptions } from "./window-options.js";

/** Options of `conv1d` and `conv2d`. */
export interface ConvOptions extends WindowOptions {
  /** Channels and features fall into so many parts that do not meet; must divide both. Default 1. */
  readonly groups?: number | undefined;
}

/** Options of `convTranspose1d` and `convTranspose2d`. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Added to the side of the result behind each axis, less than the stride or the dilation; default 0. */
  readonly outputPadding?: number | readonly number[] | undefined;
}

interface Operands {
  /** [N, C, ...]; with an N of 1 where the image came without. */
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly groups: number;
}

const axisNames = ["", "L", "H, W"];

/** Operands of one float dtype, their ranks and groups checked; `features` is the axis of the weight that belongs to x. */
function operandsOf(
  name: string,
  rank: number,
  [x, weight, bias]: readonly [TensorLike, TensorLike, TensorLike | undefined],
  groups: number,
  transposed: boolean,
): Operands {
  const dtype = floatOf(commonDType(name, bias === undefined ? [x, weight] : [x, weight, bias]));
  const [image, kernel] = [x, weight].map((operand) => castTo(asTensor(name, operand), dtype)) as [Tensor, Tensor];
  const axes = axisNames[rank];
  if (image.rank !== rank + 2 && image.rank !== rank + 1) {
    throw new ShapeError(`${name}: x must be [N, C, ${axes}] or [C, ${axes}], not ${showShape(image.shape)}.`);
  }
  const channels = image.shape[image.rank - rank - 1]!;
  if (kernel.rank !== rank + 2) {
    const layout = transposed ? "[channels, features / groups" : "[features, channels / groups";
    throw new ShapeError(
      `${name}: the weight must be ${layout}, ${rank === 1 ? "taps" : "rows, columns"}], not ${showShape(kernel.shape)}.`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ValueError(`${name}: groups is ${String(groups)}; use an integer of 1 or more.`);
  }
  if (channels % groups !== 0 || kernel.shape[0]! % groups !== 0) {
    throw new ShapeError(
      `${name}: ${groups} groups do not divide the channels of x ${showShape(image.shape)} (${channels}) and axis 0 of the weight ${showShape(kernel.shape)} (${kernel.shape[0]}).`,
    );
  }
  const expected = transposed ? kernel.shape[0]! : kernel.shape[1]! * groups;
  if (expected !== channels) {
    throw new ShapeError(
      `${name}: x ${showShape(image.shape)} has ${channels} channels, and a weight ${showShape(kernel.shape)} with ${groups} group${groups === 1 ? "" : "s"} takes ${expected}.`,
    );
  }
  const features = transposed ? kernel.shape[1]! * groups : kernel.shape[0]!;
  return {
    x: image.rank === rank + 2 ? image : reshapeTo(image, [1, ...image.shape]),
    weight: kernel,
    bias: bias === undefined ? undefined : biasOf(name, castTo(asTensor(name, bias), dtype), features, rank),
    groups,
  };
}

function biasOf(name: string, bias: Tensor, features: number, rank: number): Tensor {
  if (bias.rank !== 1 || bias.shape[0] !== features) {
    throw new ShapeError(
      `${name}: the bias has shape ${showShape(bias.shape)}; give one number for each of ${features} features: [${features}].`,
    );
  }
  return reshapeTo(bias, [features, ...new Array<number>(rank).fill(1)]);
}

/** Adds the bias, and drops the N that the image did not have. */
function finish(y: Tensor, bias: Tensor | undefined, single: boolean): Tensor {
  const biased = bias === undefined ? y : add(y, bias);
  return single ? reshapeTo(biased, biased.shape.slice(1)) : biased;
}

type Run<O> = (x: TensorLike, weight: TensorLike, bias: TensorLike | undefined, options: O) => Tensor;

/** Finds the options behind the bias, or in its place. */
function withOptionalBias<O extends object>(
  name: string,
  defaults: O,
  run: Run<O>,
): (x: TensorLike, weight: TensorLike, third?: TensorLike | O, options?: O) => Tensor {
  return (x, weight, third, options) => {
    if (isOptions(third)) {
      if (options === undefined) return run(x, weight, undefined, third);
      throw new ValueError(`${name}: the bias is an object; pass a tensor, or leave it out.`);
    }
    return run(x, weight, third, options ?? defaults);
  };
}

function drawConvolution(draw: Draw, rank: number, transposed: boolean): readonly unknown[] {
  const { sides, kernel, options } = drawGeometry(draw, rank);
  const groups = draw.integer(1, 2);
  const [channels, features] = [draw.integer(1, 2), draw.integer(1, 2)];
  const lead = draw.boolean() ? [draw.side(2), channels * groups] : [channels * groups];
  const weight = transposed ? [channels * groups, features] : [features * groups, channels];
  const operands = [draw.tensor([...lead, ...sides]), draw.tensor([...weight, ...kernel])];
  if (draw.boolean()) operands.push(draw.tensor([features * groups]));
  if (!transposed) return [...operands, { ...options, groups }];
  const outputPadding = kernel.map((_, a) => draw.integer(0, Math.max(options.stride[a]!, options.dilation[a]!) - 1));
  // No more padding than the kernel covers, so that something is left of the smallest image.
  const padding = options.padding.map(([low, high], a) => [Math.min(low, kernel[a]! - 1), Math.min(high, 0)]);
  return [...operands, { ...options, padding, outputPadding, groups }];
}

function convolution<Name extends string, Rank extends 1 | 2>(
  name: Name,
  rank: Rank,
): Operator<Convolution<Name, Rank, ConvOptions>> {
  return typedOperator<Convolution<Name, Rank, ConvOptions>>(
    name,
    (draw) => drawConvolution(draw, rank, false),
    withOptionalBias(name, {}, (x, weight, bias, { groups = 1, ...options }: ConvOptions) => {
      const operands = operandsOf(name, rank, [x, weight, bias], groups, false);
      const sides = operands.x.shape.slice(2);
      const geometry = geometryOf(name, operands.weight.shape.slice(2), sides, options);
      requireWindows(name, operands.x.shape, geometry);
      const { stride, padding, dilation } = geometry;
      const y = convolve(operands.x, operands.weight, { stride, padding, dilation, groups });
      return finish(y, operands.bias, asTensor(name, x).rank === rank + 1);
    }),
  );
}

function transposedConvolution<Name extends string, Rank extends 1 | 2>(
  name: Name,
  rank: Rank,
): Operator<Convolution<Name, Rank, ConvTransposeOptions, true>> {
  return typedOperator<Convolution<Name, Rank, ConvTransposeOptions, true>>(
    name,
    (draw) => drawConvolution(draw, rank, true),
    withOptionalBias(
      name,
      {},
      (x, weight, bias, { groups = 1, outputPadding = 0, ...options }: ConvTransposeOptions) => {
        const operands = operandsOf(name, rank, [x, weight, bias], groups, true);
        const counts = operands.x.shape.slice(2);
        const { kernel, stride, padding, dilation } = geometryOf(name, operands.weight.shape.slice(2), counts, options);
        const extra = perAxis(name, "outputPadding", outputPadding, rank, 0);
        const tooMuch = extra.findIndex((width, a) => width >= Math.max(stride[a]!, dilation[a]!));
        if (tooMuch >= 0) {
          throw new ValueError(
            `${name}: outputPadding ${extra[tooMuch]} must be less than the stride ${stride[tooMuch]} or the dilation ${dilation[tooMuch]}.`,
          );
        }
        const sides = counts.map((count, a) => {
          const [low, high] = padding[a]!;
          return (count - 1) * stride[a]! - low - high + dilation[a]! * (kernel[a]! - 1) + 1 + extra[a]!;
        });
        if (sides.some((side) => side < 1)) {
          throw new ShapeError(
            `${name}: x ${showShape(operands.x.shape)} with kernel ${showShape(kernel)} and padding ${JSON.stringify(padding)} leaves sides ${showShape(sides)}; pad less.`,
          );
        }
        // What is added behind was padded less: then the windows of the result are those of x exactly.
        const pairs = padding.map(([low, high], a): [number, number] => [low, high - extra[a]!]);
        const attributes = { stride, padding: pairs, dilation, groups, sides };
        return finish(
          convolveToInput(operands.x, operands.weight, attributes),
          operands.bias,
          asTensor(name, x).rank === rank + 1,
        );
      },
    ),
  );
}

/**
 * The convolution (correlation) of sequences with kernels, as torch.nn.functional.conv1d: `conv1d(x, weight, bias?, options?)`; the options may stand in
 * the bias's place. Integers give float32.
 *
 * @param x [N, C, L], or [C, L] for one sequence.
 * @param weight [features, C / groups, taps].
 * @param bias One number for each feature.
 * @param options.stride The distance between windows; default 1.
 * @param options.padding Zeros before and after: a number, `[[before, after]]`, "same" or "valid"; default 0.
 * @param options.dilation The distance between taps; default 1.
 * @param options.groups Parts of channels and features that do not meet; default 1.
 * @returns [N, features, windows], or without N.
 * @throws ShapeError where ranks, channels, groups or the bias do not fit, or the window is larger than x; ValueError for options that are no such integers.
 * @example
 * conv1d([[[1, 2, 3, 4]]], [[[1, -1]]]).toArray(); // [[[-1, -1, -1]]]
 */
export const conv1d = convolution("conv1d", 1);

/**
 * The convolution (correlation) of images with kernels, as torch.nn.functional.conv2d: `conv2d(x, weight, bias?, options?)`; the options may stand in
 * the bias's place. Integers give float32.
 *
 * @param x [N, C, H, W], or [C, H, W] for one image.
 * @param weight [features, C / groups, rows, columns].
 * @param bias One number for each feature.
 * @param options.stride The distance between windows: a number or one for each axis; default 1.
 * @param options.padding Zeros around: a number, one or a [before, after] pair for each axis, "same" or "valid"; default 0.
 * @param options.dilation The distance between taps; default 1.
 * @param options.groups Parts of channels and features that do not meet; default 1.
 * @returns [N, features, rows, columns], or without N.
 * @throws ShapeError where ranks, channels, groups or the bias do not fit, or the window is larger than x; ValueError for options that are no such integers.
 * @example
 * conv2d(ones([1, 3, 8, 8]), ones([4, 3, 3, 3]), { padding: "same" }).shape; // [1, 4, 8, 8]
 */
export const conv2d = convolution("conv2d", 2);

/**
 * The transposed convolution of sequences, as torch.nn.functional.conv_transpose1d: the derivative of `conv1d` by its input. Called as
 * `convTranspose1d(x, weight, bias?, options?)`.
 *
 * @param x [N, C, L], or [C, L].
 * @param weight [C, features / groups, taps]. Where one is not finite, elements near the border that it does not reach may be NaN too once compiled
 * (zeros stand beyond the border, and 0 · ∞ is NaN).
 * @param bias One number for each feature.
 * @param options.stride The distance that neighbours of x are moved apart; default 1.
 * @param options.padding What is cut off the result before and after, as `conv1d` would have padded; default 0.
 * @param options.outputPadding Added behind the result, less than the stride or the dilation; default 0.
 * @param options.dilation The distance between taps; default 1.
 * @param options.groups Parts of channels and features that do not meet; default 1.
 * @returns [N, features, (L − 1) · stride − padding + dilation · (taps − 1) + 1 + outputPadding], padding counted on both ends.
 * @throws ShapeError where ranks, channels, groups or the bias do not fit, or nothing is left; ValueError for options that are no such integers.
 * @example
 * convTranspose1d([[[1, 2]]], [[[1, 1]]], { stride: 2 }).toArray(); // [[[1, 1, 2, 2]]]
 */
export const convTranspose1d = transposedConvolution("convTranspose1d", 1);

/**
 * The transposed convolution of images, as torch.nn.functional.conv_transpose2d: the derivative of `conv2d` by its input. Called as
 * `convTranspose2d(x, weight, bias?, options?)`.
 *
 * @param x [N, C, H, W], or [C, H, W].
 * @param weight [C, features / groups, rows, columns]. Where one is not finite, elements near the border that it does not reach may be NaN too once compiled
 * (zeros stand beyond the border, and 0 · ∞ is NaN).
 * @param bias One number for each feature.
 * @param options.stride The distance that neighbours of x are moved apart; default 1.
 * @param options.padding What is cut off around the result, as `conv2d` would have padded; default 0.
 * @param options.outputPadding Added behind each axis of the result, less than the stride or the dilation; default 0.
 * @param options.dilation The distance between taps; default 1.
 * @param options.groups Parts of channels and features that do not meet; default 1.
 * @returns [N, features, ...], each side (side − 1) · stride − padding + dilation · (taps − 1) + 1 + outputPadding, padding counted on both ends.
 * @throws ShapeError where ranks, channels, groups or the bias do not fit, or nothing is left; ValueError for options that are no such integers.
 * @example
 * convTranspose2d(ones([1, 4, 8, 8]), ones([4, 3, 2, 2]), { stride: 2 }).shape; // [1, 3, 16, 16]
 */
export const convTranspose2d = transposedConvolution("convTranspose2d", 2);
