import { type Generator, type Tensor, ValueError } from "@glissade/autograd";
import type { Module } from "../module.js";
import { type Averages, averagesOf } from "./average.js";
import { encodeCheckpoint, resumeFrom, type Standing, type Subject, saveBest } from "./checkpoint.js";
import { saveStep } from "./checkpoint-store.js";
import { checkedMean, checkFitOptions } from "./checks.js";
import { type Evaluate, evaluation } from "./evaluate.js";
import type { BestEvaluation, EpochRecord, FitOptions, FitResult } from "./options.js";
import { type Stepping, stepping } from "./step.js";

declare const setTimeout: (callback: () => void, milliseconds: number) => unknown;

/** Between two chances for timers, signals and pages to have their turn, in milliseconds. */
const turnTime = 50;

/**
 * Trains a model: epochs of jitted steps, with evaluations, early stopping, averaged weights, checkpoints, and progress for whoever listens.
 *
 * Where there are checkpoints it goes on from the latest one, to the bit as if it had never been stopped: weights, optimiser, averages, random generators of the model, and the
 * place in the data (where `data` has `state` and `setState`, as `minibatches` has) are all in it. The model is in training mode for the steps and in evaluation mode for
 * evaluations; afterwards its modules are in the modes that they were in.
 *
 * @param model Its trainable Variables are stepped, in the order of `parameters()`.
 * @param options.data Batches, epoch by epoch.
 * @param options.loss The mean loss of a batch, a scalar.
 * @param options.optimizer Takes the gradients of `model.parameters()`.
 * @param options.epochs In all, those before a checkpoint included.
 * @returns Losses of all steps, evaluations, why it ended. With `ema` the model has the averaged weights then, with `restoreBest` those of the best evaluation.
 * @throws (as rejections) ValueError for options that make no sense and for a loss that is no tensor, ShapeError for one that is no scalar, FileFormatError where the store has
 * checkpoints and none can be read; what the loss, data, optimiser, store and listeners throw. Steps that were taken stay.
 * @example
 * const optimizer = adam(model.parameters(), { lr: 1e-3 });
 * await fit(model, { data: minibatches({ x, y }, { batchSize: 64, shuffle: true }), loss: ({ x, y }) => crossEntropy(model.forward(x), y), optimizer, epochs: 3 });
 */
export async function fit<B>(model: Module, options: FitOptions<B>): Promise<FitResult> {
  checkFitOptions(options);
  const modes = model.modules().map((module) => [module, module.training] as const);
  const run = new FitRun(model, options);
  try {
    return await run.train();
  } finally {
    for (const listener of options.listeners ?? []) listener.onEnd?.();
    for (const [module, training] of modes) training ? module.train() : module.eval();
  }
}

