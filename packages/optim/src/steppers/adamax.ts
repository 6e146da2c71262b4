import { type AdamaxTransformOptions, scaleByAdamax } from "../transforms/adamax.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `adamax`. */
export interface AdamaxOptions extends AdamaxTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
}

/**
 * Adamax, Adam in the maximum norm (Kingma & Ba, Adam: a method for stochastic optimization, 2015, section 7.1), as PyTorch's `Adamax`: weight decay is
 * added to the gradient.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.002; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = adamax([w], { lr: 0.01 });
 * stepper.minimize(() => sum(square(w)));
 */
export const adamax: StepperFactory<AdamaxOptions> = defineStepper("adamax", {
  lr: 2e-3,
  transform: ({ weightDecay = 0, ...options }) => chain(...decayBy("adamax", weightDecay), scaleByAdamax(options)),
});
