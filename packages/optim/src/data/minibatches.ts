import { type Shape, ShapeError, type Tensor, take, tensor, ValueError } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { buildTree, placeOf, type TensorTree, tensorTree } from "../tree.js";
import { type BatchOrder, batchOrder, type Epoch, type MinibatchOptions, type MinibatchState } from "./batch-order.js";
import { prefetch } from "./prefetch.js";

/** A tree like `T` whose tensors have another leading size. */
export type BatchOf<T> =
  T extends Tensor<infer _S, infer D> ? Tensor<Shape, D> : T extends object ? { [K in keyof T]: BatchOf<T[K]> } : never;

/** Where an iteration over batches stands, and how to go there. */
export interface BatchPlace {
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

/** Batches of data, epoch by epoch. Made by `minibatches`. */
export interface Minibatches<T> extends Iterable<BatchOf<T>>, BatchPlace {}

/** Batches that are loaded when they are wanted, epoch by epoch: for `for await`. Made by `minibatches`. */
export interface AsyncMinibatches<T> extends AsyncIterable<T>, BatchPlace {}

/** Examples that have to be loaded: from files, over a network, by a worker. */
export interface BatchSource<T> {
  /** How many examples there are. */
  readonly length: number;
  /** A batch of the examples with these numbers, in this order. */
  load(indices: Int32Array): Promise<T>;
}

/** Options of `minibatches` for a source. */
export interface AsyncMinibatchOptions extends MinibatchOptions {
  /** How many batches are being loaded while one is in use; 0 or more, default 1. */
  readonly prefetch?: number;
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
 * Batches of examples. Each `for … of` is one epoch: it starts a new one, or after `setState` goes on with the saved one.
 *
 * Of a tree of tensors: trees like it with `batchSize` rows of each tensor, taken together, when the batch is computed and not before. Of a source:
 * what it loads, some batches ahead; a batch counts as handed out when the loop gets it, so that `state()` is exact there too.
 *
 * @param data A tree of tensors whose leading axes count the same examples, or a source `{length, load(indices)}`.
 * @param options.batchSize 1 … the number of examples.
 * @param options.shuffle A new random order in each epoch; default false.
 * @param options.generator Default `generator(0)`.
 * @param options.dropLast Leaves out a smaller last batch; default false.
 * @param options.prefetch Of a source: how many batches are loaded ahead; default 1.
 * @throws ShapeError for leading sizes that differ; ValueError for a batch size that is no whole number in range, or data without
 * tensors.
 * @example
 * const batches = minibatches({ x: images, y: labels }, { batchSize: 128, shuffle: true });
 * while (batches.epoch < 10) for (const { x, y } of batches) stepper.minimize(() => loss(x, y));
 */
export function minibatches<T>(source: BatchSource<T>, options: AsyncMinibatchOptions): AsyncMinibatches<T>;
export function minibatches<T>(data: T, options: MinibatchOptions): Minibatches<T>;
export function minibatches(
  data: unknown,
  options: AsyncMinibatchOptions,
): Minibatches<unknown> | AsyncMinibatches<unknown> {
  if (isSource(data)) return loadedBatches(data, options);
  const tree = tensorTree("minibatches", "data", data);
  return takenBatches(tree, batchOrder(exampleCount(tree), options));
}

const isSource = (data: unknown): data is BatchSource<unknown> =>
  typeof data === "object" && data !== null && "load" in data && typeof data.load === "function";

function takenBatches<T>(tree: TensorTree, order: BatchOrder): Minibatches<T> {
  return {
    length: order.length,
    get epoch() {
      return order.epoch;
    },
    state: order.state,
    setState: order.setState,
    [Symbol.iterator]() {
      const epoch = order.begin();
      return {
        next() {
          const rows = order.rowsAt(epoch, epoch.position);
          order.handOut(epoch, rows);
          return rows === undefined ? { done: true, value: undefined } : { done: false, value: rowsOf<T>(tree, rows) };
        },
      };
    },
  };
}

function rowsOf<T>(tree: TensorTree, rows: Int32Array): BatchOf<T> {
  const indices = tensor(rows);
  return buildTree(
    tree.structure,
    tree.leaves.map((leaf) => take(leaf, indices, { axis: 0 })),
  );
}

function loadedBatches<T>(source: BatchSource<T>, options: AsyncMinibatchOptions): AsyncMinibatches<T> {
  const ahead = wholeNumber("minibatches", "prefetch", options.prefetch ?? 1, 0);
  const order = batchOrder(wholeNumber("minibatches", "the source's length", source.length, 1), options);
  return {
    length: order.length,
    get epoch() {
      return order.epoch;
    },
    state: order.state,
    setState: order.setState,
    [Symbol.asyncIterator]: () => loadedEpoch(source, order, order.begin(), ahead),
  };
}

async function* loadedEpoch<T>(
  source: BatchSource<T>,
  order: BatchOrder,
  epoch: Epoch,
  ahead: number,
): AsyncGenerator<T, void> {
  for await (const { rows, batch } of prefetch(loads(source, order, epoch), { ahead })) {
    order.handOut(epoch, rows);
    yield batch;
  }
  order.handOut(epoch, undefined);
}

interface Load<T> {
  readonly rows: Int32Array;
  readonly batch: T;
}

/** What is left of an epoch, each batch asked for when the iteration comes to it. */
function* loads<T>(source: BatchSource<T>, order: BatchOrder, epoch: Epoch): Generator<Promise<Load<T>>, void> {
  let at = epoch.position;
  for (let rows = order.rowsAt(epoch, at); rows !== undefined; rows = order.rowsAt(epoch, at)) {
    at += rows.length;
    yield loadOne(source, rows);
  }
}

const loadOne = async <T>(source: BatchSource<T>, rows: Int32Array): Promise<Load<T>> => ({
  rows,
  batch: await source.load(rows.slice()),
});
