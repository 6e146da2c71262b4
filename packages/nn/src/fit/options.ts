import type { Tensor } from "@glissade/autograd";
import type { StateDict } from "../state-dict.js";
import type { CheckpointOptions } from "./checkpoint-store.js";
import type { FitListener } from "./record.js";

/** Plain data that an optimiser or an iteration saves: tensors, numbers, strings, and trees of them. */
export type SavedState = unknown;

/** Epochs of batches: each `for … of` or `for await … of` is one. Arrays of batches are, and what `minibatches` of `@glissade/optim` gives. */
export type Batches<B> = (Iterable<B> | AsyncIterable<B>) & {
  /** The number of batches in an epoch, for progress. */
  readonly length?: number;
  /** Where the iteration stands, and the way back there: needed to resume in the middle of an epoch to the bit. */
  state?(): SavedState;
  setState?(state: never): void;
};

/** What takes the steps, such as a stepper of `@glissade/optim` over `model.parameters()`. */
export interface Optimizer {
  /** Takes one step; the gradients are in the order of `model.parameters()`. */
  step(grads: never): void;
  /** The learning rate, where it may be set. */
  lr?: unknown;
  stateDict?(): SavedState;
  loadStateDict?(state: never): void;
}

/** A data set to evaluate on after epochs, and when to stop by it. */
export interface EvaluationOptions<B> {
  /** One iteration is the whole set. */
  readonly data: Iterable<B> | AsyncIterable<B>;
  /** Means over the examples, by name: each takes a batch and gives a scalar, a mean over its examples. The loss is there by itself. */
  readonly metrics?: Readonly<Record<string, (batch: B) => Tensor>>;
  /** Epochs between evaluations; default 1. */
  readonly every?: number;
}

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** Evaluations without improvement after which training ends: 1 or more. */
  readonly patience: number;
  /** By how much a value must be better; 0 or more, default 0. */
  readonly minDelta?: number;
}

/** What `fit` is told. */
export interface FitOptions<B> {
  /** Batches, epoch by epoch; the same form in each, for `jit` to compile one step. */
  readonly data: Batches<B>;
  /** The mean loss of a batch, a scalar; called with the model in training mode for steps, and in evaluation mode for evaluations. */
  readonly loss: (batch: B) => Tensor;
  readonly optimizer: Optimizer;
  /** How many epochs there are in all, those before a checkpoint included. */
  readonly epochs: number;
  readonly evaluation?: EvaluationOptions<B>;
  /** Which value of an evaluation is watched, for the best weights and for early stopping; default "loss". */
  readonly monitor?: string;
  /** Whether less of it is better ("min"), or more ("max"); default "min" for the loss and "max" for metrics. */
  readonly mode?: "min" | "max";
  readonly earlyStopping?: EarlyStopping;
  /** Whether the model ends with the weights of the best evaluation; default: with `earlyStopping`. */
  readonly restoreBest?: boolean;
  /** The learning rate of step 0, 1, …; set before the step. Default: the optimiser's own. */
  readonly schedule?: (step: number) => number;
  /** Batches whose gradients are averaged for one step; default 1. */
  readonly accumulate?: number;
  /** The greatest norm of all gradients together; longer ones are scaled down to it (Pascanu et al., ICML 2013). Default: none. */
  readonly clipNorm?: number;
  /**
   * The decay, in [0, 1), of averaged weights: after each step average ← decay · average + (1 − decay) · weight (Polyak & Juditsky 1992). Evaluations see them, and
   * the model ends with them. Default: none.
   */
  readonly ema?: number;
  /** Whether steps are compiled by `jit`; default true. */
  readonly compile?: boolean;
  readonly checkpoints?: CheckpointOptions;
  /** Ends training after the step in progress, with a checkpoint where there are `checkpoints`. */
  readonly signal?: AbortSignalLike;
  /** Is told of steps and epochs: progress, logs, and whatever else is to happen then. */
  readonly listeners?: readonly FitListener[];
}

/** The part of AbortSignal that is looked at. */
export interface AbortSignalLike {
  readonly aborted: boolean;
}

/** What `fit` gives back: plain numbers, for plots and logs. */
export interface FitResult {
  readonly history: FitHistory;
  /** Steps taken in all, those before a checkpoint included. */
  readonly steps: number;
  /** Whole epochs. */
  readonly epochs: number;
  /** Why it ended. */
  readonly reason: "epochs" | "early stopping" | "aborted";
  /** The best evaluation, and the weights that it saw; undefined without evaluations. */
  readonly best: BestEvaluation | undefined;
}

/** An evaluation that was the best so far. */
export interface BestEvaluation {
  readonly epoch: number;
  readonly value: number;
  readonly weights: StateDict;
}

/** What happened, step by step and epoch by epoch. */
export interface FitHistory {
  /** The loss of each step; of accumulated batches their mean. */
  readonly losses: readonly number[];
  readonly epochs: readonly EpochRecord[];
}

/** A whole epoch. */
export interface EpochRecord {
  /** 0, 1, … */
  readonly epoch: number;
  /** The mean loss of its steps. */
  readonly loss: number;
  /** The values of the evaluation after it; undefined where there was none. */
  readonly evaluation: Readonly<Record<string, number>> | undefined;
}
