import { add, cast, div, mul, sqrt, square, type Tensor, type Tree } from "@glissade/autograd";
import { nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { filled, noSteps } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByAdagrad`. */
export interface AdagradTransformOptions {
  /** Step k, counted from 0, is divided by 1 + k · lrDecay; 0 or more, default 0. */
  readonly lrDecay?: number;
  /** Where the sums of squares start; 0 or more, default 0. */
  readonly initialAccumulator?: number;
  /** Added to the root; 0 or more, default 10⁻¹⁰. */
  readonly eps?: number;
}

/** What `scaleByAdagrad` remembers. */
export type AdagradState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** The sum of squares so far, like the parameters. */
  readonly sum: Tree;
};

/**
 * Adagrad's direction g / (√Σg² + eps), divided by 1 + k · lrDecay at step k (Duchi, Hazan & Singer, Adaptive subgradient methods for online learning
 * and stochastic optimization, 2011), as PyTorch's `Adagrad`.
 *
 * @param options.lrDecay Default 0.
 * @param options.initialAccumulator Default 0; PyTorch's `initial_accumulator_value`.
 * @param options.eps Default 10⁻¹⁰.
 * @throws ValueError for numbers below 0 or NaN.
 * @example
 * const rule = chain(scaleByAdagrad(), scale(-0.01));
 */
export function scaleByAdagrad(options: AdagradTransformOptions = {}): GradientTransform<AdagradState> {
  const { lrDecay = 0, initialAccumulator = 0, eps = 1e-10 } = options;
  nonNegative("scaleByAdagrad", "lrDecay", lrDecay);
  nonNegative("scaleByAdagrad", "initialAccumulator", initialAccumulator);
  nonNegative("scaleByAdagrad", "eps", eps);
  return {
    init: (params) => ({ count: noSteps(), sum: filled("scaleByAdagrad", params, initialAccumulator) }),
    update(gradients, state) {
      checkState("scaleByAdagrad", state, ["count", "sum"]);
      const sum = mapTrees("scaleByAdagrad", ["the state's sum", state.sum], { gradients }, (before, g) =>
        add(before, square(g)),
      );
      const slowing = add(1, mul(state.count, lrDecay));
      const updates = mapTrees("scaleByAdagrad", ["gradients", gradients], { sum }, (g, total) =>
        div(div(g, cast(slowing, g.dtype)), add(sqrt(total), eps)),
      );
      return [updates, { count: add(state.count, 1), sum }];
    },
  };
}
