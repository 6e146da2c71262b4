import { add, cast, div, mul, pow, sqrt, square, sub, type Tensor, type Tree, tensor } from "@glissade/autograd";
import { nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { checkMoments } from "./adam.js";
import { average, filled, noSteps, weightSoFar } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByNadam`. */
export interface NadamTransformOptions {
  /** The decay rates of the averages of gradients and of their squares, each in [0, 1); default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the averaged squares; 0 or more, default 10⁻⁸. */
  readonly eps?: number;
  /** How fast the momentum grows to betas[0]; 0 or more, default 0.004. */
  readonly momentumDecay?: number;
}

/** What `scaleByNadam` remembers. */
export type NadamState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** The product of all momenta so far, a float64 scalar. */
  readonly product: Tensor;
  /** Running averages, like the parameters. */
  readonly mean: Tree;
  readonly square: Tree;
};

/**
 * Adam's direction with Nesterov's look-ahead: (g · (1 − μₜ) / (1 − Πμ) + m · μₜ₊₁ / (1 − μₜ₊₁ Πμ)) / (√v̂ + eps) with the momentum
 * μₜ = β₁ (1 − ½ · 0.96^(t · momentumDecay)), as PyTorch's `NAdam` (Dozat, Incorporating Nesterov momentum into Adam, 2016).
 *
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.momentumDecay Default 0.004.
 * @throws ValueError for betas outside [0, 1), an eps or a momentumDecay below 0.
 * @example
 * const rule = chain(scaleByNadam(), scale(-2e-3));
 */
export function scaleByNadam(options: NadamTransformOptions = {}): GradientTransform<NadamState> {
  const { betas = [0.9, 0.999], eps = 1e-8, momentumDecay = 4e-3 } = options;
  const [beta1, beta2] = checkMoments("scaleByNadam", betas, eps);
  nonNegative("scaleByNadam", "momentumDecay", momentumDecay);
  const momentum = (count: Tensor): Tensor => mul(beta1, sub(1, mul(0.5, pow(0.96, mul(count, momentumDecay)))));
  return {
    init: (params) => ({
      count: noSteps(),
      product: tensor(1, { dtype: "float64" }),
      mean: filled("scaleByNadam", params),
      square: filled("scaleByNadam", params),
    }),
    update(gradients, state) {
      checkState("scaleByNadam", state, ["count", "product", "mean", "square"]);
      const count = add(state.count, 1);
      const mean = average("scaleByNadam", ["mean", state.mean], gradients, beta1);
      const squares = average("scaleByNadam", ["square", state.square], gradients, beta2, square);
      const [now, later] = [momentum(count), momentum(add(count, 1))];
      const product = mul(state.product, now);
      const ofGradient = div(sub(1, now), sub(1, product));
      const ofMean = div(later, sub(1, mul(product, later)));
      const weight = weightSoFar(beta2, count);
      const updates = mapTrees("scaleByNadam", ["gradients", gradients], { mean, square: squares }, (g, m, v) => {
        const root = add(sqrt(div(v, cast(weight, v.dtype))), eps);
        return add(div(mul(cast(ofGradient, g.dtype), g), root), div(mul(cast(ofMean, g.dtype), m), root));
      });
      return [updates, { count, product, mean, square: squares }];
    },
  };
}
