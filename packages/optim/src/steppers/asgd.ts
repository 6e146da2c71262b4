import { type AverageIteratesOptions, averageIterates } from "../transforms/asgd.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `asgd`. */
export interface AsgdOptions extends Omit<AverageIteratesOptions, "rate">, CommonOptions {
  /** Adds weightDecay · parameter to the gradient; 0 or more, default 0. */
  readonly weightDecay?: number;
}

/**
 * Averaged stochastic gradient descent (Polyak & Juditsky, Acceleration of stochastic approximation by averaging, 1992), as PyTorch's `ASGD`:
 * x ← (1 − λη) x − ηg with η = lr / (1 + λ · lr · k)^alpha at step k, counted from 0. The average of the parameters since step t0 is in the state,
 * under `average`.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, lambd?, …}`.
 * @param options.lr Default 0.01; a number or a schedule.
 * @param options.lambd Default 10⁻⁴.
 * @param options.alpha Default 0.75.
 * @param options.t0 Default 10⁶.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = asgd([w], { lr: 0.1, t0: 100 });
 * stepper.minimize(() => sum(square(w)));
 */
export const asgd: StepperFactory<AsgdOptions> = defineStepper("asgd", {
  lr: 0.01,
  transform: ({ weightDecay = 0, ...options }, rate) =>
    chain(...decayBy("asgd", weightDecay), averageIterates({ ...options, rate })),
});
