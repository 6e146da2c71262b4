/**
 * What threads tell one another, in shared memory below the first block: addresses in bytes, each on a cache line of its own. Main is thread 0, workers are
 * threads 1, 2, …
 */
export const threadMemory = {
  /** How many threads have arrived at a barrier, and how often all have. */
  arrived: 64,
  generation: 128,
  /** How many sleep at a barrier. */
  sleeping: 160,
  /** Not zero once a thread cannot go on: the others leave their barriers. */
  died: 192,
  /** Whether the first thread may sleep: the main thread of a browser may not. */
  mayWait: 196,
  /** Counts up with whatever a worker should look at; parked workers wait for it. */
  wake: 256,
  /** How many workers are parked. */
  parked: 320,
  /** The program to run, the base of its memory, and how many threads run it. */
  program: 384,
  base: 388,
  threads: 392,
  /** How many programs there are. */
  programs: 448,
  /** For each worker how often it was called to run, how many programs it has loaded, and whether it has started: a word each. */
  workers: 1024,
  workerStride: 64,
  /** For each program the address and the length of its module. */
  table: 65536,
} as const;

/** Programs that fit into the table. */
export const programLimit = 8192;

/** The most threads: the layout has room for a worker less. */
export const threadLimit = 64;
