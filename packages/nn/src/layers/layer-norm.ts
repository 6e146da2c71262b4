import {
  type Fit,
  type FloatDType,
  layerNorm,
  type Ok,
  ones,
  rmsNorm,
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
import { checkEps, checkFloat, countsOf, sameShape, showSetting, showShape, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { LayerCost } from "../summary.js";

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Whether there are parameters; default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; default true. */
  readonly bias?: boolean;
  /** Of the parameters; default float32. */
  readonly dtype?: FloatDType;
}

/** Options of `RMSNorm`. */
export interface RMSNormOptions {
  /** Added to the mean square; default: the dtype's distance from 1 to the next number. */
  readonly eps?: number;
  /** Whether there is a weight; default true. */
  readonly elementwiseAffine?: boolean;
  /** Of the weight; default float32. */
  readonly dtype?: FloatDType;
}

/** The sides that are normalised together. */
function sidesOf(layer: string, normalizedShape: number | readonly number[]): readonly number[] {
  const rank = typeof normalizedShape === "number" ? 1 : normalizedShape.length;
  if (rank > 0) return countsOf(layer, "normalizedShape", normalizedShape, rank, 1);
  throw new ValueError(
    `${layer}: normalizedShape is ${showSetting(normalizedShape)}; give the length of the last axis.`,
  );
}

/** The last axes, as negative numbers. @throws ShapeError where they are not as long as `sides`. */
function lastAxes(layer: string, input: Tensor, sides: readonly number[]): number[] {
  const { shape, rank } = input;
  if (rank < sides.length || !sameShape(shape.slice(rank - sides.length), sides)) {
    throw shapeError(
      `${layer}: the input ${showShape(shape)} must end in ${showShape(sides)}, the normalizedShape. Reshape or transpose it.`,
      [input],
    );
  }
  return sides.map((_, a) => a - sides.length);
}

/**
 * Brings the last axes of each example to mean 0 and variance 1, then scales and shifts each element (J. L. Ba et al., "Layer
 * normalization", 2016). Parameters as in PyTorch: `weight` and `bias` of shape `normalizedShape`, which start as ones and zeros.
 *
 * @param normalizedShape The length of the last axis, or the lengths of several that are normalised together.
 * @throws ValueError for what is no such number, or a negative eps; DTypeError for a dtype that is no float.
 * @example
 * const layer = new LayerNorm(64);
 * layer.forward(zeros([32, 10, 64])).shape; // [32, 10, 64]
 */
export class LayerNorm<const Sides extends number | readonly number[] = number | readonly number[]> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"byLast", ["LayerNorm", Sides]>;
  /** Of shape `normalizedShape`, or undefined without parameters. */
  readonly weight: Variable | undefined;
  /** The same. */
  readonly bias: Variable | undefined;
  readonly normalizedShape: readonly number[];
  readonly eps: number;

  constructor(normalizedShape: Sides, options?: LayerNormOptions);
  constructor(
    normalizedShape: number | readonly number[],
    { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = "float32" }: LayerNormOptions = {},
  ) {
    super();
    const sides = sidesOf("LayerNorm", normalizedShape);
    checkEps("LayerNorm", eps);
    checkFloat("LayerNorm", dtype);
    this.weight = elementwiseAffine ? variable(ones(sides, { dtype }), { name: "weight" }) : undefined;
    this.bias = elementwiseAffine && bias ? variable(zeros(sides, { dtype }), { name: "bias" }) : undefined;
    this.normalizedShape = sides;
    this.eps = eps;
  }

  /**
   * @param x Any shape that ends in `normalizedShape`.
   * @returns The same shape.
   * @throws ShapeError where it ends otherwise.
   * @example
   * new LayerNorm(2, { eps: 0 }).forward([[1, 3]]).toArray(); // [[-1, 1]]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("LayerNorm", x, this.weight);
    const axis = lastAxes("LayerNorm", input, this.normalizedShape);
    return layerNorm(input, this.weight, this.bias, { axis, eps: this.eps });
  }

  /** Four operations for the statistics of each element, two to standardise it, and the parameters. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(x) * (6 + this.parameters().length) };
  }
}

/**
 * Divides the last axes of each example by their root mean square, then scales each element (B. Zhang, R. Sennrich, "Root mean
 * square layer normalization", 2019). The parameter is PyTorch's: `weight` of shape `normalizedShape`, which starts as ones.
 *
 * @param normalizedShape The length of the last axis, or the lengths of several that are normalised together.
 * @throws ValueError for what is no such number, or a negative eps; DTypeError for a dtype that is no float.
 * @example
 * const layer = new RMSNorm(64);
 * layer.forward(zeros([32, 10, 64])).shape; // [32, 10, 64]
 */
export class RMSNorm<const Sides extends number | readonly number[] = number | readonly number[]> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"byLast", ["RMSNorm", Sides]>;
  /** Of shape `normalizedShape`, or undefined without it. */
  readonly weight: Variable | undefined;
  readonly normalizedShape: readonly number[];
  /** Undefined: that of the dtype. */
  readonly eps: number | undefined;

  constructor(normalizedShape: Sides, options?: RMSNormOptions);
  constructor(
    normalizedShape: number | readonly number[],
    { eps, elementwiseAffine = true, dtype = "float32" }: RMSNormOptions = {},
  ) {
    super();
    const sides = sidesOf("RMSNorm", normalizedShape);
    if (eps !== undefined) checkEps("RMSNorm", eps);
    checkFloat("RMSNorm", dtype);
    this.weight = elementwiseAffine ? variable(ones(sides, { dtype }), { name: "weight" }) : undefined;
    this.normalizedShape = sides;
    this.eps = eps;
  }

  /**
   * @param x Any shape that ends in `normalizedShape`.
   * @returns The same shape.
   * @throws ShapeError where it ends otherwise.
   * @example
   * new RMSNorm(2).forward([[3, 3]]).toArray(); // about [[1, 1]]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("RMSNorm", x, this.weight);
    const axis = lastAxes("RMSNorm", input, this.normalizedShape);
    return rmsNorm(input, this.weight, { axis, eps: this.eps });
  }

  /** Two operations for the mean square of each element, one to divide it, and the weight. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(x) * (3 + this.parameters().length) };
  }
}
