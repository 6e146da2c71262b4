import { square, sum, tensor, ValueError, variable } from "@glissade/autograd";
import { type PlateauOptions, reduceOnPlateau, sgd } from "@glissade/optim";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** PyTorch's `ReduceLROnPlateau`, from its documentation and source: the rates after each metric. */
function plain(rate: number, metrics: readonly number[], options: Required<PlateauOptions>): number[] {
  const { mode, factor, patience, threshold, thresholdMode, cooldown, minRate, eps } = options;
  let best = mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let [bad, cooling, current] = [0, 0, rate];
  const better = (a: number): boolean => {
    if (mode === "min") return a < (thresholdMode === "relative" ? best * (1 - threshold) : best - threshold);
    return a > (thresholdMode === "relative" ? best * (1 + threshold) : best + threshold);
  };
  return metrics.map((metric) => {
    if (better(metric)) [best, bad] = [metric, 0];
    else bad++;
    if (cooling > 0) [cooling, bad] = [cooling - 1, 0];
    if (bad > patience) {
      const lower = Math.max(current * factor, minRate);
      if (current - lower > eps) current = lower;
      [cooling, bad] = [cooldown, 0];
    }
    return current;
  });
}

const options: fc.Arbitrary<Required<PlateauOptions>> = fc.record({
  mode: fc.constantFrom("min" as const, "max" as const),
  factor: fc.constantFrom(0.1, 0.5, 0.9),
  patience: fc.nat({ max: 3 }),
  threshold: fc.constantFrom(0, 1e-4, 0.3),
  thresholdMode: fc.constantFrom("relative" as const, "absolute" as const),
  cooldown: fc.nat({ max: 2 }),
  minRate: fc.constantFrom(0, 0.2),
  eps: fc.constantFrom(1e-8, 0.05),
});

/** Losses and scores are usually positive, and relative thresholds assume it. */
const metric = fc.oneof(fc.double({ min: 0.1, max: 2, noNaN: true }), fc.constant(Number.NaN));

describe("reduceOnPlateau", () => {
  test("is PyTorch's, and resumes from JSON", () => {
    fc.assert(
      fc.property(
        options,
        fc.array(metric, { minLength: 1, maxLength: 25 }),
        fc.nat({ max: 25 }),
        (settings, metrics, stop) => {
          const expected = plain(1, metrics, settings);
          let lr = reduceOnPlateau(1, settings);
          for (const [i, each] of metrics.entries()) {
            if (i === stop) {
              const saved: unknown = JSON.parse(JSON.stringify(lr.state()));
              lr = reduceOnPlateau(0.7, settings);
              Reflect.apply(lr.setState, undefined, [saved]);
            }
            lr.step(i % 2 === 0 ? each : tensor(each, { dtype: "float64" }));
            expect(lr(i)).toBe(expected[i]);
          }
        },
      ),
    );
  });

  test("is the rate of a stepper", () => {
    const lr = reduceOnPlateau(0.5, { patience: 0, factor: 0.5 });
    const w = variable(tensor([1], { dtype: "float64" }));
    const stepper = sgd([w], { lr });
    lr.step(1);
    expect(stepper.lr).toBe(0.5);
    lr.step(1);
    expect([stepper.lr, lr(3), lr(tensor(3)).item()]).toEqual([0.25, 0.25, 0.25]);
    stepper.minimize(() => sum(square(w)));
    expect(w.value.toArray()).toEqual([0.5]);
  });

  test.each([
    [() => reduceOnPlateau(-1), /reduceOnPlateau: rate must be/],
    [() => reduceOnPlateau(1, { factor: 1 }), /factor must be a number of 0 or more and below 1, not 1/],
    [() => reduceOnPlateau(1, { patience: 0.5 }), /patience must be a whole number/],
    [() => reduceOnPlateau(1, { threshold: -1 }), /threshold must be/],
    [() => Reflect.apply(reduceOnPlateau, undefined, [1, { mode: "least" }]), /mode must be "min" or "max", not least/],
    [
      () => Reflect.apply(reduceOnPlateau, undefined, [1, { thresholdMode: "rel" }]),
      /thresholdMode must be .* not rel/,
    ],
    [
      () => Reflect.apply(reduceOnPlateau(1).step, undefined, ["1"]),
      /the metric is a string, not a number or a scalar tensor/,
    ],
    [
      () => Reflect.apply(reduceOnPlateau(1).setState, undefined, [undefined]),
      /the state is undefined, not what state\(\) gave/,
    ],
    [
      () => reduceOnPlateau(1).setState({ rate: 1, best: Number.NaN, bad: 0, cooldown: 0 }),
      /best must be a finite number or null, not NaN/,
    ],
    [() => reduceOnPlateau(1).setState({ rate: 1, best: 1, bad: -1, cooldown: 0 }), /bad must be a whole number/],
  ])("refuses %s", (act, message) => {
    expect(act).toThrow(ValueError);
    expect(act).toThrow(message);
  });
});
