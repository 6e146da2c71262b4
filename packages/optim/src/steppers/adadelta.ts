import { type AdadeltaTransformOptions, scaleByAdadelta } from "../transforms/adadelta.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `adadelta`. */
export interface AdadeltaOptions extends AdadeltaTransformOptions, CommonOptions {
  /** 0 or more; default 0. */
  readonly weightDecay?: number;
}

/**
 * Adadelta (Zeiler, Adadelta: an adaptive learning rate method, 2012), as PyTorch's `Adadelta`: weight decay is added to the gradient.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, rho?, …}`.
 * @param options.lr Default 1; a number or a schedule.
 * @param options.rho Default 0.9.
 * @param options.eps Default 10⁻⁶.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = adadelta([w]);
 * stepper.minimize(() => sum(square(w)));
 */
export const adadelta: StepperFactory<AdadeltaOptions> = defineStepper("adadelta", {
  lr: 1,
  transform: ({ weightDecay = 0, ...options }) => chain(...decayBy("adadelta", weightDecay), scaleByAdadelta(options)),
});
