import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, clampTo } from "../../src/minimize/bounds.js";
import { lbfgsbMethod } from "../../src/minimize/l-bfgs-b.js";
import type { SmoothPoint } from "../../src/minimize/objective.js";
import { maxNorm } from "../../src/minimize/vector.js";
import { follow, type Plain, plainObjective, rosenbrock, sphere } from "./plain-objective.js";

const vector = (n: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => value(i));
const boxOf = (n: number, lower: (i: number) => number, upper: (i: number) => number): Box => ({
  lower: vector(n, lower),
  upper: vector(n, upper),
});
const open = (n: number): Box =>
  boxOf(
    n,
    () => Number.NEGATIVE_INFINITY,
    () => Number.POSITIVE_INFINITY,
  );

/** Follows l-bfgs-b until the projected gradient is below a tolerance. */
function descend(f: Plain, box: Box, from: Float64Array, { memory = 10, tolerance = 1e-9, iterations = 500 } = {}) {
  const { objective, asked, withGradient } = plainObjective(from.length, f);
  const method = lbfgsbMethod(objective, memory, box);
  const slope = (point: SmoothPoint): number => maxNorm(method.slope?.(point) ?? point.gradient);
  const way = follow(method, withGradient(from), iterations, (point) => slope(point) <= tolerance);
  const end = way.points.at(-1)!;
  return { ...way, asked, end, slope: slope(end) };
}

interface Quadratic {
  readonly matrix: readonly Float64Array[];
  readonly linear: Float64Array;
}

/** ½ x · A x + b · x */
const quadratic =
  ({ matrix, linear }: Quadratic): Plain =>
  (x) => {
    const bent = Float64Array.from(matrix, (row) => row.reduce((sum, value, i) => sum + value * x[i]!, 0));
    const value = x.reduce((sum, each, i) => sum + each * (bent[i]! / 2 + linear[i]!), 0);
    return [value, bent.map((each, i) => each + linear[i]!)];
  };

/** The minimum of a quadratic in a box by the projected gradient with a step of 1/trace: slow and sure. */
function projectedGradient({ matrix, linear }: Quadratic, box: Box): Float64Array {
  const step = 1 / matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  let x = clampTo(box, new Float64Array(linear.length));
  for (let i = 0; i < 20000; i++) {
    const [, gradient] = quadratic({ matrix, linear })(x);
    const next = clampTo(
      box,
      x.map((value, k) => value - step * gradient[k]!),
    );
    const moved = maxNorm(next.map((value, k) => value - x[k]!));
    x = next;
    if (moved === 0) break;
  }
  return x;
}

const numbers = (length: number, most: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.double({ min: -most, max: most, noNaN: true }), { minLength: length, maxLength: length })
    .map((values) => Float64Array.from(values));

/** R Rᵀ + 0.3 I with a linear part, a box whose sides are open here and there and closed up elsewhere, and the memory. */
const programs = fc.integer({ min: 1, max: 8 }).chain((n) =>
  fc.record({
    root: numbers(n * n, 1),
    linear: numbers(n, 4),
    lower: numbers(n, 2),
    widths: fc.array(fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.constantFrom(0, Infinity)), {
      minLength: n,
      maxLength: n,
    }),
    isOpen: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
    memory: fc.integer({ min: 1, max: 12 }),
  }),
);

