import {
  conv1d,
  conv2d,
  type Fit,
  type Ok,
  pad,
  type Shape,
  type ShapeOf,
  type Tensor,
  type TensorLike,
  ValueError,
  type Variable,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { inLayer, showSetting, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";
import { type ConvPadding, checkImage, type KernelOptions, makeKernels, paddingOf } from "./kernels.js";

/** What `Conv1d` and `Conv2d` put around their input. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** Options of `Conv1d` and `Conv2d`. */
export interface ConvOptions extends KernelOptions {
  /** A number, one or a [before, after] pair for each axis, "same" (needs stride 1) or "valid" (none); default 0. */
  readonly padding?: ConvPadding;
  /** Default "zeros". */
  readonly paddingMode?: PaddingMode;
}

const paddingModes: readonly unknown[] = ["zeros", "reflect", "replicate", "circular"];

/** What both convolutions are. */
abstract class Convolution<In extends number, Out extends number> extends Module {
  /** [out, in / groups, …window] */
  readonly weight: Variable;
  /** [out], or undefined without bias. */
  readonly bias: Variable | undefined;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** [before, after] of each axis. */
  readonly padding: readonly (readonly [number, number])[];
  readonly paddingMode: PaddingMode;
  readonly groups: number;
  readonly #channels: readonly [In, Out];

  constructor(
    layer: string,
    rank: number,
    sizes: readonly [In, Out, number | readonly number[]],
    { padding = 0, paddingMode = "zeros", ...rest }: ConvOptions,
  ) {
    super();
    if (!paddingModes.includes(paddingMode)) {
      throw new ValueError(
        `${layer}: unknown paddingMode ${showSetting(paddingMode)}. Use "zeros", "reflect", "replicate" or "circular".`,
      );
    }
    const kernels = makeKernels(layer, rank, false, sizes, rest);
    this.weight = kernels.weight;
    this.bias = kernels.bias;
    this.#channels = [sizes[0], sizes[1]];
    this.kernelSize = kernels.kernelSize;
    this.stride = kernels.stride;
    this.dilation = kernels.dilation;
    this.groups = kernels.groups;
    this.padding = paddingOf(layer, padding, kernels);
    this.paddingMode = paddingMode;
  }

  /** The number of channels of the input. */
  get inChannels(): In {
    return this.#channels[0];
  }

  /** The number of channels of the result. */
  get outChannels(): Out {
    return this.#channels[1];
  }

  /** Products and sums of every window, and the bias. */
  override cost(_: readonly Shape[], [y = []]: readonly Shape[]): LayerCost {
    const taps = this.weight.size / this.outChannels;
    return { flops: sizeOf(y) * (2 * taps + (this.bias === undefined ? 0 : 1)) };
  }

  /** The input, padded where the padding is not of zeros, and what is left to pad. */
  protected padded(input: Tensor): { x: Tensor; padding: readonly (readonly [number, number])[] } {
    const { padding, paddingMode: mode } = this;
    if (mode === "zeros" || padding.every(([before, after]) => before + after === 0)) return { x: input, padding };
    const lead = Array.from({ length: input.rank - padding.length }, (): [number, number] => [0, 0]);
    return { x: pad(input, { widths: [...lead, ...padding], mode }), padding: padding.map(() => [0, 0]) };
  }
}

/**
 * Correlates sequences with kernels, with PyTorch's parameters: `weight` [out, in / groups, taps] and `bias` [out]. Both start
 * uniform on ±1/√(in / groups · taps), as there.
 *
 * @param inChannels Channels of the input.
 * @param outChannels Channels of the result.
 * @param kernelSize The number of taps.
 * @throws ValueError for numbers that are no such whole numbers, groups that do not divide the channels, or an unknown padding;
 * DTypeError for a dtype that is no float.
 * @example
 * const layer = new Conv1d(2, 8, 3, { padding: "same" });
 * layer.forward(zeros([32, 2, 100])).shape; // [32, 8, 100]
 */
export class Conv1d<
  In extends number = number,
  Out extends number = number,
  const Kernel extends number | readonly number[] = number | readonly number[],
  const O extends Given<ConvOptions> = Given<ConvOptions>,
> extends Convolution<In, Out> {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"conv", ["Conv1d", "conv1d", 1, [In, Out], Kernel, OptionsIn<O>]>;

  constructor(inChannels: In, outChannels: Out, kernelSize: Kernel, ...options: Refusing<O, ConvOptions>);
  constructor(inChannels: In, outChannels: Out, kernelSize: number | readonly number[], options: ConvOptions = {}) {
    super("Conv1d", 1, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * @param x [N, in, L], or [in, L] for one sequence.
   * @returns [N, out, windows], or without N; windows = ⌊(L + padding − dilation · (taps − 1) − 1) / stride⌋ + 1.
   * @throws ShapeError where the axes or the channels are others, or a window does not fit.
   * @example
   * new Conv1d(1, 4, 3).forward(zeros([5, 1, 10])).shape; // [5, 4, 8]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("Conv1d", x, this.weight);
    checkImage("Conv1d", input, ["L"], this.inChannels);
    const { stride, dilation, groups } = this;
    return inLayer("Conv1d", () => {
      const { x: operand, padding } = this.padded(input);
      return conv1d(operand, this.weight, this.bias, { stride, padding, dilation, groups });
    });
  }
}

/**
 * Correlates images with kernels, with PyTorch's parameters: `weight` [out, in / groups, rows, columns] and `bias` [out]. Both
 * start uniform on ±1/√(in / groups · rows · columns), as there.
 *
 * @param inChannels Channels of the input.
 * @param outChannels Channels of the result.
 * @param kernelSize The sides of a kernel: a number, or [rows, columns].
 * @throws ValueError for numbers that are no such whole numbers, groups that do not divide the channels, or an unknown padding;
 * DTypeError for a dtype that is no float.
 * @example
 * const layer = new Conv2d(1, 8, 3, { padding: 1, stride: 2 });
 * layer.forward(zeros([32, 1, 28, 28])).shape; // [32, 8, 14, 14]
 */
export class Conv2d<
  In extends number = number,
  Out extends number = number,
  const Kernel extends number | readonly number[] = number | readonly number[],
  const O extends Given<ConvOptions> = Given<ConvOptions>,
> extends Convolution<In, Out> {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"conv", ["Conv2d", "conv2d", 2, [In, Out], Kernel, OptionsIn<O>]>;

  constructor(inChannels: In, outChannels: Out, kernelSize: Kernel, ...options: Refusing<O, ConvOptions>);
  constructor(inChannels: In, outChannels: Out, kernelSize: number | readonly number[], options: ConvOptions = {}) {
    super("Conv2d", 2, [inChannels, outChannels, kernelSize], options);
  }

  /**
   * @param x [N, in, H, W], or [in, H, W] for one image.
   * @returns [N, out, rows, columns], or without N; each side is ⌊(side + padding − dilation · (taps − 1) − 1) / stride⌋ + 1.
   * @throws ShapeError where the axes or the channels are others, or a window does not fit.
   * @example
   * new Conv2d(3, 4, 5).forward(zeros([3, 28, 28])).shape; // [4, 24, 24]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("Conv2d", x, this.weight);
    checkImage("Conv2d", input, ["H", "W"], this.inChannels);
    const { stride, dilation, groups } = this;
    return inLayer("Conv2d", () => {
      const { x: operand, padding } = this.padded(input);
      return conv2d(operand, this.weight, this.bias, { stride, padding, dilation, groups });
    });
  }
}
