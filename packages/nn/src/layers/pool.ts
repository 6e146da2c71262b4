import {
  avgPool2d,
  type Fit,
  maxPool2d,
  type Ok,
  type Shape,
  type ShapeOf,
  shapeError,
  type Tensor,
  type TensorLike,
  ValueError,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { countsOf, inLayer, showShape, sizeOf, toTensor } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";

/** What both kinds of pooling take. */
export interface PoolOptions {
  /** The distance between windows: a number, or one for each axis; default: the sides of a window. */
  readonly stride?: number | readonly number[];
  /** What goes on both ends of each axis, at most half the window; default 0. */
  readonly padding?: number | readonly number[];
  /** Whether a last window may reach beyond the padding; default false. */
  readonly ceilMode?: boolean;
}

/** Options of `MaxPool2d`. */
export interface MaxPoolOptions extends PoolOptions {
  /** The distance between neighbouring elements of a window; default 1. */
  readonly dilation?: number | readonly number[];
}

/** Options of `AvgPool2d`. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros of the padding count as elements of the mean; default true. */
  readonly countIncludePad?: boolean;
}

/** What any kind of pooling takes: the same for all of them, so that the classes can be called alike. */
type AnyPoolOptions = MaxPoolOptions & AvgPoolOptions;

/** The checked sides, strides and padding of windows. */
function windowsOf(
  layer: string,
  kernelSize: number | readonly number[],
  { stride = kernelSize, padding = 0 }: PoolOptions,
): { kernelSize: readonly number[]; stride: readonly number[]; padding: readonly number[] } {
  const sides = countsOf(layer, "kernelSize", kernelSize, 2, 1);
  const widths = countsOf(layer, "padding", padding, 2, 0);
  for (const [a, width] of widths.entries()) {
    const side = sides[a] ?? 1;
    if (width <= side / 2) continue;
    throw new ValueError(
      `${layer}: padding ${width} is more than half the kernelSize ${side}; a window might hold no element. Use less.`,
    );
  }
  return { kernelSize: sides, stride: countsOf(layer, "stride", stride, 2, 1), padding: widths };
}

/** @throws ShapeError where the input is neither [N, C, H, W] nor [C, H, W]. */
function imageOf(layer: string, x: TensorLike): Tensor {
  const input = toTensor(layer, x);
  if (input.rank === 3 || input.rank === 4) return input;
  throw shapeError(
    `${layer}: the input ${showShape(input.shape)} must be [N, C, H, W] or [C, H, W]. Add the axes that lack.`,
    [input],
  );
}

/**
 * The greatest element of each window of images, as torch.nn.MaxPool2d. The derivative goes to the first of equals.
 *
 * @param kernelSize The sides of a window: a number, or [rows, columns].
 * @throws ValueError for numbers that are no such whole numbers, or padding of more than half a window.
 * @example
 * new MaxPool2d(2).forward(zeros([32, 8, 28, 28])).shape; // [32, 8, 14, 14]
 */
export class MaxPool2d<
  const Kernel extends number | readonly number[] = number | readonly number[],
  const O extends Given<AnyPoolOptions> = Given<AnyPoolOptions>,
> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"pool", ["MaxPool2d", "maxPool2d", Kernel, OptionsIn<O>]>;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;

  constructor(kernelSize: Kernel, ...options: Refusing<O, MaxPoolOptions>);
  constructor(
    kernelSize: number | readonly number[],
    { dilation = 1, ceilMode = false, ...rest }: MaxPoolOptions = {},
  ) {
    super();
    const windows = windowsOf("MaxPool2d", kernelSize, rest);
    this.kernelSize = windows.kernelSize;
    this.stride = windows.stride;
    this.padding = windows.padding;
    this.dilation = countsOf("MaxPool2d", "dilation", dilation, 2, 1);
    this.ceilMode = ceilMode;
  }

  /**
   * @param x [N, C, H, W], or [C, H, W] for one image.
   * @returns The same with sides ⌊(side + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1; rounded up in `ceilMode`.
   * @throws ShapeError where the axes are others, or no window fits.
   * @example
   * new MaxPool2d(2).forward([[[1, 3], [2, 4]]]).toArray(); // [[[4]]]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = imageOf("MaxPool2d", x);
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return inLayer("MaxPool2d", () => maxPool2d(input, { kernelSize, stride, padding, dilation, ceilMode }));
  }

  /** One operation for each element of each window. */
  override cost(_: readonly Shape[], [y = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(y) * sizeOf(this.kernelSize) };
  }
}

/**
 * The mean of each window of images, as torch.nn.AvgPool2d.
 *
 * @param kernelSize The sides of a window: a number, or [rows, columns].
 * @throws ValueError for numbers that are no such whole numbers, or padding of more than half a window.
 * @example
 * new AvgPool2d(2).forward(zeros([32, 8, 28, 28])).shape; // [32, 8, 14, 14]
 */
export class AvgPool2d<
  const Kernel extends number | readonly number[] = number | readonly number[],
  const O extends Given<AnyPoolOptions> = Given<AnyPoolOptions>,
> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"pool", ["AvgPool2d", "avgPool2d", Kernel, OptionsIn<O>]>;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;

  constructor(kernelSize: Kernel, ...options: Refusing<O, AvgPoolOptions>);
  constructor(
    kernelSize: number | readonly number[],
    { ceilMode = false, countIncludePad = true, ...rest }: AvgPoolOptions = {},
  ) {
    super();
    const windows = windowsOf("AvgPool2d", kernelSize, rest);
    this.kernelSize = windows.kernelSize;
    this.stride = windows.stride;
    this.padding = windows.padding;
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
  }

  /**
   * @param x [N, C, H, W], or [C, H, W] for one image.
   * @returns The same with sides ⌊(side + 2 · padding − kernelSize) / stride⌋ + 1; rounded up in `ceilMode`.
   * @throws ShapeError where the axes are others, or no window fits.
   * @example
   * new AvgPool2d(2).forward([[[1, 3], [2, 4]]]).toArray(); // [[[2.5]]]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = imageOf("AvgPool2d", x);
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    return inLayer("AvgPool2d", () => avgPool2d(input, { kernelSize, stride, padding, ceilMode, countIncludePad }));
  }

  /** One operation for each element of each window. */
  override cost(_: readonly Shape[], [y = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(y) * sizeOf(this.kernelSize) };
  }
}
