import {
  abs,
  add,
  concat,
  log,
  matmul,
  mul,
  neg,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "@glissade/autograd";
import { type MinimizeMethod, minimize, minimizeSync } from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const methods = ["gradient-descent", "nonlinear-cg", "bfgs", "l-bfgs", "newton-cg", "trust-region"] as const;
const swift = methods.filter((method) => method !== "gradient-descent");

const float64 = (values: readonly number[]): Tensor => tensor([...values], { dtype: "float64" });

/** The extended Rosenbrock function of neighbouring pairs. */
const rosenbrock = (x: Tensor): Tensor => {
  const n = x.shape[0] ?? 0;
  const [left, right] = [slice(x, { stop: [n - 1] }), slice(x, { start: [1] })];
  return sum(add(mul(100, square(sub(right, square(left)))), square(sub(1, left))));
};

describe.each(swift)("%s", (method) => {
  test("finds the minimum of Rosenbrock's function in two and in ten dimensions", () => {
    for (const n of [2, 10]) {
      const start = float64(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -1.2 : 1)));
      const { x, value, converged, reason } = minimizeSync(rosenbrock, start, { method });
      // In ten dimensions there is a local minimum with x₀ near −1 as well.
      if (n === 2) for (const number of x.data()) expect(number).toBeCloseTo(1, 6);
      expect(value).toBeLessThan(n === 2 ? 1e-13 : 4);
      expect([converged, reason]).toEqual([
        true,
        expect.stringMatching(/the largest magnitude in the gradient, .* is at most 1e-8/),
      ]);
    }
  });

  test("solves the linear equations of any convex quadratic", () => {
    const matrices = fc.integer({ min: 1, max: 6 }).chain((n) =>
      fc.record({
        root: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n * n, maxLength: n * n }),
        solution: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n }),
      }),
    );
    fc.assert(
      fc.property(matrices, ({ root, solution }) => {
        const n = solution.length;
        const half = tensor(Float64Array.from(root)).reshape([n, n]);
        const centre = float64(solution);
        const f = (x: Tensor): Tensor => {
          const away = sub(x, centre).reshape([n, 1]);
          return add(sum(square(matmul(transpose(half), away))), mul(0.5, sum(square(away))));
        };
        const { x, converged } = minimizeSync(f, zeros([n], { dtype: "float64" }), { method });
        expect(converged).toBe(true);
        x.data().forEach((number, i) => void expect(Math.abs(number - solution[i]!)).toBeLessThan(1e-7));
      }),
      { numRuns: 25 },
    );
  });

  test("steps back from places without a finite value", () => {
    // −log x + x has its minimum at 1, and no value below 0.
    const { x, converged } = minimizeSync((x: Tensor) => sum(sub(x, log(x))), float64([0.01, 30]), { method });
    expect(converged).toBe(true);
    for (const number of x.data()) expect(number).toBeCloseTo(1, 6);
  });
});

describe("all methods", () => {
  test.each(methods)("%s ends a quadratic over a tree with value and gradient at x", (method) => {
    const f = ({ a, b }: { a: Tensor; b: { c: Tensor } }): Tensor =>
      add(sum(square(sub(a, 1))), mul(3, square(add(b.c, 2))));
    const start = { a: zeros([2, 2], { dtype: "float64" }), b: { c: float64([5]).reshape([]) } };
    const { x, value, gradient, converged, history, iterations, evaluations } = minimizeSync(f, start, { method });
    expect(converged).toBe(true);
    expect([x.a.shape, x.a.dtype, x.b.c.shape]).toEqual([[2, 2], "float64", []]);
    expect(f(x).item()).toBe(value);
    expect(x.b.c.item()).toBeCloseTo(-2, 7);
    expect(gradient?.b.c.item()).toBeCloseTo(6 * (x.b.c.item() + 2), 12);
    expect(history[0]).toMatchObject({ iteration: 0, evaluations: 1, value: 151 });
    expect(history.at(-1)).toMatchObject({ iteration: iterations, evaluations, value });
    for (const [i, entry] of history.entries()) expect(entry.value).toBeLessThanOrEqual(history[i - 1]?.value ?? 151);
  });

  test.each(methods)("%s minimises over float32 leaves too", (method) => {
    const { x, converged } = minimizeSync((x: Tensor) => sum(square(sub(x, 3))), zeros([3]), { method });
    expect([converged, x.dtype]).toEqual([true, "float32"]);
    for (const number of x.data()) expect(number).toBeCloseTo(3, 4);
  });

  test.each(methods)("%s takes the same road with and without a Promise, and compiled nearly so", async (method) => {
    const options = { method, iterations: 8 } as const;
    const start = float64([-1.2, 1, 0.5]);
    const { history: _, ...rest } = minimizeSync(rosenbrock, start, options);
    const { history, ...awaited } = await minimize(rosenbrock, start, options);
    expect([...awaited.x.data()]).toEqual([...rest.x.data()]);
    expect([awaited.value, awaited.evaluations]).toEqual([rest.value, rest.evaluations]);
    expect(history).toHaveLength(9);
    const compiled = minimizeSync(rosenbrock, start, { ...options, compile: true });
    expect(compiled.value / rest.value).toBeCloseTo(1, 6);
  });

  test.each(methods)("%s ends when its evaluations are spent, where it was before", (method) => {
    const result = minimizeSync(rosenbrock, float64([-1.2, 1]), { method, evaluations: 7 });
    expect(result).toMatchObject({ converged: false, reason: "the budget of 7 evaluations is spent", evaluations: 7 });
    expect(rosenbrock(result.x).item()).toBe(result.value);
  });

  test.each(methods)("%s says so where it finds nothing lower", (method) => {
    const result = minimizeSync((x: Tensor) => sum(add(abs(sub(x, 0.3)), mul(0.2, x))), float64([1]), { method });
    expect(result.converged).toBe(false);
    expect(result.reason).toMatch(/no step along the search direction lowers the value/);
    expect(result.x.item()).toBeCloseTo(0.3, 6);
  });

  test.each(methods)("%s has arrived at once at a minimum", (method) => {
    const result = minimizeSync((x: Tensor) => sum(square(x)), zeros([2]), { method });
    expect(result).toMatchObject({ converged: true, iterations: 0, evaluations: 1, value: 0 });
  });
});

