import { DeviceError } from "../../errors.js";
import type { DeviceMemory } from "./device-memory.js";
import { requireEngine, type WasmFunction } from "./engine.js";
import { Pace } from "./pace.js";
import { programLimit, threadLimit, threadMemory } from "./thread-memory.js";
import { workerSource } from "./worker-source.js";

/** More threads than this are not started by themselves: sharing out a step costs more with each. */
const defaultLimit = 8;

/** The work of a run below which parked workers are woken for the next one, and not waited for: they take 50 µs. */
const awaitedFrom = 1_000_000;

/** The work from which a run is shared without trying whether that is faster: some 20 ms. */
const alwaysShared = 100_000_000;

/** Browsers and Node both have it; the types that are loaded know neither. */
declare const performance: { now(): number };

/** A program as workers know it. */
export interface SharedProgram {
  readonly number: number;
  /** About how many elementary operations are shared out in a run. */
  readonly work: number;
  /** The most threads that its scratch memory is laid out for. */
  readonly threads: number;
  readonly pace: Pace;
  runs: number;
}

/** The parts of workers that are used, of browsers' and of Node's. */
interface WorkerLike {
  postMessage(message: unknown): void;
  unref?(): void;
  on?(event: "error", listener: () => void): void;
  onerror?: unknown;
  terminate(): unknown;
}

interface NodeProcess {
  readonly getBuiltinModule?: {
    (name: "worker_threads"): { readonly Worker: new (source: string, options: { eval: true }) => WorkerLike };
    (name: "os"): { availableParallelism(): number };
  };
}

interface BrowserGlobals {
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Worker?: new (url: string) => WorkerLike;
  readonly Blob?: new (parts: readonly string[], options: { readonly type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string };
  readonly process?: NodeProcess;
  readonly document?: object;
}

const globals = globalThis as unknown as BrowserGlobals;

/**
 * Threads that share out the work of programs. Workers start when a program runs again, or takes long, and are never waited for: a run uses those that have loaded its
 * program. They do not keep the process alive.
 */
export class Threads {
  /** Whether all threads take part in every run, whether or not that is faster. */
  isEager = false;
  readonly #memory: DeviceMemory;
  readonly #workers: WorkerLike[] = [];
  /** For each worker the first program that it loads: those before are not there any more. */
  readonly #firsts: number[] = [];
  /** Modules in memory for workers to load, by program. */
  readonly #modules: { readonly address: number; readonly bytes: number }[] = [];
  #released = 0;
  #programs = 0;
  #limit: number;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
    this.#limit = memory.shared ? Math.min(defaultLimit, available()) : 1;
  }

  /** The most threads that programs compiled from now on run in. */
  get limit(): number {
    return this.#limit;
  }

  set limit(threads: number) {
    this.#limit = this.#memory.shared && hasWorkers() ? Math.min(threads, threadLimit) : 1;
  }

  /** Threads that are ready to take part in runs of all programs so far. */
  get ready(): number {
    const isReady = (worker: number): boolean => this.#isStarted(worker) && this.#loaded(worker) >= this.#programs;
    return 1 + this.#workers.filter((_, i) => i + 1 < this.#limit && isReady(i + 1)).length;
  }

