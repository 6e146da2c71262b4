import {
  checkGradients,
  elementwise,
  GradientCheckError,
  GradientError,
  greater,
  mul,
  sin,
  sqrt,
  sum,
  type Tensor,
  tensor,
  ValueError,
  variable,
  where,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

/** x³ with the derivative 3x² times `factor`. */
const cube = (factor: number) =>
  elementwise("cube", { value: (x: number) => x ** 3, derivative: (x) => mul(3 * factor, mul(x, x)) });

/** x³ whose derivative is right, and whose second derivative is not. */
const deceptive = elementwise("deceptive", {
  value: (x: number) => x ** 3,
  derivative: (x) => thrice(x),
});
const thrice = elementwise("thrice", { value: (x: number) => 3 * x * x, derivative: (x) => mul(5, x) });

describe("checkGradients", () => {
  test("passes what is right, to both orders, in float64 and float32", () => {
    const f = (a: Tensor, tree: { b: [Tensor] }): Tensor => sum(mul(sin(a), mul(tree.b[0], tree.b[0])));
    checkGradients(f, [float64(1, 2), { b: [float64(0.5, -1)] }], { order: 2 });
    checkGradients(f, [tensor([1, 2]), { b: [tensor([0.5, -1])] }], { order: 2 });
  });

  test("takes a single tensor, Variables and numbers, and lets integers through", () => {
    checkGradients((x: Tensor) => sum(mul(x, x)), float64(1, 2));
    checkGradients((x: Tensor, n: Tensor) => sum(mul(x, n)), [variable([1, 2]), tensor(Int32Array.of(3, 4))]);
    checkGradients((x: Tensor) => mul(x, x), [3]);
  });

  test("checks results that are no scalar, and trees, by projection", () => {
    checkGradients((x: Tensor) => ({ y: mul(x, x), z: [sin(x)] }), [float64(1, 2)], { order: 2 });
    expect(() => checkGradients((x: Tensor) => [sin(x), cube(0.5)(x)], [float64(1, 2)])).toThrow(GradientCheckError);
  });

  test("names the input, the element, both values and the step", () => {
    const f = (_: Tensor, tree: { w: Tensor }): Tensor => sum(cube(-1)(tree.w));
    let error: unknown;
    try {
      checkGradients(f, [float64(1), { w: float64(0, 2) }], { step: 1e-4 });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(GradientCheckError);
    const { message, detail } = error as GradientCheckError;
    expect(message).toMatch(
      /order 1, argument 1 at w \[2\] float64, element 1 \(x = 2\): the analytic derivative is -12, .* step 0\.0001 give 12\.0/,
    );
    expect(detail).toMatchObject({ input: "argument 1 at w", element: 1, analytic: -12, step: 1e-4, order: 1 });
    expect(detail.numerical).toBeCloseTo(12, 6);
  });

  test("finds a second derivative that is wrong where the first is right", () => {
    checkGradients((x: Tensor) => sum(deceptive(x)), [float64(1, 2)]);
    expect(() => checkGradients((x: Tensor) => sum(deceptive(x)), [float64(1, 2)], { order: 2 })).toThrow(
      /order 2, argument 0/,
    );
  });

  test("finds a small factor in float64 and a large one in float32", () => {
    expect(() => checkGradients((x: Tensor) => sum(cube(1.0001)(x)), [float64(2)])).toThrow(GradientCheckError);
    expect(() => checkGradients((x: Tensor) => sum(cube(1.1)(x)), [tensor([2])])).toThrow(GradientCheckError);
  });

  test("does not take two NaNs for agreement", () => {
    const f = (x: Tensor): Tensor => sum(sqrt(x));
    checkGradients(f, [float64(1, 2)]);
    const act = (): void => checkGradients(f, [float64(-1)]);
    expect(act).toThrow(GradientCheckError);
    expect(act).toThrow(
      /order 1, argument 0 \[1\] float64, element 0 \(x = -1\): the analytic derivative is NaN, .* give NaN\. Two NaNs prove nothing/,
    );
    // One element beyond the domain takes all differences with it.
    expect(() => checkGradients(f, [float64(1, -1)])).toThrow(
      /element 0 .* is 0\.5, .* give NaN\. That proves nothing/,
    );
    expect(() => checkGradients((x: Tensor) => sqrt(x), [float64(1, -1)])).toThrow(/Check it at another one/);
  });

  test("measures no element by an infinite one", () => {
    const steep = elementwise("steep", {
      value: (x: number) => (x > 1 ? Number.POSITIVE_INFINITY * Math.sign(x - 2) : x),
      derivative: (x) => where(greater(x, 1), Number.POSITIVE_INFINITY, 2),
    });
    // Element 0 is infinite in both; element 1 is wrong by a factor of 2.
    expect(() => checkGradients((x: Tensor) => sum(steep(x)), [float64(2, 0.5)])).toThrow(GradientCheckError);
    const jump = elementwise("jump", {
      value: (x: number) => (x > 0 ? Number.POSITIVE_INFINITY : 0),
      derivative: () => 1,
    });
    expect(() => checkGradients((x: Tensor) => sum(jump(x)), [float64(0)])).toThrow(/is 1, .* give Infinity/);
  });

  test.each<[string, () => void, new (...args: never[]) => Error, RegExp]>([
    [
      "an unknown order",
      () => checkGradients(sin, [float64(1)], { order: 3 as 2 }),
      ValueError,
      /order is 3; use 1 or 2/,
    ],
    ["a negative tolerance", () => checkGradients(sin, [float64(1)], { rtol: -1 }), ValueError, /rtol is -1/],
    ["a NaN step", () => checkGradients(sin, [float64(1)], { step: Number.NaN }), ValueError, /step is NaN/],
    [
      "nothing to differentiate",
      () => checkGradients(sin, [tensor(Int32Array.of(1))]),
      GradientError,
      /no float tensor/,
    ],
    [
      "no float result",
      () => checkGradients(() => tensor(true), [float64(1)]),
      GradientError,
      /returned no float tensor/,
    ],
  ])("refuses %s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });
});
