import type { Random } from "fast-check";

/** Where choices come from when nothing has been recorded: fast-check's generator, so that a seed replays them. */
export interface RandomSource {
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** A number of the open interval (0, 1). */
  fraction(): number;
  /** True once in `n` times. */
  oneIn(n: number): boolean;
}

const steps = 2 ** 26;

/** fast-check's generator as a source of choices. */
export function randomSource(random: Random): RandomSource {
  return {
    integer: (min, max) => random.nextInt(min, max),
    fraction: () => (random.nextInt(0, steps - 1) + 0.5) / steps,
    oneIn: (n) => random.nextInt(1, n) === 1,
  };
}
