import fc from "fast-check";
import { expect, test } from "vitest";
import {
  div,
  exp,
  jit,
  log,
  logSoftmax,
  max,
  mean,
  mul,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  withBackend,
} from "../../src/index.js";
import { tensors } from "../../src/testing/index.js";

// Each computes something dear of every element in one pass over a row, and needs it again in a later one.
const functions: Readonly<Record<string, (x: Tensor) => readonly Tensor[]>> = {
  softmax: (x) => [softmax(x, { axis: -1 })],
  "softmax and what it is made of": (x) => {
    const e = exp(sub(x, max(x, { axis: -1, keepDims: true })));
    const total = sum(e, { axis: -1, keepDims: true });
    return [div(e, total), mul(e, 2), log(total)];
  },
  "logSoftmax beside tanh": (x) => [logSoftmax(x, { axis: -1 }), tanh(x)],
  "two passes apart": (x) => {
    const e = tanh(exp(x));
    const centred = sub(e, mean(e, { axis: -1, keepDims: true }));
    return [div(mul(centred, e), sum(square(centred), { axis: -1, keepDims: true }).add(1))];
  },
  "over two axes": (x) => {
    const e = exp(tanh(x));
    return [div(e, sum(e, { axis: [-1, -2], keepDims: true }))];
  },
};

const cases = Object.keys(functions).flatMap((name) =>
  (["float32", "float64"] as const).map((dtype) => ({ name, dtype })),
);

for (const { name, dtype } of cases) {
  test(`what a pass computes and a later one needs again: ${name}, ${dtype}`, () => {
    const f = functions[name] ?? (() => []);
    fc.assert(
      fc.property(tensors({ shape: { minRank: 2, maxSide: 37 }, dtype }), (x) => {
        const expected = withBackend("reference", () => jit(f)(x).map((y) => y.data()));
        for (const [i, y] of jit(f)(x).entries()) {
          const [values, wanted] = [y.data(), expected[i] ?? []];
          for (let k = 0; k < values.length; k++) {
            expect(Math.abs((values[k] ?? Number.NaN) - (wanted[k] ?? 0))).toBeLessThan(1e-5);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
}
