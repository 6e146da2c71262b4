import { type NadamTransformOptions, scaleByNadam } from "../transforms/nadam.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `nadam`. */
export interface NadamOptions extends NadamTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
  /** Whether weight decay is decoupled, as in `adamw`; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * Adam with Nesterov's momentum (Dozat, Incorporating Nesterov momentum into Adam, 2016), as PyTorch's `NAdam`: weight decay is added to the gradient,
 * unless it is decoupled.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.002; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.momentumDecay Default 0.004.
 * @param options.weightDecay Default 0.
 * @param options.decoupledWeightDecay Default false.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = nadam([w], { lr: 0.01 });
 * stepper.minimize(() => sum(square(w)));
 */
export const nadam: StepperFactory<NadamOptions> = defineStepper("nadam", {
  lr: 2e-3,
  transform: ({ weightDecay = 0, decoupledWeightDecay = false, ...options }) => {
    const decay = decayBy("nadam", weightDecay);
    return decoupledWeightDecay ? chain(scaleByNadam(options), ...decay) : chain(...decay, scaleByNadam(options));
  },
});
