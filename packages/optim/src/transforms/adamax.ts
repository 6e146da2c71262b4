import { abs, add, cast, div, maximum, mul, type Tensor, type Tree } from "@glissade/autograd";
import { mapTrees } from "../tree.js";
import { checkMoments } from "./adam.js";
import { average, filled, noSteps, weightSoFar } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByAdamax`. */
export interface AdamaxTransformOptions {
  /** The decay rates of the average of gradients and of their largest size, each in [0, 1); default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the size of each gradient; 0 or more, default 10⁻⁸. */
  readonly eps?: number;
}

/** What `scaleByAdamax` remembers. */
export type AdamaxState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** The running average of gradients, like the parameters. */
  readonly mean: Tree;
  /** The largest size of a gradient, fading: max(β₂ · before, |g| + eps). */
  readonly largest: Tree;
};

/**
 * Adamax's direction m̂ / u with u ← max(β₂ · u, |g| + eps): Adam in the maximum norm (Kingma & Ba, Adam: a method for stochastic optimization,
 * 2015, section 7.1), as PyTorch's `Adamax`, which adds eps inside the maximum.
 *
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @throws ValueError for betas outside [0, 1) or an eps below 0.
 * @example
 * const rule = chain(scaleByAdamax(), scale(-2e-3));
 */
export function scaleByAdamax(options: AdamaxTransformOptions = {}): GradientTransform<AdamaxState> {
  const { betas = [0.9, 0.999], eps = 1e-8 } = options;
  const [beta1, beta2] = checkMoments("scaleByAdamax", betas, eps);
  return {
    init: (params) => ({
      count: noSteps(),
      mean: filled("scaleByAdamax", params),
      largest: filled("scaleByAdamax", params),
    }),
    update(gradients, state) {
      checkState("scaleByAdamax", state, ["count", "mean", "largest"]);
      const count = add(state.count, 1);
      const mean = average("scaleByAdamax", ["mean", state.mean], gradients, beta1);
      const largest = mapTrees("scaleByAdamax", ["the state's largest", state.largest], { gradients }, (u, g) =>
        maximum(mul(beta2, u), add(abs(g), eps)),
      );
      const weight = weightSoFar(beta1, count);
      const updates = mapTrees("scaleByAdamax", ["gradients", gradients], { mean, largest }, (_, m, u) =>
        div(div(m, cast(weight, m.dtype)), u),
      );
      return [updates, { count, mean, largest }];
    },
  };
}
