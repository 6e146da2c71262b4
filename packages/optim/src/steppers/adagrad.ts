import { type AdagradTransformOptions, scaleByAdagrad } from "../transforms/adagrad.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `adagrad`. */
export interface AdagradOptions extends AdagradTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
}

/**
 * Adagrad (Duchi, Hazan & Singer, Adaptive subgradient methods for online learning and stochastic optimization, 2011), as PyTorch's `Adagrad`: weight
 * decay is added to the gradient.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, eps?, …}`.
 * @param options.lr Default 0.01; a number or a schedule.
 * @param options.lrDecay Default 0.
 * @param options.initialAccumulator Default 0.
 * @param options.eps Default 10⁻¹⁰.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = adagrad([w], { lr: 0.1 });
 * stepper.minimize(() => sum(square(w)));
 */
export const adagrad: StepperFactory<AdagradOptions> = defineStepper("adagrad", {
  lr: 0.01,
  transform: ({ weightDecay = 0, ...options }) => chain(...decayBy("adagrad", weightDecay), scaleByAdagrad(options)),
});
