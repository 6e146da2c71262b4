import { add, clip, cos, div, floor, less, mul, pow, type Tensor, tensor, ValueError, where } from "@glissade/autograd";
import { nonNegative, positive, wholeNumber } from "./arguments.js";

/**
 * A learning rate as a pure function of the number of steps taken: of numbers, and of scalar tensors, for compiled steps. The first step has
 * number 0.
 */
export interface Schedule {
  (step: number): number;
  (step: Tensor): Tensor;
}

/** The formula over float64 tensors; a number is computed by the same formula, so that there is only one. */
function schedule(formula: (step: Tensor) => Tensor): Schedule {
  function at(step: number): number;
  function at(step: Tensor): Tensor;
  function at(step: number | Tensor): number | Tensor {
    return typeof step === "number" ? formula(tensor(step, { dtype: "float64" })).item() : formula(step);
  }
  return at;
}

/** The part of `steps` that is over, 0 … 1. */
const progress = (step: Tensor, steps: number): Tensor => clip(div(step, steps), { min: 0, max: 1 });

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
 * Half a cosine from `rate` down to `end` in so many steps, and `end` from then on (Loshchilov & Hutter, SGDR, 2017, without restarts).
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.steps Above 0.
 * @param options.end 0 or more; default 0.
 * @throws ValueError for numbers out of range.
 * @example
 * cosine(1, { steps: 100 })(50); // 0.5
 */
export function cosine(rate: number, options: { readonly steps: number; readonly end?: number }): Schedule {
  const { steps, end = 0 } = options;
  nonNegative("cosine", "rate", rate);
  positive("cosine", "steps", steps);
  nonNegative("cosine", "end", end);
  return schedule((step) => add(end, mul((rate - end) / 2, add(1, cos(mul(Math.PI, progress(step, steps)))))));
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

/**
 * A straight line that climbs to the first rate of another schedule, which begins after so many steps (Goyal et al., Accurate, large minibatch
 * SGD, 2017): step k of the warm-up has (k + 1) / (steps + 1) of it.
 *
 * @param after The schedule after the warm-up; its step 0 is step `steps`.
 * @param options.steps 1 or more.
 * @throws ValueError for a number of steps out of range.
 * @example
 * warmup(constant(1), { steps: 3 })(1); // 0.5
 */
export function warmup(after: Schedule, options: { readonly steps: number }): Schedule {
  const { steps } = options;
  wholeNumber("warmup", "steps", steps, 1);
  if (typeof after !== "function") throw new ValueError(`warmup: the schedule is ${typeof after}, not a function.`);
  return schedule((step) => {
    const climbing = mul(after(mul(step, 0)), div(add(step, 1), steps + 1));
    return where(less(step, steps), climbing, after(clip(add(step, -steps), { min: 0 })));
  });
}
