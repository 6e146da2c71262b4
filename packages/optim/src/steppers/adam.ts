import { nonNegative } from "../arguments.js";
import { type AdamTransformOptions, scaleByAdam } from "../transforms/adam.js";
import { chain } from "../transforms/transform.js";
import { addWeightDecay } from "../transforms/weight-decay.js";
import type { LearningRate } from "./rate.js";
import { defaultRate, type GroupOf, makeStepper, type Stepper, type VariablesOf } from "./stepper.js";

/** Options of `adam` and `adamw`. */
export interface AdamOptions extends AdamTransformOptions {
  /** A number of 0 or more, or a schedule; default 0.001. */
  readonly lr?: LearningRate;
  /** 0 or more; default 0 for `adam`, 0.01 for `adamw`. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba, Adam: a method for stochastic optimization, 2015), as PyTorch's `Adam`: weight decay is added to the gradient, before the
 * averages.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{variables, lr?, betas?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.weightDecay Default 0.
 * @param options.amsgrad Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const w = variable([3, -1]);
 * const stepper = adam([w], { lr: 0.1 });
 * for (let i = 0; i < 100; i++) stepper.minimize(() => sum(square(w)));
 */
export function adam<const G extends readonly GroupOf<AdamOptions>[]>(
  groups: G,
  options?: AdamOptions,
): Stepper<VariablesOf<G>>;
export function adam<W>(variables: W, options?: AdamOptions): Stepper<W>;
export function adam(variables: unknown, options: AdamOptions = {}): Stepper<unknown> {
  return makeStepper("adam", variables, options, (own) => {
    const { lr = defaultRate, weightDecay = 0 } = own;
    nonNegative("adam", "weightDecay", weightDecay);
    return { lr, transform: chain(...(weightDecay === 0 ? [] : [addWeightDecay(weightDecay)]), scaleByAdam(own)) };
  });
}

/**
 * Adam with decoupled weight decay, as PyTorch's `AdamW`: x ← x − lr · (Adam's direction + weightDecay · x) (Loshchilov & Hutter, Decoupled
 * weight decay regularization, 2019).
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{variables, lr?, betas?, …}`.
 * @param options As for `adam`; weightDecay is 0.01 by default.
 * @throws as `adam`.
 * @example
 * const stepper = adamw(model, { lr: 3e-4, weightDecay: 0.1 });
 */
export function adamw<const G extends readonly GroupOf<AdamOptions>[]>(
  groups: G,
  options?: AdamOptions,
): Stepper<VariablesOf<G>>;
export function adamw<W>(variables: W, options?: AdamOptions): Stepper<W>;
export function adamw(variables: unknown, options: AdamOptions = {}): Stepper<unknown> {
  return makeStepper("adamw", variables, options, (own) => {
    const { lr = defaultRate, weightDecay = 0.01 } = own;
    nonNegative("adamw", "weightDecay", weightDecay);
    return { lr, transform: chain(scaleByAdam(own), ...(weightDecay === 0 ? [] : [addWeightDecay(weightDecay)])) };
  });
}
