import { add, div, maximum, sqrt, square, sub, type Tensor, type Tree } from "@glissade/autograd";
import { fraction, nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { average, filled } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByRms`. */
export interface RmsTransformOptions {
  /** The decay rate of the averages, in [0, 1); default 0.99. */
  readonly alpha?: number;
  /** Added to the root; 0 or more, default 10⁻⁸. */
  readonly eps?: number;
  /** Divides by the deviation from the mean gradient instead of the size (Graves, 2013); default false. */
  readonly centered?: boolean;
}

/** What `scaleByRms` remembers. */
export type RmsState = {
  /** The running average of squares, like the parameters. */
  readonly square: Tree;
  /** With `centered`: the running average of gradients. */
  readonly mean?: Tree;
};

/**
 * RMSprop's direction g / (√v + eps), v the running average of squares, or with `centered` the variance v − m² (Tieleman & Hinton, Lecture 6.5 of
 * Neural networks for machine learning, 2012; Graves, Generating sequences with recurrent neural networks, 2013). As in PyTorch, eps is added
 * outside the root; a variance that rounding makes negative counts as 0.
 *
 * @param options.alpha Default 0.99.
 * @param options.eps Default 10⁻⁸.
 * @param options.centered Default false.
 * @throws ValueError for an alpha outside [0, 1) or an eps below 0.
 * @example
 * const rule = chain(scaleByRms({ alpha: 0.9 }), scale(-0.01));
 */
export function scaleByRms(options: RmsTransformOptions = {}): GradientTransform<RmsState> {
  const { alpha = 0.99, eps = 1e-8, centered = false } = options;
  fraction("scaleByRms", "alpha", alpha);
  nonNegative("scaleByRms", "eps", eps);
  const direction = (gradient: Tensor, variance: Tensor): Tensor => div(gradient, add(sqrt(variance), eps));
  return {
    init(params) {
      const state = { square: filled("scaleByRms", params) };
      return centered ? { ...state, mean: filled("scaleByRms", params) } : state;
    },
    update(gradients, state) {
      checkState("scaleByRms", state, centered ? ["square", "mean"] : ["square"]);
      const squares = average("scaleByRms", ["square", state.square], gradients, alpha, square);
      if (state.mean === undefined) {
        return [mapTrees("scaleByRms", ["gradients", gradients], { squares }, direction), { square: squares }];
      }
      const mean = average("scaleByRms", ["mean", state.mean], gradients, alpha);
      const updates = mapTrees("scaleByRms", ["gradients", gradients], { squares, mean }, (g, v, m) =>
        direction(g, maximum(sub(v, square(m)), 0)),
      );
      return [updates, { square: squares, mean }];
    },
  };
}
