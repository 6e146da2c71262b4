import { add, cast, div, maximum, sqrt, square, type Tensor, type Tree } from "@glissade/autograd";
import { fraction, nonNegative } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { average, filled, noSteps, weightSoFar } from "./moments.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `scaleByAdam`. */
export interface AdamTransformOptions {
  /** The decay rates of the averages of gradients and of their squares, each in [0, 1); default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the averaged squares; 0 or more, default 10⁻⁸. */
  readonly eps?: number;
  /** Divides by the largest average of squares so far (Reddi, Kale & Kumar, 2018); default false. */
  readonly amsgrad?: boolean;
}

/** @throws ValueError for betas outside [0, 1) or an eps below 0. */
export function checkMoments(
  operator: string,
  betas: readonly [number, number],
  eps: number,
): readonly [beta1: number, beta2: number] {
  nonNegative(operator, "eps", eps);
  return [fraction(operator, "betas[0]", betas[0]), fraction(operator, "betas[1]", betas[1])];
}

/** What `scaleByAdam` remembers. */
export type AdamState = {
  /** How many updates there have been, a float64 scalar. */
  readonly count: Tensor;
  /** Running averages, like the parameters. */
  readonly mean: Tree;
  readonly square: Tree;
  /** With `amsgrad`: the largest average of squares so far. */
  readonly largest?: Tree;
};

/**
 * Adam's direction: m̂ / (√v̂ + eps), with running averages m of the gradients and v of their squares, corrected for starting at zero
 * (Kingma & Ba, Adam: a method for stochastic optimization, 2015). As in PyTorch, eps is added after the correction, and `amsgrad` takes the largest
 * uncorrected v.
 *
 * @param options.betas Default [0.9, 0.999].
 * @param options.eps Default 10⁻⁸.
 * @param options.amsgrad Default false.
 * @throws ValueError for betas outside [0, 1) or an eps below 0.
 * @example
 * const rule = chain(clipByGlobalNorm(1), scaleByAdam(), scale(-1e-3));
 */
export function scaleByAdam(options: AdamTransformOptions = {}): GradientTransform<AdamState> {
  const { betas = [0.9, 0.999], eps = 1e-8, amsgrad = false } = options;
  const [beta1, beta2] = checkMoments("scaleByAdam", betas, eps);
  return {
    init(params) {
      const zero = (): Tree => filled("scaleByAdam", params);
      const state = { count: noSteps(), mean: zero(), square: zero() };
      return amsgrad ? { ...state, largest: zero() } : state;
    },
    update(gradients, state) {
      checkState("scaleByAdam", state, ["count", "mean", "square", ...(amsgrad ? ["largest"] : [])]);
      const count = add(state.count, 1);
      const mean = average("scaleByAdam", ["mean", state.mean], gradients, beta1);
      const squares = average("scaleByAdam", ["square", state.square], gradients, beta2, square);
      const next = { count, mean, square: squares };
      const largest =
        state.largest === undefined
          ? undefined
          : mapTrees("scaleByAdam", ["the state's largest", state.largest], { square: squares }, maximum);
      const weight1 = weightSoFar(beta1, count);
      const weight2 = sqrt(weightSoFar(beta2, count));
      const scales = { mean, square: largest ?? squares };
      const updates = mapTrees("scaleByAdam", ["gradients", gradients], scales, (_, m, v) => {
        const root = add(div(sqrt(v), cast(weight2, m.dtype)), eps);
        return div(div(m, cast(weight1, m.dtype)), root);
      });
      return [updates, largest === undefined ? next : { ...next, largest }];
    },
  };
}
