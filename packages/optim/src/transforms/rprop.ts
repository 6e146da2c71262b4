import { clip, greater, less, mul, sign, type Tree, ValueError, where } from "@glissade/autograd";
import { positive } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { filled } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByRprop`. */
export interface RpropTransformOptions {
  /** What a size is multiplied by where the gradient changed its sign, below 1, and where it kept it, above 1; default [0.5, 1.2]. */
  readonly etas?: readonly [number, number];
  /** The least and the largest size, of 0 or more; default [0, ∞]. Sizes start at 1. */
  readonly sizes?: readonly [number, number];
}

/** What `scaleByRprop` remembers. */
export type RpropState = {
  /** The last gradient, 0 where it was ignored, like the parameters. */
  readonly previous: Tree;
  readonly sizes: Tree;
};

/**
 * Resilient backpropagation's direction sign(g) · size, with a size for each element that grows while the gradient keeps its sign and shrinks where it
 * changes; there the gradient counts as 0 once (Riedmiller & Braun, A direct adaptive method for faster backpropagation learning: the RPROP algorithm,
 * 1993), as PyTorch's `Rprop`. Wants gradients without noise.
 *
 * @param options.etas Default [0.5, 1.2].
 * @param options.sizes Default [0, ∞].
 * @throws ValueError for etas that are not 0 < η⁻ < 1 < η⁺, or sizes that are no interval of [0, ∞].
 * @example
 * const rule = chain(scaleByRprop(), scale(-0.01));
 */
export function scaleByRprop(options: RpropTransformOptions = {}): GradientTransform<RpropState> {
  const { etas = [0.5, 1.2], sizes = [0, Number.POSITIVE_INFINITY] } = options;
  const shrink = positive("scaleByRprop", "etas[0]", etas[0]);
  const grow = positive("scaleByRprop", "etas[1]", etas[1]);
  if (!(shrink < 1 && grow > 1)) {
    throw new ValueError(`scaleByRprop: etas must be below and above 1, not ${shrink} and ${grow}.`);
  }
  const [min, max] = sizes;
  if (!(min >= 0 && min <= max))
    throw new ValueError(`scaleByRprop: sizes must be 0 ≤ least ≤ largest, not [${min}, ${max}].`);
  return {
    init: (params) => ({ previous: filled("scaleByRprop", params), sizes: filled("scaleByRprop", params, 1) }),
    update(gradients, state) {
      checkState("scaleByRprop", state, ["previous", "sizes"]);
      const previous = { "the state's previous": state.previous };
      const turns = mapTrees("scaleByRprop", ["gradients", gradients], previous, (g, before) =>
        mul(sign(g), sign(before)),
      );
      const next = mapTrees("scaleByRprop", ["the state's sizes", state.sizes], { turns }, (size, turn) =>
        clip(where(less(turn, 0), mul(shrink, size), where(greater(turn, 0), mul(grow, size), size)), { min, max }),
      );
      const kept = mapTrees("scaleByRprop", ["gradients", gradients], { turns }, (g, turn) =>
        where(less(turn, 0), 0, g),
      );
      const updates = mapTrees("scaleByRprop", ["gradients", kept], { sizes: next }, (g, size) => mul(sign(g), size));
      const remembered = mapTrees("scaleByRprop", ["the state's previous", state.previous], { kept }, (_, g) => g);
      return [updates, { previous: remembered, sizes: next }];
    },
  };
}
