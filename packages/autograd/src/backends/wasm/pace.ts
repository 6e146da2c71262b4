/** So many runs of each kind are timed before one is chosen: the quickest counts, for what disturbs only ever slows down. */
const trials = 3;
/** After so many runs the other kind is tried again: what else the machine does has changed. */
const period = 256;

/**
 * Whether a program runs faster in several threads than in one: found by trying both, again and again. Threads cost more than they give where steps are short, or where
 * others need the cores. Results do not depend on it.
 */
export class Pace {
  #runs = 0;
  #times: [one: number, several: number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #prefersSeveral = true;

  /** Whether the coming run takes several threads. */
  get takesSeveral(): boolean {
    const turn = this.#runs % period;
    if (turn >= 2 * trials) return this.#prefersSeveral;
    return turn % 2 === 0 ? this.#prefersSeveral : !this.#prefersSeveral;
  }

  /** Notes how long a run took, in milliseconds. */
  note(severalThreads: boolean, time: number): void {
    const kind = severalThreads ? 1 : 0;
    const turn = this.#runs % period;
    if (turn === 0) this.#times = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    this.#times[kind] = Math.min(this.#times[kind], time);
    this.#runs++;
    if (turn === 2 * trials - 1) this.#prefersSeveral = this.#times[1] <= this.#times[0];
  }
}
