import {
  abs,
  add,
  broadcastTo,
  generator,
  grad,
  init,
  jit,
  matmul,
  ones,
  scan,
  slice,
  sum,
  type Tensor,
  tanh,
  transpose,
  withBackend,
} from "@glissade/autograd";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { currentBackend } from "../../../src/backends/wasm/backend.js";
import { fakeCalls, fakeLibrary, libraries, systemLibrary } from "./libraries.js";

type Real = "float32" | "float64";

const backend = currentBackend();
// As many parts on every machine that runs this.
backend.cores = 4;
const normal = (shape: readonly number[], seed: number, dtype: Real = "float32"): Tensor =>
  generator(seed).normal([...shape], { dtype });

/** A product compiled for the library that is set, and how many of its products went there. */
function compiled(f: (...args: Tensor[]) => Tensor, ...args: Tensor[]): { result: Tensor; products: number } {
  const jitted = jit(f);
  const result = jitted(...args);
  return { result, products: jitted.stats().blas?.libraryProducts ?? 0 };
}

/** Compares with the reference kernels; `scale` bounds what each element is the sum of. */
function expectClose(actual: Tensor, f: (...args: Tensor[]) => Tensor, scale: Tensor, ...args: Tensor[]): void {
  const expected = withBackend("reference", () => jit(f)(...args));
  expect([actual.shape, actual.dtype]).toEqual([expected.shape, expected.dtype]);
  const [values, bounds] = [actual.data(), scale.data()];
  const unit = actual.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  for (const [i, value] of expected.data().entries()) {
    const error = Math.abs(Number(values[i]) - Number(value));
    if (!(error <= 8 * unit * Number(bounds[i]))) expect.fail(`element ${i} is ${values[i]}, not ${value}`);
  }
}

/** A product of which either side may be stored transposed, or be a part of a larger matrix. */
const layouts = ["plain", "transposed", "part", "part of transposed"] as const;
type Layout = (typeof layouts)[number];

function stored(shape: readonly number[], layout: Layout, seed: number, dtype: Real): Tensor {
  const [rows = 1, columns = 1] = shape.slice(-2);
  const sides = layout === "plain" || layout === "part" ? [rows, columns] : [columns, rows];
  const extra = layout.startsWith("part") ? 3 : 0;
  return normal([...shape.slice(0, -2), ...sides.map((side) => side + extra)], seed, dtype);
}

function asOperand(x: Tensor, layout: Layout): Tensor {
  const inner = layout.startsWith("part")
    ? slice(x, {
        start: x.shape.map((_, axis) => (axis < x.rank - 2 ? 0 : 1)),
        stop: x.shape.map((side, axis) => (axis < x.rank - 2 ? side : side - 2)),
      })
    : x;
  return layout === "plain" || layout === "part" ? inner : inner.mT;
}

test("OpenBLAS is among the libraries, or says why it is not", () => {
  if ("gemm" in systemLibrary) expect(libraries.map(([name]) => name)).toContain("OpenBLAS");
  else expect(systemLibrary.why).toMatch(/no OpenBLAS was found|koffi/);
});

