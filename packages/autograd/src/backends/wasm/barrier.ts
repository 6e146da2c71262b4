import type { FunctionWriter } from "./encoder.js";
import type { ModuleWriter } from "./module-writer.js";
import { atomic, op } from "./opcodes.js";
import { threadMemory } from "./thread-memory.js";

/** Rounds of waiting before a thread sleeps: about 200 µs, longer than most kernels that one thread runs alone. */
const spins = 100_000;
/** How long it sleeps at most at a time, in nanoseconds. */
const sleep = 1_000_000n;
/** So many sleeps, about 30 seconds, and the thread that is missing is taken for dead. */
const patience = 30_000;

/**
 * `barrier(thread, threads)`: returns when as many threads have called it. Between two meetings every thread sees what the others wrote before
 * the first. (Sense by generation: Mellor-Crummey & Scott, Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors, 1991, §3.) Where one of
 * them has died it returns at once, and the run has failed.
 */
export function emitBarrier(module: ModuleWriter): FunctionWriter {
  const w = module.function("barrier", ["i32", "i32"], []);
  const generation = w.local("i32");
  const rounds = w.local("i32");
  const sleeps = w.local("i32");
  const { arrived, generation: turn, died, mayWait, sleeping } = threadMemory;
  w.get(1)
    .i32(1)
    .op(op.i32LeS)
    .if(() => w.return());
  w.i32(turn).atomic(atomic.i32Load, 0, 2).set(generation);
  w.i32(arrived).i32(1).atomic(atomic.i32Add, 0, 2);
  w.get(1)
    .i32(1)
    .op(op.i32Sub)
    .op(op.i32Eq)
    .if(() => {
      w.i32(arrived).i32(0).atomic(atomic.i32Store, 0, 2);
      w.i32(turn).i32(1).atomic(atomic.i32Add, 0, 2).op(op.drop);
      w.i32(sleeping).atomic(atomic.i32Load, 0, 2);
      w.if(() => w.i32(turn).i32(-1).atomic(atomic.notify, 0, 2).op(op.drop)).return();
    });
  w.i32(0).set(rounds).i32(0).set(sleeps);
  w.loop(() => {
    w.i32(turn).atomic(atomic.i32Load, 0, 2).get(generation).op(op.i32Ne);
    w.if(() => w.return());
    w.get(rounds).i32(1).op(op.i32Add).tee(rounds).i32(spins).op(op.i32LtU).brIf(0);
    w.i32(died)
      .atomic(atomic.i32Load, 0, 2)
      .if(() => w.return());
    w.i32(0).set(rounds);
    w.get(0).i32(mayWait).atomic(atomic.i32Load, 0, 2).op(op.i32Or);
    w.if(() => {
      w.i32(sleeping).i32(1).atomic(atomic.i32Add, 0, 2).op(op.drop);
      w.i32(turn).get(generation).i64(sleep).atomic(atomic.wait32, 0, 2).op(op.drop);
      w.i32(sleeping).i32(-1).atomic(atomic.i32Add, 0, 2).op(op.drop);
    });
    w.get(sleeps).i32(1).op(op.i32Add).tee(sleeps).i32(patience).op(op.i32LtU).brIf(0);
    w.i32(died).i32(1).atomic(atomic.i32Store, 0, 2);
  });
  return w;
}
