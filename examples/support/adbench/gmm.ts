// A mixture of Gaussians with full covariances, its log-likelihood with a Wishart prior (Srajer, Kukelova & Fitzgibbon 2018, section 4.1).
import {
  add,
  concat,
  exp,
  expandDims,
  grad,
  jit,
  logsumexp,
  matmul,
  mT,
  mul,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  valueAndGrad,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import { array, distance, type Instance, type Published, readJson } from "./vectors.js";

interface Stored {
  readonly name: string;
  readonly d: number;
  readonly k: number;
  readonly n: number;
  readonly alphas: readonly number[];
  readonly means: readonly number[];
  /** For each component the logarithms of the diagonal, then the strictly lower triangle column by column. */
  readonly icf: readonly number[];
  readonly x: readonly number[];
  readonly gamma: number;
  readonly m: number;
  readonly objective: number;
  readonly gradient: readonly number[];
  readonly published: Published;
}

/** log Γ(z) of a positive multiple of 1/2. */
function logGamma(z: number): number {
  let total = z % 1 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let factor = z - 1; factor > 0; factor--) total += Math.log(factor);
  return total;
}

/** log Γₚ(z), the multivariate gamma function's. */
const logMultigamma = (p: number, z: number): number =>
  (p * (p - 1) * Math.log(Math.PI)) / 4 +
  Array.from({ length: p }, (_, j) => logGamma(z - j / 2)).reduce((total, value) => total + value, 0);

/** [l, d²], with a 1 where a number of the lower triangle, column by column, goes in a d × d matrix. */
function placement(d: number): Tensor {
  const places = Array.from({ length: d }, (_, column) =>
    Array.from({ length: d - column - 1 }, (_, i) => (column + 1 + i) * d + column),
  ).flat();
  const data = new Float64Array(places.length * d * d);
  for (const [row, place] of places.entries()) data[row * d * d + place] = 1;
  return array(data, [places.length, d * d]);
}

/** What the objective is a function of. */
export interface Mixture {
  readonly alphas: Tensor;
  readonly means: Tensor;
  readonly icf: Tensor;
}

/** The negative of what is minimised: a function of [k], [k, d] and [k, d (d + 1) / 2]. */
function objectiveOf({ d, k, n, gamma, m }: Stored, x: Tensor): (mixture: Mixture) => Tensor {
  const place = placement(d);
  const identity = array(
    Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0)),
    [d, d],
  );
  const freedom = d + m + 1;
  const constant = freedom * d * (Math.log(gamma) - Math.LN2 / 2) - logMultigamma(d, freedom / 2);
  return ({ alphas, means, icf }) => {
    const [logDiagonal, lower] = [slice(icf, { stop: [undefined, d] }), slice(icf, { start: [undefined, d] })];
    const diagonal = exp(logDiagonal);
    const factors = add(matmul(lower, place).reshape([k, d, d]), mul(expandDims(diagonal, 2), identity));
    // Q (x − μ) for each point and component, of shape [k, n, d].
    const turned = sub(matmul(x, mT(factors)), matmul(expandDims(means, 1), mT(factors)));
    const logDeterminants = sum(logDiagonal, { axis: 1 });
    const exponents = sub(expandDims(add(alphas, logDeterminants), 1), mul(0.5, sum(square(turned), { axis: 2 })));
    const likelihood = sub(sum(logsumexp(exponents, { axis: 0 })), mul(n, logsumexp(alphas)));
    const spread = mul(0.5 * gamma * gamma, add(sum(square(diagonal)), sum(square(lower))));
    const prior = sub(spread, mul(m, sum(logDeterminants)));
    return add(add(likelihood, prior), -0.5 * n * d * Math.log(2 * Math.PI) - k * constant);
  };
}

function instanceOf(stored: Stored): Instance {
  const { name, d, k, n } = stored;
  const mixture: Mixture = {
    alphas: array(stored.alphas, [k]),
    means: array(stored.means, [k, d]),
    icf: array(stored.icf, [k, (d * (d + 1)) / 2]),
  };
  const objective = objectiveOf(stored, array(stored.x, [n, d]));
  const [value, both] = [jit(objective), jit((at: Mixture) => valueAndGrad(objective)(at))];
  return {
    name,
    family: "GMM",
    parameters: stored.gradient.length,
    objective: () => void value(mixture).data(),
    derivative: () => void both(mixture).grads.icf.data(),
    errors() {
      const { grads } = both(mixture);
      const gradient = concat([grads.alphas, grads.means.reshape([-1]), grads.icf.reshape([-1])]);
      return {
        objective: distance(value(mixture).data(), [stored.objective]),
        derivative: distance(gradient.data(), stored.gradient),
      };
    },
    costs: () => [costOf(objective, mixture), costOf((at: Mixture) => grad(objective)(at), mixture)],
    published: stored.published,
  };
}

export const gmmInstances = (): Instance[] => readJson<Stored[]>("./gmm.json").map(instanceOf);
