import { add, grad, hvp, jvp, mul, sum, type Tensor, tensor, vmap } from "@glissade/autograd";
import { expect } from "vitest";

/** A float64 scalar. */
export const scalar = (x: number): Tensor => tensor(x, { dtype: "float64" });
/** A float64 vector. */
export const float64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));

/** Equal but for roundings. */
export function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const [got, due] = [actual.data(), expected.data()];
  for (const [i, value] of due.entries())
    expect(Math.abs((got[i] as number) - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
}

/** A scalar function of two scalars. */
export type F = (x: Tensor, y: Tensor) => Tensor;

/** What can be done with any such function. */
export const forwardUses: Record<string, (f: F, x: Tensor, y: Tensor) => Tensor> = {
  value: (f, x, y) => f(x, y),
  jvp: (f, x, y) => jvp(f, [x, y], [y, x])[1],
  "jvp of one argument": (f, x, y) => jvp((v: Tensor) => f(x, v), [y], [scalar(2)])[1],
  "jvp of jvp": (f, x, y) => jvp((v: Tensor) => jvp((u: Tensor) => f(u, v), [x], [v])[1], [y], [x])[1],
  vmap: (f, x, y) => vmap((v: Tensor) => f(mul(x, v), y))(float64(-1, 0.5, 2)),
  "vmap of both": (f, x, y) => vmap((v: Tensor) => f(mul(x, v), add(y, v)))(float64(-1, 0.5, 2)),
  "jvp of vmap": (f, x, y) => jvp((u: Tensor) => vmap((v: Tensor) => f(mul(u, v), y))(float64(-1, 0.5)), [x], [y])[1],
  "vmap of jvp": (f, x, y) => vmap((v: Tensor) => jvp((u: Tensor) => f(mul(u, v), y), [x], [v])[1])(float64(-1, 0.5)),
};

/** What can be done with those that have derivatives in reverse mode. */
export const reverseUses: Record<string, (f: F, x: Tensor, y: Tensor) => Tensor> = {
  grad: (f, x, y) => add(grad(f)(x, y), grad(f, { argnums: 1 })(x, y)),
  hvp: (f, x, y) => hvp((v: Tensor) => f(v, y), [x], [y]),
  "grad of grad": (f, x, y) => grad((v: Tensor) => grad((u: Tensor) => f(u, v))(x))(y),
  "grad of vmap": (f, x, y) => grad((u: Tensor) => sum(vmap((v: Tensor) => f(mul(u, v), y))(float64(-1, 2))))(x),
  "vmap of grad": (f, x, y) => vmap((v: Tensor) => grad(f)(mul(x, v), y))(float64(-1, 0.5, 2)),
};
