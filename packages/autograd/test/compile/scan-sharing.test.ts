import { expect, test } from "vitest";
import { costOf } from "../../src/debug/index.js";
import { add, exp, grad, mul, ones, scan, sin, sum, type Tensor, tanh, valueAndGrad } from "../../src/index.js";

const xs = ones([20, 50]);

/** A recurrence whose gradient needs the state, and a sum over steps that it does not need. */
const total = (w: Tensor): Tensor => {
  const [[, far]] = scan(
    ([state, sumOfSines]: readonly [Tensor, Tensor], x: Tensor) => {
      const next = tanh(add(mul(w, state), x));
      return [[next, add(sumOfSines, sin(next))] as const, null] as const;
    },
    [ones([50]), ones([50])] as const,
    xs,
  );
  return sum(far);
};

const loops = (f: (w: Tensor) => unknown): number =>
  costOf(f, ones([50])).kernels.filter(({ kind }) => kind === "steps").length;

test("value and gradient share the loop forward: two loops in all", () => {
  expect(loops((w) => valueAndGrad(total)(w))).toBe(2);
});

test("and take about three evaluations", () => {
  const [value, both] = [costOf(total, ones([50])).flops, costOf(valueAndGrad(total), ones([50])).flops];
  expect(both / value).toBeLessThan(3.3);
});

test("the gradient alone leaves out the carry that it does not need", () => {
  const sines = costOf((x: Tensor) => sin(x), xs).flops;
  const [alone, both] = [costOf(grad(total), ones([50])).flops, costOf(valueAndGrad(total), ones([50])).flops];
  expect(both - alone).toBeGreaterThan(0.9 * sines);
});

test("what is the same in all steps, and what is large, is not kept", () => {
  const f = (w: Tensor): Tensor => {
    const [state] = scan((c: Tensor) => [mul(sin(c), sum(exp(mul(w.reshape([50, 1]), w)))), null], ones([50]), null, {
      length: 30,
    });
    return sum(state);
  };
  // 2,500 elements for each of 30 steps would be 300 kB.
  expect(costOf(grad(f), ones([50])).peakBytes).toBeLessThan(100_000);
});
