import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { factor, inverseGram, type Matrix, solve, solveDamped } from "../../src/least-squares/factorization.js";
import { losses, type RobustLoss, weigh } from "../../src/least-squares/loss.js";

const numbers = (length: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    // Squares of subnormal numbers would vanish in what the tests compute.
    .map((values) => Float64Array.from(values, (value) => (Math.abs(value) < 1e-6 ? 0 : value)));

/** Systems whose columns are of very different lengths. */
const systems = fc
  .record({ rows: fc.integer({ min: 1, max: 8 }), columns: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      a: fc
        .tuple(numbers(rows * columns), fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 5, maxLength: 5 }))
        .map(([data, powers]): Matrix => ({ rows, columns, data: data.map((v, i) => v * 10 ** powers[i % columns]!) })),
      b: numbers(rows),
      d: numbers(columns).map((values) => values.map((value) => Math.abs(value) + 0.1)),
    }),
  );

const entry = ({ columns, data }: Matrix, row: number, column: number): number => data[row * columns + column]!;

const gram = (a: Matrix, i: number, j: number): number => {
  let total = 0;
  for (let row = 0; row < a.rows; row++) total += entry(a, row, i) * entry(a, row, j);
  return total;
};

const columnLength = (a: Matrix, i: number): number => Math.sqrt(gram(a, i, i));

/** Aᵀ(b − A x), each in units of the column's length and of b. */
function slopes(a: Matrix, b: Float64Array, x: Float64Array): number[] {
  const rest = b.map((value, row) => value - x.reduce((total, number, i) => total + entry(a, row, i) * number, 0));
  return Array.from(x, (_, i) => {
    const product = rest.reduce((total, value, row) => total + entry(a, row, i) * value, 0);
    return product / (columnLength(a, i) * Math.hypot(...b) || 1);
  });
}

describe("QR with pivoting", () => {
  test("has the Gram matrix of A, no diagonal longer than its column, and leaves its arguments alone", () => {
    fc.assert(
      fc.property(systems, ({ a, b }) => {
        const copies = [a.data.slice(), b.slice()];
        const { r, order } = factor(a, b);
        expect([a.data, b]).toEqual(copies);
        for (let i = 0; i < a.columns; i++) {
          for (let j = 0; j < a.columns; j++) {
            const unit = columnLength(a, order[i]!) * columnLength(a, order[j]!) || 1;
            expect(Math.abs(gram(r, i, j) - gram(a, order[i]!, order[j]!)) / unit).toBeLessThan(1e-13);
            if (j < i) expect(entry(r, i, j)).toBe(0);
          }
          const share = Math.abs(entry(r, i, i)) / (columnLength(a, order[i]!) || 1);
          expect(share).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  test("solves least squares: what is left is orthogonal to the columns that count", () => {
    fc.assert(
      fc.property(systems, ({ a, b }) => {
        const factors = factor(a, b);
        const kept = new Set(factors.order.slice(0, factors.rank));
        slopes(a, b, solve(factors)).forEach((slope, i) => {
          if (kept.has(i)) expect(Math.abs(slope)).toBeLessThan(1e-7);
        });
      }),
    );
  });

  test("solves damped least squares as the stacked system does", () => {
    fc.assert(
      fc.property(systems, ({ a, b, d }) => {
        const n = a.columns;
        const data = new Float64Array((a.rows + n) * n);
        data.set(a.data);
        for (let i = 0; i < n; i++) data[(a.rows + i) * n + i] = d[i]!;
        const stacked = { rows: a.rows + n, columns: n, data };
        const side = new Float64Array(a.rows + n);
        side.set(b);
        for (const slope of slopes(stacked, side, solveDamped(factor(a, b), d)))
          expect(Math.abs(slope)).toBeLessThan(1e-7);
      }),
    );
  });

  test("counts the independent columns, and inverts AᵀA where all are", () => {
    const dependent: Matrix = { rows: 3, columns: 3, data: Float64Array.of(1, 2, 3, 4, 5, 9, 7, 8, 15) };
    const factors = factor(dependent, Float64Array.of(1, 2, 3));
    expect(factors.rank).toBe(2);
    expect(inverseGram(factors).data[0]).toBe(Number.POSITIVE_INFINITY);
    expect(inverseGram(factors).data[1]).toBeNaN();
    const regular: Matrix = { rows: 3, columns: 2, data: Float64Array.of(1, 1, 1, 2, 1, 4) };
    const inverse = inverseGram(factor(regular, Float64Array.of(0, 0, 0))).data;
    // AᵀA = [3 7; 7 21], of determinant 14.
    [21 / 14, -7 / 14, -7 / 14, 3 / 14].forEach((value, i) => void expect(inverse[i]).toBeCloseTo(value, 13));
  });
});

describe("robust losses", () => {
  const names = Object.keys(losses) as RobustLoss[];

  test.each(names)("%s has the derivatives that it says", (name) => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 100, noNaN: true }), (z) => {
        fc.pre(Math.abs(z - 1) > 1e-2);
        const h = 1e-4 * z;
        const [[lower], [, first, second], [upper]] = [losses[name](z - h), losses[name](z), losses[name](z + h)];
        expect((upper - lower) / (2 * h)).toBeCloseTo(first, 6);
        const [, before] = losses[name](z - h);
        const [, after] = losses[name](z + h);
        expect((after - before) / (2 * h)).toBeCloseTo(second, 4);
      }),
    );
  });

  test.each(names)("%s is the square for small residuals, in any unit", (name) => {
    for (const scale of [1e-3, 1, 1e3]) {
      const residuals = Float64Array.of(1e-4 * scale, -2e-4 * scale);
      const { value, rows, residuals: factors } = weigh(name, scale, residuals);
      expect(value / (5e-8 * scale * scale)).toBeCloseTo(1, 6);
      for (const factor of [...rows, ...factors]) expect(factor).toBeCloseTo(1, 6);
    }
  });
});
