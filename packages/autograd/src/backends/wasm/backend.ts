import { DeviceMemory } from "./device-memory.js";
import type { WasmFunction } from "./engine.js";
import { detectRelaxedSimd } from "./features.js";
import type { ProgramOptions } from "./program.js";
import { Residents } from "./residents.js";

/** What all programs share: memory, the tensors in it, threads. Made when it is first needed. */
export class Backend {
  readonly memory = new DeviceMemory();
  readonly residents = new Residents(this.memory);
  #runs = 0;

  /** A number for a run that begins. */
  nextRun(): number {
    return ++this.#runs;
  }

  programOptions(): ProgramOptions {
    const { maximum, shared } = this.memory;
    return { memory: { initial: 1, maximum, shared }, fma: detectRelaxedSimd(), threads: 1 };
  }

  /** Runs a program's function in as many threads as it is worth. */
  enter(run: WasmFunction, base: number, _threaded: boolean): void {
    run(base, 0, 1);
  }
}

let backend: Backend | undefined;

export const currentBackend = (): Backend => {
  backend ??= new Backend();
  return backend;
};
