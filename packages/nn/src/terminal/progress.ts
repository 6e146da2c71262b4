import process from "node:process";
import { SingleBar } from "cli-progress";
import type { EpochRecord } from "../fit/options.js";
import type { FitListener, StepRecord } from "../fit/record.js";

/** Where progress is written: `process.stderr`, or what looks like it. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Options of `terminalProgress`. */
export interface ProgressOptions {
  /** Default `process.stderr`, so that standard output stays clean for results. */
  readonly stream?: ProgressStream;
  /** The present time in milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

const framesPerSecond = 10;
const widest = 30;

/**
 * Shows how far `fit` is: in a terminal one bar for each epoch, with the loss and the time left of it, that becomes a line with the epoch's mean loss and evaluation; elsewhere, in a log
 * or a pipe, these lines alone. Needs `npm install cli-progress`.
 *
 * @example
 * await fit(model, { ...options, listeners: [terminalProgress()] });
 * // epoch 1 of 10  loss 0.4127  evaluation loss 0.2214  accuracy 0.9353  12.3 s
 */
export function terminalProgress({ stream = process.stderr, now = Date.now }: ProgressOptions = {}): FitListener {
  let epochs = 0;
  let began = now();
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    onStart(plan) {
      epochs = plan.epochs;
      began = now();
      if (plan.step > 0) stream.write(`goes on after step ${plan.step}\n`);
    },
    onStep({ epoch, loss, batch, batches }: StepRecord) {
      if (stream.isTTY !== true || batches === undefined) return;
      bar ??= startBar(stream, batches);
      bar.update(Math.min(batch, batches), { text: `epoch ${epoch + 1} of ${epochs}`, loss: loss.toPrecision(4) });
    },
    onEpoch(record) {
      stop();
      const seconds = (now() - began) / 1000;
      began = now();
      stream.write(`${epochLine(record, epochs)}  ${seconds.toFixed(1)} s\n`);
    },
    onEnd: stop,
  };
}

function startBar(stream: ProgressStream, batches: number): SingleBar {
  const bar = new SingleBar({
    stream,
    fps: framesPerSecond,
    // A loop of steps lets timers run rarely: an update draws. Ctrl-C keeps its effect: nothing is changed that would have to be put back.
    synchronousUpdate: true,
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
    clearOnComplete: true,
    barsize: Math.max(4, Math.min(widest, (stream.columns ?? 80) - 50)),
    format: "{text}  {bar}  {percentage} %  loss {loss}  {eta_formatted} left",
    barCompleteChar: "━",
    barIncompleteChar: "─",
  });
  bar.start(batches, 0, { text: "", loss: "" });
  return bar;
}

function epochLine({ epoch, loss, evaluation }: EpochRecord, epochs: number): string {
  const values = Object.entries(evaluation ?? {}).map(([name, value], i) => {
    const label = i === 0 ? `evaluation ${name}` : name;
    return `  ${label} ${value.toPrecision(4)}`;
  });
  return `epoch ${epoch + 1} of ${epochs}  loss ${loss.toPrecision(4)}${values.join("")}`;
}
