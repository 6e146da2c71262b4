import { generator } from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, clampTo } from "../../src/minimize/bounds.js";
import { cmaEsMethod } from "../../src/minimize/cma-es.js";
import { solveSquare } from "../../src/minimize/dense.js";
import { differentialEvolutionMethod } from "../../src/minimize/differential-evolution.js";
import type { SampledMethod } from "../../src/minimize/method.js";
import { nelderMeadMethod } from "../../src/minimize/nelder-mead.js";
import type { Objective } from "../../src/minimize/objective.js";
import { follow, type Plain, plainObjective, rastrigin, rosenbrock, sphere } from "./plain-objective.js";

const spreads = { value: 1e-10, step: 1e-10 };
const filled = (n: number, value: number): Float64Array => new Float64Array(n).fill(value);
const cube = (n: number, half: number): Box => ({ lower: filled(n, -half), upper: filled(n, half) });

interface Setting {
  readonly seed?: number;
  readonly box?: Box;
  readonly sigma?: number;
  readonly populationSize?: number;
}
type Make = (objective: Objective, setting: Setting) => SampledMethod;

const makers: Readonly<Record<"nelder-mead" | "cma-es" | "differential-evolution", Make>> = {
  "nelder-mead": (objective, { box }) => nelderMeadMethod(objective, box, spreads),
  "cma-es": (objective, { box, seed = 1, sigma = 0.5, populationSize }) => {
    const size = populationSize ?? 4 + Math.floor(3 * Math.log(objective.size));
    return cmaEsMethod(objective, box, { sigma, populationSize: size, source: generator(seed), spreads });
  },
  "differential-evolution": (objective, { box = cube(objective.size, 5), seed = 1, populationSize }) => {
    const size = populationSize ?? Math.max(5, 15 * objective.size);
    return differentialEvolutionMethod(objective, box, { populationSize: size, source: generator(seed), spreads });
  },
};

function search(make: Make, f: Plain, from: Float64Array, setting: Setting = {}, iterations = 5000) {
  const { objective, asked, sampled } = plainObjective(from.length, f);
  const way = follow(make(objective, setting), sampled(from), iterations);
  return { ...way, asked, end: way.points.at(-1)! };
}

describe.each(Object.entries(makers))("%s on plain numbers", (name, make) => {
  test("the sphere, and Rosenbrock's valley in two dimensions", () => {
    for (const f of [sphere, rosenbrock]) {
      const { end, hasArrived, reason } = search(make, f, Float64Array.of(-1.2, 1));
      expect(hasArrived, reason).toBe(true);
      expect(end.value).toBeLessThan(1e-9);
    }
  });

  test("hands on the best place that it has ever asked for", () => {
    const { points, asked } = search(make, rastrigin, Float64Array.of(3, -2, 1), {}, 40);
    expect(points.every(({ value }, i) => i === 0 || value <= points[i - 1]!.value)).toBe(true);
    expect(points.at(-1)!.value).toBe(Math.min(...asked.map((x) => rastrigin(x)[0])));
  });

  test("what is not finite counts as the highest value there is", () => {
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    // Half of the space, and a slice through the other half, have no value.
    const f: Plain = (x) => {
      const isBad = x[0]! < 0.5 || Math.abs(x[1]! - 2) < 0.2;
      return [isBad ? bad[Math.floor(Math.abs(x[1]! * 1000)) % 3]! : (x[0]! - 1) ** 2 + (x[1]! - 1) ** 2, x];
    };
    const { end, points, hasArrived } = search(make, f, Float64Array.of(0.9, 3));
    expect(hasArrived).toBe(true);
    expect(points.every(({ value }) => Number.isFinite(value))).toBe(true);
    // 1.44 is the least value on the start's side of the slice.
    expect(end.value).toBeLessThan(1.441);
    if (name === "differential-evolution") expect(end.value).toBeLessThan(1e-9);
  });

  test("asks nowhere outside the box", () => {
    const box: Box = { lower: Float64Array.of(-2, 1, -1), upper: Float64Array.of(0.5, 1.5, 4) };
    const { end, asked } = search(make, sphere, Float64Array.of(-2, 1.5, 4), { box });
    for (const x of asked) expect(clampTo(box, x)).toEqual(x);
    expect(end.value).toBeCloseTo(1, 6);
  });

  test("the same seed gives the same places to the bit, all the way", () => {
    const places = (seed: number): number[] =>
      search(make, rosenbrock, Float64Array.of(-1.2, 1), { seed }, 25).asked.flatMap((x) => [...x]);
    expect(places(7)).toEqual(places(7));
    if (name === "nelder-mead") expect(places(7)).toEqual(places(8));
    else expect(places(7)).not.toEqual(places(8));
  });
});

