import {
  add,
  type Fit,
  type Ok,
  type OptionOf,
  type Shape,
  type ShapeOf,
  shapeError,
  type Tensor,
  type TensorLike,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { sameShape, showShape, sizeOf, toTensor } from "../operand.js";
import type { LayerShape, ResidualBody, Shaped, ShapeRule } from "../shapes/chain.js";
import type { Given, OptionsIn, Refusing } from "../shapes/options.js";
import type { LayerCost } from "../summary.js";
import { applyLayer, checkLayer, type SequentialLayer } from "./sequential.js";

/** Options of `Residual`. */
export interface ResidualOptions {
  /** What the input goes through before it is added, such as a `Conv2d` of kernel 1 where the channels change; default: nothing. */
  readonly shortcut?: SequentialLayer;
}

/**
 * x ↦ body(x) + x, around which derivatives pass unchanged (K. He et al., "Deep residual learning for image recognition", 2016).
 * Parameters are named after both parts: `body.…`, `shortcut.…`.
 *
 * @param body A module from tensor to tensor, or a function.
 * @throws ValueError where a part is neither.
 * @example
 * const block = new Residual(new Sequential(new Linear(64, 64), new ReLU(), new Linear(64, 64)));
 * block.forward(zeros([32, 64])).shape; // [32, 64]
 */
export class Residual<
  Body extends SequentialLayer = SequentialLayer,
  const O extends Given<ResidualOptions> = Given<ResidualOptions>,
> extends Module {
  /** What the compiler knows of its shapes; nothing at run time. */
  declare readonly shapes?: ShapeRule<"residual", [Body, OptionsIn<O>]>;
  readonly body: SequentialLayer;
  /** Undefined where the input is added as it is. */
  readonly shortcut: SequentialLayer | undefined;

  constructor(
    body: ResidualBody<Body, OptionOf<OptionsIn<O>, "shortcut", undefined>>,
    ...options: Refusing<O, ResidualOptions>
  );
  constructor(body: SequentialLayer, { shortcut }: ResidualOptions = {}) {
    super();
    checkLayer("Residual", "the body", body);
    if (shortcut !== undefined) checkLayer("Residual", "the shortcut", shortcut);
    this.body = body;
    this.shortcut = shortcut;
  }

  /**
   * @param x What the body takes.
   * @returns What the body gives.
   * @throws ShapeError where the body changes the shape and the shortcut does not follow; ValueError where a part returns no
   * tensor.
   * @example
   * new Residual(relu).forward([-1, 1]).toArray(); // [-1, 2]
   */
  forward<X extends TensorLike, Self extends Shaped>(
    this: Self,
    x: Fit<LayerShape<Self, ShapeOf<X>>, X>,
  ): Tensor<Ok<LayerShape<Self, ShapeOf<X>>>>;
  forward(x: TensorLike): Tensor {
    const input = toTensor("Residual", x);
    const result = applyLayer("Residual", "the body", this.body, input);
    const around = this.shortcut === undefined ? input : applyLayer("Residual", "the shortcut", this.shortcut, input);
    if (sameShape(result.shape, around.shape)) return add(result, around);
    throw shapeError(
      `Residual: the body makes ${showShape(result.shape)} of the input ${showShape(input.shape)}, and what is added to it is ${showShape(around.shape)}. ` +
        "Keep the shape, or give a shortcut that changes it too.",
      [result, around],
    );
  }

  /** The sum. */
  override cost(_: readonly Shape[], [y = []]: readonly Shape[]): LayerCost {
    return { flops: sizeOf(y), kept: sizeOf(y) };
  }
}
