import { DTypeError, ShapeError, ValueError } from "../errors.js";
import type { RandomKey } from "../numbers/threefry.js";
import { showShape } from "../shape.js";
import { scalar, type Tensor, Variable } from "../tensor.js";

/** How many words were drawn: a float64 scalar, which counts exactly to 2⁵³. */
export interface Counter {
  readonly value: Tensor;
  assign(next: Tensor): void;
}

const counters = new WeakSet<object>();

/** A counter in a Variable, which saved states and compiled steps know how to carry. */
export function storedCounter(start: Tensor = scalar(0, "float64")): Counter {
  const counter = new Variable(start, { name: "random counter", trainable: false });
  counters.add(counter);
  return counter;
}

/** Whether a Variable is the counter of a generator. */
export const isStoredCounter = (variable: object): boolean => counters.has(variable);

/** @throws ShapeError, DTypeError where `start` is no float64 scalar. */
export function counterAt(start: Tensor): Counter {
  if (start.rank !== 0) throw new ShapeError(`at: the counter must be a scalar, not shape ${showShape(start.shape)}.`);
  if (start.dtype !== "float64") throw new DTypeError(`at: the counter must be float64, not ${start.dtype}; use cast.`);
  let value = start;
  return {
    get value() {
      return value;
    },
    assign(next) {
      value = next;
    },
  };
}

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
