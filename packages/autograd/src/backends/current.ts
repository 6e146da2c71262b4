import type { Compiler } from "../compile/executable.js";
import { interpret } from "../compile/interpret.js";
import { ValueError } from "../errors.js";
import { engine } from "./wasm/engine.js";
import { compileToWasm } from "./wasm/executable.js";

/** The backends that programs can be compiled for. `reference` runs the reference kernels one by one: the oracle of the others. */
export type BackendName = "wasm" | "reference";

const compilers: Readonly<Record<BackendName, Compiler>> = { wasm: compileToWasm, reference: interpret };

let current: BackendName = engine === undefined ? "reference" : "wasm";

/** What compiles programs now. */
export const currentCompiler = (): Compiler => compilers[current];

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
