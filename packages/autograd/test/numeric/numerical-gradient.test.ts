import {
  GradientError,
  mul,
  numericalGradient,
  sin,
  sum,
  type Tensor,
  TransformError,
  tensor,
  ValueError,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const f = (x: Tensor): Tensor => sum(mul(sin(x), x));
const slope = (x: number): number => Math.cos(x) * x + Math.sin(x);

describe("numericalGradient", () => {
  test("central differences are nearer than forward ones, in both dtypes", () => {
    const error = (x: Tensor, method: "forward" | "central"): number =>
      Math.max(...[...numericalGradient(f, x, { method }).data()].map((g, i) => Math.abs(g - slope([0.5, 2][i] ?? 0))));
    expect(error(float64(0.5, 2), "central")).toBeLessThan(1e-9);
    expect(error(float64(0.5, 2), "forward")).toBeLessThan(1e-7);
    expect(error(float64(0.5, 2), "forward")).toBeGreaterThan(error(float64(0.5, 2), "central"));
    expect(error(tensor([0.5, 2]), "central")).toBeLessThan(1e-3);
    expect(error(tensor([0.5, 2]), "forward")).toBeLessThan(1e-2);
  });

  test("takes trees, numbers, functions that return numbers, and a step", () => {
    const g = numericalGradient(
      (p: { a: Tensor; b: [Tensor] }) => sum(mul(p.a, p.b[0])).item(),
      { a: float64(1, 2), b: [float64(3, 4)] },
      { step: 1e-3 },
    );
    expect(g.a.data()[0]).toBeCloseTo(3, 9);
    expect(g.b[0].data()[1]).toBeCloseTo(2, 9);
    expect(numericalGradient((x: number | Tensor) => mul(x, x), 3).item()).toBeCloseTo(6, 2);
  });

  test("changes nothing, and a step lost in rounding gives 0", () => {
    const x = float64(1, 2);
    numericalGradient(f, x);
    expect(x.toArray()).toEqual([1, 2]);
    expect(numericalGradient(f, tensor([1e8]), { step: 1e-3 }).item()).toBe(0);
    expect(numericalGradient(f, tensor(new Float64Array(0))).shape).toEqual([0]);
  });

  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    [
      "a NaN step",
      () => numericalGradient(f, float64(1), { step: Number.NaN }),
      ValueError,
      /step is NaN; it must be a finite number above 0/,
    ],
    ["a step of zero", () => numericalGradient(f, float64(1), { step: 0 }), ValueError, /step is 0/],
    ["a negative step", () => numericalGradient(f, float64(1), { step: -1 }), ValueError, /step is -1/],
    [
      "an unknown method",
      () => numericalGradient(f, float64(1), { method: "backward" as "forward" }),
      ValueError,
      /unknown method "backward"/,
    ],
    ["integers", () => numericalGradient(f, tensor(Int32Array.of(1))), GradientError, /dtype int32/],
    [
      "a result that is no scalar",
      () => numericalGradient((x: Tensor) => x, float64(1, 2)),
      GradientError,
      /not shape \[2\] float64/,
    ],
    ["a Promise", () => numericalGradient((async () => 1) as never, float64(1) as never), TransformError, /Promise/],
  ])("refuses %s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });
});
