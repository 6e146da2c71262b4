import { add, cast, div, mul, sqrt, square, sub } from "@glissade/autograd";
import { mapTrees } from "../tree.js";
import { type AdamState, checkMoments } from "./adam.js";
import { average, filled, noSteps, weightSoFar } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByBelief`. */
export interface BeliefTransformOptions {
  /** The decay rates of the averages of gradients and of the squares of their surprise, each in [0, 1); default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the averaged squares at each step, and to their root; 0 or more, default 10⁻¹⁶. */
  readonly eps?: number;
}

/**
 * AdaBelief's direction m̂ / (√ŝ + eps), where s averages (g − m)², by how much a gradient surprises: s ← β₂ s + (1 − β₂)(g − m)² + eps (Zhuang et
 * al., AdaBelief optimizer: adapting stepsizes by the belief in observed gradients, 2020, algorithm 2). PyTorch does not have it; eps is that of the
 * authors' code.
 *
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻¹⁶.
 * @throws ValueError for betas outside [0, 1) or an eps below 0.
 * @example
 * const rule = chain(scaleByBelief(), scale(-1e-3));
 */
export function scaleByBelief(options: BeliefTransformOptions = {}): GradientTransform<AdamState> {
  const { betas = [0.9, 0.999], eps = 1e-16 } = options;
  const [beta1, beta2] = checkMoments("scaleByBelief", betas, eps);
  return {
    init: (params) => ({
      count: noSteps(),
      mean: filled("scaleByBelief", params),
      square: filled("scaleByBelief", params),
    }),
    update(gradients, state) {
      checkState("scaleByBelief", state, ["count", "mean", "square"]);
      const count = add(state.count, 1);
      const mean = average("scaleByBelief", ["mean", state.mean], gradients, beta1);
      const squares = mapTrees(
        "scaleByBelief",
        ["the state's square", state.square],
        { gradients, mean },
        (before, g, m) => add(add(mul(beta2, before), mul(1 - beta2, square(sub(g, m)))), eps),
      );
      const weight1 = weightSoFar(beta1, count);
      const weight2 = weightSoFar(beta2, count);
      const updates = mapTrees("scaleByBelief", ["gradients", gradients], { mean, square: squares }, (_, m, s) =>
        div(div(m, cast(weight1, m.dtype)), add(sqrt(div(s, cast(weight2, s.dtype))), eps)),
      );
      return [updates, { count, mean, square: squares }];
    },
  };
}
