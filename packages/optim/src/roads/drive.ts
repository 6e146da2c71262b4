import type { Tensor } from "@glissade/autograd";

// Browsers and Node have both; the library asks for no types of either.
declare const performance: { now(): number };
declare const setTimeout: (callback: () => void, milliseconds: number) => unknown;

/** Milliseconds of a clock that never goes back. */
export const now = (): number => performance.now();

/** A computation that hands out tensors to be read and goes on with their values: one text for the forms with and without a Promise. */
export type Routine<R> = Generator<Tensor, R, ArrayLike<number>>;

/** Hands out one scalar to be read. */
export function* read(scalar: Tensor): Routine<number> {
  const [value = Number.NaN] = Array.from(yield scalar);
  return value;
}

/** Hands out a tensor to be read, in row-major order. */
export function* readAll(tensor: Tensor): Routine<Float64Array> {
  return Float64Array.from(yield tensor);
}

/** Runs a routine to its end, on backends that read synchronously. */
export function driveSync<R>(routine: Routine<R>): R {
  let step = routine.next();
  while (step.done !== true) step = routine.next(step.value.data());
  return step.value;
}

/** How long a routine may run before other work of the event loop gets its turn. */
const sliceMilliseconds = 50;

/** Runs a routine to its end, on every backend; timers and pages stay alive meanwhile. */
export async function drive<R>(routine: Routine<R>): Promise<R> {
  let sliceStart = now();
  let step = routine.next();
  while (step.done !== true) {
    const values = await step.value.read();
    if (now() - sliceStart > sliceMilliseconds) {
      await new Promise<void>((resume) => setTimeout(resume, 0));
      sliceStart = now();
    }
    step = routine.next(values);
  }
  return step.value;
}
