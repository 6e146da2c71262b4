import {
  type Fit,
  type FloatDType,
  groupNorm,
  type Ok,
  ones,
  type Shape,
  type ShapeOf,
  shapeError,
  type Tensor,
  type TensorLike,
  ValueError,
  type Variable,
  variable,
  zeros,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { checkCount, checkEps, checkFloat, showShape, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { LayerCost } from "../summary.js";

/** Options of `GroupNorm`. */
export interface GroupNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Whether there are parameters; default true. */
  readonly affine?: boolean;
  /** Of the parameters; default float32. */
  readonly dtype?: FloatDType;
}

/**
 * Brings each group of channels of each example to mean 0 and variance 1, then scales and shifts each channel (Y. Wu, K. He,
 * "Group normalization", 2018). Parameters as in PyTorch: `weight` and `bias` [channels], which start as ones and zeros.
 *
 * @param numGroups Into how many groups the channels fall; 1 normalises all of them together, as many as channels each alone.
 * @param numChannels The channels of the input, a multiple of `numGroups`.
 * @throws ValueError for what is no such number, or a negative eps; DTypeError for a dtype that is no float.
 * @example
 * const layer = new GroupNorm(4, 16);
 * layer.forward(zeros([32, 16, 8, 8])).shape; // [32, 16, 8, 8]
 */
export class GroupNorm<Groups extends number = number, Channels extends number = number> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"byChannel", ["GroupNorm", Channels]>;
  /** [channels], or undefined without parameters. */
  readonly weight: Variable | undefined;
  /** The same. */
  readonly bias: Variable | undefined;
  readonly numGroups: Groups;
  readonly numChannels: Channels;
  readonly eps: number;

  constructor(
    numGroups: Groups,
    numChannels: Channels,
    { eps = 1e-5, affine = true, dtype = "float32" }: GroupNormOptions = {},
  ) {
    super();
    checkCount("GroupNorm", "numGroups", numGroups);
    checkCount("GroupNorm", "numChannels", numChannels);
    if (numChannels % numGroups !== 0) {
      throw new ValueError(
        `GroupNorm: numGroups ${numGroups} does not divide numChannels ${numChannels}. Use one of its divisors.`,
      );
    }
    checkEps("GroupNorm", eps);
    checkFloat("GroupNorm", dtype);
    this.weight = affine ? variable(ones([numChannels], { dtype }), { name: "weight" }) : undefined;
    this.bias = affine ? variable(zeros([numChannels], { dtype }), { name: "bias" }) : undefined;
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
  }

  /**
   * @param x [N, channels, …].
   * @returns The same shape.
   * @throws ShapeError where axis 1 is not `numChannels` long.
   * @example
   * new GroupNorm(2, 4, { eps: 0 }).forward([[1, 3, 5, 7]]).toArray(); // [[-1, 1, -1, 1]]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("GroupNorm", x, this.weight);
    if (input.shape[1] !== this.numChannels) {
      throw shapeError(
        `GroupNorm: the input ${showShape(input.shape)} must be [N, ${this.numChannels}, …]: its channels are axis 1. Reshape or transpose it.`,
        [input],
      );
    }
    return groupNorm(input, this.weight, this.bias, { groups: this.numGroups, eps: this.eps });
  }

  /** Four operations for the statistics of each element, two to standardise it, and the parameters. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(x) * (6 + this.parameters().length) };
  }
}
