import {
  add,
  batchNorm,
  cast,
  div,
  type Fit,
  type FloatDType,
  lerp,
  mean,
  mul,
  type Ok,
  ones,
  type Shape,
  type ShapeOf,
  shapeError,
  stopGradient,
  type Tensor,
  type TensorLike,
  ValueError,
  type Variable,
  variable,
  variance,
  zeros,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { checkCount, checkEps, checkFloat, showShape, sizeOf, toInput } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { LayerCost } from "../summary.js";

/** Options of `BatchNorm1d` and `BatchNorm2d`. */
export interface BatchNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** The part of the running statistics that a batch replaces; null averages over all batches alike. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether there are parameters; default true. */
  readonly affine?: boolean;
  /** Whether to keep running statistics; without them evaluation uses those of the batch too. Default true. */
  readonly trackRunningStats?: boolean;
  /** Of parameters and running statistics; default float32. */
  readonly dtype?: FloatDType;
}

/** Running statistics: Variables that are not trained. */
interface Statistics {
  readonly mean: Variable;
  readonly variance: Variable;
  /** int32, a scalar. */
  readonly batches: Variable;
}

/** What both layers are. */
abstract class BatchNorm<Name extends "BatchNorm1d" | "BatchNorm2d", Channels extends number> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"byChannel", [Name, Channels]>;
  /** [channels], or undefined without parameters. */
  readonly weight: Variable | undefined;
  /** The same. */
  readonly bias: Variable | undefined;
  readonly numFeatures: Channels;
  readonly eps: number;
  readonly momentum: number | null;
  readonly #layer: string;
  /** The forms of the input, by rank. */
  readonly #forms: ReadonlyMap<number, string>;
  readonly #statistics: Statistics | undefined;

  constructor(
    layer: Name,
    forms: readonly (readonly [number, string])[],
    numFeatures: Channels,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = "float32" }: BatchNormOptions,
  ) {
    super();
    checkCount(layer, "numFeatures", numFeatures);
    checkEps(layer, eps);
    if (momentum !== null && !(momentum >= 0 && momentum <= 1))
      throw new ValueError(`${layer}: momentum is ${String(momentum)}; it must be from 0 to 1, or null.`);
    checkFloat(layer, dtype);
    const shape = [numFeatures];
    this.weight = affine ? variable(ones(shape, { dtype }), { name: "weight" }) : undefined;
    this.bias = affine ? variable(zeros(shape, { dtype }), { name: "bias" }) : undefined;
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.#layer = layer;
    this.#forms = new Map(forms);
    const buffer = (name: string, init: Tensor): Variable => variable(init, { name, trainable: false });
    if (!trackRunningStats) return;
    this.#statistics = {
      mean: buffer("running_mean", zeros(shape, { dtype })),
      variance: buffer("running_var", ones(shape, { dtype })),
      batches: buffer("num_batches_tracked", zeros([], { dtype: "int32" })),
    };
  }

  /** The running mean of each channel, `running_mean` in a state; undefined without running statistics. */
  get runningMean(): Variable | undefined {
    return this.#statistics?.mean;
  }

  /** The running variance of each channel (divided by n − 1), `running_var` in a state; undefined without running statistics. */
  get runningVar(): Variable | undefined {
    return this.#statistics?.variance;
  }

  /** How many batches the running statistics have seen, `num_batches_tracked` in a state; undefined without them. */
  get numBatchesTracked(): Variable | undefined {
    return this.#statistics?.batches;
  }

  /**
   * In training normalises with the statistics of the batch, and moves the running ones towards them; in evaluation normalises
   * with the running ones.
   *
   * @throws ShapeError where the input has other axes or channels; in training ValueError for fewer than two numbers in a
   * channel.
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toInput(this.#layer, x, this.weight ?? this.#statistics?.mean);
    this.#checkInput(input);
    const { weight, bias, eps } = this;
    const running = this.#statistics;
    if (!this.training && running !== undefined) {
      return batchNorm(input, weight, bias, { mean: running.mean, variance: running.variance, eps });
    }
    const axis = input.shape.map((_, a) => a).filter((a) => a !== 1);
    const batch = { mean: mean(input, { axis }), variance: variance(input, { axis }) };
    if (this.training) this.#checkCount(input);
    if (this.training && running !== undefined) {
      const count = input.size / this.numFeatures;
      const part = this.#count(running.batches, batch.mean);
      move(running.mean, batch.mean, part);
      move(running.variance, mul(batch.variance, count / (count - 1)), part);
    }
    return batchNorm(input, weight, bias, { ...batch, eps });
  }

  /** Four operations for the statistics of each element where they are the batch's, two to standardise it, and the parameters. */
  override cost([x = []]: readonly Shape[]): LayerCost {
    const isFixed = !this.training && this.#statistics !== undefined;
    return { flops: sizeOf(x) * ((isFixed ? 2 : 6) + this.parameters().length) };
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    yield* Object.entries(this);
    if (this.#statistics === undefined) return;
    yield ["running_mean", this.#statistics.mean];
    yield ["running_var", this.#statistics.variance];
    yield ["num_batches_tracked", this.#statistics.batches];
  }

  /** Counts a batch, and gives the part of the running statistics that it replaces. */
  #count(batches: Variable, { dtype }: Tensor): Tensor | number {
    batches.assign(add(batches.value, 1));
    return this.momentum ?? div(1, cast(batches.value, dtype));
  }

  #checkInput(input: Tensor): void {
    const { shape, rank } = input;
    if (this.#forms.has(rank) && shape[1] === this.numFeatures) return;
    const forms = [...this.#forms.values()].map((form) => `[N, ${this.numFeatures}${form}]`);
    throw shapeError(
      `${this.#layer}: the input ${showShape(shape)} must be ${forms.join(" or ")}: its channels are axis 1. Reshape or transpose it.`,
      [input],
    );
  }

  /** One number has no variance: normalised it would be 0, whatever it was. */
  #checkCount({ shape, size }: Tensor): void {
    if (size / this.numFeatures > 1) return;
    throw new ValueError(
      `${this.#layer}: in training each channel needs two numbers or more, and the input ${showShape(shape)} has ${size / this.numFeatures}. Use larger batches, or eval().`,
    );
  }
}

/** Moves a running statistic a part of the way. What is kept from batch to batch is a constant to derivatives. */
function move(running: Variable, batch: Tensor, part: Tensor | number): void {
  const value = cast(stopGradient(batch), running.dtype);
  running.assign(lerp(running.value, value, typeof part === "number" ? part : cast(part, running.dtype)));
}

/**
 * Brings each channel of a batch to mean 0 and variance 1, then scales and shifts it (S. Ioffe, C. Szegedy, "Batch
 * normalization", 2015). In evaluation running statistics take the place of the batch's. As in PyTorch: `weight` and `bias`
 * [channels], ones and zeros at first; buffers `running_mean`, `running_var` (divided by n − 1) and `num_batches_tracked`.
 *
 * @param numFeatures The number of channels.
 * @param options.momentum The part of the running statistics that a batch replaces; null averages over all batches. Default 0.1.
 * @param options.trackRunningStats Default true; false uses the batch's statistics always.
 * @throws ValueError for numbers that are none such; DTypeError for a dtype that is no float. In training a call on a batch with
 * one number in a channel.
 * @example
 * const layer = new BatchNorm1d(16); // takes [N, 16] or [N, 16, L]
 * layer.forward(features).shape; // [32, 16]
 */
export class BatchNorm1d<Channels extends number = number> extends BatchNorm<"BatchNorm1d", Channels> {
  constructor(numFeatures: Channels, options: BatchNormOptions = {}) {
    super(
      "BatchNorm1d",
      [
        [2, ""],
        [3, ", L"],
      ],
      numFeatures,
      options,
    );
  }
}

/**
 * `BatchNorm1d` for images: each channel over examples, rows and columns.
 *
 * @param numFeatures The number of channels.
 * @param options As `BatchNorm1d`.
 * @throws As `BatchNorm1d`.
 * @example
 * const layer = new BatchNorm2d(16); // takes [N, 16, H, W]
 * layer.eval().forward(zeros([1, 16, 8, 8])).shape; // [1, 16, 8, 8]
 */
export class BatchNorm2d<Channels extends number = number> extends BatchNorm<"BatchNorm2d", Channels> {
  constructor(numFeatures: Channels, options: BatchNormOptions = {}) {
    super("BatchNorm2d", [[4, ", H, W"]], numFeatures, options);
  }
}
