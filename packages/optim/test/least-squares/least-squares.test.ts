import {
  add,
  div,
  exp,
  grad,
  linalg,
  log1p,
  matmul,
  mul,
  neg,
  sin,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "@glissade/autograd";
import {
  curveFit,
  curveFitSync,
  type LeastSquaresMethod,
  leastSquares,
  leastSquaresSync,
  type RobustLoss,
} from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const methods = ["levenberg-marquardt", "gauss-newton"] as const;

const float64 = (values: ArrayLike<number>): Tensor => tensor(Float64Array.from(values));

const numbers = (length: number, most = 1): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: -most, max: most, noNaN: true }), { minLength: length, maxLength: length });

/** A x − b with well-conditioned columns. */
const linear = fc
  .record({ n: fc.integer({ min: 1, max: 4 }), extra: fc.integer({ min: 1, max: 6 }) })
  .chain(({ n, extra }) =>
    fc.record({ n: fc.constant(n), top: numbers(n * n, 0.2), rest: numbers(extra * n), b: numbers(n + extra, 10) }),
  )
  .map(({ n, top, rest, b }) => {
    const data = [...top.map((value, i) => (i % (n + 1) === 0 ? 1 + value : value)), ...rest];
    return { n, m: b.length, a: float64(data).reshape([b.length, n]), b: float64(b) };
  });

const applied = (a: Tensor, x: Tensor): Tensor => matmul(a, x.reshape([-1, 1])).reshape([-1]);

describe.each(methods)("%s", (method) => {
  test("solves linear problems, with the covariance of linear regression", () => {
    fc.assert(
      fc.property(linear, ({ n, m, a, b }) => {
        const result = leastSquaresSync((x: Tensor) => sub(applied(a, x), b), zeros([n], { dtype: "float64" }), {
          method,
        });
        expect(result.converged).toBe(true);
        const gram = linalg.inv(matmul(transpose(a), a));
        const expected = applied(gram, applied(transpose(a), b)).data();
        result.x.data().forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 6));
        const rest = sum(square(sub(applied(a, float64(expected)), b))).item();
        expect(Math.abs(result.value - rest)).toBeLessThan(1e-9 * (1 + rest));
        const covariance = mul(gram, result.value / (m - n)).data();
        result.covariance.data().forEach((value, i) => void expect(value).toBeCloseTo(covariance[i]!, 6));
        result.standardErrors
          .data()
          .forEach((value, i) => void expect(value).toBeCloseTo(Math.sqrt(covariance[i * (n + 1)]!), 6));
      }),
      { numRuns: 40 },
    );
  });

  test("ends where no number can move within its bounds to something better", () => {
    fc.assert(
      fc.property(linear, numbers(4, 3), numbers(4, 3), ({ n, a, b }, one, other) => {
        const lower = float64(one.slice(0, n).map((value, i) => Math.min(value, other[i]!)));
        const upper = float64(one.slice(0, n).map((value, i) => Math.max(value, other[i]!) + 1e-3));
        const start = mul(0.5, add(lower, upper));
        const f = (x: Tensor): Tensor => sub(applied(a, x), b);
        const { x, gradient, converged } = leastSquaresSync(f, start, { method, bounds: { lower, upper } });
        expect(converged).toBe(true);
        const [low, high] = [lower.data(), upper.data()];
        x.data().forEach((value, i) => {
          expect(value >= low[i]! && value <= high[i]!).toBe(true);
          const slope = gradient.data()[i]!;
          if (Math.abs(slope) > 1e-4) expect(value).toBeCloseTo(slope > 0 ? low[i]! : high[i]!, 12);
        });
      }),
      { numRuns: 40 },
    );
  });

  test("fits a sum of exponentials over a tree, the same with a Promise and compiled", async () => {
    const times = float64(Array.from({ length: 40 }, (_, i) => i / 8));
    const truth = { heights: [3, 1], rates: [0.5, 4] };
    const model = ({ heights, rates }: { heights: Tensor; rates: Tensor }): Tensor =>
      sum(mul(heights, exp(neg(mul(rates, times.reshape([-1, 1]))))), { axis: 1 });
    const data = model({ heights: float64(truth.heights), rates: float64(truth.rates) });
    const start = { heights: float64([2.5, 1.2]), rates: float64([0.6, 3.5]) };
    const f = (parameters: typeof start): Tensor => sub(model(parameters), data);
    const result = leastSquaresSync(f, start, { method });
    expect(result.converged).toBe(true);
    result.x.heights.data().forEach((value, i) => void expect(value).toBeCloseTo(truth.heights[i]!, 6));
    result.x.rates.data().forEach((value, i) => void expect(value).toBeCloseTo(truth.rates[i]!, 6));
    expect(result.residuals.shape).toEqual([40]);
    expect(result.jacobian.shape).toEqual([40, 4]);
    const awaited = await leastSquares(f, start, { method });
    expect([...awaited.x.rates.data()]).toEqual([...result.x.rates.data()]);
    const compiled = leastSquaresSync(f, start, { method, compile: true });
    compiled.x.rates.data().forEach((value, i) => void expect(value).toBeCloseTo(truth.rates[i]!, 6));
  });

  test("steps back from residuals that are not finite", () => {
    // log1p(x) has no value below −1; the undamped step from 5 goes to −5.75.
    const result = leastSquaresSync((x: Tensor) => log1p(x), float64([5]), { method });
    expect(result.x.item()).toBeCloseTo(0, 10);
  });

  test("float32 starts converge, with residuals of any shape", () => {
    const result = leastSquaresSync((x: Tensor) => sub(x.reshape([2, 1]), tensor([[1, 2]])), zeros([2]), { method });
    expect([result.converged, result.x.dtype, result.residuals.shape]).toEqual([true, "float32", [2, 2]]);
    for (const value of result.x.data()) expect(value).toBeCloseTo(1.5, 3);
  });
});

