import {
  convTranspose2d,
  type Fit,
  type Ok,
  type Shape,
  type ShapeOf,
  type Tensor,
  type TensorLike,
  ValueError,
  type Variable,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { countsOf, inLayer, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";
import { checkImage, type KernelOptions, makeKernels } from "./kernels.js";

/** Options of `ConvTranspose2d`. */
export interface ConvTransposeOptions extends KernelOptions {
  /** What is cut off around the result: a number, or one for each axis; default 0. */
  readonly padding?: number | readonly number[];
  /** Added behind each axis of the result, less than the stride or the dilation; default 0. */
  readonly outputPadding?: number | readonly number[];
}

/**
 * The transpose of a convolution of images, which makes them larger, with PyTorch's parameters: `weight` [in, out / groups, rows,
 * columns] and `bias` [out]. Both start uniform on ±1/√(out / groups · rows · columns), as there.
 *
 * @param inChannels Channels of the input.
 * @param outChannels Channels of the result.
 * @param kernelSize The sides of a kernel: a number, or [rows, columns].
 * @throws ValueError for numbers that are no such whole numbers, groups that do not divide the channels, or an outputPadding that
 * is too large; DTypeError for a dtype that is no float.
 * @example
 * const layer = new ConvTranspose2d(8, 3, 2, { stride: 2 });
 * layer.forward(zeros([32, 8, 14, 14])).shape; // [32, 3, 28, 28]
 */
export class ConvTranspose2d<
  In extends number = number,
  Out extends number = number,
  const Kernel extends number | readonly number[] = number | readonly number[],
  const O extends Given<ConvTransposeOptions> = Given<ConvTransposeOptions>,
> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<
    "conv",
    ["ConvTranspose2d", "convTranspose2d", 2, [In, Out], Kernel, OptionsIn<O>]
  >;
  readonly #channels: readonly [In, Out];
  /** [in, out / groups, rows, columns] */
  readonly weight: Variable;
  /** [out], or undefined without bias. */
  readonly bias: Variable | undefined;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;

  constructor(inChannels: In, outChannels: Out, kernelSize: Kernel, ...options: Refusing<O, ConvTransposeOptions>);
  constructor(
    inChannels: In,
    outChannels: Out,
    kernelSize: number | readonly number[],
    { padding = 0, outputPadding = 0, ...rest }: ConvTransposeOptions = {},
  ) {
    super();
    const layer = "ConvTranspose2d";
    const kernels = makeKernels(layer, 2, true, [inChannels, outChannels, kernelSize], rest);
    this.#channels = [inChannels, outChannels];
    this.weight = kernels.weight;
    this.bias = kernels.bias;
    this.kernelSize = kernels.kernelSize;
    this.stride = kernels.stride;
    this.dilation = kernels.dilation;
    this.groups = kernels.groups;
    this.padding = countsOf(layer, "padding", padding, 2, 0);
    this.outputPadding = countsOf(layer, "outputPadding", outputPadding, 2, 0);
    for (const [a, extra] of this.outputPadding.entries()) {
      const [step = 1, gap = 1] = [this.stride[a], this.dilation[a]];
      if (extra < Math.max(step, gap)) continue;
      throw new ValueError(
        `${layer}: outputPadding ${extra} must be less than the stride ${step} or the dilation ${gap} of its axis.`,
      );
    }
  }

  /** The number of channels of the input. */
  get inChannels(): In {
    return this.#channels[0];
  }

  /** The number of channels of the result. */
  get outChannels(): Out {
    return this.#channels[1];
  }

  /**
   * @param x [N, in, H, W], or [in, H, W] for one image.
   * @returns [N, out, …], or without N; each side is (side − 1) · stride − 2 · padding + dilation · (taps − 1) + outputPadding +
   * 1.
   * @throws ShapeError where the axes or the channels are others, or nothing is left.
   * @example
   * new ConvTranspose2d(4, 1, 3).forward(zeros([4, 6, 6])).shape; // [1, 8, 8]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("ConvTranspose2d", x, this.weight);
    checkImage("ConvTranspose2d", input, ["H", "W"], this.inChannels);
    const { stride, padding, outputPadding, dilation, groups } = this;
    return inLayer("ConvTranspose2d", () =>
      convTranspose2d(input, this.weight, this.bias, { stride, padding, outputPadding, dilation, groups }),
    );
  }

  /** Products and sums of the kernel at every place of the input, and the bias. */
  override cost([x = []]: readonly Shape[], [y = []]: readonly Shape[]): LayerCost {
    const taps = this.weight.size / this.inChannels;
    return { flops: 2 * sizeOf(x) * taps + (this.bias === undefined ? 0 : sizeOf(y)) };
  }
}
