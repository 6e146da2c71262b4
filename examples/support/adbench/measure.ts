const leastSeconds = 0.5;
/** A slow call fits into half a second once or twice; the least of so few is that of a busy moment. */
const leastCalls = 10;

/**
 * The least time of one call in seconds, over as many as fill half a second (the method of Srajer, Kukelova & Fitzgibbon 2018), and
 * over ten at least.
 */
export function measure(f: () => void): number {
  // Compiles, and fills the memory that later calls use again.
  f();
  let least = Number.POSITIVE_INFINITY;
  const start = performance.now();
  for (let calls = 0; calls < leastCalls || performance.now() - start < 1000 * leastSeconds; calls++) {
    const before = performance.now();
    f();
    least = Math.min(least, performance.now() - before);
  }
  return least / 1000;
}
