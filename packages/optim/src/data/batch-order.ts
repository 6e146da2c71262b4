import { type Generator, type GeneratorState, generator, ValueError } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { describeValue } from "../tree.js";

/** Options of `minibatches`. */
export interface MinibatchOptions {
  /** How many examples a batch has: 1 … the number of examples. */
  readonly batchSize: number;
  /** Another random order in each epoch; default false, the order of the data. */
  readonly shuffle?: boolean;
  /** What the orders are drawn from; it is split once, so that later draws from it change nothing. Default `generator(0)`. */
  readonly generator?: Generator;
  /** Leaves out the last batch of an epoch where it would be smaller; default false. */
  readonly dropLast?: boolean;
}

/** Where an iteration over batches stands: plain numbers and the generator's own state. */
export interface MinibatchState {
  /** The epoch in progress, or about to begin; the first is 0. */
  readonly epoch: number;
  /** How many examples of it have been handed out. */
  readonly position: number;
  /** Under `shuffle`, the generator's state at the beginning of the epoch, from which its order follows. */
  readonly generator?: GeneratorState;
}

/** The epochs of an iteration over batches, and where it stands: rows, whatever they are rows of. */
export interface BatchOrder {
  readonly length: number;
  readonly epoch: number;
  readonly state: () => MinibatchState;
  readonly setState: (state: MinibatchState) => void;
  /** Begins an epoch, or after `setState` goes on with the saved one. */
  readonly begin: () => Epoch;
  /** The rows of the batch that begins at a position of the epoch; undefined at its end. */
  readonly rowsAt: (epoch: Epoch, position: number) => Int32Array | undefined;
  /** Notes that so many rows more have been handed out; without, that the epoch is over. */
  readonly handOut: (epoch: Epoch, rows: Int32Array | undefined) => void;
}

/** One epoch on its way. */
export interface Epoch {
  readonly number: number;
  readonly order: ArrayLike<number> | undefined;
  readonly generator: GeneratorState | undefined;
  position: number;
}

/** @throws ValueError for a batch size that is no whole number in 1 … examples. */
export function batchOrder(examples: number, options: MinibatchOptions): BatchOrder {
  const { shuffle = false, dropLast = false } = options;
  const batchSize = wholeNumber("minibatches", "batchSize", options.batchSize, 1);
  if (batchSize > examples) {
    throw new ValueError(
      `minibatches: batchSize ${batchSize} is more than the ${examples} examples. Use at most ${examples}.`,
    );
  }
  const end = dropLast ? examples - (examples % batchSize) : examples;
  const [source] = shuffle ? (options.generator ?? generator(0)).split(1) : [];

  let upcoming = 0;
  let current: Epoch | undefined;
  let resumed: Epoch | undefined;

  const start = (position: number): Epoch => {
    const before = source?.state();
    return { number: upcoming++, order: source?.permutation(examples).data(), generator: before, position };
  };
  return {
    length: Math.ceil(end / batchSize),
    get epoch() {
      return current?.number ?? upcoming;
    },
    state: () =>
      current === undefined
        ? makeState(upcoming, 0, source?.state())
        : makeState(current.number, current.position, current.generator),
    setState(state) {
      checkState(state, end, shuffle);
      if (state.generator !== undefined) source?.setState(state.generator);
      upcoming = state.epoch;
      resumed = state.position === 0 ? undefined : start(state.position);
      current = resumed;
    },
    begin() {
      const epoch = resumed ?? start(0);
      resumed = undefined;
      current = epoch;
      return epoch;
    },
    rowsAt: ({ order }, position) =>
      position >= end
        ? undefined
        : Int32Array.from(
            { length: Math.min(batchSize, end - position) },
            (_, i) => order?.[position + i] ?? position + i,
          ),
    handOut(epoch, rows) {
      if (rows !== undefined) epoch.position += rows.length;
      else if (current === epoch) current = undefined;
    },
  };
}

const makeState = (epoch: number, position: number, state: GeneratorState | undefined): MinibatchState =>
  state === undefined ? { epoch, position } : { epoch, position, generator: state };

function checkState(state: MinibatchState, end: number, shuffle: boolean): void {
  const operator = "minibatches.setState";
  if (typeof state !== "object" || state === null) {
    throw new ValueError(`${operator}: the state is ${describeValue(state)}, not what state() gave.`);
  }
  wholeNumber(operator, "epoch", state.epoch, 0);
  if (wholeNumber(operator, "position", state.position, 0) > end) {
    throw new ValueError(
      `${operator}: position ${state.position} is past the ${end} examples of an epoch: the data differ.`,
    );
  }
  if (shuffle !== (state.generator !== undefined)) {
    throw new ValueError(
      `${operator}: the state was saved ${shuffle ? "without" : "with"} shuffle, and these batches are ${shuffle ? "shuffled" : "in order"}.`,
    );
  }
}
