import { currentBackend } from "../../backends/wasm/backend.js";
import { engine } from "../../backends/wasm/engine.js";
import { compileToWasm } from "../../backends/wasm/executable.js";
import type { Threads } from "../../backends/wasm/threads.js";
import { GlissadeError } from "../../errors.js";
import { makePlaceholder, type Node } from "../../graph.js";
import { realize, Tensor } from "../../tensor.js";
import type { Call } from "../call.js";
import { floats, gradientWith, weightsLike } from "../derivatives.js";
import type { Law } from "../trial.js";
import { expectSame } from "../violation.js";

const most = 3;
/** Milliseconds to wait at most for workers to start, and for them to load a program; after these the threads that are ready are compared. */
const patience = { start: 2000, load: 200 };

/** Runs `body` with every kernel shared out among threads, however small, and puts everything back. */
function sharingAll(body: (threads: Threads) => void): void {
  const backend = currentBackend();
  const { sharedFrom, threads } = backend;
  const { limit, isEager } = threads;
  backend.sharedFrom = 1;
  threads.isEager = true;
  threads.limit = most;
  try {
    body(threads);
  } finally {
    backend.sharedFrom = sharedFrom;
    threads.isEager = isEager;
    threads.limit = limit;
  }
}

let hasStarted = false;

/** Laws are synchronous, and workers get ready without the event loop: sleeps until they are. */
function awaitThreads(threads: Threads): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const most = hasStarted ? patience.load : patience.start;
  for (let waited = 0; threads.ready < threads.limit && waited < most; waited++) Atomics.wait(clock, 0, 0, 1);
  hasStarted = true;
}

/** Compares what `f` gives in three threads, two and one. */
function compareThreads(call: Call, tensors: readonly Tensor[], f: (tensors: readonly Tensor[]) => Tensor[]): void {
  realize(...tensors);
  const inputs = tensors.map(({ shape, dtype }) => makePlaceholder(shape, dtype, "the law of threads"));
  const outputs = [...new Set(f(inputs.map((node) => new Tensor(node))).map(({ node }) => node))].filter(
    ({ symbolic }) => symbolic,
  );
  if (outputs.length === 0) return;
  sharingAll((threads) => {
    // By themselves workers start at the second run.
    threads.start();
    const program = compileToWasm({ inputs, outputs });
    awaitThreads(threads);
    const given: readonly Node[] = tensors.map(({ node }) => node);
    const run = (count: number): ArrayLike<number>[] => {
      threads.limit = count;
      return program.run(given).map((node) => new Tensor(node).data());
    };
    const [first, ...others] = [most, 2, 1].map((count) => ({ count, results: run(count) }));
    for (const { count, results } of others) {
      for (const [k, { shape }] of outputs.entries()) {
        expectSame({
          call: () => call.textOf(tensors),
          what: `result ${k}`,
          shape,
          actual: [`${most} threads`, first?.results[k] ?? []],
          expected: [`${count} thread${count === 1 ? "" : "s"}`, results[k] ?? []],
        });
      }
    }
    program.release?.();
  });
}

/** What cannot be compiled, or fails, says so in other laws. */
function unlessRefused(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof GlissadeError)) throw error;
  }
}

/** An operator's result and gradient, compiled, do not depend on how many threads compute them. */
export const threadCounts: Law = {
  name: "compiled: the same bits in one thread, two and three",
  drawing: { style: "smooth", long: true },
  runs: 4,
  applies: (trial) => engine !== undefined && typeof SharedArrayBuffer !== "undefined" && trial.call.tensors.length > 0,
  check(trial) {
    const { call } = trial;
    unlessRefused(() => {
      if (!trial.isDifferentiable) return compareThreads(call, call.tensors, (tensors) => call.resultsOf(tensors));
      const weighted = [...call.tensors, ...weightsLike(floats(call.results()))];
      compareThreads(call, weighted, (tensors) => [
        ...gradientWith(call, tensors),
        ...call.resultsOf(tensors.slice(0, call.tensors.length)),
      ]);
    });
  },
};