  /** Makes a program known to workers, which load it in their own time; undefined where it is for one thread. */
  share(bytes: Uint8Array, work: number): SharedProgram | undefined {
    if (this.#limit < 2 || this.#programs >= programLimit) return undefined;
    this.#releaseModules();
    const address = this.#memory.allocate(bytes.length);
    const words = this.#memory.words();
    const number = this.#programs++;
    this.#memory.write(address, "uint8", bytes as Uint8Array<ArrayBuffer>);
    words[threadMemory.table / 4 + 2 * number] = address;
    words[threadMemory.table / 4 + 2 * number + 1] = bytes.length;
    this.#modules.push({ address, bytes: bytes.length });
    Atomics.store(words, threadMemory.programs / 4, this.#programs);
    this.#wake(words);
    return { number, work, threads: this.#limit, pace: new Pace(), runs: 0 };
  }

  /** Runs a program in the threads that are ready. @throws DeviceError where one of them died. */
  run(run: WasmFunction, base: number, program: SharedProgram | undefined): void {
    // A program that runs once is over before workers are there.
    if (program !== undefined && (program.runs++ > 0 || program.work >= alwaysShared)) this.start();
    const available = program === undefined ? 1 : this.#threadsFor(program);
    if (available === 1 || program === undefined) {
      run(base, 0, 1);
      return;
    }
    const { pace, work } = program;
    if (this.isEager || work >= alwaysShared) {
      this.#runShared(run, base, program, available);
      return;
    }
    const several = pace.takesSeveral;
    const start = performance.now();
    if (several) this.#runShared(run, base, program, available);
    else run(base, 0, 1);
    pace.note(several, performance.now() - start);
  }

  #runShared(run: WasmFunction, base: number, program: SharedProgram, threads: number): void {
    const words = this.#memory.words();
    words[threadMemory.program / 4] = program.number;
    words[threadMemory.base / 4] = base;
    words[threadMemory.threads / 4] = threads;
    for (let worker = 1; worker < threads; worker++) Atomics.add(words, wordOf(worker), 1);
    this.#wake(words);
    run(base, 0, threads);
    if (Atomics.load(words, threadMemory.died / 4) !== 0) this.#giveUp();
  }

  #threadsFor({ number, work, threads: most }: SharedProgram): number {
    const words = this.#memory.words();
    const limit = Math.min(most, this.#limit, this.#workers.length + 1);
    let threads = 1;
    while (threads < limit && this.#loaded(threads) > number && (this.#firsts[threads - 1] ?? 0) <= number) threads++;
    if (threads === 1) return 1;
    if (Atomics.load(words, threadMemory.died / 4) !== 0) return 1;
    if (!this.isEager && work < awaitedFrom && Atomics.load(words, threadMemory.parked / 4) > 0) {
      this.#wake(words);
      return 1;
    }
    return threads;
  }

  #loaded = (worker: number): number => Atomics.load(this.#memory.words(), wordOf(worker) + 1);

  #isStarted = (worker: number): boolean => Atomics.load(this.#memory.words(), wordOf(worker) + 2) !== 0;

  #wake(words: Int32Array): void {
    Atomics.add(words, threadMemory.wake / 4, 1);
    if (Atomics.load(words, threadMemory.parked / 4) > 0) Atomics.notify(words, threadMemory.wake / 4);
  }

  /** Starts the workers that are missing. */
  start(): void {
    if (this.#workers.length >= this.#limit - 1) return;
    const words = this.#memory.words();
    Atomics.store(words, threadMemory.mayWait / 4, globals.document === undefined ? 1 : 0);
    while (this.#workers.length < this.#limit - 1) {
      const worker = startWorker();
      if (worker === undefined) {
        this.#limit = 1;
        return;
      }
      worker.on?.("error", () => this.#markDead());
      worker.onerror = () => this.#markDead();
      worker.unref?.();
      this.#workers.push(worker);
      this.#firsts.push(this.#released);
      worker.postMessage({ memory: this.#memory.memory, worker: this.#workers.length, first: this.#released });
    }
  }

  #markDead(): void {
    Atomics.store(this.#memory.words(), threadMemory.died / 4, 1);
  }

  /** From now on there is one thread. */
  #giveUp(): never {
    this.#limit = 1;
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
    this.#firsts.length = 0;
    throw new DeviceError(
      "a worker thread ended in the middle of a run, and its results are lost. Nothing was assigned; run it again: from now on it runs in one thread.",
    );
  }

  /** Gives back the memory of modules that all workers have loaded. */
  #releaseModules(): void {
    if (this.#workers.length === 0) return;
    const loaded = Math.min(...this.#workers.map((_, i) => this.#loaded(i + 1)));
    for (; this.#released < Math.min(loaded, this.#modules.length); this.#released++) {
      const entry = this.#modules[this.#released];
      if (entry !== undefined) this.#memory.free(entry.address, entry.bytes);
    }
  }
}

const wordOf = (worker: number): number => (threadMemory.workers + worker * threadMemory.workerStride) / 4;

const nodeModules = (): NodeProcess["getBuiltinModule"] => globals.process?.getBuiltinModule;

const hasWorkers = (): boolean =>
  nodeModules() !== undefined || (globals.Worker !== undefined && globals.URL !== undefined);

function available(): number {
  if (!hasWorkers()) return 1;
  return nodeModules()?.("os").availableParallelism() ?? globals.navigator?.hardwareConcurrency ?? 1;
}

/** A worker of Node or of a browser; undefined where none can be had. */
function startWorker(): WorkerLike | undefined {
  requireEngine();
  try {
    const node = nodeModules()?.("worker_threads");
    if (node !== undefined) return new node.Worker(workerSource, { eval: true });
    const { Blob, URL, Worker } = globals;
    if (Blob === undefined || URL === undefined || Worker === undefined) return undefined;
    return new Worker(URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" })));
  } catch {
    // A content security policy, or a runtime without workers: one thread does all.
    return undefined;
  }
}
