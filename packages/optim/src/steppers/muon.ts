import { fraction } from "../arguments.js";
import { type OrthogonalizeOptions, orthogonalize } from "../transforms/orthogonalize.js";
import { scale } from "../transforms/scale.js";
import { trace } from "../transforms/trace.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `muon`. */
export interface MuonOptions extends OrthogonalizeOptions, CommonOptions {
  /** What part of the average of gradients stays, in [0, 1); default 0.95. */
  readonly momentum?: number;
  /** Nesterov's look-ahead; default true. */
  readonly nesterov?: boolean;
  /** Decoupled; 0 or more, default 0.1. */
  readonly weightDecay?: number;
}

/**
 * Muon, for the matrices of hidden layers: momentum, made orthogonal by Newton–Schulz steps, with decoupled weight decay (Jordan, Muon: an optimizer for
 * hidden layers in neural networks, 2024), as PyTorch's `Muon`, but in the parameters' own dtype instead of bfloat16. Give vectors, embeddings and the
 * last layer to `adamw`.
 *
 * @param variables A tree of float Variables that are matrices, or an array of parameter groups `{params, lr?, momentum?, …}`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.momentum Default 0.95.
 * @param options.nesterov Default true.
 * @param options.weightDecay Default 0.1.
 * @param options.steps Default 5.
 * @param options.coefficients Default [3.4445, −4.775, 2.0315].
 * @param options.eps Default 10⁻⁷.
 * @param options.adjust Default "original"; "matchRmsAdamw" for rates and decays tuned for AdamW.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats; ShapeError for
 * Variables that are no matrices.
 * @example
 * const stepper = muon([layer.weight], { lr: 0.02 });
 * stepper.minimize(loss);
 */
export const muon: StepperFactory<MuonOptions> = defineStepper("muon", {
  transform: ({ momentum = 0.95, nesterov = true, weightDecay = 0.1, ...options }) => {
    // PyTorch's buffer averages, momentum · b + (1 − momentum) · g: (1 − momentum) times the trace.
    const share = 1 - fraction("muon", "momentum", momentum);
    const gathered = momentum === 0 ? [] : [trace({ momentum, nesterov }), scale(share)];
    return chain(...gathered, orthogonalize(options), ...decayBy("muon", weightDecay));
  },
});
