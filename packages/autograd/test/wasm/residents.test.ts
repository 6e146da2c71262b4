import { expect, test } from "vitest";
import { currentBackend } from "../../src/backends/wasm/backend.js";
import { add, jit, mul, ones, type Tensor, tensor } from "../../src/index.js";

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
