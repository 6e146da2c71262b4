import { type RadamTransformOptions, scaleByRadam } from "../transforms/radam.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `radam`. */
export interface RadamOptions extends RadamTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
  /** Whether weight decay is decoupled, as in `adamw`; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * Rectified Adam (Liu et al., On the variance of the adaptive learning rate and beyond, 2020), as PyTorch's `RAdam`: weight decay is added to the
 * gradient, unless it is decoupled.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.weightDecay Default 0.
 * @param options.decoupledWeightDecay Default false.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = radam([w], { lr: 0.01 });
 * stepper.minimize(() => sum(square(w)));
 */
export const radam: StepperFactory<RadamOptions> = defineStepper("radam", {
  transform: ({ weightDecay = 0, decoupledWeightDecay = false, ...options }) => {
    const decay = decayBy("radam", weightDecay);
    return decoupledWeightDecay ? chain(scaleByRadam(options), ...decay) : chain(...decay, scaleByRadam(options));
  },
});
