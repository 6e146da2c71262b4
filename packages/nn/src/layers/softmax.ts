import { logSoftmax, softmax, type Tensor, type TensorLike } from "@glissade/autograd";
import { Module } from "../module.js";

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
export class Softmax extends Module {
  readonly axis: number;

  constructor({ axis = -1 }: SoftmaxOptions = {}) {
    super();
    this.axis = axis;
  }

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
export class LogSoftmax extends Module {
  readonly axis: number;

  constructor({ axis = -1 }: SoftmaxOptions = {}) {
    super();
    this.axis = axis;
  }

  forward(x: TensorLike): Tensor {
    return logSoftmax(x, { axis: this.axis });
  }
}
