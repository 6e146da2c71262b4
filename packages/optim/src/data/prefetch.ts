import { wholeNumber } from "../arguments.js";

/**
 * Asks a source for values before they are wanted, so that they load while others are in use. The order stays. What fails to load fails the loop when
 * its turn comes; leaving the loop leaves the source, and what is still on its way is dropped.
 *
 * A source that has a state is ahead of the loop by what is on its way; to resume exactly, use `minibatches` with a source of its own.
 *
 * @param source What `for await` takes: an async iterable, or an iterable of promises.
 * @param options.ahead How many values are on their way while one is in use; 0 or more, default 1.
 * @throws ValueError for an `ahead` that is no whole number of 0 or more.
 * @example
 * for await (const batch of prefetch(readShards(paths), { ahead: 2 })) stepper.minimize(() => loss(batch));
 */
export function prefetch<T>(
  source: AsyncIterable<T> | Iterable<T | PromiseLike<T>>,
  { ahead = 1 }: { readonly ahead?: number } = {},
): AsyncIterable<T> {
  wholeNumber("prefetch", "ahead", ahead, 0);
  return { [Symbol.asyncIterator]: () => valuesOf(source, ahead) };
}

async function* valuesOf<T>(
  source: AsyncIterable<T> | Iterable<T | PromiseLike<T>>,
  ahead: number,
): AsyncGenerator<T, void> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : awaiting(source);
  const coming: Promise<IteratorResult<T, unknown>>[] = [];
  try {
    for (;;) {
      while (coming.length <= ahead) coming.push(askQuietly(iterator));
      const result = await coming.shift();
      if (result === undefined || result.done) return;
      yield result.value;
    }
  } finally {
    // Not awaited: it would wait for everything that is still on its way.
    iterator.return?.().catch(() => undefined);
  }
}

/** The next value; a failure is reported to whoever awaits it, and to nobody else. */
function askQuietly<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T, unknown>> {
  const asked = iterator.next();
  asked.catch(() => undefined);
  return asked;
}

/** An iterator of promises as an async one that does not wait for one value before it asks for the next. */
function awaiting<T>(source: Iterable<T | PromiseLike<T>>): AsyncIterator<T> {
  const iterator = source[Symbol.iterator]();
  return {
    async next() {
      const result = iterator.next();
      return result.done ? { done: true, value: undefined } : { done: false, value: await result.value };
    },
    async return() {
      iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
