import {
  add,
  DTypeError,
  div,
  GradientError,
  generator,
  log,
  matmul,
  mean,
  mul,
  ones,
  square,
  sub,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
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
  stepSizeSweep,
  stepSizeSweepSync,
  stochasticGradientDescent,
  stochasticGradientDescentSync,
} from "@glissade/optim";
import { describe, expect, test } from "vitest";

interface Params {
  readonly w: Tensor;
  readonly b: Tensor;
}

/** A bowl whose bottom, 0, is at w = (1, …, 1) and b = −2. */
const bowl = ({ w, b }: Params): Tensor => add(sum(square(sub(w, 1))), square(add(b, 2)));
const start: Params = { w: zeros([10]), b: tensor(0, { dtype: "float32" }) };

/** Forty examples of y = x · (1, −2). */
const inputs = generator(3).normal([40, 2]);
const data = { x: inputs, y: matmul(inputs, tensor([1, -2])) };
const line = (w: Tensor, { x, y }: { readonly x: Tensor; readonly y: Tensor }): Tensor =>
  mean(square(sub(matmul(x, w), y)));

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
    expect(history.at(-2)!.seconds).toBeLessThan(0.05);
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
    expect(result.history.at(-1)!.seconds).toBeLessThan(0.06);
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

describe("the searches", () => {
  test("keep x0 where nothing better comes", () => {
    const bottom: Params = { w: ones([10]), b: tensor(-2) };
    expect(randomSearchSync(bowl, bottom, { iterations: 50 }).x).toBe(bottom);
    expect(randomLocalSearchSync(bowl, bottom, { iterations: 50, stepSize: 1 }).x).toBe(bottom);
  });

  test("draw at the scale, with the seed", () => {
    const best = (seed: number, scale: number) =>
      randomSearchSync((w: Tensor) => sum(square(sub(w, 100))), zeros([4]), {
        iterations: 30,
        scale,
        generator: generator(seed),
      }).x.data();
    expect(best(1, 10)).toEqual(best(1, 10));
    expect(best(1, 10)).not.toEqual(best(2, 10));
    expect(Math.max(...best(1, 1e-3))).toBeLessThan(0.01);
  });

  test("pass over losses that are infinite or NaN", () => {
    const f = (x: Tensor): Tensor => sum(log(x)); // NaN below 0, −Infinity at 0
    const { x, value } = randomLocalSearchSync(f, tensor([-0.1]), { iterations: 200, stepSize: 0.1 });
    expect(x.item()).toBeGreaterThan(0);
    expect(Number.isFinite(value)).toBe(true);
    expect(randomSearchSync(f, tensor([0]), { iterations: 20, scale: 1e-3 }).value).toBe(Number.NEGATIVE_INFINITY);
  });

  test("search in float64", () => {
    const { x } = randomSearchSync((w: Tensor) => sum(square(sub(w, 1))), tensor(new Float64Array(2)), {
      iterations: 10,
    });
    expect(x.dtype).toBe("float64");
  });
});