class FitRun<B> {
  readonly #model: Module;
  readonly #options: FitOptions<B>;
  readonly #averages: Averages | undefined;
  readonly #stepping: Stepping<B>;
  readonly #evaluate: Evaluate | undefined;
  readonly #subject: Subject<B>;
  #standing: Standing = {
    step: 0,
    epoch: 0,
    batch: 0,
    epochLosses: [],
    losses: [],
    epochs: [],
    waited: 0,
    best: undefined,
  };
  #savedStep = -1;
  #lastTurn = Date.now();

  constructor(model: Module, options: FitOptions<B>) {
    const { optimizer, data, clipNorm, accumulate = 1, compile = true, ema } = options;
    const loss = (batch: B): Tensor => checkedMean("the loss", options.loss(batch));
    const parameters = model.parameters();
    if (parameters.length === 0) throw new ValueError("fit: the model has no trainable Variables.");
    this.#model = model;
    this.#options = options;
    this.#averages = ema === undefined ? undefined : averagesOf(parameters, ema);
    this.#stepping = stepping({ loss, parameters, optimizer, clipNorm, accumulate, compile, averages: this.#averages });
    this.#evaluate = options.evaluation && evaluation(loss, options.evaluation, compile);
    const generators: readonly Generator[] = model.generators();
    this.#subject = { model, optimizer, data, generators, averages: this.#averages };
  }

  async train(): Promise<FitResult> {
    const { checkpoints, epochs, listeners = [], data } = this.#options;
    if (checkpoints !== undefined && checkpoints.resume !== false) {
      this.#standing = (await resumeFrom(checkpoints.store, this.#subject)) ?? this.#standing;
      if (this.#standing.losses.length > 0) this.#savedStep = this.#standing.step;
    }
    for (const listener of listeners) listener.onStart?.({ epochs, batches: data.length, step: this.#standing.step });
    let reason: FitResult["reason"] = this.#isPatienceOver() ? "early stopping" : "epochs";
    if (this.#isAborted()) reason = "aborted";
    while (this.#standing.epoch < epochs && reason === "epochs") reason = await this.#epoch();
    if (checkpoints !== undefined && this.#savedStep !== this.#standing.step) await this.#save();
    return this.#result(reason);
  }

  /** What is left of an epoch, and what comes after it. */
  async #epoch(): Promise<FitResult["reason"]> {
    this.#model.train();
    let skip = this.#options.data.setState === undefined ? this.#standing.batch : 0;
    for await (const batch of this.#options.data) {
      // Data that cannot be set to a place are gone through to it.
      if (skip-- > 0) continue;
      this.#setRate();
      const loss = this.#stepping.take(batch);
      this.#standing = { ...this.#standing, batch: this.#standing.batch + 1 };
      if (loss === undefined) continue;
      await this.#afterStep(loss);
      if (this.#isAborted()) return "aborted";
    }
    const rest = this.#stepping.finish();
    if (rest !== undefined) await this.#afterStep(rest);
    if (this.#standing.batch === 0)
      throw new ValueError(
        "fit: an epoch of the data has no batch. An iterable that is used up gives none: pass an array, or minibatches.",
      );
    return this.#afterEpoch();
  }

  #setRate(): void {
    const { schedule, optimizer } = this.#options;
    if (schedule !== undefined) optimizer.lr = schedule(this.#standing.step);
  }

  #isAborted = (): boolean => this.#options.signal?.aborted === true;

  async #afterStep(loss: number): Promise<void> {
    const { epochs, data, listeners = [], checkpoints } = this.#options;
    const { step, epoch, batch, losses, epochLosses } = this.#standing;
    // The lists grow in place: a copy at every step would be quadratic.
    (losses as number[]).push(loss);
    (epochLosses as number[]).push(loss);
    this.#standing = { ...this.#standing, step: step + 1 };
    for (const listener of listeners) listener.onStep?.({ step, epoch, loss, batch, batches: data.length, epochs });
    if (checkpoints?.every !== undefined && (step + 1) % checkpoints.every === 0) await this.#save();
    const now = Date.now();
    if (now - this.#lastTurn < turnTime) return;
    this.#lastTurn = now;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }

  async #afterEpoch(): Promise<FitResult["reason"]> {
    const { listeners = [] } = this.#options;
    const { epoch, epochLosses, epochs } = this.#standing;
    const values = await this.#evaluation(epoch);
    const loss = epochLosses.reduce((sum, each) => sum + each, 0) / Math.max(1, epochLosses.length);
    const record: EpochRecord = { epoch, loss, evaluation: values };
    (epochs as EpochRecord[]).push(record);
    this.#standing = { ...this.#standing, epoch: epoch + 1, batch: 0, epochLosses: [] };
    if (this.#options.checkpoints !== undefined) await this.#save();
    const ends = listeners.map((listener) => listener.onEpoch?.(record)).includes(true);
    if (this.#isAborted() || ends) return "aborted";
    return this.#isPatienceOver() ? "early stopping" : "epochs";
  }

  async #evaluation(epoch: number): Promise<Readonly<Record<string, number>> | undefined> {
    const evaluate = this.#evaluate;
    if (evaluate === undefined || (epoch + 1) % (this.#options.evaluation?.every ?? 1) !== 0) return undefined;
    const measured = async () => {
      const values = await evaluate();
      await this.#compare(epoch, values);
      return values;
    };
    this.#model.eval();
    return this.#averages === undefined ? measured() : this.#averages.during(measured);
  }

  /** Whether an evaluation is the best so far; the model has the weights that it saw. */
  async #compare(epoch: number, values: Readonly<Record<string, number>>): Promise<void> {
    const { monitor = "loss", mode = monitor === "loss" ? "min" : "max", earlyStopping, checkpoints } = this.#options;
    const value = values[monitor] ?? Number.NaN;
    const { best, waited } = this.#standing;
    const gain =
      best === undefined ? Number.POSITIVE_INFINITY : mode === "min" ? best.value - value : value - best.value;
    const isBetter = !Number.isNaN(value) && gain > (earlyStopping?.minDelta ?? 0);
    if (!isBetter) {
      this.#standing = { ...this.#standing, waited: waited + 1 };
      return;
    }
    const found: BestEvaluation = { epoch, value, weights: this.#model.stateDict() };
    this.#standing = { ...this.#standing, best: found, waited: 0 };
    if (checkpoints !== undefined) await saveBest(checkpoints.store, found);
  }

  #isPatienceOver(): boolean {
    const { earlyStopping } = this.#options;
    return earlyStopping !== undefined && this.#standing.waited >= earlyStopping.patience;
  }

  async #save(): Promise<void> {
    const { checkpoints } = this.#options;
    if (checkpoints === undefined) return;
    const { step } = this.#standing;
    await saveStep(
      checkpoints.store,
      step,
      await encodeCheckpoint(this.#subject, this.#standing),
      checkpoints.keep ?? 3,
    );
    this.#savedStep = step;
  }

  #result(reason: FitResult["reason"]): FitResult {
    const { earlyStopping, restoreBest = earlyStopping !== undefined } = this.#options;
    const { step, epoch, losses, epochs, best } = this.#standing;
    this.#averages?.take();
    if (restoreBest && best !== undefined) this.#model.loadStateDict(best.weights);
    return { history: { losses, epochs }, steps: step, epochs: epoch, reason, best };
  }
}
