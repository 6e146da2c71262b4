import { div, greater, logicalAnd, mul, sqrt, square, sum, type Tensor, where } from "@glissade/autograd";
import { mapTrees } from "../tree.js";
import { type GradientTransform, type NoState, stateless } from "./transform.js";

/** The Euclidean norm of one leaf. */
const normOf = (x: Tensor): Tensor => sqrt(sum(square(x)));

/**
 * Scales each leaf to the size of its parameter: update · ‖parameter‖ / ‖update‖, and 1 instead of the ratio where either norm is 0 (You et al., Large
 * batch optimization for deep learning: training BERT in 76 minutes, 2020: the layerwise ratio of LAMB, with φ(z) = z).
 *
 * @throws ValueError, ShapeError, DTypeError (from `update`) where the parameters do not match the gradients.
 * @example
 * const rule = chain(scaleByAdam({ eps: 1e-6 }), addWeightDecay(0.01), scaleByTrustRatio(), scale(-1e-3));
 */
export function scaleByTrustRatio(): GradientTransform<NoState> {
  return stateless((gradients, params) =>
    mapTrees("scaleByTrustRatio", ["gradients", gradients], { params }, (update, parameter) => {
      const [size, length] = [normOf(parameter), normOf(update)];
      const both = logicalAnd(greater(size, 0), greater(length, 0));
      return where(both, mul(div(size, length), update), update);
    }),
  );
}
