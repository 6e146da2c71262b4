import { AxisError, type Fit, type Ok, reshape, type ShapeOf, type Tensor, type TensorLike } from "@glissade/autograd";
import { Module } from "../module.js";
import { showShape, sizeOf, toTensor } from "../operand.js";
import type { LayerShape, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";

/** Options of `Flatten`. */
export interface FlattenOptions {
  /** The first axis that is merged; default 1, which keeps the axis of the examples. */
  readonly startAxis?: number;
  /** The last axis that is merged; default −1. */
  readonly endAxis?: number;
}

/**
 * Merges neighbouring axes into one; by default all but the first, so that images [N, 1, 28, 28] become rows [N, 784].
 *
 * @example
 * new Flatten().forward(zeros([32, 1, 28, 28])).shape; // [32, 784]
 */
export class Flatten<const O extends Given<FlattenOptions> = Given<FlattenOptions>> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"flatten", [OptionsIn<O>]>;
  readonly startAxis: number;
  readonly endAxis: number;

  constructor(...options: Refusing<O, FlattenOptions>);
  constructor({ startAxis = 1, endAxis = -1 }: FlattenOptions = {}) {
    super();
    this.startAxis = startAxis;
    this.endAxis = endAxis;
  }

  /**
   * @param x A tensor that has both axes.
   * @throws AxisError where it does not, or `endAxis` comes before `startAxis`.
   * @example
   * new Flatten({ startAxis: 0 }).forward([[1, 2], [3, 4]]).toArray(); // [1, 2, 3, 4]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toTensor("Flatten", x);
    const start = this.#axis(input, this.startAxis);
    const end = this.#axis(input, this.endAxis);
    if (end < start) {
      throw new AxisError(
        `Flatten: endAxis ${this.endAxis} comes before startAxis ${this.startAxis} in ${showShape(input.shape)}. Exchange them.`,
      );
    }
    const { shape } = input;
    return reshape(input, [...shape.slice(0, start), sizeOf(shape.slice(start, end + 1)), ...shape.slice(end + 1)]);
  }

  #axis({ shape, rank }: Tensor, axis: number): number {
    if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
    throw new AxisError(
      `Flatten: axis ${axis} is out of range for an input of shape ${showShape(shape)}. Add the axis of the examples, or set startAxis.`,
    );
  }

  /** Nothing is calculated. */
  override cost(): LayerCost {
    return { flops: 0 };
  }
}
