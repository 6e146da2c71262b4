import { add, log, matmul, mul, slice, square, sub, sum, type Tensor, tensor, transpose } from "@glissade/autograd";
import { minimize, minimizeSync } from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const column = (values: ArrayLike<number>): Tensor => tensor(Float64Array.from(values));

const numbers = (length: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: -most, max: most, noNaN: true }), { minLength: length, maxLength: length });

const rosenbrock = (x: Tensor): Tensor => {
  const [left, right] = [slice(x, { stop: [-1] }), slice(x, { start: [1] })];
  return sum(add(mul(100, square(sub(right, square(left)))), square(sub(1, left))));
};

/** A convex quadratic and a box in which it starts. */
const boxes = fc.integer({ min: 1, max: 7 }).chain((n) =>
  fc.record({
    root: numbers(n * n, 1).map((data) => column(data).reshape([n, n])),
    centre: numbers(n, 3).map(column),
    corners: fc.tuple(numbers(n, 3), numbers(n, 3)),
  }),
);

describe("l-bfgs-b", () => {
  test("ends on a quadratic where no number can move within its bounds to something lower", () => {
    fc.assert(
      fc.property(boxes, ({ root, centre, corners: [one, other] }) => {
        const lower = column(one.map((value, i) => Math.min(value, other[i]!)));
        const upper = column(one.map((value, i) => Math.max(value, other[i]!) + 1e-3));
        const f = (x: Tensor): Tensor => {
          const away = sub(x, centre);
          return add(sum(square(matmul(transpose(root), away.reshape([-1, 1])))), mul(0.2, sum(square(away))));
        };
        const start = mul(0.5, add(lower, upper));
        const { x, gradient, converged, reason } = minimizeSync(f, start, { bounds: { lower, upper } });
        expect(converged, reason).toBe(true);
        const [low, high, slopes] = [lower.data(), upper.data(), gradient!.data()];
        x.data().forEach((value, i) => {
          expect(value >= low[i]! && value <= high[i]!).toBe(true);
          if (Math.abs(slopes[i]!) > 1e-7) expect(value === (slopes[i]! > 0 ? low[i] : high[i])).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  test("never evaluates outside the box, over a tree with bounds for each leaf", () => {
    const seen: number[] = [];
    // Without a value below 0.1, where an unbounded step would go.
    const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => {
      seen.push(...a.data());
      return add(sum(log(sub(a, 0.05))), sum(square(sub(b, 2))));
    };
    const start = { a: column([3, 0.2]), b: column([0]) };
    const bounds = { lower: { a: column([0.1, 0.1]), b: column([-1]) }, upper: { a: column([4, 5]), b: column([1]) } };
    const { x, converged } = minimizeSync(f, start, { bounds });
    expect(converged).toBe(true);
    expect([...x.a.data(), ...x.b.data()]).toEqual([0.1, 0.1, 1]);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0.1);
  });

  test("solves Rosenbrock's valley cut by a wall, and without one as l-bfgs would", () => {
    const start = column([-0.48, 0.4]);
    expect([...minimizeSync(rosenbrock, start, { bounds: { upper: 0.5 } }).x.data()]).toEqual([
      0.5,
      expect.closeTo(0.25, 8),
    ]);
    const open = minimizeSync(rosenbrock, start, { method: "l-bfgs-b" });
    expect([open.converged, ...open.x.data()]).toEqual([true, expect.closeTo(1, 6), expect.closeTo(1, 6)]);
  });

  test("gives the same with a Promise and one remembered step", async () => {
    const options = { bounds: { lower: -2, upper: 0.8 }, memory: 1 };
    const start = column([-1.2, 0.5, 0]);
    const synchronous = minimizeSync(rosenbrock, start, options);
    expect(synchronous.converged).toBe(true);
    expect([...(await minimize(rosenbrock, start, options)).x.data()]).toEqual([...synchronous.x.data()]);
  });
});

test("bounds are refused where a method knows none, or x0 lies outside", () => {
  const never = (): Tensor => expect.unreachable();
  expect(() => minimizeSync(never, column([0]), { method: "bfgs", bounds: { lower: 0 } })).toThrow(
    'minimize: "bfgs" knows no bounds. Use one of l-bfgs-b, nelder-mead, cma-es, differential-evolution.',
  );
  expect(() => minimizeSync(never, column([0, -1]), { bounds: { lower: 0 } })).toThrow(
    "minimize: x0[1] is -1, outside its bounds [0, Infinity]. Start inside.",
  );
  expect(() => minimizeSync(never, column([0]), { method: "differential-evolution", bounds: { lower: 0 } })).toThrow(
    /minimize: "differential-evolution" needs finite bounds for every number of x/,
  );
  expect(() => minimizeSync(never, column([0]), { method: "differential-evolution" })).toThrow(/needs finite bounds/);
});
