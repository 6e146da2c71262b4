import { add, div, equal, remainder, type Tensor, type Tree, where, zeros } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { filled, noSteps } from "./moments.js";
import { choose } from "./not-finite.js";
import { checkState, checkTransform, type GradientTransform, takesNotFinite } from "./transform.js";

/** What `accumulate` remembers. */
export type AccumulateState = {
  /** How many gradients have come, a float64 scalar. */
  readonly count: Tensor;
  /** The sum of those not yet used, like the parameters. */
  readonly sum: Tree;
  /** The state of the transform inside. */
  readonly inner: Tree;
};

/**
 * Hands the mean of every so many gradients to `inner`, as if they were one of a larger batch; updates in between are 0.
 *
 * @param inner The transform that gets the means.
 * @param options.every How many gradients make one step, 1 or more.
 * @throws ValueError where `inner` is no transform, or for an `every` that is no whole number of 1 or more.
 * @example
 * const rule = accumulate(chain(scaleByAdam(), scale(-1e-3)), { every: 4 });
 */
export function accumulate<S extends Tree>(
  inner: GradientTransform<S>,
  { every }: { readonly every: number },
): GradientTransform<AccumulateState> {
  checkTransform("accumulate", inner);
  wholeNumber("accumulate", "every", every, 1);
  const wrapped: GradientTransform = inner;
  return {
    ...takesNotFinite(inner),
    init: (params) => ({ count: noSteps(), sum: filled("accumulate", params), inner: inner.init(params) }),
    update(gradients, state, params) {
      checkState("accumulate", state, ["count", "sum", "inner"]);
      const count = add(state.count, 1);
      const due = equal(remainder(count, every), 0);
      const total = mapTrees("accumulate", ["gradients", gradients], { "the state's sum": state.sum }, (g, before) =>
        add(before, g),
      );
      const means = mapTrees("accumulate", ["gradients", total], {}, (sum) => div(sum, every));
      const [updates, next] = wrapped.update(means, state.inner, params);
      const none = ({ shape, dtype }: Tensor): Tensor => zeros(shape, { dtype });
      return [
        mapTrees("accumulate", ["updates", updates], {}, (update) => where(due, update, none(update))),
        {
          count,
          sum: mapTrees("accumulate", ["the state's sum", state.sum], { total }, (_, sum) =>
            where(due, none(sum), sum),
          ),
          inner: choose("accumulate", due, next, state.inner),
        },
      ];
    },
  };
}