describe("stopping rules", () => {
  const start = float64([-1.2, 1]);

  test("the relative decrease and the relative step, at any scale above 1", () => {
    const scaled = (x: Tensor): Tensor => mul(1e6, add(1, rosenbrock(x)));
    const byValue = minimizeSync(scaled, start, { valueTolerance: 1e-6, gradientTolerance: 0 });
    expect(byValue).toMatchObject({ converged: true, reason: expect.stringContaining("relative decrease") });
    const [before, last] = byValue.history.slice(-2).map(({ value }) => value);
    expect((before! - last!) / before!).toBeLessThanOrEqual(1e-6);
    const byStep = minimizeSync(rosenbrock, start, { stepTolerance: 1e-3 });
    expect(byStep).toMatchObject({ converged: true, reason: expect.stringContaining("relative step") });
  });

  test("a target, and a callback that sees the tree", () => {
    const reached = minimizeSync(rosenbrock, start, { target: 1 });
    expect(reached.value).toBeLessThanOrEqual(1);
    expect(reached.reason).toBe("the loss reached the target 1");
    const seen: number[] = [];
    const stopped = minimizeSync(
      ({ x }: { x: Tensor }) => rosenbrock(x),
      { x: start },
      {
        callback({ x, value, iteration }) {
          expect(rosenbrock(x.x).item()).toBe(value);
          seen.push(iteration);
          return iteration === 2;
        },
      },
    );
    expect([seen, stopped.reason]).toEqual([[0, 1, 2], "the callback asked to stop"]);
  });

  test("a loss that is not finite at the start, or falls without end", () => {
    const nowhere = minimizeSync((x: Tensor) => sum(log(x)), float64([-1]));
    expect(nowhere).toMatchObject({ converged: false, reason: "the loss is NaN at x0", evaluations: 1 });
    const endless = minimizeSync((x: Tensor) => sum(neg(x)), float64([0]), { iterations: 3 });
    expect(endless.converged).toBe(false);
    expect(endless.value).toBeLessThan(-1e3);
  });

  test("memory of one step is enough for l-bfgs to go downhill", () => {
    expect(minimizeSync(rosenbrock, start, { memory: 1 }).converged).toBe(true);
  });
});

describe("bad input", () => {
  const never = (): Tensor => expect.unreachable();
  const start = float64([1]);

  test.each(["gradientTolerance", "valueTolerance", "stepTolerance"])("%s below 0", (name) => {
    for (const value of [-1, Number.NaN]) {
      expect(() => minimizeSync(never, start, { [name]: value })).toThrow(
        `minimize: ${name} must be a finite number of 0 or more, not ${value}.`,
      );
    }
  });

  test("a method of no such name, and options out of range", () => {
    for (const method of ["newton", "toString"]) {
      expect(() => minimizeSync(never, start, { method: method as MinimizeMethod })).toThrow(
        new RegExp(`minimize: method must be one of .*l-bfgs.*, not ${method}`),
      );
    }
    expect(() => minimizeSync(never, start, { memory: 0 })).toThrow("minimize: memory must be a whole number of 1");
    expect(() => minimizeSync(never, start, { iterations: -1 })).toThrow(/iterations/);
  });

  test("what is no function, no float tree or no scalar", async () => {
    await expect(minimize(3 as never, start)).rejects.toThrow("minimize: the first argument must be a function");
    expect(() => minimizeSync(never, tensor([1], { dtype: "int32" }))).toThrow(/minimize: x0 has dtype int32/);
    expect(() => minimizeSync((x: Tensor) => concat([x, x]), start)).toThrow(
      /minimize: the function must return a scalar float tensor, not shape \[2\]/,
    );
  });
});
