import type { BlasUse } from "../../compile/executable.js";
import { type BlasLibrary, type MissingBlas, openBlas } from "./blas/library.js";
import { ConstantPool } from "./constant-pool.js";
import { DeviceMemory } from "./device-memory.js";
import { detectRelaxedSimd } from "./features.js";
import type { ProgramOptions } from "./program.js";
import { Residents } from "./residents.js";
import { Threads } from "./threads.js";

/** What all programs share: memory, the tensors in it, threads. Made when it is first needed. */
export class Backend {
  readonly memory = new DeviceMemory();
  readonly constants = new ConstantPool(this.memory);
  readonly residents = new Residents(this.memory);
  readonly threads = new Threads(this.memory);
  /** Whether products do without fused multiply-add, which not every engine has. */
  deterministic = false;
  /** See `ProgramOptions`: 10 µs of products or so, which is long beside two meetings of threads. */
  sharedFrom = 60_000;
  /** What computes large products, where that was asked for. */
  blas: BlasLibrary | MissingBlas | undefined;
  /** The package that calls native code. */
  koffi = "koffi";
  /** For how many cores a library's products are made ready: the machine's, whatever the number of threads. */
  cores = Math.max(2, this.threads.limit);
  readonly #libraries = new Map<string, BlasLibrary>();
  #runs = 0;

  /** A number for a run that begins. */
  nextRun(): number {
    return ++this.#runs;
  }

  programOptions(): ProgramOptions {
    const { maximum, shared } = this.memory;
    return {
      memory: { initial: 1, maximum, shared },
      constants: this.constants,
      fma: !this.deterministic && detectRelaxedSimd(),
      threads: this.threads.limit,
      sharedFrom: this.sharedFrom,
      cores: this.cores,
      blas: this.blas !== undefined && "gemm" in this.blas && !this.deterministic ? this.blas : undefined,
    };
  }

  /** OpenBLAS at a path, or where it usually is; found once. */
  findBlas(path: string | undefined): BlasLibrary | MissingBlas {
    const key = `${this.koffi}|${path ?? ""}`;
    const found = this.#libraries.get(key) ?? openBlas(this.memory.memory, { path, koffi: this.koffi });
    if ("gemm" in found) this.#libraries.set(key, found);
    return found;
  }

  /** Who computes large products of what is compiled now. */
  get blasUse(): BlasUse {
    const none = (reason: string): BlasUse => ({ name: "none", reason });
    if (this.blas === undefined) return none('it was not asked for: init({ blas: "auto" })');
    if ("why" in this.blas) return none(`${this.blas.why}: ${this.blas.remedy}`);
    if (this.deterministic)
      return none("deterministic is set, and a library's bits depend on its build and on the processor");
    return { name: "openblas", reason: this.blas.description };
  }
}

let backend: Backend | undefined;

export const currentBackend = (): Backend => {
  backend ??= new Backend();
  return backend;
};
