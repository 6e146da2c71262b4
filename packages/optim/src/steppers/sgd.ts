import { checkMomentum, trace } from "../transforms/trace.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `sgd`. */
export interface SgdOptions extends CommonOptions {
  /** What part of the last direction stays; default 0. */
  readonly momentum?: number;
  /** What part of each gradient but the first is left out of the momentum; default 0. */
  readonly dampening?: number;
  /** Nesterov's look-ahead; wants momentum, and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** Adds weightDecay · parameter to the gradient; default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent, with momentum, Nesterov's look-ahead, dampening and weight decay as in PyTorch's `SGD`:
 * d = g + weightDecay · x; b ← momentum · b + (1 − dampening) · d, the first b being d; x ← x − lr · b, or with nesterov
 * x − lr · (d + momentum · b) (Sutskever et al., On the importance of initialization and momentum in deep learning, 2013).
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, momentum?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.momentum Default 0.
 * @param options.dampening Default 0.
 * @param options.nesterov Default false.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for negative or NaN numbers, nesterov without momentum or with dampening, no Variables, or one that is there twice;
 * DTypeError for Variables that are no floats.
 * @example
 * const w = variable([3, -1]);
 * const stepper = sgd([w], { lr: 0.1, momentum: 0.9 });
 * for (let i = 0; i < 100; i++) stepper.minimize(() => sum(square(w)));
 */
export const sgd: StepperFactory<SgdOptions> = defineStepper("sgd", {
  transform: ({ momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 }) => {
    checkMomentum("sgd", momentum, dampening, nesterov);
    return chain(...decayBy("sgd", weightDecay), ...(momentum === 0 ? [] : [trace({ momentum, dampening, nesterov })]));
  },
});
