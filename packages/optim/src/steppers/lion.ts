import { type LionTransformOptions, scaleByLion } from "../transforms/lion.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `lion`. */
export interface LionOptions extends LionTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
}

/**
 * Lion, the sign of an average (Chen et al., Symbolic discovery of optimization algorithms, 2023), with decoupled weight decay: x ← x − lr · (sign +
 * weightDecay · x). Wants a rate three to ten times smaller than Adam's. PyTorch does not have it.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, betas?, …}`.
 * @param options.lr Default 0.0001; a number or a schedule.
 * @param options.betas Default [0.9, 0.99].
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = lion([w], { lr: 0.001 });
 * stepper.minimize(() => sum(square(w)));
 */
export const lion: StepperFactory<LionOptions> = defineStepper("lion", {
  lr: 1e-4,
  transform: ({ weightDecay = 0, ...options }) => chain(scaleByLion(options), ...decayBy("lion", weightDecay)),
});
