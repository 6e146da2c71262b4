import {
  type Generator,
  type GeneratorState,
  generator,
  type Shape,
  ShapeError,
  type Tensor,
  take,
  tensor,
  ValueError,
} from "@glissade/autograd";
import { wholeNumber } from "./arguments.js";
import { buildTree, describeValue, placeOf, type TensorTree, tensorTree } from "./tree.js";

/** A tree like `T` whose tensors have another leading size. */
export type BatchOf<T> =
  T extends Tensor<infer _S, infer D> ? Tensor<Shape, D> : T extends object ? { [K in keyof T]: BatchOf<T[K]> } : never;

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

/** Batches of data, epoch by epoch. Made by `minibatches`. */
export interface Minibatches<T> extends Iterable<BatchOf<T>> {
  /** The number of batches in an epoch. */
  readonly length: number;
  /** The epoch in progress, or about to begin; the first is 0. */
  readonly epoch: number;
  /** Where the iteration begun last stands, between two batches too. */
  state(): MinibatchState;
  /**
   * Goes to a saved place: the next `for … of` hands out the rest of that epoch, to the bit what it would have been.
   *
   * @throws ValueError for what is no state of these batches, and nothing changes.
   */
  setState(state: MinibatchState): void;
}

/** One epoch on its way. */
interface Epoch {
  readonly number: number;
  readonly order: ArrayLike<number> | undefined;
  readonly generator: GeneratorState | undefined;
  position: number;
}

/** @throws ValueError for an empty tree, ShapeError for leaves without a common leading size. */
export function exampleCount({ leaves, forms }: TensorTree): number {
  const [first] = leaves;
  if (first === undefined) throw new ValueError("minibatches: the data hold no tensor.");
  for (const [i, leaf] of leaves.entries()) {
    const place = placeOf("data", forms[i]?.path ?? "");
    if (leaf.rank === 0) {
      throw new ShapeError(`minibatches: ${place} is a scalar; its leading axis must count the examples.`);
    }
    if (leaf.shape[0] !== first.shape[0]) {
      throw new ShapeError(
        `minibatches: ${place} has shape [${leaf.shape.join(", ")}], and the first tensor [${first.shape.join(", ")}]: ` +
          `${leaf.shape[0]} examples ≠ ${first.shape[0]}. All leading axes must have the same size.`,
      );
    }
  }
  return first.shape[0] ?? 0;
}

/**
 * Batches of examples: trees like `data` with `batchSize` rows of each tensor, taken together. Each `for … of` is one epoch: it starts
 * a new one, or after `setState` goes on with the saved one. A batch is taken from the data when it is computed, not before.
 *
 * @param data A tree of tensors whose leading axes count the same examples.
 * @param options.batchSize 1 … the number of examples.
 * @param options.shuffle A new random order in each epoch; default false.
 * @param options.generator Default `generator(0)`.
 * @param options.dropLast Leaves out a smaller last batch; default false.
 * @throws ShapeError for leading sizes that differ; ValueError for a batch size that is no whole number in range, or data without
 * tensors.
 * @example
 * const batches = minibatches({ x: images, y: labels }, { batchSize: 128, shuffle: true });
 * while (batches.epoch < 10) for (const { x, y } of batches) stepper.minimize(() => loss(x, y));
 */
export function minibatches<T>(data: T, options: MinibatchOptions): Minibatches<T> {
  const tree = tensorTree("minibatches", "data", data);
  const examples = exampleCount(tree);
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

  const begin = (position: number): Epoch => {
    const before = source?.state();
    return { number: upcoming++, order: source?.permutation(examples).data(), generator: before, position };
  };
  const nextBatch = (epoch: Epoch): IteratorResult<BatchOf<T>, undefined> => {
    if (epoch.position >= end) {
      if (current === epoch) current = undefined;
      return { done: true, value: undefined };
    }
    const start = epoch.position;
    epoch.position = Math.min(start + batchSize, end);
    return { done: false, value: rowsOf<T>(tree, epoch.order, start, epoch.position) };
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
      resumed = state.position === 0 ? undefined : begin(state.position);
      current = resumed;
    },
    [Symbol.iterator]() {
      const epoch = resumed ?? begin(0);
      resumed = undefined;
      current = epoch;
      return { next: () => nextBatch(epoch) };
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

function rowsOf<T>(tree: TensorTree, order: ArrayLike<number> | undefined, start: number, end: number): BatchOf<T> {
  const rows = Int32Array.from({ length: end - start }, (_, i) => order?.[start + i] ?? start + i);
  const indices = tensor(rows);
  return buildTree(
    tree.structure,
    tree.leaves.map((leaf) => take(leaf, indices, { axis: 0 })),
  );
}
