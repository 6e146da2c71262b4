import { add, cast, div, generator, mul, pow, sqrt, type Tensor } from "@glissade/autograd";
import { finite, nonNegative } from "../arguments.js";
import { buildTree, tensorTree } from "../tree.js";
import { noSteps } from "./moments.js";
import type { CountState } from "./scale.js";
import { checkState, type GradientTransform } from "./transform.js";

/** Options of `addNoise`. */
export interface NoiseOptions {
  /** The variance at the first step; 0 or more. */
  readonly eta: number;
  /** The power with which it falls: at step k, counted from 0, it is eta / (1 + k)^gamma; default 0.55. */
  readonly gamma?: number;
  /** A safe integer, from which the noise follows; default 0. */
  readonly seed?: number;
}

/** Words of random numbers that an element may take, see `Generator`. */
const wordsEach = 2;

/**
 * Adds normal noise of a variance that falls as eta / (1 + k)^gamma (Neelakantan et al., Adding gradient noise improves learning for very deep
 * networks, 2015). The noise is a pure function of the seed and the count of steps, which is the state: saved and resumed, it goes on to the bit.
 *
 * @param options.eta 0 or more.
 * @param options.gamma Default 0.55, the paper's.
 * @param options.seed Default 0.
 * @throws ValueError for an eta below 0, a gamma that is not finite, or a seed that is no safe integer.
 * @example
 * const rule = chain(addNoise({ eta: 0.01, seed: 1 }), scale(-0.1));
 */
export function addNoise({ eta, gamma = 0.55, seed = 0 }: NoiseOptions): GradientTransform<CountState> {
  nonNegative("addNoise", "eta", eta);
  finite("addNoise", "gamma", gamma);
  const source = generator(seed);
  return {
    init: () => ({ count: noSteps() }),
    update(gradients, state) {
      checkState("addNoise", state, ["count"]);
      const { leaves, structure } = tensorTree("addNoise", "gradients", gradients);
      const total = wordsEach * leaves.reduce((sum, { size }) => sum + size, 0);
      const count = add(state.count, 1);
      const deviation = sqrt(div(eta, pow(count, gamma)));
      let start = 0;
      const noisy = leaves.map((leaf): Tensor => {
        const position = add(mul(state.count, total), start);
        start += wordsEach * leaf.size;
        const dtype = leaf.dtype === "float64" ? "float64" : "float32";
        const noise = source.at(position).normal(leaf.shape, { dtype });
        return add(leaf, mul(cast(deviation, dtype), noise));
      });
      return [buildTree(structure, noisy), { count }];
    },
  };
}
