import {
  add,
  cast,
  div,
  maximum,
  mul,
  pow,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tree,
  tensor,
  zeros,
} from "@glissade/autograd";
import { fraction, nonNegative } from "../arguments.js";
import { buildTree, mapTrees, tensorTree } from "../tree.js";
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
  const beta1 = fraction("scaleByAdam", "betas[0]", betas[0]);
  const beta2 = fraction("scaleByAdam", "betas[1]", betas[1]);
  nonNegative("scaleByAdam", "eps", eps);
  return {
    init(params) {
      const { leaves, structure } = tensorTree("scaleByAdam", "params", params);
      const zero = (): Tree =>
        buildTree(
          structure,
          leaves.map(({ shape, dtype }) => zeros(shape, { dtype })),
        );
      const state = { count: tensor(0, { dtype: "float64" }), mean: zero(), square: zero() };
      return amsgrad ? { ...state, largest: zero() } : state;
    },
    update(gradients, state) {
      checkState("scaleByAdam", state, ["count", "mean", "square", ...(amsgrad ? ["largest"] : [])]);
      const count = add(state.count, 1);
      const mean = average(state.mean, "mean", gradients, beta1, (gradient) => gradient);
      const squares = average(state.square, "square", gradients, beta2, square);
      const next = { count, mean, square: squares };
      const largest =
        state.largest === undefined
          ? undefined
          : mapTrees("scaleByAdam", ["the state's largest", state.largest], { square: squares }, maximum);
      // 1 − βᵗ, what is missing from an average that started at zero
      const missing1 = sub(1, pow(beta1, count));
      const missing2 = sqrt(sub(1, pow(beta2, count)));
      const scales = { mean, square: largest ?? squares };
      const updates = mapTrees("scaleByAdam", ["gradients", gradients], scales, (_, m, v) => {
        const root = add(div(sqrt(v), cast(missing2, m.dtype)), eps);
        return div(div(m, cast(missing1, m.dtype)), root);
      });
      return [updates, largest === undefined ? next : { ...next, largest }];
    },
  };
}

/** The next running average: β · before + (1 − β) · of(gradient). */
function average(before: Tree, name: string, gradients: unknown, beta: number, of: (gradient: Tensor) => Tensor): Tree {
  return mapTrees("scaleByAdam", [`the state's ${name}`, before], { gradients }, (old, gradient) =>
    add(mul(beta, old), mul(1 - beta, of(gradient))),
  );
}
