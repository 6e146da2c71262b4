import { workerGemmSource } from "./blas/binding.js";
import { threadMemory } from "./thread-memory.js";

/** For how long a worker that has nothing to do looks for work before it parks, in milliseconds: longer than the JavaScript between two steps. */
const spinTime = 0.25;

/**
 * The program of a worker, as text: so that it needs no file of its own, which bundlers would lose. It gets the memory and its number, and then never returns to its event loop:
 * it is told of programs and runs through memory alone.
 */
export const workerSource = `
const at = ${JSON.stringify(threadMemory)};
const gemmOf = ${workerGemmSource};
const work = ({ memory, worker, first }) => {
  const words = new Int32Array(memory.buffer);
  const load = (address) => Atomics.load(words, address / 4);
  const own = at.workers + worker * at.workerStride;
  const runs = [];
  let loaded = first;
  let called = load(own);
  const loadPrograms = () => {
    while (loaded < load(at.programs)) {
      const entry = (at.table + 8 * loaded) / 4;
      const bytes = new Uint8Array(memory.buffer, words[entry], words[entry + 1]).slice();
      const module = new WebAssembly.Module(bytes);
      const host = () => { throw new Error("only the first thread calls the host"); };
      const env = { memory, host, gemm: gemmOf(module, memory) };
      runs[loaded] = new WebAssembly.Instance(module, { env }).exports.run;
      Atomics.store(words, own / 4 + 1, ++loaded);
    }
  };
  const hasWork = () => load(own) !== called || loaded < load(at.programs);
  try {
    Atomics.store(words, own / 4 + 1, loaded);
    Atomics.store(words, own / 4 + 2, 1);
    for (;;) {
      const seen = load(at.wake);
      loadPrograms();
      if (load(own) !== called) {
        called = load(own);
        runs[load(at.program)](load(at.base), worker, load(at.threads));
      }
      const end = performance.now() + ${spinTime};
      while (!hasWork() && performance.now() < end) for (let i = 0; i < 200 && !hasWork(); i++);
      if (hasWork()) continue;
      Atomics.add(words, at.parked / 4, 1);
      Atomics.wait(words, at.wake / 4, seen);
      Atomics.sub(words, at.parked / 4, 1);
    }
  } catch (error) {
    Atomics.store(words, at.died / 4, 1);
    throw error;
  }
};
if (typeof WorkerGlobalScope === "undefined") require("node:worker_threads").parentPort.once("message", work);
else onmessage = ({ data }) => work(data);
`;
