import { tensor } from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backtrack, strongWolfe } from "../../src/minimize/line-search.js";
import type { Objective, SmoothPoint } from "../../src/minimize/objective.js";
import { driveSync, type Routine } from "../../src/roads/drive.js";

/** A routine that reads one tensor and ends. */
function* done<R>(result: R): Routine<R> {
  yield scalar;
  return result;
}
const scalar = tensor(0);

/** A function of one number with its derivative, as an objective that counts. */
function lineObjective(f: (x: number) => readonly [value: number, slope: number]) {
  let calls = 0;
  const at = (x: Float64Array): SmoothPoint => {
    const [value, slope] = f(x[0]!);
    calls++;
    return { x, value, gradient: Float64Array.of(slope) };
  };
  const objective: Objective = {
    size: 1,
    epsilon: Number.EPSILON,
    value: (x) => done(at(x)),
    values: (xs) => done(xs.map(at)),
    withGradient: (x) => done(at(x)),
    curvature: () => expect.unreachable(),
  };
  return { objective, at, calls: () => calls };
}

const numbers = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });

/** Waves on a bowl: many local minima, bounded below. */
const waves = fc
  .record({ height: numbers(0, 20), speed: numbers(0.1, 10), phase: numbers(0, 6), bowl: numbers(0.001, 10) })
  .map(({ height, speed, phase, bowl }) => (x: number): readonly [number, number] => [
    height * Math.sin(speed * x + phase) + bowl * x * x,
    height * speed * Math.cos(speed * x + phase) + 2 * bowl * x,
  ]);

describe("strong Wolfe", () => {
  test("holds at the step that was found, whatever the function and the first step", () => {
    fc.assert(
      fc.property(waves, numbers(-10, 10), numbers(1e-3, 1e3), numbers(0.1, 0.9), (f, from, first, curvature) => {
        const { objective, at } = lineObjective(f);
        const start = at(Float64Array.of(from));
        const slope = start.gradient[0]!;
        fc.pre(Math.abs(slope) > 1e-3);
        const direction = Float64Array.of(-Math.sign(slope));
        const trial = driveSync(strongWolfe(objective, start, direction, { first, curvature }));
        expect(trial).toBeDefined();
        const along = -Math.abs(slope);
        const noise = 8 * Number.EPSILON * Math.abs(start.value);
        expect(trial!.value).toBeLessThanOrEqual(start.value + 1e-4 * trial!.t * along + noise);
        expect(Math.abs(trial!.slope)).toBeLessThanOrEqual(curvature * Math.abs(along));
        expect(trial!.point.x[0]).toBe(from + trial!.t * direction[0]!);
      }),
    );
  });

  test("stays within the largest step, and takes it where the function still falls", () => {
    const { objective, at } = lineObjective((x) => [-x, -1]);
    const start = at(Float64Array.of(0));
    const trial = driveSync(strongWolfe(objective, start, Float64Array.of(1), { first: 1, largest: 5 }));
    expect(trial?.t).toBe(5);
  });

  test("finds nothing where the direction does not descend, without an evaluation", () => {
    const { objective, at, calls } = lineObjective((x) => [x * x, 2 * x]);
    const start = at(Float64Array.of(1));
    for (const direction of [1, 0]) {
      expect(driveSync(strongWolfe(objective, start, Float64Array.of(direction), { first: 1 }))).toBeUndefined();
      expect(driveSync(backtrack(objective, start, Float64Array.of(direction), 1))).toBeUndefined();
    }
    expect(calls()).toBe(1);
  });

  test("comes back from where the function is not finite", () => {
    const { objective, at } = lineObjective((x) => [x - Math.log(x), 1 - 1 / x]);
    const start = at(Float64Array.of(5));
    for (const first of [1, 5, 100]) {
      const trial = driveSync(strongWolfe(objective, start, Float64Array.of(-1), { first }));
      expect(trial!.point.x[0]).toBeGreaterThan(0);
      expect(trial!.value).toBeLessThan(start.value);
    }
  });
});

describe("backtracking", () => {
  test("ends with enough decrease at the first of the halved steps that has it", () => {
    fc.assert(
      fc.property(waves, numbers(-10, 10), numbers(1e-3, 1e3), (f, from, first) => {
        const { objective, at } = lineObjective(f);
        const start = at(Float64Array.of(from));
        const slope = start.gradient[0]!;
        fc.pre(Math.abs(slope) > 1e-3);
        const direction = Float64Array.of(-slope);
        const enough = (t: number): boolean => f(from - t * slope)[0] <= start.value - 1e-4 * t * slope * slope;
        const trial = driveSync(backtrack(objective, start, direction, first));
        expect(enough(trial!.t)).toBe(true);
        expect(Number.isInteger(Math.log2(first / trial!.t))).toBe(true);
        if (trial!.t < first) expect(enough(2 * trial!.t)).toBe(false);
      }),
    );
  });
});
