// One peer and one workload in a process of its own. Speaks lines of JSON, as peers/pytorch.py does: ready with the first values, then one rate for each window asked for.
// usage: node measure.mjs FILE WORKLOAD [--threads=N] [--blas=openblas]
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { workloads } from "./data.mjs";

const FIRST_STEPS = 10;

/** @param {object} message */
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: "string" }, blas: { type: "string" } },
});
const [file, name] = positionals;

async function prepare() {
  const module = await import(pathToFileURL(file).href);
  const peer = module.default ?? module.peer;
  await peer.init(values);
  const { arrays, cfg } = workloads[name].make();
  return peer.workloads[name]({ data: arrays, cfg });
}

async function serve() {
  const work = await prepare();
  const losses = [];
  const began = performance.now();
  let firstMs = 0;
  for (let i = 0; i < FIRST_STEPS; i++) {
    const value = await work.step(i);
    if (i === 0) firstMs = performance.now() - began;
    if (value !== undefined) losses.push(value);
  }
  say({ losses, check: (await work.check?.()) ?? [], firstMs });

  let i = FIRST_STEPS;
  for await (const line of createInterface({ input: process.stdin })) {
    const length = JSON.parse(line).seconds * 1000;
    const start = performance.now();
    let steps = 0;
    let passed = 0;
    do {
      // An await at every step would charge those who need none with it.
      const value = work.step(i++);
      if (value instanceof Promise) await value;
      steps++;
      passed = performance.now() - start;
    } while (passed < length);
    say({ rate: (steps / passed) * 1000 });
  }
}

try {
  await serve();
} catch (error) {
  const [line] = String(error instanceof Error ? error.message : error).split("\n");
  say({ error: line });
}
process.exit(0);
