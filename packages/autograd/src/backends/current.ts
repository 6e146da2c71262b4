import type { BlasUse, Compiler } from "../compile/executable.js";
import { interpret } from "../compile/interpret.js";
import { DeviceError, ValueError } from "../errors.js";
import { type Backend, currentBackend } from "./wasm/backend.js";
import { engine } from "./wasm/engine.js";
import { compileToWasm } from "./wasm/executable.js";
import { threadLimit } from "./wasm/thread-memory.js";
import type { Threads } from "./wasm/threads.js";

/** Browsers and Node both have it; the types that are loaded know neither. */
declare const setTimeout: (callback: () => void, milliseconds: number) => unknown;

/** The backends that programs can be compiled for. `reference` runs the reference kernels one by one: the oracle of the others. */
export type BackendName = "wasm" | "reference";

const compilers: Readonly<Record<BackendName, Compiler>> = { wasm: compileToWasm, reference: interpret };

let current: BackendName = engine === undefined ? "reference" : "wasm";

/** What compiles programs now. */
export const currentCompiler = (): Compiler => compilers[current];

/** Whether programs become machine code: the reference backend only interprets them. */
export const isCompiling = (): boolean => current !== "reference";

/** What programs that are compiled now have in common, as a key: those compiled under other settings keep theirs. */
export function settingsKey(): string {
  const { threads, fma } = currentBackend().programOptions();
  return [current, threads, fma, currentBackend().blasUse.reason].join("|");
}

/** What computes large matrix products: OpenBLAS, OpenBLAS where it can be had, or Glissade's own kernels alone. */
export type BlasChoice = "openblas" | "auto" | "none";

/** How programs are computed from now on; what is left out stays as it is. */
export interface InitOptions {
  /** What compiles programs: "wasm" where the engine has WebAssembly, else "reference". */
  readonly backend?: BackendName;
  /** Threads that compiled programs run in, the calling one included: 1 … 64. Default: the machine's, 8 at most; 1 where threads cannot share memory. */
  readonly threads?: number;
  /** Leaves fused multiply-add out of matrix products, for the same bits on every engine; default false. */
  readonly deterministic?: boolean;
  /**
   * What computes large matrix products of compiled functions, float32 and float64: "openblas" the system's OpenBLAS, called through the package koffi in Node, and an error where
   * that cannot be had; "auto" goes on without it, and says why here and in `stats()`; "none" Glissade's own kernels. Default "none". With `deterministic` it is not used.
   */
  readonly blas?: BlasChoice;
  /** The file of OpenBLAS (`libopenblas.so.0`, `.dylib`, `.dll`), with `blas`; default: looked for by its usual names. */
  readonly blasPath?: string;
}

/** How programs are computed now. */
export interface InitResult {
  readonly backend: BackendName;
  /** Threads that are ready, the calling one included. */
  readonly threads: number;
  /** Whether products use fused multiply-add. */
  readonly fma: boolean;
  /** What computes large matrix products, and why. */
  readonly blas: BlasUse;
}

/** For how long `init` waits for threads, in milliseconds. */
const startTime = 5000;

/**
 * Sets how programs are computed, and waits until the threads asked for are ready. Without it everything has its default, and threads start by themselves when there is work
 * for them. Functions that were compiled before keep their backend and arithmetic.
 *
 * @returns What is in force: fewer threads than asked for where the engine has no shared memory or no workers.
 * @throws ValueError for a backend or a `blas` that does not exist, threads that are no integer from 1 to 64, a `blasPath` without `blas`, and "openblas" beside
 * `deterministic`; DeviceError where OpenBLAS was asked for and cannot be had. Then nothing has changed.
 * @example
 * await init({ threads: 2 }); // {backend: "wasm", threads: 2, fma: true, blas: {name: "none", …}}
 * await init({ deterministic: true });
 */
