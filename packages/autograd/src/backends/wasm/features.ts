import { engine } from "./engine.js";
import { ModuleWriter } from "./module-writer.js";
import { simd } from "./opcodes.js";

/** What of Node's `process` is needed to reach V8's flags without importing a module that browsers do not have. */
interface NodeProcess {
  readonly getBuiltinModule?: (name: "v8") => { setFlagsFromString(flags: string): void } | undefined;
}

const relaxedFlag = "--experimental-wasm-relaxed-simd";

let relaxedSimd: boolean | undefined;

/**
 * Whether the engine compiles fused multiply-add of vectors (the relaxed SIMD proposal). Node 20 has it behind a flag of V8, which is set here where
 * it is missed; newer ones have it without, and reject the flag. The answer is found once.
 *
 * @example
 * const fma = detectRelaxedSimd();
 * emitProduct(module, { ...sizes, fma });
 */
export function detectRelaxedSimd(): boolean {
  relaxedSimd ??= compilesRelaxedSimd() || (setRelaxedFlag() && compilesRelaxedSimd());
  return relaxedSimd;
}

function compilesRelaxedSimd(): boolean {
  if (engine === undefined) return false;
  const module = new ModuleWriter({ initial: 1, shared: false });
  const w = module.function("probe", ["v128"], ["v128"]);
  w.get(0).get(0).get(0).simd(simd.f32x4RelaxedMadd);
  return engine.validate(module.encode());
}

function setRelaxedFlag(): boolean {
  const { process } = globalThis as { readonly process?: NodeProcess };
  try {
    const v8 = process?.getBuiltinModule?.("v8");
    v8?.setFlagsFromString(relaxedFlag);
    return v8 !== undefined;
  } catch {
    // Runtimes that look like Node but keep their flags to themselves.
    return false;
  }
}
