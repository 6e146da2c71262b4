import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  add,
  DeviceError,
  exp,
  grad,
  init,
  jit,
  logSoftmax,
  matmul,
  max,
  mean,
  mul,
  neg,
  relu,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  ValueError,
} from "@glissade/autograd";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentBackend } from "../../src/backends/wasm/backend.js";
import { emitBarrier } from "../../src/backends/wasm/barrier.js";
import { DeviceMemory } from "../../src/backends/wasm/device-memory.js";
import { instantiate } from "../../src/backends/wasm/engine.js";
import { ModuleWriter } from "../../src/backends/wasm/module-writer.js";
import { op } from "../../src/backends/wasm/opcodes.js";
import { Pace } from "../../src/backends/wasm/pace.js";
import { Threads } from "../../src/backends/wasm/threads.js";

const numbers = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.3 * i + seed)),
    { shape },
  );

/** Maps, reductions along rows and columns, full sums, products and their gradients, in one program. */
const network = (x: Tensor, w: Tensor, v: Tensor): Tensor =>
  neg(mean(max(logSoftmax(matmul(relu(matmul(x, w)), v), { axis: -1 }), { axis: 0 })));
const program = (x: Tensor, w: Tensor, v: Tensor): Tensor[] => [
  network(x, w, v),
  ...grad(network, { argnums: [0, 1, 2] })(x, w, v),
  sum(exp(tanh(x)), { axis: 0 }),
  sum(mul(x, x)),
  add(transpose(w), 1),
];
const dataOf = (tensors: readonly Tensor[]): unknown[] => tensors.map((each) => each.data());

describe("threads", () => {
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

  test("give the same bits, however many", async () => {
    const side = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(side, side, side, side, async (m, k, n, p) => {
        await init({ threads: 3 });
        const step = jit(program);
        const operands = [numbers([m, k], 1), numbers([k, n], 2), numbers([n, p], 3)] as const;
        step(...operands);
        const three = (await init({ threads: 3 })).threads;
        const results = [dataOf(step(...operands))];
        for (const threads of [2, 1]) {
          await init({ threads });
          results.push(dataOf(step(...operands)));
        }
        expect(three).toBe(3);
        expect(results[1]).toEqual(results[0]);
        expect(results[2]).toEqual(results[0]);
      }),
      { numRuns: 25 },
    );
  });

  test("run step after step", async () => {
    await init({ threads: 2 });
    const step = jit((x: Tensor, w: Tensor) => tanh(matmul(x, w)));
    const w = numbers([50, 50], 4);
    let [x, y] = [numbers([50, 50], 5), numbers([50, 50], 5)];
    step(x, w);
    await init({ threads: 2 });
    for (let i = 0; i < 2000; i++) x = step(x, w);
    await init({ threads: 1 });
    for (let i = 0; i < 2000; i++) y = step(y, w);
    expect(x.data()).toEqual(y.data());
  });

  test("that make no sense are refused", async () => {
    await expect(init({ threads: 0 })).rejects.toThrow(ValueError);
    await expect(init({ threads: 1.5 })).rejects.toThrow("threads is 1.5; it must be an integer from 1 to 64");
    await expect(init({ backend: "cuda" as never })).rejects.toThrow("there is no backend");
    await expect(init({ deterministic: 1 as never })).rejects.toThrow("deterministic is 1");
  });
});

describe("the pace of a program", () => {
  const run = (pace: Pace, one: number, several: number, count: number): number => {
    let shared = 0;
    for (let i = 0; i < count; i++) {
      const takes = pace.takesSeveral;
      pace.note(takes, takes ? several : one);
      if (takes) shared++;
    }
    return shared;
  };

  test("is that of the faster kind, and found again when it changes", () => {
    const pace = new Pace();
    expect(run(pace, 1, 0.6, 240)).toBeGreaterThan(225);
    expect(run(pace, 1, 5, 512)).toBeLessThan(20);
    expect(run(pace, 1, 0.6, 512)).toBeGreaterThan(490);
  });

  test("is not misled by one slow run", () => {
    const pace = new Pace();
    pace.note(true, 100);
    expect(run(pace, 1, 0.6, 239)).toBeGreaterThan(220);
  });

  test("is found soon where the first runs mislead", () => {
    const pace = new Pace();
    expect(run(pace, 1, 2, 16)).toBe(3);
    expect(run(pace, 1, 0.6, 32)).toBe(29);
  });
});

test("a worker that dies in the middle of a run gives an error, and the next run has one thread", async () => {
  const memory = new DeviceMemory();
  const threads = new Threads(memory);
  threads.isEager = true;
  threads.limit = 2;
  const { maximum, shared } = memory;
  const module = new ModuleWriter({ initial: 1, maximum, shared });
  const barrier = emitBarrier(module);
  const run = module.function("run", ["i32", "i32", "i32"], []);
  run.get(1).if(() => run.op(op.unreachable));
  run.get(1).get(2).call(barrier);
  module.export("run", run);
  const bytes = module.encode();
  threads.start();
  const shares = threads.share(bytes, 1);
  const main = instantiate(bytes, "run", { memory: memory.memory });
  while (threads.ready < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(() => threads.run(main, 0, shares)).toThrow(DeviceError);
  expect(() => threads.run(main, 0, shares)).not.toThrow();
});

test("workers do not keep a process alive", () => {
  const folder = mkdtempSync(join(tmpdir(), "glissade-threads-"));
  try {
    const file = join(folder, "steps.mts");
    const source = new URL("../../src/index.ts", import.meta.url).href;
    writeFileSync(
      file,
      `import { init, jit, matmul, ones } from ${JSON.stringify(source)};
       const step = jit((x) => matmul(x, x));
       step(ones([300, 300]));
       const { threads } = await init({ threads: 2 });
       console.log(threads, step(ones([300, 300])).data()[0]);`,
    );
    const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", file], {
      cwd: new URL("../../../..", import.meta.url),
      timeout: 30_000,
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, "2 300\n"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
