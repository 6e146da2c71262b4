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
    };
  }
}

let backend: Backend | undefined;

export const currentBackend = (): Backend => {
  backend ??= new Backend();
  return backend;
};
