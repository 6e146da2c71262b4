import {
  add,
  cos,
  floor,
  generator,
  linspace,
  log,
  mul,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@glissade/autograd";
import { type MinimizeOptions, minimize, minimizeSync } from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { symmetricEigen, zeroSquare } from "../../src/minimize/dense.js";

const column = (values: ArrayLike<number>): Tensor => tensor(Float64Array.from(values));

const rosenbrock = (x: Tensor): Tensor => {
  const [left, right] = [slice(x, { stop: [-1] }), slice(x, { start: [1] })];
  return sum(add(mul(100, square(sub(right, square(left)))), square(sub(1, left))));
};

/** Many minima, the least 0 at 0. */
const rastrigin = (x: Tensor): Tensor => sum(add(10, sub(square(x), mul(10, cos(mul(2 * Math.PI, x))))));

const methods = ["nelder-mead", "cma-es", "differential-evolution"] as const;
const box = { bounds: { lower: -5, upper: 5 } };
const optionsOf = (method: (typeof methods)[number]): MinimizeOptions<Tensor> => ({ method, ...box, iterations: 3000 });

describe.each(methods)("%s", (method) => {
  test("finds the minimum of Rosenbrock's function, from places and values alone", () => {
    const { x, value, converged, gradient } = minimizeSync(rosenbrock, column([-1.2, 1]), optionsOf(method));
    expect([converged, gradient]).toEqual([true, undefined]);
    expect(value).toBeLessThan(1e-9);
    for (const number of x.data()) expect(number).toBeCloseTo(1, 4);
  });

  test("the best value only falls, evaluations are counted and the budget is kept", () => {
    const result = minimizeSync(rosenbrock, column([-1.2, 1, 0.3]), { ...optionsOf(method), evaluations: 200 });
    expect(result.converged).toBe(false);
    expect(result.reason).toBe("the budget of 200 evaluations is spent");
    expect(result.evaluations).toBeLessThanOrEqual(200);
    expect(rosenbrock(result.x).item()).toBeCloseTo(result.value, 12);
    const values = result.history.map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  test("minimises what has no gradient, and stays where f is finite", () => {
    const stairs = (x: Tensor): Tensor => sum(add(square(floor(mul(20, sub(x, 1)))), mul(1e-3, square(sub(x, 1)))));
    const { value } = minimizeSync(stairs, column([3, -2]), optionsOf(method));
    expect(value).toBeLessThan(0.01);
    // −log x + x is NaN below 0, and 1 at its minimum.
    const result = minimizeSync((x: Tensor) => sum(sub(x, log(x))), column([0.3, 2]), optionsOf(method));
    for (const number of result.x.data()) expect(number).toBeCloseTo(1, 3);
  });

  test("keeps to the box", () => {
    const bounds = { lower: column([-2, 0.5]), upper: column([0.5, 3]) };
    const f = (x: Tensor): Tensor => sum(square(sub(x, column([2, 0]))));
    const { x } = minimizeSync(f, column([0, 1]), { ...optionsOf(method), bounds });
    const [a, b] = x.data();
    expect(a).toBeCloseTo(0.5, 4);
    expect(b).toBeCloseTo(0.5, 4);
    expect(a! <= 0.5 && b! >= 0.5).toBe(true);
  });

  test("takes the same road for the same generator, with a Promise too, and another for another", async () => {
    const run = (seed: number) =>
      minimizeSync(rosenbrock, column([-1.2, 1]), { ...optionsOf(method), generator: generator(seed), iterations: 20 });
    expect(run(3).value).toBe(run(3).value);
    const options = { ...optionsOf(method), generator: generator(3), iterations: 20 };
    expect((await minimize(rosenbrock, column([-1.2, 1]), options)).value).toBe(run(3).value);
    if (method !== "nelder-mead") expect(run(3).value).not.toBe(run(4).value);
  });

  test("one unknown and float32 are no exceptions", () => {
    const f = (x: Tensor): Tensor => sum(square(sub(x, 2)));
    const single = minimizeSync(f, zeros([]), optionsOf(method));
    expect([single.x.dtype, single.x.shape, single.converged]).toEqual(["float32", [], true]);
    expect(single.x.item()).toBeCloseTo(2, 1);
  });
});

test("the methods for many minima find the least of Rastrigin's", () => {
  const start = column([3, 4, -2]);
  const differential = minimizeSync(rastrigin, start, optionsOf("differential-evolution"));
  expect(differential.value).toBeLessThan(1e-7);
  const adapted = minimizeSync(rastrigin, start, { ...optionsOf("cma-es"), sigma: 2, populationSize: 60 });
  expect(adapted.value).toBeLessThan(1e-7);
});

test("cma-es does not mind how the axes are scaled and turned", () => {
  const units = linspace(0, 3, 5, { dtype: "float64" });
  const f = (x: Tensor): Tensor => sum(mul(units.mul(units).add(1), square(sub(mul(x, add(1, units)), 1))));
  expect(minimizeSync(f, zeros([5], { dtype: "float64" }), { method: "cma-es" }).value).toBeLessThan(1e-8);
});

test("options out of range", () => {
  const never = (): Tensor => expect.unreachable();
  expect(() => minimizeSync(never, zeros([1]), { method: "cma-es", sigma: 0 })).toThrow(
    "minimize: sigma must be a finite number above 0, not 0.",
  );
  expect(() => minimizeSync(never, zeros([1]), { method: "cma-es", populationSize: 4 })).toThrow(
    "minimize: populationSize must be a whole number of 5 or more, not 4.",
  );
});

test("eigenvectors of a symmetric matrix are orthonormal and give it back", () => {
  const matrices = fc
    .integer({ min: 1, max: 6 })
    .chain((n) =>
      fc
        .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n * n, maxLength: n * n })
        .map((data) => zeroSquare(n).map((row, i) => row.map((_, j) => data[Math.min(i, j) * n + Math.max(i, j)]!))),
    );
  fc.assert(
    fc.property(matrices, (matrix) => {
      const { values, vectors } = symmetricEigen(matrix);
      const n = matrix.length;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const product = vectors[i]!.reduce((total, value, k) => total + value * vectors[j]![k]!, 0);
          expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
          const back = values.reduce((total, value, k) => total + value * vectors[k]![i]! * vectors[k]![j]!, 0);
          expect(back).toBeCloseTo(matrix[i]![j]!, 12);
        }
      }
    }),
  );
});
