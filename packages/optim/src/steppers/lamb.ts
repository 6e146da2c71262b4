import { type AdamTransformOptions, scaleByAdam } from "../transforms/adam.js";
import { chain } from "../transforms/transform.js";
import { scaleByTrustRatio } from "../transforms/trust-ratio.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `lamb`. */
export interface LambOptions extends AdamTransformOptions, CommonOptions {
  /** 0 or more; default 0.01. */
  readonly weightDecay?: number;
}

/**
 * LAMB: Adam's direction with decoupled weight decay, scaled for each Variable by ‖x‖ / ‖direction‖ (You et al., Large batch optimization for deep
 * learning: training BERT in 76 minutes, 2020, algorithm 2 with φ(z) = z). PyTorch does not have it.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁶.
 * @param options.weightDecay Default 0.01.
 * @param options.amsgrad Default false.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = lamb(model, { lr: 0.01 });
 * stepper.minimize(loss);
 */
export const lamb: StepperFactory<LambOptions> = defineStepper("lamb", {
  transform: ({ weightDecay = 0.01, eps = 1e-6, ...options }) =>
    chain(scaleByAdam({ ...options, eps }), ...decayBy("lamb", weightDecay), scaleByTrustRatio()),
});