describe.each(libraries)("products by %s", (_, library) => {
  beforeEach(() => {
    backend.blas = library;
  });
  afterEach(() => {
    backend.blas = undefined;
  });

  const side = fc.integer({ min: 24, max: 90 });
  const layout = fc.constantFrom(...layouts);
  const batches = fc.constantFrom<readonly (readonly number[])[]>(
    [[], []],
    [[3], [3]],
    [[2], [1]],
    [[1], [2]],
    [[2, 3], []],
    [[2, 1], [3]],
    [[], [2]],
  );

  test("are those of the reference kernels: ragged, transposed, parts of matrices, batched, broadcast", () => {
    fc.assert(
      fc.property(
        fc.tuple(side, side, side),
        batches,
        fc.tuple(layout, layout),
        fc.constantFrom<Real>("float32", "float64"),
        ([m, k, n], [batchA = [], batchB = []], [layoutA, layoutB], dtype) => {
          const a = stored([...batchA, m, k], layoutA, 1, dtype);
          const b = stored([...batchB, k, n], layoutB, 2, dtype);
          const f = (x: Tensor, y: Tensor): Tensor => matmul(asOperand(x, layoutA), asOperand(y, layoutB));
          const { result, products } = compiled(f as (...args: Tensor[]) => Tensor, a, b);
          if (m * n * k >= 32 ** 3) expect(products).toBe(1);
          expectClose(result, f as (...args: Tensor[]) => Tensor, f(abs(a), abs(b)), a, b);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    [1, 700, 200],
    [200, 700, 1],
    [2, 300, 515],
    [515, 64, 33],
    [65, 24, 1030],
  ])("of %i × %i × %i", (m, k, n) => {
    for (const dtype of ["float32", "float64"] as const) {
      const [a, b] = [normal([m, k], 3, dtype), normal([k, n], 4, dtype)];
      const f = (...[x, y]: Tensor[]): Tensor => matmul(x!, y!);
      const { result, products } = compiled(f, a, b);
      expect(products).toBe(1);
      expectClose(result, f, matmul(abs(a), abs(b)), a, b);
    }
  });

  test("of a batch and one matrix are one product", () => {
    const [a, b] = [normal([5, 7, 40], 5), normal([40, 50], 6)];
    const f = (...[x, y]: Tensor[]): Tensor => matmul(x!, y!);
    const { result, products } = compiled(f, a, b);
    expect(products).toBe(1);
    expectClose(result, f, matmul(abs(a), abs(b)), a, b);
  });

  test("that are small, of integers, or of what lies in no rows are left alone", () => {
    const few = normal([8, 8], 7);
    const whole = ones([64, 64], { dtype: "int32" });
    const spread = normal([64, 128], 8);
    const row = normal([1, 64], 9);
    expect(compiled((...[x]: Tensor[]) => matmul(x!, x!), few).products).toBe(0);
    expect(compiled((...[x]: Tensor[]) => matmul(x!, x!), whole).products).toBe(0);
    const everySecond = (...[x]: Tensor[]): Tensor => {
      const part = slice(x!, { step: [1, 2] });
      return matmul(part, part);
    };
    const apart = compiled(everySecond, spread);
    expect(apart.products).toBe(0);
    expectClose(apart.result, everySecond, everySecond(abs(spread)), spread);
    const same = (...[x]: Tensor[]): Tensor => matmul(broadcastTo(x!, [64, 64]), broadcastTo(x!, [64, 64]));
    const repeated = compiled(same, row);
    expect(repeated.products).toBe(0);
    expectClose(repeated.result, same, same(abs(row)), row);
  });

  test("in gradients and in loops over steps", () => {
    const [w, x] = [normal([48, 48], 10), normal([48, 48], 11)];
    const steps = (...[start, weights]: Tensor[]): Tensor =>
      scan((carry: Tensor) => [tanh(matmul(carry, weights!)), carry], start!, undefined, { length: 4 })[0];
    const slope = (...[start, weights]: Tensor[]): Tensor => grad((v: Tensor) => sum(steps(start!, v)))(weights!);
    for (const f of [steps, slope]) {
      const { result, products } = compiled(f, x, w);
      expect(products).toBeGreaterThan(0);
      const expected = withBackend("reference", () => jit(f)(x, w)).data();
      for (const [i, value] of result.data().entries()) expect(value).toBeCloseTo(Number(expected[i]), 2);
    }
  });

  test("go on after memory has grown", () => {
    const [a, b] = [normal([64, 64], 12), normal([64, 64], 13)];
    const f = jit((x: Tensor, y: Tensor) => matmul(x, y));
    const before = f(a, b).data();
    const { memory } = backend.memory;
    const bytes = memory.buffer.byteLength;
    memory.grow(16);
    expect(memory.buffer.byteLength).toBeGreaterThan(bytes);
    expect(f(a, b).data()).toEqual(before);
  });
});

describe.each(libraries)("threads that share products by %s", (_, library) => {
  const { sharedFrom } = backend;
  beforeAll(async () => {
    backend.blas = library;
    backend.sharedFrom = 1;
    backend.threads.isEager = true;
    await init({ threads: 3 });
  });
  afterAll(async () => {
    backend.blas = undefined;
    backend.sharedFrom = sharedFrom;
    backend.threads.isEager = false;
    await init({ threads: 1 });
  });

  test.each([
    [[], 300, 70, 40],
    [[], 40, 70, 300],
    [[], 64, 64, 64],
    [[5], 40, 33, 50],
    [[3], 130, 33, 150],
  ] as const)("give the same bits, however many: %j, %i × %i × %i", async (batch, m, k, n) => {
    await init({ threads: 3 });
    const [a, b] = [normal([...batch, m, k], 14), normal([...batch, k, n], 15)];
    const step = jit((x: Tensor, y: Tensor) => add(tanh(matmul(x, y)), sum(transpose(x))));
    step(a, b);
    expect((await init({ threads: 3 })).threads).toBe(3);
    const three = step(a, b).data();
    expect(step.stats().blas?.libraryProducts).toBe(1);
    for (const threads of [2, 1]) {
      await init({ threads });
      expect(step(a, b).data()).toEqual(three);
    }
  });
});

test("calls that a library does not allow at the same time are all made by the first thread", async () => {
  const { sharedFrom } = backend;
  backend.sharedFrom = 1;
  backend.threads.isEager = true;
  const callsOf = async (name: string): Promise<number> => {
    backend.blas = fakeLibrary(name);
    await init({ threads: 2 });
    const x = normal([256, 40], 16);
    const step = jit((a: Tensor) => add(matmul(a, transpose(a)), sum(tanh(a))));
    step(x);
    expect((await init({ threads: 2 })).threads).toBe(2);
    const before = fakeCalls();
    step(x);
    return fakeCalls() - before;
  };
  try {
    expect(await callsOf("plain")).toBe(2);
    expect(await callsOf("plain, serial")).toBe(4);
  } finally {
    backend.blas = undefined;
    backend.sharedFrom = sharedFrom;
    backend.threads.isEager = false;
    await init({ threads: 1 });
  }
});

test("results that a library computed and nobody read are made once more, with the same bits", () => {
  const { sharedFrom } = backend;
  backend.blas = fakeLibrary("plain");
  backend.sharedFrom = 1;
  try {
    const product = jit((x: Tensor, y: Tensor) => matmul(x, y));
    const [a, b] = [normal([128, 24], 17), normal([24, 128], 18)];
    const expected = product(a, b).data();
    expect(product.stats().blas?.libraryProducts).toBe(1);
    const calls = fakeCalls();
    // More than stay in the backend's memory.
    const results = Array.from({ length: 520 }, () => product(a, b));
    const made = fakeCalls();
    expect(results[0]?.data()).toEqual(expected);
    expect((fakeCalls() - made) / (made - calls)).toBe(1 / 520);
  } finally {
    backend.blas = undefined;
    backend.sharedFrom = sharedFrom;
  }
});
