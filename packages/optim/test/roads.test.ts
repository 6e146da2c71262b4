import { ValueError, zeros } from "@glissade/autograd";
import {
  gradientDescent,
  gradientDescentSync,
  minibatchGradientDescent,
  minibatchGradientDescentSync,
  type RoadOptions,
  type RoadResult,
  randomLocalSearch,
  randomLocalSearchSync,
  randomSearch,
  randomSearchSync,
  stochasticGradientDescent,
  stochasticGradientDescentSync,
} from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { bowl, data, line, start } from "./road-problems.js";

/** Every road in both forms, by name. */
const roads: Record<
  string,
  {
    readonly sync: (options: RoadOptions<unknown>) => RoadResult<unknown>;
    readonly async: (options: RoadOptions<unknown>) => Promise<RoadResult<unknown>>;
  }
> = {
  randomSearch: {
    sync: (options) => randomSearchSync(bowl, start, options),
    async: (options) => randomSearch(bowl, start, options),
  },
  randomLocalSearch: {
    sync: (options) => randomLocalSearchSync(bowl, start, { ...options, stepSize: 0.3 }),
    async: (options) => randomLocalSearch(bowl, start, { ...options, stepSize: 0.3 }),
  },
  gradientDescent: {
    sync: (options) => gradientDescentSync(bowl, start, { ...options, stepSize: 0.1 }),
    async: (options) => gradientDescent(bowl, start, { ...options, stepSize: 0.1 }),
  },
  minibatchGradientDescent: {
    sync: (options) =>
      minibatchGradientDescentSync(line, zeros([2]), data, { ...options, stepSize: 0.1, batchSize: 8 }),
    async: (options) => minibatchGradientDescent(line, zeros([2]), data, { ...options, stepSize: 0.1, batchSize: 8 }),
  },
  stochasticGradientDescent: {
    sync: (options) => stochasticGradientDescentSync(line, zeros([2]), data, { ...options, stepSize: 0.05 }),
    async: (options) => stochasticGradientDescent(line, zeros([2]), data, { ...options, stepSize: 0.05 }),
  },
};

/** A result without its clock times. */
const timeless = ({ history, ...result }: RoadResult<unknown>): unknown =>
  JSON.parse(
    JSON.stringify({
      ...result,
      history: history.map(({ iteration, evaluations, value }) => [iteration, evaluations, value]),
    }),
  );

describe.each(Object.entries(roads))("%s", (_, { sync, async }) => {
  test("goes downhill", () => {
    const { history, value, iterations, evaluations, converged, reason } = sync({ iterations: 100 });
    expect(value).toBeLessThan(history[0]!.value);
    expect([iterations, evaluations, converged, reason]).toEqual([
      100,
      101,
      false,
      "the budget of 100 iterations is spent",
    ]);
    expect(history.map((entry) => entry.iteration)).toEqual([...Array(101).keys()]);
    expect(history.at(-1)).toMatchObject({ iteration: 100, evaluations: 101, value });
    for (const [i, { seconds }] of history.slice(1).entries())
      expect(seconds).toBeGreaterThanOrEqual(history[i]!.seconds);
  });

  test("does the same again, and the same with a Promise", async () => {
    expect(timeless(sync({ iterations: 20 }))).toEqual(timeless(sync({ iterations: 20 })));
    expect(timeless(await async({ iterations: 20 }))).toEqual(timeless(sync({ iterations: 20 })));
  });

  test("keeps its budgets", () => {
    expect(sync({ iterations: 0 })).toMatchObject({ iterations: 0, evaluations: 1 });
    expect(sync({ evaluations: 7 })).toMatchObject({
      evaluations: 7,
      iterations: 6,
      reason: "the budget of 7 evaluations is spent",
    });
    const { reason, history } = sync({ seconds: 0.05 });
    expect(reason).toBe("the budget of 0.05 seconds is spent");
    expect(history.at(-2)?.seconds ?? 0).toBeLessThan(0.05);
  });

  test("does 1000 iterations without a budget", () => {
    expect(sync({ recordEvery: 1000 }).iterations).toBe(1000);
  });

  test("records every so many iterations, the first and the last", () => {
    const { history } = sync({ iterations: 25, recordEvery: 10 });
    expect(history.map((entry) => entry.iteration)).toEqual([0, 10, 20, 25]);
  });

  test("tells the callback, which may stop it and whose time does not count", () => {
    const seen: number[] = [];
    const begin = performance.now();
    const result = sync({
      callback: ({ iteration, evaluations, x }) => {
        expect(evaluations).toBe(iteration + 1);
        expect(x).toBeDefined();
        seen.push(iteration);
        const from = performance.now();
        while (performance.now() - from < 20);
        return iteration === 3;
      },
    });
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(result).toMatchObject({ iterations: 3, converged: false, reason: "the callback asked to stop" });
    const elapsed = (performance.now() - begin) / 1000;
    expect(elapsed - result.history.at(-1)!.seconds).toBeGreaterThan(0.079);
  });

  test("stops, converged, at the target", () => {
    const { value: first } = sync({ iterations: 0 });
    const { converged, value, reason } = sync({ target: first * 0.99 });
    expect([converged, reason]).toEqual([true, `the loss reached the target ${first * 0.99}`]);
    expect(value).toBeLessThanOrEqual(first * 0.99);
  });

  test.each([
    [{ iterations: -1 }, /iterations must be a whole number of 0 or more, not -1/],
    [{ iterations: 1.5 }, /iterations must be a whole number/],
    [{ evaluations: 0 }, /evaluations must be a whole number of 1 or more, not 0/],
    [{ seconds: 0 }, /seconds must be a finite number above 0, not 0/],
    [{ seconds: Number.NaN }, /seconds must be .* not NaN/],
    [{ recordEvery: 0 }, /recordEvery must be a whole number of 1 or more, not 0/],
    [{ target: Number.NaN }, /target must be a finite number, not NaN/],
  ])("refuses the options %o before anything runs", async (options, message) => {
    const callback = () => expect.unreachable();
    expect(() => sync({ ...options, callback })).toThrow(ValueError);
    expect(() => sync({ ...options, callback })).toThrow(message);
    await expect(async({ ...options, callback })).rejects.toThrow(message);
  });
});

test("following the gradient beats random local search, which beats random search", () => {
  const budget = { evaluations: 200 };
  const values = [
    gradientDescentSync(bowl, start, { ...budget, stepSize: 0.1 }),
    randomLocalSearchSync(bowl, start, { ...budget, stepSize: 0.2 }),
    randomSearchSync(bowl, start, budget),
  ].map((result) => result.value);
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(values[0]).toBeLessThan(1e-6);
});

test("a road with a Promise lets timers run meanwhile", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await randomSearch(bowl, start, { seconds: 0.3 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(1);
});
