const leastSeconds = 0.5;

/** The least time of one call in seconds, over as many as fill half a second (the method of Srajer, Kukelova & Fitzgibbon 2018). */
export function measure(f: () => void): number {
  // Compiles, and fills the memory that later calls use again.
  f();
  let least = Number.POSITIVE_INFINITY;
  const start = performance.now();
  while (performance.now() - start < 1000 * leastSeconds) {
    const before = performance.now();
    f();
    least = Math.min(least, performance.now() - before);
  }
  return least / 1000;
}
