import { add, div, minimum, mul, sqrt, type Tensor } from "@glissade/autograd";
import { clipByRms, type FactoredRmsOptions, scaleByFactoredRms, scaleByParameterRms } from "../transforms/factored.js";
import { scaleBySchedule } from "../transforms/scale.js";
import { chain } from "../transforms/transform.js";
import { decayBy } from "../transforms/weight-decay.js";
import { defineStepper, type StepperFactory } from "./define-stepper.js";
import type { CommonOptions } from "./stepper.js";

/** Options of `adafactor`. */
export interface AdafactorOptions extends Pick<FactoredRmsOptions, "betaDecay">, CommonOptions {
  /** The least root of averaged squares (default the dtype's ε) and the least size of a parameter (default 0.001). */
  readonly eps?: readonly [number | undefined, number];
  /** The largest root mean square of a direction; above 0, default 1. */
  readonly d?: number;
  /** Decoupled; 0 or more, default 0. */
  readonly weightDecay?: number;
}

/**
 * Adafactor, which keeps a row and a column of averaged squares for each matrix (Shazeer & Stern, Adafactor: adaptive learning rates with sublinear
 * memory cost, 2018), as PyTorch's `Adafactor`: x ← (1 − lr · weightDecay) x − min(lr, 1/√t) · max(eps₂, RMS(x)) · U / max(1, RMS(U) / d) with U = g / √V̂.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{params, lr?, d?, …}`.
 * @param options.lr The largest relative step; default 0.01; a number or a schedule.
 * @param options.betaDecay Default −0.8; PyTorch's `beta2_decay`.
 * @param options.eps Default [the dtype's ε, 0.001].
 * @param options.d Default 1.
 * @param options.weightDecay Default 0.
 * @param options.skipNotFinite Default false.
 * @throws ValueError for numbers out of range, no Variables, or one that is there twice; DTypeError for Variables that are no floats.
 * @example
 * const stepper = adafactor(model, { lr: 0.01 });
 * stepper.minimize(loss);
 */
export const adafactor: StepperFactory<AdafactorOptions> = defineStepper("adafactor", {
  lr: 0.01,
  transform: ({ betaDecay = -0.8, eps: [eps, least] = [undefined, 1e-3], d = 1, weightDecay = 0 }, lr) =>
    chain(
      scaleByFactoredRms({ betaDecay, eps }),
      clipByRms(d),
      scaleByParameterRms(least),
      scaleBySchedule((count) => relativeRate(lr(), add(count, 1))),
      ...decayBy("adafactor", weightDecay),
    ),
});

/** min(lr, 1/√t) over lr. */
const relativeRate = (lr: Tensor, t: Tensor): Tensor => minimum(1, div(1, mul(lr, sqrt(t))));
