import { add, equal, mul, remainder, sub, type Tensor, type Tree, where } from "@glissade/autograd";
import { positive, wholeNumber } from "../arguments.js";
import { buildTree, mapTrees, tensorTree } from "../tree.js";
import { noSteps } from "./moments.js";
import { checkState, checkTransform, type GradientTransform, takesNotFinite } from "./transform.js";

/** Options of `lookahead`. */
export interface LookaheadOptions {
  /** After how many steps the slow parameters move; default 5. */
  readonly every?: number;
  /** What part of the way they go; above 0, default 0.5. */
  readonly alpha?: number;
}

/** What `lookahead` remembers. */
export type LookaheadState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** The slow parameters. */
  readonly slow: Tree;
  /** The state of the transform inside. */
  readonly inner: Tree;
};

/**
 * Lets `inner` go ahead, and every so many steps brings the parameters back to slow + alpha · (parameters − slow), which become the next slow ones (Zhang
 * et al., Lookahead optimizer: k steps forward, 1 step back, 2019). `inner` must give whole updates, with the learning rate and its sign in them:
 * in a stepper, pass it as `updates`.
 *
 * @param inner A transform whose updates are added to the parameters.
 * @param options.every Default 5.
 * @param options.alpha Default 0.5.
 * @throws ValueError where `inner` is no transform, or for numbers out of range.
 * @example
 * const rule = lookahead(chain(scaleByAdam(), scale(-1e-3)));
 * const stepping = stepper([w], { lr: 0.01, updates: (lr) => lookahead(chain(scaleByAdam(), scale(() => neg(lr())))) });
 */
export function lookahead<S extends Tree>(
  inner: GradientTransform<S>,
  { every = 5, alpha = 0.5 }: LookaheadOptions = {},
): GradientTransform<LookaheadState> {
  checkTransform("lookahead", inner);
  wholeNumber("lookahead", "every", every, 1);
  positive("lookahead", "alpha", alpha);
  const wrapped: GradientTransform = inner;
  return {
    ...takesNotFinite(inner),
    init(params) {
      const { leaves, structure } = tensorTree("lookahead", "params", params);
      return { count: noSteps(), slow: buildTree(structure, leaves), inner: inner.init(params) };
    },
    update(gradients, state, params) {
      checkState("lookahead", state, ["count", "slow", "inner"]);
      const count = add(state.count, 1);
      const due = equal(remainder(count, every), 0);
      const [updates, next] = wrapped.update(gradients, state.inner, params);
      const both = { updates, params };
      const slow = mapTrees("lookahead", ["the state's slow", state.slow], both, (before, update, param) =>
        where(due, add(before, mul(alpha, sub(add(param, update), before))), before),
      );
      const moves = mapTrees("lookahead", ["updates", updates], { params, slow }, (update, param, target) =>
        where(due, sub(target, param), update),
      );
      return [moves, { count, slow, inner: next }];
    },
  };
}
