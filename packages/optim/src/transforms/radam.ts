import { add, cast, div, greater, mul, pow, sqrt, square, sub, type Tensor, where } from "@glissade/autograd";
import { mapTrees } from "../tree.js";
import { type AdamState, checkMoments } from "./adam.js";
import { average, filled, noSteps, weightSoFar } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByRadam`. */
export interface RadamTransformOptions {
  /** The decay rates of the averages of gradients and of their squares, each in [0, 1); default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the averaged squares, before the correction; 0 or more, default 10⁻⁸. */
  readonly eps?: number;
}

/**
 * Rectified Adam's direction: while too few squares have been averaged (ρₜ ≤ 5) it is m̂, then m̂ · r · √(1 − β₂ᵗ) / (√v + eps) with the rectification
 * r = √((ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)), ρ∞ = 2 / (1 − β₂) − 1, ρₜ = ρ∞ − 2tβ₂ᵗ / (1 − β₂ᵗ), as PyTorch's `RAdam` (Liu et al., On the
 * variance of the adaptive learning rate and beyond, 2020).
 *
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @throws ValueError for betas outside [0, 1) or an eps below 0.
 * @example
 * const rule = chain(scaleByRadam(), scale(-1e-3));
 */
export function scaleByRadam(options: RadamTransformOptions = {}): GradientTransform<AdamState> {
  const { betas = [0.9, 0.999], eps = 1e-8 } = options;
  const [beta1, beta2] = checkMoments("scaleByRadam", betas, eps);
  const longest = 2 / (1 - beta2) - 1;
  const lengthOf = (count: Tensor): Tensor =>
    sub(longest, div(mul(mul(2, count), pow(beta2, count)), weightSoFar(beta2, count)));
  const rectification = (length: Tensor): Tensor =>
    sqrt(div(mul(mul(sub(length, 4), sub(length, 2)), longest), mul((longest - 4) * (longest - 2), length)));
  return {
    init: (params) => ({
      count: noSteps(),
      mean: filled("scaleByRadam", params),
      square: filled("scaleByRadam", params),
    }),
    update(gradients, state) {
      checkState("scaleByRadam", state, ["count", "mean", "square"]);
      const count = add(state.count, 1);
      const mean = average("scaleByRadam", ["mean", state.mean], gradients, beta1);
      const squares = average("scaleByRadam", ["square", state.square], gradients, beta2, square);
      const weight1 = weightSoFar(beta1, count);
      const length = lengthOf(count);
      const rectified = greater(length, 5);
      const factor = mul(rectification(length), sqrt(weightSoFar(beta2, count)));
      const updates = mapTrees("scaleByRadam", ["gradients", gradients], { mean, square: squares }, (_, m, v) => {
        const corrected = div(m, cast(weight1, m.dtype));
        return where(rectified, mul(corrected, div(cast(factor, m.dtype), add(sqrt(v), eps))), corrected);
      });
      return [updates, { count, mean, square: squares }];
    },
  };
}
