import { div, generator, square, sub, sum, type Tensor, tensor, zeros } from "@glissade/autograd";
import { gradientDescentSync, minibatchGradientDescentSync, stochasticGradientDescentSync } from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { bowl, data, line, type Params, start } from "./road-problems.js";

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
    const slow = gradientDescentSync(f, zeros([20_000]), { ...options, seconds: 0.05 });
    expect([slow.iterations, slow.reason]).toEqual([0, "the budget of 0.05 seconds is spent"]);
  });

  test.each(["automatic", "forward", "central"] as const)("hands on what f throws, with gradient %s", (gradient) => {
    let calls = 0;
    const f = (x: Tensor): Tensor => {
      if (++calls === 4) throw new RangeError("the fourth call");
      return sum(square(x));
    };
    expect(() => gradientDescentSync(f, zeros([3]), { stepSize: 0.1, gradient })).toThrow(
      new RangeError("the fourth call"),
    );
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
