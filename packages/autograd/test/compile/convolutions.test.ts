import {
  conv1d,
  conv2d,
  convTranspose2d,
  generator,
  grad,
  init,
  jit,
  mul,
  sum,
  type Tensor,
  vmap,
} from "@glissade/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentBackend } from "../../src/backends/wasm/backend.js";

type Options = Exclude<Parameters<typeof conv2d>[3], undefined>;
type Shape = readonly number[];
type Case = readonly [x: Shape, w: Shape, options: Options];

/** Sides round every edge of vectors, tiles, runs and blocks of terms. */
const cases: readonly Case[] = [
  [[1, 1, 1, 4], [1, 1, 1, 2], {}],
  [[2, 3, 5, 7], [4, 3, 3, 3], { padding: "same" }],
  [[3, 1, 9, 14], [7, 1, 3, 3], { padding: 1 }],
  [[2, 16, 14, 14], [32, 16, 3, 3], { padding: "same" }],
  [[1, 60, 6, 11], [13, 60, 3, 3], {}],
  [[1, 3, 7, 130], [2, 3, 2, 5], { padding: [0, [3, 1]] }],
  [[2, 4, 30, 31], [6, 2, 3, 2], { groups: 2, padding: 2 }],
  [[2, 5, 8, 9], [5, 1, 3, 3], { groups: 5, padding: 1 }],
  [[2, 2, 11, 12], [3, 2, 3, 3], { dilation: 2, padding: 3 }],
  [[2, 2, 11, 12], [3, 2, 3, 3], { padding: 5 }],
  [[2, 2, 11, 12], [3, 2, 3, 3], { stride: [2, 1], padding: 1 }],
  [[2, 2, 11, 12], [3, 2, 3, 3], { stride: [1, 2], padding: 1 }],
  [[2, 2, 12, 13], [9, 2, 3, 3], { stride: 3, dilation: [1, 2] }],
  [[2, 3, 6, 6], [4, 3, 1, 1], {}],
  [[2, 3, 4, 5], [4, 3, 4, 5], {}],
  [[1, 2, 40, 40], [3, 2, 2, 2], {}],
  [[0, 2, 5, 5], [3, 2, 2, 2], {}],
  [[300, 10, 3, 3], [1, 10, 2, 2], { padding: 1 }],
];

/** The result, and the gradients of the sum of its squares. */
const program =
  (f: (x: Tensor, w: Tensor) => Tensor) =>
  (x: Tensor, w: Tensor): Tensor[] => {
    const squares = (a: Tensor, b: Tensor): Tensor => {
      const y = f(a, b);
      return sum(mul(y, y)) as Tensor;
    };
    return [f(x, w), ...grad(squares as (a: Tensor, b: Tensor) => Tensor<readonly []>, { argnums: [0, 1] })(x, w)];
  };

function expectSame(actual: readonly Tensor[], expected: readonly Tensor[], tolerance: number): void {
  for (const [i, each] of expected.entries()) {
    const [a, b] = [[...(actual[i]?.data() ?? [])], [...each.data()]];
    expect(a.length).toBe(b.length);
    const largest = Math.max(0, ...b.map(Math.abs));
    const furthest = Math.max(0, ...b.map((value, j) => Math.abs(value - (a[j] ?? Number.NaN))));
    expect(furthest).toBeLessThanOrEqual(tolerance * largest);
  }
}

const operands = (x: Shape, w: Shape, dtype: "float32" | "float64"): [Tensor, Tensor] => [
  generator(1).normal(x, { dtype }),
  generator(2).normal(w, { dtype }),
];

describe.each(["float32", "float64"] as const)("compiled convolutions and their gradients, %s", (dtype) => {
  const tolerance = dtype === "float32" ? 2e-6 : 1e-14;

  test.each(cases)("x %j, w %j, %j", (xShape, wShape, options) => {
    const [x, w] = operands(xShape, wShape, dtype);
    const f = program((a, b) => conv2d(a, b, options));
    expectSame(jit(f)(x, w), f(x, w), tolerance);
  });

  test("of sequences, transposed ones, second derivatives, and batches of kernels", () => {
    const [x, w] = operands([2, 3, 97], [4, 3, 5], dtype);
    const sequences = program((a, b) => conv1d(a, b, { padding: 2 }));
    expectSame(jit(sequences)(x, w), sequences(x, w), tolerance);

    const [y, v] = operands([2, 4, 6, 7], [4, 3, 3, 3], dtype);
    const spread = (a: Tensor, b: Tensor): Tensor => convTranspose2d(a, b, { stride: 2, outputPadding: 1 });
    for (const transposed of [program((a, b) => convTranspose2d(a, b, { padding: 1 })), program(spread)]) {
      expectSame(jit(transposed)(y, v), transposed(y, v), tolerance);
    }

    const [image, kernels] = operands([2, 2, 6, 7], [3, 2, 3, 3], dtype);
    const plain = program((a, b) => conv2d(a, b, { padding: 1 }));
    const twice = program((a, b) => plain(a, b)[2] as Tensor);
    expectSame(jit(twice)(image, kernels), twice(image, kernels), 4 * tolerance);

    const [images, many] = operands([3, 2, 2, 6, 7], [3, 3, 2, 3, 3], dtype);
    const mapped = (a: Tensor, b: Tensor): Tensor[] => vmap(plain as (a: Tensor, b: Tensor) => Tensor[])(a, b);
    expectSame(jit(mapped)(images, many), mapped(images, many), tolerance);
  });
});

describe("convolutions in threads", () => {
  const backend = currentBackend();
  const { sharedFrom } = backend;

  beforeAll(async () => {
    // Every kernel is shared out, however small, by all threads.
    backend.sharedFrom = 1;
    backend.threads.isEager = true;
    expect((await init({ threads: 3 })).threads).toBe(3);
  });

  afterAll(async () => {
    backend.sharedFrom = sharedFrom;
    backend.threads.isEager = false;
    await init({ threads: 1 });
  });

  test.each(cases)("x %j, w %j, %j: the same bits, however many", async (xShape, wShape, options) => {
    await init({ threads: 3 });
    const step = jit(program((a, b) => conv2d(a, b, options)));
    const [x, w] = operands(xShape, wShape, "float32");
    step(x, w);
    const results: unknown[] = [];
    for (const threads of [3, 2, 1]) {
      expect((await init({ threads })).threads).toBe(threads);
      results.push(step(x, w).map((each) => each.data()));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
