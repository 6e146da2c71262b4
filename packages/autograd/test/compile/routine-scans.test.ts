import * as g from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import { expect, test } from "vitest";

/** A Kalman filter of sorts: a factorisation, a solution and a draw in every step. */
function filter(x: g.Tensor): g.Tensor {
  const step = (state: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => {
    const factor = g.linalg.cholesky(g.add(state, g.eye(3)));
    const solution = g.linalg.choleskySolve(factor, g.cumsum(g.sort(row)));
    return [g.add(g.mul(state, 0.5), g.matmul(g.mT(factor), g.mul(factor, 0.1))), solution];
  };
  const [last, rows] = g.scan(step, g.eye(3), x);
  return g.add(g.sum(last), g.sum(g.mul(rows, rows)));
}

test("a scan whose step sorts, sums up and factorises is a loop in the module, and so is its gradient", () => {
  const x = g.generator(1).normal([7, 3]);
  for (const f of [filter, g.grad(filter)]) {
    expect(costOf(f, x).kernels.map(({ kind }) => kind)).not.toContain("host");
    const [expected, actual] = [f(x), g.jit(f)(x)].map((y) => Array.from(y.data()));
    for (const [i, value] of (expected ?? []).entries()) expect(actual?.[i]).toBeCloseTo(value, 4);
  }
});
