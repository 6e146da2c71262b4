import { expect, test, vi } from "vitest";
import {
  add,
  exp,
  generator,
  grad,
  init,
  jit,
  matmul,
  mean,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  variable,
  withBackend,
  zeros,
} from "../../src/index.js";

// Large enough for graphs to be compiled without jit.
const side = 400;
const random = generator(3);
const [a, b] = [random.normal([side, side]), random.normal([side, side])];
const onReference = <T>(f: () => T): T => withBackend("reference", f);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let furthest = 0;
  for (let i = 0; i < actual.length; i++) {
    furthest = Math.max(furthest, Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0)));
  }
  expect(furthest).toBeLessThan(tolerance);
}

test("a large graph gives what the reference kernels give", () => {
  const f = (): Tensor => tanh(add(mul(matmul(a, b), 1 / side), square(sub(a, b))));
  const [expected, actual] = [onReference(() => f().data()), f().data()];
  expectClose(actual, expected, 1e-5);
});

test("and the same bits at the first call, the second, and after others", () => {
  const f = (x: Tensor): Tensor => sum(exp(mul(matmul(x, b), 1e-3)), { axis: 0 });
  const first = f(a).data();
  f(b).data();
  expect(f(a).data()).toEqual(first);
});

test("what was passed over on the way can be read, once and again, and used", () => {
  const product = matmul(a, b);
  const shifted = add(product, 1);
  const total = sum(shifted);
  const value = total.item();
  expectClose(
    shifted.data(),
    onReference(() => add(matmul(a, b), 1).data()),
    1e-3,
  );
  expectClose(
    product.data(),
    onReference(() => matmul(a, b).data()),
    1e-3,
  );
  expect(sum(shifted).item()).toBeCloseTo(value, -1);
});

test("what init sets holds from then on, for graphs seen before too", async () => {
  const f = (): Float32Array => matmul(a, b).data() as Float32Array;
  const before = f();
  await init({ deterministic: true });
  const [deterministic, again] = [f(), jit(matmul)(a, b).data()];
  await init({ deterministic: false });
  expect(deterministic).toEqual(again);
  expect(f()).toEqual(before);
});

test("leaves in another order, or the same leaf twice, are another graph", () => {
  const f = (x: Tensor, y: Tensor): Float32Array => sub(matmul(x, y), y).data() as Float32Array;
  const pairs = [
    [a, b],
    [b, a],
    [a, a],
    [b, b],
  ] as const;
  for (const [x, y] of pairs)
    expectClose(
      f(x, y),
      onReference(() => f(x, y)),
      1e-3,
    );
});

test("numbers are inputs: another one is not taken for it", () => {
  for (const factor of [3, 4, 1, -1, 0, -0, 2]) {
    const product = (): Float32Array => mul(matmul(a, b), factor).data() as Float32Array;
    expectClose(product(), onReference(product), 1e-3);
    expect(Object.is(product()[0], -0)).toBe(Object.is(onReference(product)[0], -0));
  }
});

test("value and gradients come together, and train Variables", () => {
  const train = (): number[] => {
    const w = variable(zeros([side, side]));
    const loss = (weights: Tensor): Tensor => mean(square(sub(matmul(a, weights), b)));
    return Array.from({ length: 5 }, () => {
      const { value, grads: slope } = valueAndGrad(loss)(w.value);
      w.assign(sub(w.value, mul(20, slope)));
      return value.item();
    });
  };
  const [expected, actual] = [onReference(train), train()];
  expectClose(actual, expected, 1e-5);
  expect(actual[4]).toBeLessThan(actual[0] ?? 0);
});

test("derivatives of what was passed over", () => {
  const x = tanh(a);
  const f = (y: Tensor): Tensor => sum(square(matmul(y, b)));
  f(x).item();
  const slope = (): ArrayLike<number> => grad(f)(x).data();
  expectClose(slope(), onReference(slope), 1e-2);
});

test("an index out of range is the error that it is for small graphs", () => {
  const rows = tensor(new Int32Array(side).fill(side + 7));
  expect(() => matmul(a.take(rows, { axis: 0 }), b).data()).toThrow("407");
});

test("a loop of large graphs of ever new shapes keeps within memory", { timeout: 60_000 }, () => {
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 150; i++) {
    const x = zeros([1000, 1000 + i]);
    expect(sum(exp(add(mul(tanh(x), x), 1))).item()).toBeGreaterThan(0);
  }
  expect(process.memoryUsage.rss() - before).toBeLessThan(1.2e9);
});

test("the eighth graph compiled for one line is told, once", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  try {
    for (let n = 1; n <= 10; n++) sum(exp(zeros([1000 + n, 1100]))).item();
    expect(warn.mock.calls.length).toBe(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/implicit\.test\.ts:\d+:\d+: 8 different graphs were compiled/);
  } finally {
    warn.mockRestore();
  }
});
