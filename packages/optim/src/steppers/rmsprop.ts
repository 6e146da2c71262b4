import { nonNegative } from "../arguments.js";
import { type RmsTransformOptions, scaleByRms } from "../transforms/rms.js";
import { trace } from "../transforms/trace.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `rmsprop`. */
export interface RmspropOptions extends RmsTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
  /** What part of the last direction stays; default 0. */
  readonly momentum?: number;
}

/**
 * RMSprop (Tieleman & Hinton, Lecture 6.5 of Neural networks for machine learning, 2012), centered as by Graves (Generating sequences with recurrent
 * neural networks, 2013), as PyTorch's `RMSprop`: weight decay is added to the gradient, and momentum gathers the scaled gradients.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, alpha?, …}`.
 * @param options.lr Default 0.01; a number or a schedule.
 * @param options.alpha Default 0.99.
 * @param options.eps Default 10⁻⁸.
 * @param options.centered Default false.
 * @param options.momentum Default 0.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = rmsprop([w], { lr: 0.01, momentum: 0.9 });
 * stepper.minimize(() => sum(square(w)));
 */
export const rmsprop: StepperFactory<RmspropOptions> = defineStepper("rmsprop", {
  lr: 0.01,
  transform: ({ weightDecay = 0, momentum = 0, ...options }) => {
    nonNegative("rmsprop", "momentum", momentum);
    const gathered = momentum === 0 ? [] : [trace({ momentum })];
    return chain(...decayBy("rmsprop", weightDecay), scaleByRms(options), ...gathered);
  },
});