export async function init(options: InitOptions = {}): Promise<InitResult> {
  checkOptions(options);
  const { backend, threads, deterministic, blas, blasPath } = options;
  const chosen = backend ?? current;
  if (engine === undefined) {
    if (blas === "openblas") throw new DeviceError('init: blas "openblas": this engine has no WebAssembly.');
    current = chosen;
    return { backend: current, threads: 1, fma: false, blas: noBlas("this engine has no WebAssembly") };
  }
  const wasm = currentBackend();
  if (blas !== undefined) chooseBlas(wasm, blas, blasPath, deterministic ?? wasm.deterministic);
  current = chosen;
  if (deterministic !== undefined) wasm.deterministic = deterministic;
  if (threads !== undefined) wasm.threads.limit = threads;
  if (current === "wasm" && threads !== undefined) await started(wasm.threads);
  const use = current === "wasm" ? wasm.blasUse : noBlas(`the backend "${current}" calls no library`);
  return { backend: current, threads: wasm.threads.ready, fma: wasm.programOptions().fma, blas: use };
}

const noBlas = (reason: string): BlasUse => ({ name: "none", reason });

/** @throws ValueError for an option that makes no sense. */
function checkOptions({ backend, threads, deterministic, blas, blasPath }: InitOptions): void {
  if (backend !== undefined) checkBackend("init", backend);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= threadLimit)) {
    throw new ValueError(`init: threads is ${String(threads)}; it must be an integer from 1 to ${threadLimit}.`);
  }
  if (deterministic !== undefined && typeof deterministic !== "boolean") {
    throw new ValueError(`init: deterministic is ${String(deterministic)}; it must be true or false.`);
  }
  if (blas !== undefined && !blasChoices.includes(blas)) {
    throw new ValueError(`init: blas is ${String(blas)}; it must be one of ${blasChoices.join(", ")}.`);
  }
  if (blasPath === undefined) return;
  if (typeof blasPath !== "string" || blas === undefined || blas === "none") {
    throw new ValueError('init: blasPath is the file of a library: a string, beside blas "openblas" or "auto".');
  }
}

const blasChoices: readonly BlasChoice[] = ["openblas", "auto", "none"];

/** @throws ValueError where OpenBLAS and `deterministic` exclude each other; DeviceError where it is not there. */
function chooseBlas(wasm: Backend, blas: BlasChoice, path: string | undefined, deterministic: boolean): void {
  if (blas === "openblas" && deterministic) {
    throw new ValueError(
      'init: blas "openblas" with deterministic: a library\'s bits depend on its build and on the processor. Leave one of them out.',
    );
  }
  const found = blas === "none" ? undefined : wasm.findBlas(path);
  if (blas === "openblas" && found !== undefined && "why" in found) {
    throw new DeviceError(
      `init: blas "openblas": ${found.why}. Remedy: ${found.remedy}. With blas "auto" Glissade goes on without it.`,
    );
  }
  wasm.blas = found;
}

/** Waits until all threads are there, or one could not be started. */
async function started(threads: Threads): Promise<void> {
  threads.start();
  const end = Date.now() + startTime;
  while (threads.ready < threads.limit && Date.now() < end)
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
}

/** @throws ValueError where `name` is no backend. */
function checkBackend(operator: string, name: unknown): asserts name is BackendName {
  if (typeof name === "string" && Object.hasOwn(compilers, name)) return;
  throw new ValueError(
    `${operator}: there is no backend ${JSON.stringify(name)}. There are: ${Object.keys(compilers).join(", ")}.`,
  );
}

/**
 * Runs `f` with another backend for what it compiles, and goes back to the one before, also where `f` throws. Functions that were compiled for
 * a backend stay with it.
 *
 * @param name "wasm" or "reference".
 * @throws ValueError where there is no such backend.
 * @example
 * const expected = withBackend("reference", () => jit(f)(x).data());
 */
export function withBackend<T>(name: BackendName, f: () => T): T {
  checkBackend("withBackend", name);
  const before = current;
  current = name;
  try {
    return f();
  } finally {
    current = before;
  }
}
