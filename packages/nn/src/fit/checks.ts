import { shapeError, Tensor, ValueError, Variable } from "@glissade/autograd";
import type { CheckpointStore } from "./checkpoint-store.js";
import type { FitOptions } from "./options.js";

const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && Number(value) >= least;

const isStore = (store: Partial<CheckpointStore> | undefined | null): boolean =>
  [store?.save, store?.list, store?.load, store?.remove].every((method) => typeof method === "function");

/** @throws ValueError for options that make no sense, before anything is changed. */
export function checkFitOptions<B>(options: FitOptions<B>): void {
  const { data, loss, optimizer, epochs, evaluation, accumulate = 1, clipNorm, ema, monitor, earlyStopping } = options;
  const fail = (text: string): never => {
    throw new ValueError(`fit: ${text}`);
  };
  const isIterable =
    typeof data === "object" && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);
  if (!isIterable) fail("data must be iterable: an array of batches, or minibatches.");
  if (typeof loss !== "function") fail("loss must be a function that takes a batch.");
  if (typeof optimizer?.step !== "function") fail("optimizer must have a method step, as steppers do.");
  if (!isWhole(epochs, 0)) fail(`epochs is ${String(epochs)}; it must be a whole number of 0 or more.`);
  if (!isWhole(accumulate, 1)) fail(`accumulate is ${String(accumulate)}; it must be a whole number of 1 or more.`);
  if (clipNorm !== undefined && !(clipNorm > 0)) fail(`clipNorm is ${clipNorm}; it must be above 0.`);
  if (ema !== undefined && !(ema >= 0 && ema < 1)) fail(`ema is ${ema}; a decay lies in [0, 1).`);
  if (evaluation?.every !== undefined && !isWhole(evaluation.every, 1))
    fail(`evaluation.every is ${evaluation.every}; it must be a whole number of epochs.`);
  if (
    evaluation === undefined &&
    (earlyStopping !== undefined || monitor !== undefined || options.restoreBest === true)
  )
    fail("earlyStopping, monitor and restoreBest need an evaluation.");
  const names = ["loss", ...Object.keys(evaluation?.metrics ?? {})];
  if (monitor !== undefined && !names.includes(monitor))
    fail(`monitor is ${JSON.stringify(monitor)}; an evaluation has ${names.join(", ")}.`);
  if (options.mode !== undefined && options.mode !== "min" && options.mode !== "max")
    fail(`mode is ${JSON.stringify(options.mode)}; it must be "min" or "max".`);
  if (earlyStopping !== undefined && !isWhole(earlyStopping.patience, 1))
    fail(`earlyStopping.patience is ${String(earlyStopping.patience)}; it must be a whole number of 1 or more.`);
  if (earlyStopping?.minDelta !== undefined && !(earlyStopping.minDelta >= 0))
    fail(`earlyStopping.minDelta is ${earlyStopping.minDelta}; it must be 0 or more.`);
  const { every, keep } = options.checkpoints ?? {};
  if (options.checkpoints !== undefined && !isStore(options.checkpoints.store))
    fail("checkpoints.store needs the methods save, list, load and remove, as checkpointFolder and memoryStore give.");
  if (every !== undefined && !isWhole(every, 1))
    fail(`checkpoints.every is ${every}; it must be a whole number of steps.`);
  if (keep !== undefined && !isWhole(keep, 1))
    fail(`checkpoints.keep is ${keep}; it must be a whole number of 1 or more.`);
  if (options.schedule !== undefined && !("lr" in optimizer))
    fail("schedule sets optimizer.lr, and this optimizer has none.");
}

/**
 * What a loss or metric gave for a batch, where it is a scalar. Promises pass: transforms say what is wrong with them.
 *
 * @throws ShapeError for a tensor of another shape, ValueError for what is no tensor.
 */
export function checkedMean(name: string, value: Tensor): Tensor {
  const given: unknown = value;
  if (given instanceof Tensor || given instanceof Variable) {
    if (given.shape.length === 0) return value;
    throw shapeError(
      `fit: ${name} has shape [${given.shape.join(", ")}] and must be a scalar, a mean over the batch. Reduce it with mean.`,
      [given instanceof Tensor ? given : given.value],
    );
  }
  if (given instanceof Promise) return value;
  throw new ValueError(`fit: ${name} gave ${given === null ? "null" : typeof given} in place of a scalar tensor.`);
}
