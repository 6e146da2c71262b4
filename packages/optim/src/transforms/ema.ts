import { add, cast, div, type Tensor, type Tree } from "@glissade/autograd";
import { fraction } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { average, filled, noSteps, weightSoFar } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `ema`. */
export interface EmaOptions {
  /** What part of the average stays from step to step, in [0, 1). */
  readonly decay: number;
  /** Whether to correct for the average's start at 0 (Kingma & Ba, 2015); default true. */
  readonly debias?: boolean;
}

/** What `ema` remembers. */
export type EmaState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** The average before the correction, like the parameters. */
  readonly mean: Tree;
};

/**
 * Replaces gradients by their exponential moving average, m ← decay · m + (1 − decay) · g, divided by 1 − decayᵗ.
 *
 * @param options.decay In [0, 1).
 * @param options.debias Default true.
 * @throws ValueError for a decay outside [0, 1).
 * @example
 * const rule = chain(ema({ decay: 0.9 }), scale(-0.1));
 */
export function ema({ decay, debias = true }: EmaOptions): GradientTransform<EmaState> {
  fraction("ema", "decay", decay);
  return {
    init: (params) => ({ count: noSteps(), mean: filled("ema", params) }),
    update(gradients, state) {
      checkState("ema", state, ["count", "mean"]);
      const count = add(state.count, 1);
      const mean = average("ema", ["mean", state.mean], gradients, decay);
      const weight = weightSoFar(decay, count);
      const updates = mapTrees("ema", ["gradients", gradients], { mean }, (_, m) =>
        debias ? div(m, cast(weight, m.dtype)) : m,
      );
      return [updates, { count, mean }];
    },
  };
}
