import { add, div, floor, greaterEqual, mul, pow, sub, type Tensor, where } from "@glissade/autograd";
import { nonNegative, positive, wholeNumber } from "../arguments.js";
import { checkMilestones, progress, type Schedule, schedule } from "./schedule.js";

/**
 * The same rate at every step.
 *
 * @param rate 0 or more.
 * @throws ValueError for a negative or NaN rate.
 * @example
 * constant(0.1)(5); // 0.1
 */
export function constant(rate: number): Schedule {
  nonNegative("constant", "rate", rate);
  return schedule((step) => add(mul(step, 0), rate));
}

/**
 * rate · factor^⌊step / every⌋, PyTorch's `StepLR`.
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.every After how many steps the rate changes; 1 or more.
 * @param options.factor 0 or more; default 0.1.
 * @throws ValueError for numbers out of range.
 * @example
 * stepDecay(1, { every: 10, factor: 0.5 })(25); // 0.25
 */
export function stepDecay(rate: number, options: { readonly every: number; readonly factor?: number }): Schedule {
  const { every, factor = 0.1 } = options;
  nonNegative("stepDecay", "rate", rate);
  wholeNumber("stepDecay", "every", every, 1);
  nonNegative("stepDecay", "factor", factor);
  return schedule((step) => mul(rate, pow(factor, floor(div(step, every)))));
}

/**
 * rate · factor^(the number of milestones reached), PyTorch's `MultiStepLR`.
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.milestones The steps at which the rate changes: ascending whole numbers of 1 or more.
 * @param options.factor 0 or more; default 0.1.
 * @throws ValueError for numbers out of range.
 * @example
 * multiStep(1, { milestones: [30, 80], factor: 0.5 })(50); // 0.5
 */
export function multiStep(
  rate: number,
  options: { readonly milestones: readonly number[]; readonly factor?: number },
): Schedule {
  const { milestones, factor = 0.1 } = options;
  nonNegative("multiStep", "rate", rate);
  checkMilestones("multiStep", milestones);
  nonNegative("multiStep", "factor", factor);
  const reached = (step: Tensor): Tensor =>
    milestones.reduce((count, each) => add(count, where(greaterEqual(step, each), 1, 0)), mul(step, 0));
  return schedule((step) => mul(rate, pow(factor, reached(step))));
}

/**
 * rate · factor^step, PyTorch's `ExponentialLR`.
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.factor 0 or more.
 * @throws ValueError for numbers out of range.
 * @example
 * exponential(1, { factor: 0.5 })(3); // 0.125
 */
export function exponential(rate: number, options: { readonly factor: number }): Schedule {
  nonNegative("exponential", "rate", rate);
  nonNegative("exponential", "factor", options.factor);
  return schedule((step) => mul(rate, pow(options.factor, step)));
}

/**
 * end + (rate − end) · (1 − step / steps)^power, and `end` from step `steps` on: PyTorch's `PolynomialLR`, which ends at 0.
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.steps Above 0.
 * @param options.power Above 0; default 1.
 * @param options.end 0 or more; default 0.
 * @throws ValueError for numbers out of range.
 * @example
 * polynomial(1, { steps: 10, power: 2 })(5); // 0.25
 */
export function polynomial(
  rate: number,
  options: { readonly steps: number; readonly power?: number; readonly end?: number },
): Schedule {
  const { steps, power = 1, end = 0 } = options;
  nonNegative("polynomial", "rate", rate);
  positive("polynomial", "steps", steps);
  positive("polynomial", "power", power);
  nonNegative("polynomial", "end", end);
  return schedule((step) => add(end, mul(rate - end, pow(sub(1, progress(step, steps)), power))));
}

/**
 * A straight line from `rate` to `end` in so many steps, and `end` from then on.
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.steps Above 0.
 * @param options.end 0 or more; default 0.
 * @throws ValueError for numbers out of range.
 * @example
 * linear(1, { steps: 4 })(1); // 0.75
 */
export function linear(rate: number, options: { readonly steps: number; readonly end?: number }): Schedule {
  const { steps, end = 0 } = options;
  nonNegative("linear", "rate", rate);
  positive("linear", "steps", steps);
  nonNegative("linear", "end", end);
  return schedule((step) => add(rate, mul(end - rate, progress(step, steps))));
}
