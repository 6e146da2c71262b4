import { now } from "./drive.js";
import type { Budget } from "./options.js";

/** Counts what a road has spent. */
export interface Meter {
  readonly evaluations: () => number;
  /** Since the start, without pauses. */
  readonly seconds: () => number;
  /** Counts one evaluation. */
  readonly spend: () => void;
  /** Why no other evaluation may begin, in words; undefined while one may. */
  readonly spent: () => string | undefined;
  /** Runs `body` while the clock stands still. */
  readonly pause: <R>(body: () => R) => R;
}

/** A meter whose clock starts now. */
export function makeMeter(budget: Budget): Meter {
  const start = now();
  let paused = 0;
  let evaluations = 0;
  const seconds = (): number => (now() - start - paused) / 1000;
  return {
    evaluations: () => evaluations,
    seconds,
    spend: () => {
      evaluations++;
    },
    spent: () => {
      if (evaluations >= budget.evaluations) return `the budget of ${budget.evaluations} evaluations is spent`;
      return seconds() >= budget.seconds ? `the budget of ${budget.seconds} seconds is spent` : undefined;
    },
    pause: (body) => {
      const from = now();
      try {
        return body();
      } finally {
        paused += now() - from;
      }
    },
  };
}
