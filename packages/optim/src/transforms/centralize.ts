import { mean, sub } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { type GradientTransform, type NoState, stateless } from "./transform.js";

/**
 * Subtracts from each gradient with two axes or more its mean over all axes but one: the mean of each output's weights (Yong et al., Gradient
 * centralization: a new optimization technique for deep neural networks, 2020). Vectors and scalars pass unchanged.
 *
 * @param options.axis The axis that counts the outputs; default 0, as in the layers of `nn` and PyTorch.
 * @throws ValueError for an axis that is no whole number of 0 or more; AxisError (from `update`) for one that a gradient does not have.
 * @example
 * centralize().update([tensor([[1, 3]])], [], [])[0][0].toArray(); // [[-1, 1]]
 */
export function centralize({ axis = 0 }: { readonly axis?: number } = {}): GradientTransform<NoState> {
  wholeNumber("centralize", "axis", axis, 0);
  return stateless((gradients) =>
    mapTrees("centralize", ["gradients", gradients], {}, (gradient) => {
      if (gradient.rank < 2) return gradient;
      const others = gradient.shape.map((_, i) => i).filter((i) => i !== axis);
      return sub(gradient, mean(gradient, { axis: others, keepDims: true }));
    }),
  );
}
