import { add, cast, clip, div, minimum, sqrt, square, sum, type Tensor, tensor } from "@glissade/autograd";
import { positive } from "../arguments.js";
import { mapTrees, tensorTree } from "../tree.js";
import { scaleLeaves } from "./scale.js";
import { type GradientTransform, type NoState, stateless } from "./transform.js";

/** Keeps the quotient finite where every gradient is zero; PyTorch's constant in `clip_grad_norm_`. */
const tiny = 1e-6;

/**
 * The Euclidean norm of all elements of all leaves together, a float64 scalar; 0 for a tree without leaves. Squares are taken in float64, so
 * that large float32 gradients do not overflow.
 *
 * @param tree A tree of tensors.
 * @throws ValueError where a leaf is no tensor.
 * @example
 * globalNorm({ w: tensor([3]), b: tensor([4]) }).item(); // 5
 */
export function globalNorm(tree: unknown): Tensor {
  const { leaves } = tensorTree("globalNorm", "the tree", tree);
  let total: Tensor = tensor(0, { dtype: "float64" });
  for (const leaf of leaves) total = add(total, sum(square(cast(leaf, "float64"))));
  return sqrt(total);
}

/**
 * Shrinks all gradients by one factor so that their Euclidean norm, over all leaves together, is at most `maxNorm`: by
 * min(1, maxNorm / (norm + 10⁻⁶)), as PyTorch's `clip_grad_norm_` (Pascanu et al., On the difficulty of training recurrent neural networks,
 * 2013). The direction stays.
 *
 * @param maxNorm Above 0.
 * @throws ValueError for a maxNorm of 0, below, NaN or infinite.
 * @example
 * const rule = chain(clipByGlobalNorm(1), scale(-0.1));
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransform<NoState> {
  positive("clipByGlobalNorm", "maxNorm", maxNorm);
  return stateless((gradients) => {
    const factor = minimum(1, div(maxNorm, add(globalNorm(gradients), tiny)));
    return scaleLeaves("clipByGlobalNorm", gradients, factor);
  });
}

/**
 * Cuts every element of every gradient to −limit … limit, as PyTorch's `clip_grad_value_`.
 *
 * @param limit Above 0.
 * @throws ValueError for a limit of 0, below, NaN or infinite.
 * @example
 * clipByValue(1).update([tensor([-3, 0.5])], [], [])[0][0].toArray(); // [-1, 0.5]
 */
export function clipByValue(limit: number): GradientTransform<NoState> {
  positive("clipByValue", "limit", limit);
  return stateless((gradients) =>
    mapTrees("clipByValue", ["gradients", gradients], {}, (gradient) => clip(gradient, { min: -limit, max: limit })),
  );
}
