import { tensor } from "@glissade/autograd";
import { chain, scaleByAdam } from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { landscapes } from "../support/race/landscapes.js";
import { race } from "../support/race/race.js";

const float64 = { dtype: "float64" } as const;

describe.each(landscapes)("$name", (landscape) => {
  test("has its minima where it says, and its start and minima on the map", () => {
    const x = tensor(
      landscape.minima.map(([each]) => each),
      float64,
    );
    const y = tensor(
      landscape.minima.map(([, each]) => each),
      float64,
    );
    for (const height of landscape.height({ x, y }).data()) expect(Math.abs(height)).toBeLessThan(1e-20);
    for (const [px, py] of [landscape.start, ...landscape.minima]) {
      expect(px > landscape.x[0] && px < landscape.x[1] && py > landscape.y[0] && py < landscape.y[1]).toBe(true);
    }
  });

  test("is raced down by the best rate, from the start, in as many evaluations as its path has points", () => {
    const run = race(scaleByAdam(), landscape, 1e-3, 400);
    expect(run.evaluations).toBe(run.path.length);
    expect(run.lowest).toBeLessThan(1e-3);
    expect(run.path[0]).toEqual([...landscape.start]);
  });
});

test("a race that is not won says how low it came", () => {
  const [rosenbrock] = landscapes;
  if (rosenbrock === undefined) throw new Error("there is no landscape");
  const run = race(chain(), rosenbrock, 1e-8, 20);
  expect([run.evaluations, run.path.length]).toEqual([undefined, 20]);
  expect(run.lowest).toBeGreaterThan(1e-8);
});