test("Rosenbrock's valley in ten dimensions", () => {
  const start = filled(10, 0.5);
  const adapted = search(makers["cma-es"], rosenbrock, start);
  expect([adapted.hasArrived, adapted.end.value < 1e-9]).toEqual([true, true]);
  const simplex = search(makers["nelder-mead"], rosenbrock, start, {}, 20000);
  expect([simplex.hasArrived, simplex.end.value < 1e-8]).toEqual([true, true]);
});

test("the least of Rastrigin's many minima", () => {
  const start = Float64Array.of(3, 4, -2);
  const differential = search(makers["differential-evolution"], rastrigin, start);
  expect([differential.hasArrived, differential.end.value < 1e-9]).toEqual([true, true]);
  const adapted = search(makers["cma-es"], rastrigin, start, { sigma: 2, populationSize: 80 });
  expect([adapted.hasArrived, adapted.end.value < 1e-9]).toEqual([true, true]);
});

test("cma-es learns axes of any length: a thousandfold ratio, turned", () => {
  const f: Plain = (x) => {
    const total = x.reduce((sum, value) => sum + value, 0);
    const along = total / Math.sqrt(x.length);
    const [inside] = sphere(x);
    return [1e6 * along * along + (inside - along * along), x];
  };
  const { end, hasArrived } = search(makers["cma-es"], f, Float64Array.of(1, 2, -1, 0.5, 3));
  expect(hasArrived).toBe(true);
  expect(end.value).toBeLessThan(1e-9);
});

test("cma-es hands on the last generation's best even where the covariance becomes too ill-conditioned to go on", () => {
  // Falls for ever along one axis only, which grows beyond the other.
  const f: Plain = (x) => [Math.abs(x[0]!) - 1e3 * x[1]!, x];
  const { points, asked, reason } = search(makers["cma-es"], f, Float64Array.of(1, 0), {}, 3000);
  expect(reason).toMatch(/^the covariance has become ill-conditioned/);
  expect(points.at(-1)!.value).toBe(Math.min(...asked.map((x) => f(x)[0]).filter(Number.isFinite)));
});

test("the first generation of differential evolution has one place in each slice of each axis", () => {
  const box: Box = { lower: Float64Array.of(-3, 10), upper: Float64Array.of(5, 11) };
  const { asked } = search(
    makers["differential-evolution"],
    sphere,
    Float64Array.of(0, 10.5),
    { box, populationSize: 21 },
    1,
  );
  const first = asked.slice(1);
  expect(first).toHaveLength(20);
  for (const axis of [0, 1]) {
    const [least, most] = [box.lower[axis]!, box.upper[axis]!];
    const slices = first.map((x) => Math.floor((20 * (x[axis]! - least)) / (most - least)));
    expect(slices.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  }
});

test("small linear systems are solved, and singular ones are told", () => {
  const systems = fc.integer({ min: 1, max: 6 }).chain((n) => {
    const row = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n });
    return fc.record({ rows: fc.array(row, { minLength: n, maxLength: n }), x: row });
  });
  fc.assert(
    fc.property(systems, ({ rows, x }) => {
      // A diagonal above the sum of its row: never singular, and well-conditioned.
      const a = rows.map((row, i) => Float64Array.from(row, (value, j) => (i === j ? value + 2 * x.length : value)));
      const b = Float64Array.from(a, (row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));
      const solved = solveSquare(a, b);
      for (const [i, value] of x.entries()) expect(solved![i]).toBeCloseTo(value, 12);
    }),
  );
  const singular = [Float64Array.of(1, 2), Float64Array.of(2, 4)];
  expect(solveSquare(singular, Float64Array.of(1, 2))).toBeUndefined();
});
