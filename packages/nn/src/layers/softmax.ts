import { type Fit, logSoftmax, type Ok, type ShapeOf, softmax, type Tensor, type TensorLike } from "@glissade/autograd";
import { Module } from "../module.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";

/** Options of `Softmax` and `LogSoftmax`. */
export interface SoftmaxOptions {
  /** The axis whose elements compete; default −1. */
  readonly axis?: number;
}

/**
 * `softmax` as a module: eˣ / Σ eˣ along an axis. Before `crossEntropy` leave it out: that takes the scores.
 *
 * @param options.axis Default −1.
 * @example
 * new Softmax().forward([[0, 0]]).toArray(); // [[0.5, 0.5]]
 */
export class Softmax<const O extends Given<SoftmaxOptions> = Given<SoftmaxOptions>> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"along", ["softmax", OptionsIn<O>]>;
  readonly axis: number;

  constructor(...options: Refusing<O, SoftmaxOptions>);
  constructor({ axis = -1 }: SoftmaxOptions = {}) {
    super();
    this.axis = axis;
  }

  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    return softmax(x, { axis: this.axis });
  }
}

/**
 * `logSoftmax` as a module, for `nllLoss`.
 *
 * @param options.axis Default −1.
 * @example
 * new LogSoftmax().forward([[0, 0]]).toArray(); // [[-0.693, -0.693]]
 */
export class LogSoftmax<const O extends Given<SoftmaxOptions> = Given<SoftmaxOptions>> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"along", ["logSoftmax", OptionsIn<O>]>;
  readonly axis: number;

  constructor(...options: Refusing<O, SoftmaxOptions>);
  constructor({ axis = -1 }: SoftmaxOptions = {}) {
    super();
    this.axis = axis;
  }

  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    return logSoftmax(x, { axis: this.axis });
  }
}
