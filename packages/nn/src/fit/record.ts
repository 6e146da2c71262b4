import type { EpochRecord } from "./options.js";

/** A step that was taken. */
export interface StepRecord {
  /** Steps before it. */
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  /** Batches of this epoch so far, and in all where that is known. */
  readonly batch: number;
  readonly batches: number | undefined;
  readonly epochs: number;
}

/** Is told what `fit` does. What a listener throws ends the training. */
export interface FitListener {
  onStart?(plan: { readonly epochs: number; readonly batches: number | undefined; readonly step: number }): void;
  onStep?(record: StepRecord): void;
  /** After the evaluation; what returns `true` ends the training here. */
  onEpoch?(record: EpochRecord): unknown;
  /** At the end, after an error too. */
  onEnd?(): void;
}
