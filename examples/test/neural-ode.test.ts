import { jacobian, jvp, tensor } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { type Ecology, fitEcology, logarithms, start, trajectory } from "../support/lynx-hare/fit.js";
import { pelts } from "../support/lynx-hare/pelts.js";

test("the pelts are 21 years with the known peaks", () => {
  expect(pelts).toHaveLength(21);
  expect(pelts.at(-1)?.year).toBe(1920);
  const peak = (animal: "hare" | "lynx"): number | undefined =>
    pelts.find((each) => each[animal] === Math.max(...pelts.map((other) => other[animal])))?.year;
  expect([peak("hare"), peak("lynx")]).toEqual([1903, 1904]);
});

describe("the trajectory", () => {
  test("keeps what the equations keep: feeding · h − death · log h + hunting · l − birth · log l", () => {
    const path = trajectory(logarithms(start), 20, 40).data();
    const kept = (i: number): number => {
      const [hare = 0, lynx = 0] = [path[2 * i], path[2 * i + 1]];
      return start.feeding * Math.exp(hare) - start.death * hare + start.hunting * Math.exp(lynx) - start.birth * lynx;
    };
    for (let i = 0; i <= 800; i += 100) expect(kept(i)).toBeCloseTo(kept(0), 6);
  });

  test("is of order 4: steps of half the length err a sixteenth", () => {
    const end = (steps: number): number => trajectory(logarithms(start), 8, steps).data().at(-1) ?? Number.NaN;
    const exact = end(160);
    expect((end(5) - exact) / (end(10) - exact)).toBeCloseTo(16, -1);
  });

  test("has derivatives that agree forward and in reverse", () => {
    const birth = tensor(Math.log(start.birth), { dtype: "float64" });
    const path = (logarithm: typeof birth) => trajectory({ ...logarithms(start), birth: logarithm }, 4, 5);
    const [, along] = jvp(path, [birth], [tensor(1, { dtype: "float64" })]);
    const reverse = jacobian(path)(birth).data();
    for (const [i, value] of along.data().entries()) expect(reverse[i]).toBeCloseTo(value, 10);
  });
});

test("the fit comes to the same minimum from two starts, near what a Bayesian fit of the same pelts says", async () => {
  const fits = [
    await fitEcology(),
    await fitEcology({ birth: 0.5, hunting: 0.05, feeding: 0.05, death: 0.5, hare: 50, lynx: 2 }),
  ];
  // Posterior means of B. Carpenter, "Predator-Prey Population Dynamics: the Lotka-Volterra model in Stan" (2018).
  const published = { birth: 0.55, hunting: 0.028, feeding: 0.024, death: 0.8 };
  for (const { x, standardErrors, value, converged } of fits) {
    expect(converged).toBe(true);
    expect(value).toBeCloseTo(2.0186618180905, 9);
    for (const name of Object.keys(published) as (keyof typeof published & keyof Ecology)[]) {
      expect(Math.abs(x[name].item() - Math.log(published[name]))).toBeLessThan(0.5 * standardErrors[name].item());
    }
  }
});