describe("l-bfgs-b on plain numbers", () => {
  test("finds what the projected gradient finds on random convex quadratics, inside the box at every evaluation", () => {
    fc.assert(
      fc.property(programs, ({ root, linear, lower, widths, isOpen, memory }) => {
        const n = linear.length;
        const entry = (i: number, j: number): number =>
          vector(n, (k) => root[i * n + k]! * root[j * n + k]!).reduce((a, b) => a + b, i === j ? 0.3 : 0);
        const program = { matrix: Array.from({ length: n }, (_, i) => vector(n, (j) => entry(i, j))), linear };
        const box = boxOf(
          n,
          (i) => (isOpen[i]! ? Number.NEGATIVE_INFINITY : lower[i]!),
          (i) => lower[i]! + widths[i]!,
        );
        const { end, slope, asked, reason, hasArrived } = descend(quadratic(program), box, lower, { memory });
        expect(hasArrived || slope < 1e-6, reason).toBe(true);
        const expected = projectedGradient(program, box);
        for (const [i, value] of end.x.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
        for (const x of asked) expect(clampTo(box, x)).toEqual(x);
      }),
      { numRuns: 150 },
    );
  });

  test("a sphere and Rosenbrock's valley without bounds, in two and ten dimensions", () => {
    for (const n of [2, 10]) {
      const start = vector(n, (i) => (i % 2 === 0 ? -1.2 : 1));
      const ball = descend(sphere, open(n), start);
      expect([ball.hasArrived, ball.points.length < 5]).toEqual([true, true]);
      const valley = descend(rosenbrock, open(n), start, { tolerance: 1e-8 });
      expect(valley.hasArrived, valley.reason).toBe(true);
      expect(valley.asked.length).toBeLessThan(150);
      // From four dimensions there is a second minimum, near −1 in the first number: either will do.
      expect(maxNorm(valley.end.gradient)).toBeLessThan(1e-8);
    }
  });

  test("a number that cannot move stays to the bit, and those at both kinds of walls end there", () => {
    const box = boxOf(
      3,
      (i) => [0.3, -1, -5][i]!,
      (i) => [0.3, 0.1, 5][i]!,
    );
    const f: Plain = (x) => sphere(x.map((value, i) => value - [9, 4, 2][i]!));
    const { end, hasArrived } = descend(f, box, Float64Array.of(0.3, -1, 5));
    expect(hasArrived).toBe(true);
    expect([...end.x]).toEqual([0.3, 0.1, expect.closeTo(2, 9)]);
  });

  test("Rosenbrock's valley in ten dimensions, cut by walls at every second number", () => {
    const box = boxOf(
      10,
      (i) => (i % 2 === 0 ? 1.1 : -100),
      () => 100,
    );
    const { end, hasArrived, reason } = descend(
      rosenbrock,
      box,
      vector(10, () => 3),
      { tolerance: 1e-7 },
    );
    expect(hasArrived, reason).toBe(true);
    for (const [i, slope] of end.gradient.entries()) {
      if (end.x[i] === box.lower[i]) expect(slope).toBeGreaterThanOrEqual(0);
      else expect(Math.abs(slope)).toBeLessThan(1e-7);
    }
    expect(end.x.filter((value, i) => value === box.lower[i]).length).toBeGreaterThan(0);
  });

  test("steps back from where f is NaN or infinite, and every iteration is lower than the one before", () => {
    const f: Plain = (x) => {
      const value = x.reduce((sum, each) => sum + each - Math.log(each), 0);
      return [value, x.map((each) => 1 - 1 / each)];
    };
    const box = boxOf(
      4,
      () => -10,
      (i) => (i === 2 ? 0.5 : 50),
    );
    const { end, points, hasArrived, asked } = descend(f, box, Float64Array.of(0.01, 30, 0.2, 5));
    expect(hasArrived).toBe(true);
    for (const [i, value] of [1, 1, 0.5, 1].entries()) expect(end.x[i]).toBeCloseTo(value, 7);
    expect(points.every(({ value }, i) => i === 0 || value <= points[i - 1]!.value + 1e-12)).toBe(true);
    expect(asked.length).toBeLessThan(80);
  });

  test("goes for a thousand unknowns as for ten", () => {
    const n = 1000;
    const scales = vector(n, (i) => 1 + (i % 50));
    const goal = vector(n, (i) => Math.sin(i));
    const f: Plain = (x) => {
      const away = x.map((value, i) => value - goal[i]!);
      return [
        away.reduce((sum, each, i) => sum + scales[i]! * each * each, 0),
        away.map((each, i) => 2 * scales[i]! * each),
      ];
    };
    const box = boxOf(
      n,
      () => -0.5,
      () => 0.25,
    );
    const { end, hasArrived, asked } = descend(f, box, new Float64Array(n), { tolerance: 1e-8 });
    expect(hasArrived).toBe(true);
    expect(maxNorm(end.x.map((value, i) => value - clampTo(box, goal)[i]!))).toBeLessThan(1e-8);
    expect(asked.length).toBeLessThan(100);
  });

  test("has nowhere to go at a minimum, and says so", () => {
    const { end, reason, hasArrived } = descend(
      sphere,
      boxOf(
        2,
        () => 1,
        () => 2,
      ),
      Float64Array.of(1, 1),
      { tolerance: -1 },
    );
    expect([hasArrived, [...end.x]]).toEqual([false, [1, 1]]);
    expect(reason).toMatch(/as low as rounding lets it be/);
  });
});