describe("results", () => {
  const cubic = (x: Tensor): Tensor => sub(mul(x, mul(x, x)), float64([8, 27]));

  test("value and gradient are those of the loss, whichever it is", () => {
    const scale = 0.7;
    const rho: Record<RobustLoss, (z: Tensor) => Tensor> = {
      linear: (z) => z,
      // The residuals at the start are far above 1, where huber is 2√z − 1.
      huber: (z) => sub(mul(2, sqrt(z)), 1),
      "soft-l1": (z) => mul(2, sub(sqrt(add(1, z)), 1)),
      cauchy: (z) => log1p(z),
    };
    for (const loss of ["linear", "huber", "soft-l1", "cauchy"] as const) {
      const total = (x: Tensor): Tensor => sum(mul(scale * scale, rho[loss](square(div(cubic(x), scale)))));
      const start = float64([1.5, 2.5]);
      const { value, gradient } = leastSquaresSync(cubic, start, { loss, lossScale: scale, iterations: 0 });
      expect(value / total(start).item()).toBeCloseTo(1, 12);
      const expected = grad(total)(start).data();
      gradient.data().forEach((slope, i) => void expect(slope / expected[i]!).toBeCloseTo(1, 10));
    }
  });

  test.each(["huber", "soft-l1", "cauchy"] as const)("%s keeps outliers from drawing the line away", (loss) => {
    const x = float64(Array.from({ length: 50 }, (_, i) => i / 10));
    const noise = Array.from({ length: 50 }, (_, i) => 0.05 * Math.sin(17 * i) + (i % 10 === 7 ? 30 : 0));
    const y = add(add(mul(2, x), 1), float64(noise));
    const line = (at: Tensor, p: Tensor): Tensor => add(mul(slice(p, { stop: [1] }), at), slice(p, { start: [1] }));
    const start = zeros([2], { dtype: "float64" });
    const fit = curveFitSync(line, x, y, start, { loss, lossScale: 0.1 });
    expect(fit.converged).toBe(true);
    expect(Math.abs(fit.x.data()[0]! - 2)).toBeLessThan(0.05);
    expect(Math.abs(fit.x.data()[1]! - 1)).toBeLessThan(0.1);
    expect(Math.abs(curveFitSync(line, x, y, start).x.data()[1]! - 1)).toBeGreaterThan(1);
  });

  test("what the residuals do not determine has an infinite variance", () => {
    const underdetermined = leastSquaresSync((x: Tensor) => sum(x, { keepDims: true }), float64([1, 2]));
    expect(underdetermined.value).toBeLessThan(1e-25);
    expect([...underdetermined.standardErrors.data()]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const square = leastSquaresSync(cubic, float64([1, 1]));
    expect(square.standardErrors.data()[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test("budgets, the callback and history are those of every minimiser", () => {
    const spent = leastSquaresSync(cubic, float64([1, 1]), { evaluations: 3 });
    expect(spent).toMatchObject({ converged: false, evaluations: 3, reason: "the budget of 3 evaluations is spent" });
    expect(sum(square(cubic(spent.x))).item()).toBe(spent.value);
    const stopped = leastSquaresSync(cubic, float64([1, 1]), { callback: ({ iteration }) => iteration === 2 });
    expect([stopped.iterations, stopped.history.length, stopped.reason]).toEqual([2, 3, "the callback asked to stop"]);
    const nowhere = leastSquaresSync((x: Tensor) => sqrt(x), float64([-1]));
    expect(nowhere).toMatchObject({ converged: false, reason: "the loss is NaN at x0" });
  });
});

describe("curveFit", () => {
  const x = float64([0, 1, 2, 3, 4, 5]);
  const y = float64([1.1, 2.9, 5.2, 6.8, 9.1, 11.2]);
  const line = (at: Tensor, { slope, offset }: { slope: Tensor; offset: Tensor }): Tensor =>
    add(mul(slope, at), offset);
  const start = { slope: float64([0]).reshape([]), offset: float64([0]).reshape([]) };

  test("weighs by sigma, whose unit matters only where it is absolute", () => {
    const sigma = float64([0.1, 0.2, 0.1, 0.4, 0.1, 0.2]);
    const weights = Array.from(sigma.data(), (value) => 1 / (value * value));
    const [w, wx, wxx] = [0, 1, 2].map((power) => weights.reduce((total, weight, i) => total + weight * i ** power, 0));
    const determinant = w! * wxx! - wx! * wx!;
    const absolute = curveFitSync(line, x, y, start, { sigma, absoluteSigma: true });
    expect(absolute.standardErrors.slope.item()).toBeCloseTo(Math.sqrt(w! / determinant), 8);
    expect(absolute.standardErrors.offset.item()).toBeCloseTo(Math.sqrt(wxx! / determinant), 8);
    const relative = curveFitSync(line, x, y, start, { sigma: mul(10, sigma) });
    expect(relative.x.slope.item()).toBeCloseTo(absolute.x.slope.item(), 8);
    const ratio = Math.sqrt(absolute.value / 4);
    expect(relative.standardErrors.slope.item() / absolute.standardErrors.slope.item()).toBeCloseTo(ratio, 6);
  });

  test("gives the same with a Promise", async () => {
    const awaited = await curveFit(line, x, y, start);
    expect(awaited.x.slope.item()).toBe(curveFitSync(line, x, y, start).x.slope.item());
  });

  test("refuses a model that does not broadcast with y, by its name", () => {
    expect(() => curveFitSync(() => zeros([5]), x, y, start)).toThrow(/sub.*\[5\].*\[6\]/);
    expect(() => curveFitSync(line, x, y, { slope: tensor(1, { dtype: "int32" }), offset: start.offset })).toThrow(
      /curveFit: x0 at slope/,
    );
  });
});

describe("bad input", () => {
  const never = (): Tensor => expect.unreachable();
  const start = float64([1, 2]);

  test("options out of range", () => {
    for (const name of ["gradientTolerance", "valueTolerance", "stepTolerance"]) {
      expect(() => leastSquaresSync(never, start, { [name]: Number.NaN })).toThrow(
        `leastSquares: ${name} must be a finite number of 0`,
      );
    }
    expect(() => leastSquaresSync(never, start, { lossScale: 0 })).toThrow(
      "leastSquares: lossScale must be a finite number above 0",
    );
    expect(() => leastSquaresSync(never, start, { loss: "l2" as RobustLoss })).toThrow(
      "leastSquares: loss must be one of linear, huber, soft-l1, cauchy, not l2.",
    );
    expect(() => leastSquaresSync(never, start, { method: "dogbox" as LeastSquaresMethod })).toThrow(
      "leastSquares: method must be one of levenberg-marquardt, gauss-newton, not dogbox.",
    );
  });

  test("bounds that cross, leave x0 out or have another form", () => {
    expect(() => leastSquaresSync(never, start, { bounds: { upper: 1.5 } })).toThrow(
      "leastSquares: x0[1] is 2, outside its bounds [-Infinity, 1.5]. Start inside.",
    );
    expect(() => leastSquaresSync(never, start, { bounds: { lower: 3, upper: 0 } })).toThrow(
      "leastSquares: the bounds of x0[0] are [3, 0]. The lower one must not exceed the upper one.",
    );
    expect(() => leastSquaresSync(never, start, { bounds: { lower: float64([1]) } })).toThrow(
      /leastSquares: bounds.lower has shape \[1\], and x0 \[2\]/,
    );
    expect(() =>
      leastSquaresSync(never, { a: { b: start } }, { bounds: { lower: { a: { b: float64([0, Number.NaN]) } } } }),
    ).toThrow(/leastSquares: the bounds of x0 at a\.b\[1\] are \[NaN, Infinity\]/);
  });

  test("residuals that are no float tensor", async () => {
    await expect(leastSquares((() => 1) as never, start)).rejects.toThrow(
      /leastSquares: the function must return a float tensor with at least one residual, not a number/,
    );
    expect(() => leastSquaresSync(() => zeros([0]), start)).toThrow(/not shape \[0\] and dtype float32/);
    expect(() => leastSquaresSync((async () => sin(start)) as never, start)).toThrow(/returned a Promise/);
  });
});
