import {
  add,
  cast,
  concat,
  exp,
  generator,
  grad,
  hessian,
  hvp,
  jacobian,
  jit,
  matmul,
  mul,
  reshape,
  sin,
  stack,
  sum,
  type Tensor,
  tanh,
  tensor,
  ValueError,
  vmap,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const draws = (seed: number, shape: number[]): Tensor => generator(seed).normal(shape, { dtype: "float64" });

function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-10): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.data(), expected.data()];
  for (let i = 0; i < a.length; i++) {
    expect(Math.abs((a[i] ?? 0) - (b[i] ?? 0))).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b[i] ?? 0)));
  }
}

describe("jacobian", () => {
  test.each(["reverse", "forward"] as const)("of x ↦ A x is A, in %s mode", (mode) => {
    const a = draws(1, [3, 4]);
    expectClose(jacobian((x: Tensor) => matmul(a, x), { mode })(draws(2, [4])), a);
  });

  test("has the axes of the result before those of the argument", () => {
    const f = (x: Tensor): Tensor => mul(reshape(x, [3, 2]), 2);
    const expected = jacobian(f)(draws(3, [2, 3]));
    expect(expected.shape).toEqual([3, 2, 2, 3]);
    expectClose(jacobian(f, { mode: "forward" })(draws(3, [2, 3])), expected);
  });

  test("of trees is a tree of the result, of trees of the argument", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }) => [mul(a, b), { total: sum(a) }] as const;
    for (const mode of ["reverse", "forward"] as const) {
      const [product, { total }] = jacobian(f, { mode })({ a: float64(1, 2), b: float64(3, 4) });
      expect(product.a.toArray()).toEqual([
        [3, 0],
        [0, 4],
      ]);
      expect(product.b.toArray()).toEqual([
        [1, 0],
        [0, 2],
      ]);
      expect([total.a.toArray(), total.b.toArray()]).toEqual([
        [1, 1],
        [0, 0],
      ]);
    }
  });

  test("of an integer result is zero", () => {
    expect(jacobian((x: Tensor) => cast(x, "int32"))(float64(1.5, 2.5)).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("can be differentiated, batched and compiled", () => {
    const f = (x: Tensor): Tensor => sin(mul(x, sum(x)));
    const x = draws(5, [3]);
    const energy = (v: Tensor): Tensor => sum(mul(jacobian(f)(v), jacobian(f, { mode: "forward" })(v)));
    expectClose(grad(energy)(x), jacobian(energy, { mode: "forward" })(x));
    const batch = draws(6, [4, 3]);
    const rows = Array.from({ length: 4 }, (_, i) => jacobian(f)(float64(...batch.data().slice(3 * i, 3 * i + 3))));
    expectClose(vmap(jacobian(f))(batch), stack(rows));
    expectClose(jit(vmap(jacobian(f)))(batch), stack(rows));
  });

  test("says what is wrong with its arguments", () => {
    // @ts-expect-error: not a function
    expect(() => jacobian(3)).toThrow(ValueError);
    // @ts-expect-error: no such mode
    expect(() => jacobian(sin, { mode: "sideways" })).toThrow(/"sideways".*"reverse" or "forward"/);
    // @ts-expect-error: not a function
    expect(() => hessian(3)).toThrow(ValueError);
  });
});

describe("hessian", () => {
  const f = (x: Tensor): Tensor => sum(mul(exp(mul(x, 0.3)), tanh(add(x, sum(mul(x, x))))));

  test("is the Jacobian of the gradient, and its columns are Hessian-vector products", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), (n, seed) => {
        const x = draws(seed, [n]);
        const whole = hessian(f)(x);
        expectClose(whole, jacobian((v: Tensor) => grad(f)(v))(x));
        const unit = (i: number): Tensor => float64(...Array.from({ length: n }, (_, k) => (k === i ? 1 : 0)));
        expectClose(whole, stack(Array.from({ length: n }, (_, i) => hvp(f, [x], [unit(i)]))));
      }),
      { numRuns: 20 },
    );
  });

  test("of a tree has a block for each pair of leaves", () => {
    const g = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => sum(mul(mul(a, a), b));
    const blocks = hessian(g)({ a: float64(1, 2), b: float64(3, 4) });
    expect(blocks.a.a.toArray()).toEqual([
      [6, 0],
      [0, 8],
    ]);
    expect(blocks.a.b.toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(blocks.b.b.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("of a concatenation, compiled", () => {
    const h = (x: Tensor): Tensor => sum(tanh(concat([x, mul(x, x)])));
    const x = draws(9, [3]);
    expectClose(jit(hessian(h))(x), hessian(h)(x));
  });
});
