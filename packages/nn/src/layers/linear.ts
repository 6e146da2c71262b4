import {
  add,
  type Fit,
  type FloatDType,
  type Generator,
  matmul,
  type Ok,
  reshape,
  type Shape,
  type ShapeOf,
  shapeError,
  type Tensor,
  type TensorLike,
  transpose,
  type Variable,
  variable,
} from "@glissade/autograd";
import { freshGenerator } from "../init/drawing.js";
import { uniform } from "../init/fill.js";
import { kaimingUniform } from "../init/variance.js";
import { Module } from "../module.js";
import { checkCount, checkFloat, showShape, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { LayerCost } from "../summary.js";

/** Options of `Linear`. */
export interface LinearOptions {
  /** Whether to add a bias; default true. */
  readonly bias?: boolean;
  /** Draws the first values; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
  /** Of weight and bias; default float32. */
  readonly dtype?: FloatDType;
}

/**
 * x ↦ x Wᵀ + b along the last axis, with the parameters of PyTorch's layer: `weight` [out, in] and `bias` [out]. Both start
 * uniform on ±1/√in, as there: the weight by `kaimingUniform` with a = √5 (gain 1/√3).
 *
 * @throws ValueError where a number of features is no whole number above 0; DTypeError for a dtype that is no float.
 * @example
 * const layer = new Linear(784, 10, { generator: generator(1) });
 * layer.forward(zeros([32, 784])).shape; // [32, 10]
 */
export class Linear<In extends number = number, Out extends number = number> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"linear", [In, Out]>;
  /** [out, in] */
  readonly weight: Variable<[Out, In]>;
  /** [out], or undefined without bias. */
  readonly bias: Variable<[Out]> | undefined;

  constructor(inFeatures: In, outFeatures: Out, { bias = true, generator, dtype = "float32" }: LinearOptions = {}) {
    super();
    checkCount("Linear", "inFeatures", inFeatures);
    checkCount("Linear", "outFeatures", outFeatures);
    checkFloat("Linear", dtype);
    const options = { generator: generator ?? freshGenerator(), dtype };
    this.weight = variable(kaimingUniform([outFeatures, inFeatures], { ...options, a: Math.sqrt(5) }), {
      name: "weight",
    });
    const bound = 1 / Math.sqrt(inFeatures);
    this.bias = bias
      ? variable(uniform([outFeatures], { ...options, min: -bound, max: bound }), { name: "bias" })
      : undefined;
  }

  /** The size of the last axis of the input. */
  get inFeatures(): In {
    return this.weight.shape[1];
  }

  /** The size of the last axis of the result. */
  get outFeatures(): Out {
    return this.weight.shape[0];
  }

  /**
   * @param x [..., in], with any leading axes.
   * @returns [..., out].
   * @throws ShapeError where the last axis is not `inFeatures` long.
   * @example
   * new Linear(3, 2).forward([[1, 2, 3]]).shape; // [1, 2]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput("Linear", x, this.weight);
    const features = input.shape.at(-1);
    if (features !== this.inFeatures) {
      throw shapeError(
        `Linear: the last axis of the input ${showShape(input.shape)} must have ${this.inFeatures} features, for weight ${showShape(this.weight.shape)} is [out, in]. ` +
          "Flatten or transpose the input, or make the layer with another number of features.",
        [input, this.weight.value],
      );
    }
    return affine(input, this.weight.value, this.bias?.value);
  }

  /** Products and sums of the matrix product, and the bias. */
  override cost(_: readonly Shape[], [y = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(y) * (2 * this.inFeatures + (this.bias === undefined ? 0 : 1)) };
  }
}

/** x Wᵀ + b along the last axis, unchecked: one product of two matrices, however many leading axes there are. */
export function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const lead = x.shape.slice(0, -1);
  const rows = x.rank === 2 ? x : reshape(x, [sizeOf(lead), x.shape.at(-1) ?? 0]);
  const product = matmul(rows, transpose(weight));
  const result = bias === undefined ? product : add(product, bias);
  return x.rank === 2 ? result : reshape(result, [...lead, weight.shape[0] ?? 0]);
}