describe("gradient descent", () => {
  test("ends with value and gradient at x", () => {
    const { x, value, gradient } = gradientDescentSync(bowl, start, { stepSize: 0.1, iterations: 5 });
    expect(bowl(x).item()).toBe(value);
    expect(gradient!.b.item()).toBeCloseTo(2 * (x.b.item() + 2), 6);
  });

  test("x leaves alone what the loss does not read", () => {
    const { x } = gradientDescentSync(({ w }: Params) => sum(square(w)), start, { stepSize: 0.1, iterations: 5 });
    expect(x.b.item()).toBe(0);
  });

  test.each([
    ["forward", 12],
    ["central", 23],
  ] as const)("with %s differences counts every evaluation", (gradient, evaluationsEach) => {
    const f = (x: Tensor): Tensor => sum(square(sub(x, 1)));
    const x0 = tensor(new Float64Array(11));
    const numerical = gradientDescentSync(f, x0, { stepSize: 0.1, iterations: 3, gradient });
    const automatic = gradientDescentSync(f, x0, { stepSize: 0.1, iterations: 3 });
    expect(numerical.value).toBeCloseTo(automatic.value, 5);
    expect(Math.abs(numerical.evaluations - 4 * evaluationsEach)).toBeLessThanOrEqual(4);
  });

  test("ends a numerical gradient when the budget is spent", () => {
    const f = (x: Tensor): Tensor => sum(square(sub(x, 1)));
    const options = { stepSize: 0.1, gradient: "central", differenceStep: 1e-4 } as const;
    const result = gradientDescentSync(f, tensor(new Float64Array(100)), { ...options, evaluations: 250 });
    expect(result).toMatchObject({ evaluations: 250, iterations: 1, reason: "the budget of 250 evaluations is spent" });
    expect(result.gradient).toBeUndefined();
    expect(result.value).toBeCloseTo(64, 4);
    const slow = gradientDescentSync(f, zeros([3000]), { ...options, seconds: 0.05 });
    expect([slow.iterations, slow.reason]).toEqual([0, "the budget of 0.05 seconds is spent"]);
  });

  test("stops, converged, at a small gradient", () => {
    const { converged, reason, gradient } = gradientDescentSync(bowl, start, {
      stepSize: 0.3,
      gradientTolerance: 1e-3,
    });
    expect(converged).toBe(true);
    expect(reason).toMatch(/the gradient's norm .* is at most 0.001/);
    expect(Math.hypot(...gradient!.w.data(), gradient!.b.item())).toBeLessThanOrEqual(1e-3);
  });

  test("ends at the last finite loss when a step is too large", () => {
    const { x, value, reason, iterations, history } = gradientDescentSync(bowl, start, { stepSize: 1e8 });
    expect(Number.isFinite(value)).toBe(true);
    expect(bowl(x).item()).toBe(value);
    expect(reason).toMatch(/the loss became (Infinity|NaN) in iteration \d+; a smaller stepSize may help/);
    expect(history.at(-1)).toMatchObject({ iteration: iterations, value: expect.not.closeTo(value) });
  });

  test("does not start at NaN", () => {
    const { iterations, reason } = gradientDescentSync((x: Tensor) => sum(div(x, 0)), zeros([1]), { stepSize: 1 });
    expect([iterations, reason]).toEqual([0, "the loss is NaN at x0"]);
    const numerical = gradientDescentSync((x: Tensor) => sum(div(x, 0)), zeros([1]), {
      stepSize: 1,
      gradient: "forward",
    });
    expect(numerical.reason).toBe("the loss is NaN at x0");
  });
});

describe("descent on batches", () => {
  test("finds the line", () => {
    const { x } = minibatchGradientDescentSync(line, zeros([2]), data, {
      stepSize: 0.1,
      batchSize: 10,
      iterations: 200,
    });
    expect(x.toArray()).toEqual([expect.closeTo(1, 4), expect.closeTo(-2, 4)]);
    const single = stochasticGradientDescentSync(line, zeros([2]), data, { stepSize: 0.05, iterations: 500 });
    expect(single.x.toArray()).toEqual([expect.closeTo(1, 4), expect.closeTo(-2, 4)]);
  });

  test("on all the data at once is gradient descent", () => {
    const options = { stepSize: 0.1, iterations: 10 };
    const whole = gradientDescentSync((w: Tensor) => line(w, data), zeros([2]), options);
    expect(minibatchGradientDescentSync(line, zeros([2]), data, { ...options, shuffle: false }).x.data()).toEqual(
      whole.x.data(),
    );
  });

  test("sees every example once in an epoch", () => {
    const sizes: number[] = [];
    const counted = (w: Tensor, batch: { readonly x: Tensor; readonly y: Tensor }): Tensor => {
      sizes.push(batch.y.size);
      return line(w, batch);
    };
    minibatchGradientDescentSync(counted, zeros([2]), data, { stepSize: 0.1, batchSize: 16, iterations: 5 });
    expect(sizes).toEqual([16, 16, 8, 16, 16, 8]);
    sizes.length = 0;
    stochasticGradientDescentSync(counted, zeros([2]), data, { stepSize: 0.1, iterations: 2 });
    expect(sizes).toEqual([1, 1, 1]);
  });

  test("takes another order from another seed", () => {
    const end = (seed: number) =>
      minibatchGradientDescentSync(line, zeros([2]), data, {
        stepSize: 0.1,
        batchSize: 4,
        iterations: 5,
        generator: generator(seed),
      }).x.data();
    expect(end(1)).toEqual(end(1));
    expect(end(1)).not.toEqual(end(2));
  });
});

describe("stepSizeSweep", () => {
  const f = (x: Tensor): Tensor => sum(square(x));

  test("tries every step size from the same start, with one gradient", () => {
    const { table, stepSize, value, evaluations, reason } = stepSizeSweepSync(f, ones([2]), {
      stepSizes: [0.25, 0.5, 1],
    });
    expect(table).toEqual([
      { stepSize: 0.25, value: 0.5 },
      { stepSize: 0.5, value: 0 },
      { stepSize: 1, value: 2 },
    ]);
    expect([stepSize, value, evaluations]).toEqual([0.5, 0, 4]);
    expect(reason).toBe("of 3 step sizes tried, 0.5 gave the lowest loss");
  });

  test("tries the note's ten by default, for as many updates as asked", async () => {
    const { table, stepSize } = await stepSizeSweep(f, ones([2]), { iterations: 3 });
    expect(table.map((entry) => entry.stepSize)).toEqual([1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]);
    expect(stepSize).toBe(0.1);
  });

  test("tells which step sizes diverge", () => {
    const { table, stepSize } = stepSizeSweepSync(f, ones([2]), {
      stepSizes: [0.1, 1e30],
      iterations: 5,
      gradient: "central",
    });
    expect(Number.isFinite(table[1]!.value)).toBe(false);
    expect(stepSize).toBe(0.1);
    const none = stepSizeSweepSync(f, ones([2]), { stepSizes: [1e30] });
    expect(none).toMatchObject({ stepSize: undefined, reason: "none of the 1 step sizes tried gave a finite loss" });
  });

  test("keeps a budget of evaluations", () => {
    expect(stepSizeSweepSync(f, ones([2]), { evaluations: 4 }).table).toHaveLength(3);
  });

  test("refuses step sizes out of range", () => {
    expect(() => stepSizeSweepSync(f, ones([2]), { stepSizes: [] })).toThrow(/stepSizeSweep: stepSizes is empty/);
    expect(() => stepSizeSweepSync(f, ones([2]), { stepSizes: [1, 0] })).toThrow(
      /stepSizes\[1\] must be a finite number above 0, not 0/,
    );
  });
});

describe("what is refused before anything runs", () => {
  const never = (): Tensor => expect.unreachable();

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a step of %s", (stepSize) => {
    const message = `must be a finite number above 0, not ${stepSize}`;
    expect(() => gradientDescentSync(never, zeros([1]), { stepSize })).toThrow(`gradientDescent: stepSize ${message}`);
    expect(() => randomLocalSearchSync(never, zeros([1]), { stepSize })).toThrow(
      `randomLocalSearch: stepSize ${message}`,
    );
    expect(() => randomSearchSync(never, zeros([1]), { scale: stepSize })).toThrow(`randomSearch: scale ${message}`);
    expect(() => minibatchGradientDescentSync(never, zeros([1]), data, { stepSize })).toThrow(
      `minibatchGradientDescent: stepSize ${message}`,
    );
    expect(() => stochasticGradientDescentSync(never, zeros([1]), data, { stepSize })).toThrow(
      `stochasticGradientDescent: stepSize ${message}`,
    );
    expect(() =>
      gradientDescentSync(never, zeros([1]), { stepSize: 1, differenceStep: stepSize, gradient: "central" }),
    ).toThrow(/differenceStep/);
    expect(() => gradientDescentSync(never, zeros([1]), { stepSize: 1, gradientTolerance: stepSize })).toThrow(
      /gradientTolerance/,
    );
  });

  test("a start that is no tree of float tensors, and what is no function", () => {
    const options = { stepSize: 1 };
    expect(() => gradientDescentSync(never, { w: 1 }, options)).toThrow(
      /gradientDescent: x0 at w is a number, not a tensor/,
    );
    expect(() => gradientDescentSync(never, {}, options)).toThrow(/gradientDescent: x0 holds no tensor/);
    expect(() => randomSearchSync(never, tensor(new Int32Array(1)))).toThrow(DTypeError);
    expect(() => Reflect.apply(gradientDescentSync, undefined, [3, zeros([1]), options])).toThrow(
      /the first argument must be a function, not number/,
    );
    expect(() =>
      Reflect.apply(gradientDescentSync, undefined, [never, zeros([1]), { stepSize: 1, gradient: "magic" }]),
    ).toThrow(/gradient must be "automatic", "forward" or "central", not magic/);
  });

  test("a loss that is no float scalar", async () => {
    const options = { stepSize: 1 };
    expect(() => gradientDescentSync((x: Tensor) => x, zeros([2]), options)).toThrow(GradientError);
    expect(() => randomSearchSync((x: Tensor) => x, zeros([2]))).toThrow(
      /randomSearch: the function must return a scalar float tensor, not shape \[2\] and dtype float32/,
    );
    expect(() => Reflect.apply(randomSearchSync, undefined, [() => 1, zeros([2])])).toThrow(/not a number/);
    expect(() => Reflect.apply(randomSearchSync, undefined, [async () => 1, zeros([2])])).toThrow(TransformError);
    await expect(gradientDescent((x: Tensor) => mul(x, 1), zeros([2]), options)).rejects.toThrow(GradientError);
  });
});

test("a road with a Promise lets timers run meanwhile", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await randomSearch(bowl, start, { seconds: 0.3 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(1);
});
