import { add, all, isFinite, logicalAnd, type Tensor, type Tree, tensor, where, zeros } from "@glissade/autograd";
import { mapTrees, tensorTree } from "../tree.js";
import { noSteps } from "./moments.js";
import { checkState, checkTransform, type GradientTransform } from "./transform.js";

/** Whether all elements of all leaves are finite, a bool scalar; true for a tree without leaves. */
export const allFinite = (operator: string, tree: unknown): Tensor =>
  tensorTree(operator, "gradients", tree)
    .leaves.map((leaf) => all(isFinite(leaf)))
    .reduce((both, flag) => logicalAnd(both, flag), tensor(true));

/** `next` where the scalar condition holds, else `before`: two trees of the same form. */
export const choose = <T>(operator: string, condition: Tensor, next: T, before: unknown): T =>
  mapTrees(operator, ["the new state", next], { "the state": before }, (a, b) => where(condition, a, b));

/** What `skipNotFinite` remembers. */
export type SkipState = {
  /** How many updates were skipped, a float64 scalar. */
  readonly skipped: Tensor;
  /** The state of the transform inside. */
  readonly inner: Tree;
};

/**
 * Skips updates whose gradients hold NaN or infinity: the update is 0 and the state of `inner` stays, so that nothing moves, neither by momentum nor
 * by decay. Put it around the whole chain; a stepper of it then takes such gradients without an error.
 *
 * @param inner The transform to protect.
 * @throws ValueError where `inner` is no transform.
 * @example
 * const rule = skipNotFinite(chain(clipByGlobalNorm(1), scaleByAdam()));
 */
export function skipNotFinite<S extends Tree>(inner: GradientTransform<S>): GradientTransform<SkipState> {
  checkTransform("skipNotFinite", inner);
  const guarded: GradientTransform = inner;
  return {
    takesNotFinite: true,
    init: (params) => ({ skipped: noSteps(), inner: inner.init(params) }),
    update(gradients, state, params) {
      checkState("skipNotFinite", state, ["skipped", "inner"]);
      const good = allFinite("skipNotFinite", gradients);
      const [updates, next] = guarded.update(gradients, state.inner, params);
      const nothing = mapTrees("skipNotFinite", ["updates", updates], {}, ({ shape, dtype }) =>
        zeros(shape, { dtype }),
      );
      return [
        choose("skipNotFinite", good, updates, nothing),
        { skipped: add(state.skipped, where(good, 0, 1)), inner: choose("skipNotFinite", good, next, state.inner) },
      ];
    },
  };
}
