import { expect, test } from "vitest";
import { currentBackend } from "../../src/backends/wasm/backend.js";
import { add, exp, jit, matmul, mul, ones, type Tensor, tensor, variable } from "../../src/index.js";

const side = 1 << 20;
const scaled = jit((x: Tensor, factor: number) => mul(x, factor));

test("results that nobody read move to the host, and are read and used from there", () => {
  const x = ones([side]);
  const results = Array.from({ length: 40 }, (_, i) => scaled(x, i));
  expect(results.map((result) => result.data()[side - 1])).toEqual(results.map((_, i) => i));
  const next = results.map((result) => scaled(result, 2));
  expect(next.map((result) => result.data()[0])).toEqual(results.map((_, i) => 2 * i));
  expect(results.map((result) => scaled(result, 3).data()[7])).toEqual(results.map((_, i) => 3 * i));
});

test("a loop without a turn of the event loop takes no more memory for results that it drops", () => {
  const { memory } = currentBackend();
  const x = ones([side]);
  for (let i = 0; i < 40; i++) scaled(x, i);
  const [reached, resident] = [memory.reached, process.memoryUsage.rss()];
  for (let i = 0; i < 1000; i++) scaled(x, i);
  expect(memory.reached).toBe(reached);
  // 1,000 results are 4 GB.
  expect(process.memoryUsage.rss() - resident).toBeLessThan(5e8);
});

test("small results are dropped just as well", () => {
  const { memory } = currentBackend();
  const step = jit((x: Tensor) => add(x, 1));
  const x = tensor(new Float32Array(100));
  for (let i = 0; i < 2000; i++) step(x);
  const { reached } = memory;
  for (let i = 0; i < 5000; i++) step(x);
  expect(memory.reached).toBe(reached);
});

test("several results of a run are made once more together, and stay what they are", () => {
  const both = jit((x: Tensor, shift: number) => [add(x, shift), mul(x, shift)] as const);
  const x = ones([side]);
  const results = Array.from({ length: 30 }, (_, i) => both(x, i));
  expect(results.map(([sum]) => sum.data()[3])).toEqual(results.map((_, i) => 1 + i));
  expect(results.map(([, product]) => product.data()[side - 1])).toEqual(results.map((_, i) => i));
  expect(results.map(([sum]) => scaled(sum, 2).data()[0])).toEqual(results.map((_, i) => 2 + 2 * i));
});

test("results of steps stay what they were when the Variables move on", () => {
  const w = variable(ones([side]));
  const step = jit(() => {
    const before = mul(w.value, 1.5);
    w.assign(add(w.value, 1));
    return before;
  });
  const results = Array.from({ length: 40 }, () => step());
  expect(results.map((result) => result.data()[5])).toEqual(results.map((_, i) => 1.5 * (i + 1)));
});

test("what is dear to make is copied out, at the latest once it was missed", () => {
  const n = 600;
  const product = jit((x: Tensor, shift: number) => matmul(exp(mul(x, shift)), x));
  const x = ones([n, n]);
  for (let round = 0; round < 2; round++) {
    const results = Array.from({ length: 60 }, (_, i) => product(x, i % 3));
    expect(results.map((result) => Math.round(result.data()[7] ?? 0))).toEqual(
      results.map((_, i) => Math.round(n * Math.exp(i % 3))),
    );
  }
});
