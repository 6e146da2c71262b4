import {
  add,
  generator,
  log,
  mul,
  ShapeError,
  slice,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@glissade/autograd";
import { minimizeBatch, minimizeBatchSync, minimizeSync } from "@glissade/optim";
import { describe, expect, test } from "vitest";

const random = generator(5);
const count = 7;
const scales = random.uniform([count], { min: 0.5, max: 30, dtype: "float64" });
const starts = random.normal([count, 3], { dtype: "float64" });

/** Rosenbrock's valley, of another steepness for each problem. */
const valley = (x: Tensor, steepness: Tensor): Tensor => {
  const [left, right] = [slice(x, { stop: [-1] }), slice(x, { start: [1] })];
  return sum(add(mul(steepness, square(sub(right, square(left)))), square(sub(1, left))));
};
const row = (x: Tensor, i: number): Tensor => slice(x, { start: [i], stop: [i + 1] });

describe.each(["l-bfgs", "bfgs", "newton-cg", "trust-region", "nonlinear-cg", "nelder-mead", "l-bfgs-b"] as const)(
  "%s",
  (method) => {
    test("takes for each problem the road that it takes alone", () => {
      const options = { method, iterations: 12 };
      const together = minimizeBatchSync(valley, starts, scales, options);
      expect(together).toHaveLength(count);
      for (const [i, { x, value, evaluations, iterations }] of together.entries()) {
        const one = (x: Tensor): Tensor => valley(x, row(scales, i).reshape([]));
        const alone = minimizeSync(one, row(starts, i).reshape([3]), options);
        expect([evaluations, iterations]).toEqual([alone.evaluations, alone.iterations]);
        expect(value).toBeCloseTo(alone.value, 8);
        expect(x.shape).toEqual([3]);
        x.data().forEach((number, k) => void expect(number).toBeCloseTo(alone.x.data()[k]!, 6));
      }
    });
  },
);

test("each problem ends when it has arrived, with a Promise, compiled and over trees", async () => {
  const f = ({ a, b }: { a: Tensor; b: Tensor }, { goal }: { goal: Tensor }): Tensor =>
    add(sum(square(sub(a, goal))), sub(b, log(b)));
  const goals = tensor(Float64Array.of(1, 2, 3, 4, 5, 6)).reshape([3, 2]);
  const x0 = { a: goals, b: tensor(Float64Array.of(1, 7, 0.1)) };
  for (const compile of [false, true]) {
    const results = await minimizeBatch(f, x0, { goal: goals }, { compile });
    expect(results.map(({ converged }) => converged)).toEqual([true, true, true]);
    expect(results[0]).toMatchObject({ iterations: 0, evaluations: 1 });
    expect(results[1]!.evaluations).toBeGreaterThan(1);
    for (const [i, { x }] of results.entries()) {
      expect([x.a.shape, x.b.shape]).toEqual([[2], []]);
      expect(x.b.item()).toBeCloseTo(1, 6);
      expect(x.a.data()[1]).toBeCloseTo(2 * i + 2, 6);
    }
  }
});

test("random methods, budgets and problems that have no value at their start go with the others", () => {
  const f = (x: Tensor): Tensor => sum(sub(x, log(x)));
  const x0 = stack([tensor(Float64Array.of(2, 3)), tensor(Float64Array.of(-1, 3)), tensor(Float64Array.of(0.5, 0.4))]);
  const [first, second, third] = minimizeBatchSync((x: Tensor) => f(x), x0, [], { method: "cma-es", evaluations: 400 });
  expect(second).toMatchObject({ converged: false, reason: "the loss is NaN at x0", evaluations: 1 });
  expect(first!.value).toBeCloseTo(2, 4);
  expect(third!.value).toBeCloseTo(2, 4);
});

test("no problems at all, and what does not fit together", () => {
  const never = (): Tensor => expect.unreachable();
  expect(minimizeBatchSync(never, zeros([0, 2]), [])).toEqual([]);
  expect(() => minimizeBatchSync(never, zeros([]), [])).toThrow(
    new ShapeError("minimizeBatch: x0 is a scalar. Its first axis must count the problems."),
  );
  expect(() => minimizeBatchSync(never, { a: zeros([2]) }, { y: zeros([3, 1]) })).toThrow(
    new ShapeError("minimizeBatch: data at y has shape [3, 1] for 3 problems, and x0 at a is for 2. They must agree."),
  );
  expect(() => minimizeBatchSync((x: Tensor) => x, zeros([2, 3]), [])).toThrow(
    /minimizeBatch: the function must return a scalar/,
  );
});
