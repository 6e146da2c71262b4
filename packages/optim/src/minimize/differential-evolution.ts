import type { Generator } from "@glissade/autograd";
import { type Routine, readAll } from "../roads/drive.js";
import type { Box } from "./bounds.js";
import type { Sampled, SampledMethod } from "./method.js";
import { orderOf, type Spreads } from "./nelder-mead.js";
import type { Objective } from "./objective.js";
import type { Vector } from "./vector.js";

/** Uniform numbers in [0, 1). */
function* uniform(source: Generator, count: number): Routine<Vector> {
  return yield* readAll(source.uniform([count], { dtype: "float64" }));
}

/** Points so that each of as many slices of each axis holds one of them (McKay, Beckman & Conover 1979). */
function* latinHypercube(source: Generator, count: number, { lower, upper }: Box): Routine<Vector[]> {
  const points = Array.from({ length: count }, () => new Float64Array(lower.length));
  for (const [axis, least] of lower.entries()) {
    const draws = yield* uniform(source, count);
    const ranks = yield* uniform(source, count);
    const slices = [...ranks.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    const width = ((upper[axis] ?? 0) - least) / count;
    for (const [i, point] of points.entries()) point[axis] = least + width * ((slices[i] ?? 0) + (draws[i] ?? 0));
  }
  return points;
}

const crossover = 0.7;

/** How many numbers one trial draws besides those of its coordinates: two partners and the coordinate that is always crossed. */
const choices = 3;

/**
 * Differential evolution (Storn & Price 1997), "best/1/bin" as scipy.optimize has it: the difference of two members, times a factor drawn anew
 * from [0.5, 1) in each generation, is added to the best; of its numbers each is taken with probability 0.7. What leaves the box is drawn anew.
 */
export function differentialEvolutionMethod(
  objective: Objective,
  box: Box,
  {
    populationSize,
    source,
    spreads,
  }: { readonly populationSize: number; readonly source: Generator; readonly spreads: Spreads },
): SampledMethod {
  const n = objective.size;
  let population: Sampled[] = [];

  const best = (): Sampled | undefined =>
    population.reduce<Sampled | undefined>(
      (least, member) => (least === undefined || orderOf(member.value) < orderOf(least.value) ? member : least),
      undefined,
    );

  /** Another member than those in `taken`, chosen by a uniform number. */
  const other = (draw: number, taken: readonly number[]): number => {
    const left = population.map((_, i) => i).filter((i) => !taken.includes(i));
    return left[Math.floor(draw * left.length)] ?? 0;
  };

  function trial(i: number, factor: number, draws: Vector, fresh: Vector): Vector {
    const top = best()?.x ?? new Float64Array(n);
    const first = other(draws[0] ?? 0, [i]);
    const second = other(draws[1] ?? 0, [i, first]);
    const always = Math.floor((draws[2] ?? 0) * n);
    const [a, b, own] = [population[first]?.x, population[second]?.x, population[i]?.x];
    return top.map((value, k) => {
      if (k !== always && (draws[choices + k] ?? 0) >= crossover) return own?.[k] ?? value;
      const mutant = value + factor * ((a?.[k] ?? 0) - (b?.[k] ?? 0));
      const [least, most] = [box.lower[k] ?? mutant, box.upper[k] ?? mutant];
      return mutant >= least && mutant <= most ? mutant : least + (fresh[k] ?? 0) * (most - least);
    });
  }

  return {
    *advance(point) {
      if (population.length === 0) {
        const places = yield* latinHypercube(source, populationSize - 1, box);
        population = [point, ...(yield* objective.values(places))];
        return best() ?? point;
      }
      const [dither = 0] = yield* uniform(source, 1);
      const draws = yield* uniform(source, populationSize * (choices + n));
      const fresh = yield* uniform(source, populationSize * n);
      const trials = population.map((_, i) =>
        trial(
          i,
          0.5 + dither / 2,
          draws.subarray(i * (choices + n), (i + 1) * (choices + n)),
          fresh.subarray(i * n, (i + 1) * n),
        ),
      );
      const found = yield* objective.values(trials);
      population = population.map((member, i) => {
        const next = found[i];
        return next !== undefined && orderOf(next.value) <= orderOf(member.value) ? next : member;
      });
      return best() ?? point;
    },
    arrived(point) {
      if (population.length === 0) return undefined;
      const highest = Math.max(...population.map(({ value }) => orderOf(value)));
      const spread = (highest - point.value) / Math.max(Math.abs(point.value), 1);
      return spread <= spreads.value ? `the values of the population differ by ${spread}, relatively` : undefined;
    },
  };
}
