import { type AdamTransformOptions, scaleByAdam } from "../transforms/adam.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `adam` and `adamw`. */
export interface AdamOptions extends AdamTransformOptions, CommonOptions {
  /** 0 or more; default 0 for `adam`, 0.01 for `adamw`. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba, Adam: a method for stochastic optimization, 2015), as PyTorch's `Adam`: weight decay is added to the gradient, before the
 * averages.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.weightDecay Default 0.
 * @param options.amsgrad Default false.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const w = variable([3, -1]);
 * const stepper = adam([w], { lr: 0.1 });
 * for (let i = 0; i < 100; i++) stepper.minimize(() => sum(square(w)));
 */
export const adam: StepperFactory<AdamOptions> = defineStepper("adam", {
  transform: ({ weightDecay = 0, ...options }) => chain(...decayBy("adam", weightDecay), scaleByAdam(options)),
});

/**
 * Adam with decoupled weight decay, as PyTorch's `AdamW`: x ← x − lr · (Adam's direction + weightDecay · x) (Loshchilov & Hutter, Decoupled
 * weight decay regularization, 2019).
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options As for `adam`; weightDecay is 0.01 by default.
 * @throws as `adam`.
 * @example
 * const stepper = adamw(model, { lr: 3e-4, weightDecay: 0.1 });
 */
export const adamw: StepperFactory<AdamOptions> = defineStepper("adamw", {
  transform: ({ weightDecay = 0.01, ...options }) => chain(scaleByAdam(options), ...decayBy("adamw", weightDecay)),
});
