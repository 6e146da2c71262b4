import { add, init, jit, matmul, ones, type Tensor, tanh } from "@glissade/autograd";
import { afterAll, expect, test } from "vitest";
import { currentBackend } from "../../../src/backends/wasm/backend.js";
import { fakeLibrary } from "./libraries.js";

const backend = currentBackend();

afterAll(() => {
  backend.blas = undefined;
});

test("a worker that cannot load the library leaves the work to the others", async () => {
  backend.sharedFrom = 1;
  backend.threads.isEager = true;
  await init({ threads: 2 });
  backend.blas = fakeLibrary("main thread only");
  const step = jit((x: Tensor) => add(matmul(x, x), tanh(x)));
  const x = ones([128, 128]);
  for (let i = 0; i < 40; i++) {
    expect(step(x).data()[0]).toBeCloseTo(128 + Math.tanh(1), 4);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(step.stats().blas?.libraryProducts).toBe(1);
  expect(backend.threads.ready).toBe(1);
});
