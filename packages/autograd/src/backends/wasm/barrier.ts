import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { atomic, op } from "./opcodes.js";

/** Where threads meet, in shared memory: how many have arrived, and how often all have. */
export const barrierAddress = { arrived: 64, generation: 128 } as const;

/**
 * `barrier(threads)`: returns when as many threads have called it. Between two meetings every thread sees what the others wrote before
 * the first. (Sense by generation: Mellor-Crummey & Scott, Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors, 1991, §3.)
 */
export function emitBarrier(module: ModuleWriter): FunctionWriter {
  const w = module.function("barrier", ["i32"], []);
  const generation = w.local("i32");
  w.get(0)
    .i32(1)
    .op(op.i32LeS)
    .if(() => w.return());
  w.i32(barrierAddress.generation).atomic(atomic.i32Load, 0, 2).set(generation);
  w.i32(barrierAddress.arrived).i32(1).atomic(atomic.i32Add, 0, 2);
  w.get(0)
    .i32(1)
    .op(op.i32Sub)
    .op(op.i32Eq)
    .if(
      () => {
        w.i32(barrierAddress.arrived).i32(0).atomic(atomic.i32Store, 0, 2);
        w.i32(barrierAddress.generation).i32(1).atomic(atomic.i32Add, 0, 2).op(op.drop);
      },
      () => {
        w.loop(() => {
          w.i32(barrierAddress.generation).atomic(atomic.i32Load, 0, 2).get(generation).op(op.i32Eq).brIf(0);
        });
      },
    );
  return w;
}
