import { nonNegative } from "../arguments.js";
import { type RpropTransformOptions, scaleByRprop } from "../transforms/rprop.js";
import { chain } from "../transforms/transform.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `rprop`. */
export interface RpropOptions extends Pick<RpropTransformOptions, "etas">, CommonOptions {
  /** The least and the largest step; default [10⁻⁶, 50]. */
  readonly stepSizes?: readonly [number, number];
}

/**
 * Resilient backpropagation (Riedmiller & Braun, A direct adaptive method for faster backpropagation learning: the RPROP algorithm, 1993), as PyTorch's
 * `Rprop`: lr is the first step of each element. Unlike there, changing it later, or a schedule, scales all steps and their bounds. For gradients
 * without noise.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, etas?, …}`.
 * @param options.lr Default 0.01; a number or a schedule.
 * @param options.etas Default [0.5, 1.2].
 * @param options.stepSizes Default [10⁻⁶, 50].
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = rprop([w], { lr: 0.1 });
 * stepper.minimize(() => sum(square(w)));
 */
export const rprop: StepperFactory<RpropOptions> = defineStepper("rprop", {
  lr: 0.01,
  transform: ({ etas, stepSizes = [1e-6, 50] }, lr) => {
    const [min, max] = stepSizes.map((size, i) => nonNegative("rprop", `stepSizes[${i}]`, size));
    const first = lr().item();
    // Sizes are multiples of the first step. From a first step of 0 nothing can grow; one that is no rate is the step's error to make.
    const sizes = first > 0 ? ([(min ?? 0) / first, (max ?? 0) / first] as const) : ([0, 1] as const);
    return chain(scaleByRprop(etas === undefined ? { sizes } : { etas, sizes }));
  },
});
