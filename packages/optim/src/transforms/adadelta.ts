import { add, div, mul, sqrt, square, type Tree } from "@glissade/autograd";
import { fraction, nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { average, filled } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByAdadelta`. */
export interface AdadeltaTransformOptions {
  /** The decay rate of both averages, in [0, 1); default 0.9. */
  readonly rho?: number;
  /** Added inside both roots; 0 or more, default 10⁻⁶. */
  readonly eps?: number;
}

/** What `scaleByAdadelta` remembers. */
export type AdadeltaState = {
  /** Running averages of squared gradients and of squared updates, like the parameters. */
  readonly square: Tree;
  readonly delta: Tree;
};

/**
 * Adadelta's direction √(E[Δ²] + eps) / √(E[g²] + eps) · g, which has the units of the parameters (Zeiler, Adadelta: an adaptive learning rate method,
 * 2012), as PyTorch's `Adadelta`: Δ is the direction before the learning rate.
 *
 * @param options.rho Default 0.9.
 * @param options.eps Default 10⁻⁶.
 * @throws ValueError for a rho outside [0, 1) or an eps below 0.
 * @example
 * const rule = chain(scaleByAdadelta(), scale(-1));
 */
export function scaleByAdadelta(options: AdadeltaTransformOptions = {}): GradientTransform<AdadeltaState> {
  const { rho = 0.9, eps = 1e-6 } = options;
  fraction("scaleByAdadelta", "rho", rho);
  nonNegative("scaleByAdadelta", "eps", eps);
  return {
    init: (params) => ({ square: filled("scaleByAdadelta", params), delta: filled("scaleByAdadelta", params) }),
    update(gradients, state) {
      checkState("scaleByAdadelta", state, ["square", "delta"]);
      const squares = average("scaleByAdadelta", ["square", state.square], gradients, rho, square);
      const scales = { square: squares, delta: state.delta };
      const updates = mapTrees("scaleByAdadelta", ["gradients", gradients], scales, (g, v, delta) =>
        mul(div(sqrt(add(delta, eps)), sqrt(add(v, eps))), g),
      );
      const delta = average("scaleByAdadelta", ["delta", state.delta], updates, rho, square);
      return [updates, { square: squares, delta }];
    },
  };
}
