/** So many runs of each kind are timed before one is chosen: the quickest counts, for what disturbs only ever slows down. */
const trials = 3;
/** After so many runs the other kind is tried again: code that has just been compiled is still being made faster. */
const firstPeriod = 16;
/** Each period is twice the one before, up to this many runs: what else the machine does changes too. */
const longestPeriod = 256;

/**
 * Whether a program runs faster in several threads than in one: found by trying both, again and again. Threads cost more than they give where steps are short, or where
 * others need the cores. Results do not depend on it.
 */
export class Pace {
  /** Runs in this period. */
  #turn = 0;
  #period = firstPeriod;
  #times: [one: number, several: number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #prefersSeveral = true;

  /** Whether the coming run takes several threads. */
  get takesSeveral(): boolean {
    if (this.#turn >= 2 * trials) return this.#prefersSeveral;
    return this.#turn % 2 === 0 ? this.#prefersSeveral : !this.#prefersSeveral;
  }

  /** Notes how long a run took, in milliseconds. */
  note(severalThreads: boolean, time: number): void {
    const kind = severalThreads ? 1 : 0;
    if (this.#turn === 0) this.#times = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    this.#times[kind] = Math.min(this.#times[kind], time);
    this.#turn++;
    if (this.#turn === 2 * trials) this.#prefersSeveral = this.#times[1] <= this.#times[0];
    if (this.#turn < this.#period) return;
    this.#turn = 0;
    this.#period = Math.min(2 * this.#period, longestPeriod);
  }
}
