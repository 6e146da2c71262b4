// A peer at work in a process of its own, talked to in lines of JSON.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { workloads } from "./data.mjs";

/** @typedef {{ losses: number[], check: number[], firstMs: number, version?: string, error?: string }} Ready */
/** @typedef {{ name: string, command: (workload: string, folder: string) => string[], needsFiles?: boolean }} Peer */

/** Glissade with `init({ blas: "openblas" })`, as a peer. */
export const withBlas = "Glissade, OpenBLAS";

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The first Python that can import torch, or undefined. */
function pythonWithTorch() {
  const able = (python) => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
  return ["python3", "/usr/bin/python3"].find(able);
}

/** Whether Glissade finds OpenBLAS here. */
function hasBlas() {
  const found = `const { default: ours } = await import(${JSON.stringify(new URL("adaptor.mjs", import.meta.url).href)});
    process.exit((await ours.init({ blas: "auto" })).name.includes("openblas") ? 0 : 1);`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", found], { stdio: "ignore" }).status === 0;
}

/** Everybody who takes part on this machine: Glissade with OpenBLAS too where it is there, PyTorch in one thread and in as many as there are cores. @returns {Peer[]} */
export function peersHere() {
  const script = here("measure.mjs");
  /** @param {string} name @param {string} file @param {string[]} settings @returns {Peer} */
  const node = (name, file, ...settings) => ({
    name,
    command: (workload) => [process.execPath, script, here(file), workload, ...settings],
  });
  const python = pythonWithTorch();
  const threads = [...new Set([1, availableParallelism()])];
  const torches = threads.map((count) => torchPeer(python ?? "", count));
  return [
    node("Glissade", "adaptor.mjs"),
    ...(hasBlas() ? [node(withBlas, "adaptor.mjs", "--blas=openblas")] : []),
    ...(python === undefined ? [] : torches),
    node("jax-js", "peers/jax.mjs"),
    node("TensorFlow.js", "peers/tensorflow.mjs"),
  ];
}

/** @param {string} python @param {number} threads @param {string[]} options @returns {Peer} */
function torchPeer(python, threads, options = []) {
  const script = here("peers/pytorch.py");
  return {
    name: `PyTorch, ${threads} thread${threads === 1 ? "" : "s"}`,
    command: (workload, folder) => [python, script, workload, folder, String(threads), ...options],
    needsFiles: true,
  };
}

/** PyTorch in float64: what everybody is compared with. @returns {Peer} */
export function judge() {
  const python = pythonWithTorch();
  if (python === undefined) throw new Error("reference.json is made by PyTorch: install python3-torch");
  return torchPeer(python, 1, ["float64"]);
}

/** The arrays of a workload as files. @param {string} workload @param {string} folder */
function writeGiven(workload, folder) {
  const { arrays, cfg } = workloads[workload].make();
  /** @type {Record<string, object>} */
  const listed = {};
  mkdirSync(folder, { recursive: true });
  for (const [name, { data, shape, dtype }] of Object.entries(arrays)) {
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    listed[name] = { file: `${name}.bin`, shape, dtype };
  }
  writeFileSync(join(folder, "given.json"), JSON.stringify({ arrays: listed, cfg }));
}

/**
 * Starts a peer on a workload: `ready` is its first values, `rate(seconds)` one window's steps a second, `end()` stops it.
 *
 * @param {Peer} peer
 * @param {string} workload
 */
export async function start(peer, workload) {
  const folder = mkdtempSync(join(tmpdir(), "glissade-bench-"));
  if (peer.needsFiles) writeGiven(workload, folder);
  const [program, ...args] = peer.command(workload, folder);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => {}); // it has ended: the next answer says so
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) return { error: "ended without an answer" };
      if (value.startsWith("{")) return JSON.parse(value); // libraries greet their users on the same stream
    }
  };
  const ended = new Promise((resolve) => child.once("close", resolve));
  /** @type {Ready} */
  const ready = await next();
  return {
    ready,
    /** @param {number} seconds @returns {Promise<number | undefined>} */
    async rate(seconds) {
      child.stdin.write(`${JSON.stringify({ seconds })}\n`);
      return (await next()).rate;
    },
    async end() {
      child.stdin.end();
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
