import process from "node:process";

/** A signal that Ctrl-C sets, until it is given back. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Ctrl-C ends the process again, as it does by itself. */
  release(): void;
}

/**
 * A signal for `fit` that Ctrl-C (SIGINT) and SIGTERM set: the step in progress is finished, a checkpoint written, and `fit` returns with reason "aborted". A second Ctrl-C ends the
 * process at once.
 *
 * @example
 * const { signal, release } = onInterrupt();
 * const { reason } = await fit(model, { ...options, signal }).finally(release);
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const release = (): void => {
    for (const name of signals) process.off(name, interrupt);
  };
  const interrupt = (): void => {
    // Without a listener the next signal has its default effect.
    release();
    controller.abort();
  };
  for (const name of signals) process.on(name, interrupt);
  return { signal: controller.signal, release };
}
