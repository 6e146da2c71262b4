import { add, cast, div, maximum, mul, pow, sub, type Tensor, type Tree } from "@glissade/autograd";
import { finite, nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { filled, noSteps } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `averageIterates`. */
export interface AverageIteratesOptions {
  /** The learning rate that the direction will be multiplied by, a float64 scalar. */
  readonly rate: () => Tensor;
  /** The decay of the parameters; 0 or more, default 10⁻⁴. */
  readonly lambd?: number;
  /** The power with which the rate falls; default 0.75. */
  readonly alpha?: number;
  /** After how many steps the average begins; 0 or more, default 10⁶. */
  readonly t0?: number;
}

/** What `averageIterates` remembers. */
export type AverageIteratesState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** The average of the parameters since `t0`, before that the parameters. */
  readonly average: Tree;
};

/**
 * The direction (g + λ x) / (1 + λ · rate · k)^α at step k, counted from 0, with the average of the parameters that it leads to (Polyak & Juditsky,
 * Acceleration of stochastic approximation by averaging, 1992), as PyTorch's `ASGD`. The average is in the state; the parameters are not replaced by it.
 *
 * @param options.rate The learning rate.
 * @param options.lambd Default 10⁻⁴.
 * @param options.alpha Default 0.75.
 * @param options.t0 Default 10⁶.
 * @throws ValueError for numbers out of range; ValueError, ShapeError, DTypeError (from `update`) where the parameters do not match the gradients.
 * @example
 * const lr = tensor(0.1, { dtype: "float64" });
 * const rule = chain(averageIterates({ rate: () => lr, t0: 1000 }), scale(-0.1));
 */
export function averageIterates(options: AverageIteratesOptions): GradientTransform<AverageIteratesState> {
  const { rate, lambd = 1e-4, alpha = 0.75, t0 = 1e6 } = options;
  nonNegative("averageIterates", "lambd", lambd);
  finite("averageIterates", "alpha", alpha);
  nonNegative("averageIterates", "t0", t0);
  return {
    init: (params) => ({ count: noSteps(), average: filled("averageIterates", params) }),
    update(gradients, state, params) {
      checkState("averageIterates", state, ["count", "average"]);
      const lr = rate();
      const slowing = pow(add(1, mul(mul(lambd, lr), state.count)), alpha);
      const share = div(1, maximum(sub(state.count, t0), 1));
      const updates = mapTrees("averageIterates", ["gradients", gradients], { params }, (g, x) =>
        div(add(g, mul(lambd, x)), cast(slowing, g.dtype)),
      );
      const average = mapTrees(
        "averageIterates",
        ["the state's average", state.average],
        { updates, params },
        (mean, d, x) => {
          const moved = sub(x, mul(cast(lr, x.dtype), d));
          return add(mean, mul(sub(moved, mean), cast(share, x.dtype)));
        },
      );
      return [updates, { count: add(state.count, 1), average }];
    },
  };
}
