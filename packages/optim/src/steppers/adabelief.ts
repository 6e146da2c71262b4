import { type BeliefTransformOptions, scaleByBelief } from "../transforms/belief.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `adabelief`. */
export interface AdabeliefOptions extends BeliefTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
}

/**
 * AdaBelief (Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed gradients, 2020), with decoupled weight decay as in
 * the authors' code: x ← x − lr · (direction + weightDecay · x). PyTorch does not have it.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻¹⁶.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = adabelief([w], { lr: 0.01 });
 * stepper.minimize(() => sum(square(w)));
 */
export const adabelief: StepperFactory<AdabeliefOptions> = defineStepper("adabelief", {
  transform: ({ weightDecay = 0, ...options }) => chain(scaleByBelief(options), ...decayBy("adabelief", weightDecay)),
});
