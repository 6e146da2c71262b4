import { ValueError } from "../errors.js";
import type { RandomKey } from "../numbers/threefry.js";

/** Where a generator stands: plain data that can be saved as JSON. */
export interface GeneratorState {
  /** Two unsigned 32-bit words. */
  readonly key: readonly [number, number];
  /** Words drawn so far, 0 … 2⁵³ − 1. */
  readonly counter: number;
  /** Generators split off so far. */
  readonly splits: number;
}

const isWord = (word: unknown): word is number => Number.isInteger(word) && Number(word) >= 0 && Number(word) < 2 ** 32;
const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 0;

/** @throws ValueError where `state` is no state of a generator. */
export function checkState(state: GeneratorState): { key: RandomKey; counter: number; splits: number } {
  const { key, counter, splits }: Partial<GeneratorState> = state ?? {};
  const [first, second, ...more] = Array.isArray(key) ? (key as readonly unknown[]) : [];
  if (isWord(first) && isWord(second) && more.length === 0 && isCount(counter) && isCount(splits)) {
    return { key: [first, second], counter, splits };
  }
  throw new ValueError(
    `setState: ${JSON.stringify(state)} is no state of a generator; pass what state() returned: {key: [word, word], counter, splits}.`,
  );
}
