import { add, mul, sign, type Tree } from "@glissade/autograd";
import { fraction } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { average, filled } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByLion`. */
export interface LionTransformOptions {
  /** The weights of the average in the direction and in its own update, each in [0, 1); default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
}

/** What `scaleByLion` remembers: the running average of gradients, like the parameters. */
export type LionState = { readonly mean: Tree };

/**
 * Lion's direction sign(β₁ m + (1 − β₁) g), then m ← β₂ m + (1 − β₂) g (Chen et al., Symbolic discovery of optimization algorithms, 2023,
 * algorithm 2). PyTorch does not have it.
 *
 * @param options.betas Default [0.9, 0.99].
 * @throws ValueError for betas outside [0, 1).
 * @example
 * const rule = chain(scaleByLion(), scale(-1e-4));
 */
export function scaleByLion({ betas = [0.9, 0.99] }: LionTransformOptions = {}): GradientTransform<LionState> {
  const beta1 = fraction("scaleByLion", "betas[0]", betas[0]);
  const beta2 = fraction("scaleByLion", "betas[1]", betas[1]);
  return {
    init: (params) => ({ mean: filled("scaleByLion", params) }),
    update(gradients, state) {
      checkState("scaleByLion", state, ["mean"]);
      const updates = mapTrees("scaleByLion", ["gradients", gradients], { "the state's mean": state.mean }, (g, m) =>
        sign(add(mul(beta1, m), mul(1 - beta1, g))),
      );
      return [updates, { mean: average("scaleByLion", ["mean", state.mean], gradients, beta2) }];
    },
  };
}
