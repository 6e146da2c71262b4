import { stopGradient, type Tensor } from "@glissade/autograd";
import type { Module } from "../module.js";

/** A call of a module's `forward`, between two tensors that were made before and after it. */
export interface ModuleCall {
  readonly name: string;
  readonly before: Tensor;
  after: Tensor;
}

/** Runs `trace` with every `forward` in the model recorded, in evaluation mode, and puts all back as it was. */
export function recordingCalls<T>(
  model: Module,
  mark: () => Tensor | undefined,
  calls: ModuleCall[],
  trace: () => T,
): T {
  const restore: (() => void)[] = [];
  try {
    for (const [name, module] of model.namedModules()) {
      const { training } = module;
      restore.push(() => (training ? module.train() : module.eval()));
      const forward: unknown = Reflect.get(module, "forward");
      if (typeof forward !== "function") continue;
      const recorded = (...args: unknown[]): unknown => {
        const leaf = mark();
        if (leaf === undefined) return Reflect.apply(forward, module, args);
        const call: ModuleCall = { name, before: stopGradient(leaf), after: leaf };
        calls.push(call);
        const result: unknown = Reflect.apply(forward, module, args);
        call.after = stopGradient(leaf);
        return result;
      };
      const own = Object.getOwnPropertyDescriptor(module, "forward");
      Object.defineProperty(module, "forward", { value: recorded, configurable: true });
      restore.push(() => {
        if (own === undefined) Reflect.deleteProperty(module, "forward");
        else Object.defineProperty(module, "forward", own);
      });
    }
    model.eval();
    return trace();
  } finally {
    // Outermost modules come first, and setting one's mode sets those inside it.
    for (const put of restore) put();
  }
}
