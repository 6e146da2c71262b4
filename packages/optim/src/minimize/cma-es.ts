import type { Generator } from "@glissade/autograd";
import { readAll } from "../roads/drive.js";
import { type Box, clampTo } from "./bounds.js";
import { apply, type Eigen, symmetricEigen, zeroSquare } from "./dense.js";
import type { SampledMethod } from "./method.js";
import { orderOf, type Spreads } from "./nelder-mead.js";
import type { Objective } from "./objective.js";
import { addScaled, maxNorm, norm, scale, subtract, type Vector } from "./vector.js";

/** The constants of Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772), table 1, without negative weights. */
function constantsOf(n: number, size: number) {
  const parents = Math.floor(size / 2);
  const raw = Array.from({ length: parents }, (_, i) => Math.log((size + 1) / 2) - Math.log(i + 1));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  const weights = raw.map((weight) => weight / sum);
  const mass = 1 / weights.reduce((total, weight) => total + weight * weight, 0);
  const forSigma = (mass + 2) / (n + mass + 5);
  const rankOne = 2 / ((n + 1.3) ** 2 + mass);
  return {
    weights,
    mass,
    forSigma,
    damping: 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + forSigma,
    forPath: (4 + mass / n) / (n + 4 + (2 * mass) / n),
    rankOne,
    rankMany: Math.min(1 - rankOne, (2 * (mass - 2 + 1 / mass)) / ((n + 2) ** 2 + mass)),
    // The expected length of a standard normal vector.
    length: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** The covariance by its eigenvectors, and the roots of its eigenvalues. */
interface Shape extends Eigen {
  readonly deviations: Vector;
}

function shapeOf(covariance: readonly Vector[]): Shape {
  const eigen = symmetricEigen(covariance);
  return { ...eigen, deviations: eigen.values.map((value) => Math.sqrt(Math.max(value, 0))) };
}

/** A standard normal vector, given the covariance of the shape. */
function shaped({ vectors, deviations }: Shape, z: Vector): Vector {
  return vectors.reduce<Vector>(
    (sum, vector, i) => addScaled(sum, (deviations[i] ?? 0) * (z[i] ?? 0), vector),
    new Float64Array(z.length),
  );
}

/** C^(−1/2) v */
function whitened({ vectors, deviations }: Shape, v: Vector): Vector {
  const along = apply(vectors, v);
  return vectors.reduce<Vector>(
    (sum, vector, i) => addScaled(sum, (along[i] ?? 0) / (deviations[i] || 1), vector),
    new Float64Array(v.length),
  );
}

/** How ill-conditioned the covariance may be before numbers of its samples are rounding alone. */
const worstCondition = 1e14;

/** How the search starts. */
export interface CmaEsOptions {
  readonly sigma: number;
  readonly populationSize: number;
  readonly source: Generator;
  readonly spreads: Spreads;
}

/**
 * The covariance matrix adaptation evolution strategy (Hansen & Ostermeier 2001; the form of Hansen's tutorial): (μ/μ_w, λ) selection with rank-one
 * and rank-μ updates and cumulative step-size control. Samples outside a box count where they are put back into it. The place handed on is the best
 * one seen.
 */
export function cmaEsMethod(
  objective: Objective,
  box: Box | undefined,
  { sigma: firstSigma, populationSize, source, spreads }: CmaEsOptions,
): SampledMethod {
  const n = objective.size;
  const k = constantsOf(n, populationSize);
  let mean: Vector | undefined;
  let sigma = firstSigma;
  let covariance: readonly Vector[] = zeroSquare(n).map((row, i) => row.fill(1, i, i + 1));
  let shape = shapeOf(covariance);
  let [sigmaPath, path]: readonly [Vector, Vector] = [new Float64Array(n), new Float64Array(n)];
  let generation = 0;
  let recent: readonly number[] = [];
  let ending: string | undefined;

  /** Learns from the steps of the better half, best first, in units of sigma. */
  function learn(steps: readonly Vector[]): Vector {
    const step = steps.reduce<Vector>((sum, each, i) => addScaled(sum, k.weights[i] ?? 0, each), new Float64Array(n));
    const share = Math.sqrt(k.forSigma * (2 - k.forSigma) * k.mass);
    sigmaPath = addScaled(scale(sigmaPath, 1 - k.forSigma), share, whitened(shape, step));
    const expected = Math.sqrt(1 - (1 - k.forSigma) ** (2 * (generation + 1))) * k.length;
    const isSteady = norm(sigmaPath) / expected < 1.4 + 2 / (n + 1);
    const pathShare = isSteady ? Math.sqrt(k.forPath * (2 - k.forPath) * k.mass) : 0;
    path = addScaled(scale(path, 1 - k.forPath), pathShare, step);
    const kept = 1 - k.rankOne - k.rankMany + (isSteady ? 0 : k.rankOne * k.forPath * (2 - k.forPath));
    covariance = covariance.map((row, i) =>
      row.map((value, j) => {
        const many = steps.reduce((sum, each, m) => sum + (k.weights[m] ?? 0) * (each[i] ?? 0) * (each[j] ?? 0), 0);
        return kept * value + k.rankOne * (path[i] ?? 0) * (path[j] ?? 0) + k.rankMany * many;
      }),
    );
    sigma *= Math.exp((k.forSigma / k.damping) * (norm(sigmaPath) / k.length - 1));
    shape = shapeOf(covariance);
    return step;
  }

  return {
    *advance(point) {
      if (ending !== undefined) return ending;
      mean ??= point.x;
      const centre = mean;
      const z = yield* readAll(source.normal([populationSize, n], { dtype: "float64" }));
      const places = Array.from({ length: populationSize }, (_, i) => {
        const place = addScaled(centre, sigma, shaped(shape, z.subarray(i * n, (i + 1) * n)));
        return box === undefined ? place : clampTo(box, place);
      });
      const samples = [...(yield* objective.values(places))].sort((a, b) => orderOf(a.value) - orderOf(b.value) || 0);
      const chosen = samples.slice(0, k.weights.length).filter(({ value }) => Number.isFinite(value));
      if (chosen.length < k.weights.length) {
        // Too few places where f is finite to learn from: look nearer.
        sigma /= 2;
        return sigma > 0 ? point : "no place nearby has a finite value";
      }
      mean = addScaled(centre, sigma, learn(chosen.map(({ x }) => scale(subtract(x, centre), 1 / sigma))));
      generation++;
      const [best] = samples;
      recent = [...recent, orderOf(best?.value ?? Number.NaN)].slice(-(10 + Math.ceil((30 * n) / populationSize)));
      const condition = Math.max(...shape.values) / Math.min(...shape.values);
      if (!(condition > 0 && condition < worstCondition)) {
        // Told by the next call, for this generation may have found the best place yet.
        ending = `the covariance has become ill-conditioned: ${condition}`;
      }
      return best !== undefined && best.value < point.value ? best : point;
    },
    arrived(point) {
      if (generation === 0 || mean === undefined) return undefined;
      const size = (sigma * Math.max(...shape.deviations)) / Math.max(maxNorm(mean), 1);
      if (size <= spreads.step)
        return `the relative standard deviation of the search, ${size}, is at most ${spreads.step}`;
      const isFull = recent.length >= 10 + Math.ceil((30 * n) / populationSize);
      const spread = (Math.max(...recent) - Math.min(...recent)) / Math.max(Math.abs(point.value), 1);
      return isFull && spread <= spreads.value
        ? `the best values of the last ${recent.length} generations differ by ${spread}, relatively`
        : undefined;
    },
  };
}
