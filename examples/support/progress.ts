import { SingleBar } from "cli-progress";

/** What a training loop tells about itself; what is left out is not shown. */
export interface Progress {
  readonly loss?: number;
  /** A fraction in [0, 1]; shown in per cent. */
  readonly accuracy?: number;
  readonly examplesPerSecond?: number;
}

/** Where progress is written: `process.stderr`, or anything that looks like it. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Settings of `progressBar`. */
export interface ProgressOptions {
  /** Default `process.stderr`, so that standard output stays clean for results. */
  readonly stream?: ProgressStream;
  /** Present time in milliseconds; default `performance.now`. */
  readonly now?: () => number;
  /** Without a terminal: the share of the total between two lines, in (0, 1]; default 0.1. */
  readonly interval?: number;
}

/** A bar in a terminal, or lines of text where there is none. */
export interface ProgressBar {
  /** Begins at 0 of `total`, a positive number; the clock for the time left starts here. */
  start(total: number): void;
  /** Says that `done` of the total is done; cheap enough to call at every step. Has no effect before `start`. */
  update(done: number, progress?: Progress): void;
  /** Leaves the last state standing. Has no effect before `start`; called twice is called once. */
  stop(): void;
}

const FRAMES_PER_SECOND = 10;
const WIDEST_BAR = 32;
const NARROW_TERMINAL = 100;

const LONG_WORDS = { accuracy: "accuracy", rate: "examples/s" };
const SHORT_WORDS = { accuracy: "acc", rate: "ex/s" };

/**
 * Shows how far a computation is: loss, accuracy, examples per second and the time left. In a terminal that is a bar
 * which redraws in place, with shorter words on less than 100 columns; elsewhere (a log, a pipe) it is one line for each
 * tenth of the total.
 *
 * @param label stands in front
 * @throws {RangeError} if the interval is outside (0, 1], or from `start` if the total is not a positive number
 * @example
 * const bar = progressBar("training");
 * bar.start(60_000);
 * bar.update(12_800, { loss: 0.31, accuracy: 0.912, examplesPerSecond: 20_100 });
 * bar.stop();
 * // training  ━━━━━━━────────────────────────  21 %  loss 0.3100  accuracy 91.2 %  20,100 examples/s  0:02 left
 */
export function progressBar(label: string, options: ProgressOptions = {}): ProgressBar {
  const { stream = process.stderr, now = () => performance.now(), interval = 0.1 } = options;
  if (!(interval > 0 && interval <= 1)) {
    throw new RangeError(`progressBar: interval is ${interval}; expected a share of the total in (0, 1], such as 0.1.`);
  }
  const display = stream.isTTY ? terminalDisplay(label, stream) : lineDisplay(label, stream, interval);
  let run: { total: number; began: number } | undefined;
  return {
    start(total) {
      if (!(total > 0 && total < Infinity)) {
        throw new RangeError(`progressBar: total is ${total}; expected a positive number, such as 60000.`);
      }
      run = { total, began: now() };
      display.start();
    },
    update(done, progress = {}) {
      if (run === undefined) return;
      const share = Math.min(Math.max(done / run.total, 0), 1);
      const elapsed = now() - run.began;
      display.show(share, (words) => describe(share, progress, elapsed, words));
    },
    stop() {
      if (run !== undefined) display.stop();
      run = undefined;
    },
  };
}

type Text = (words: typeof LONG_WORDS) => string;

/** What draws: `text` is asked for only when something is really drawn. */
interface Display {
  start(): void;
  show(share: number, text: Text): void;
  stop(): void;
}

function terminalDisplay(label: string, stream: ProgressStream): Display {
  let bar: SingleBar | undefined;
  return {
    start() {
      bar = new SingleBar({
        stream,
        fps: FRAMES_PER_SECOND,
        // A synchronous training loop lets no timer and no signal handler run: `update` has to draw, and Ctrl-C must
        // keep its default action. So nothing is changed that a handler would have to restore: cursor, line wrapping.
        synchronousUpdate: true,
        gracefulExit: false,
        hideCursor: false,
        linewrap: true,
        format: (_, { progress }, payload: { text: Text }) => {
          const columns = stream.columns ?? 80;
          const text = payload.text(columns < NARROW_TERMINAL ? SHORT_WORDS : LONG_WORDS);
          return `${label}  ${drawBar(progress, columns - label.length - text.length - 5)}  ${text}`;
        },
      });
      bar.start(1, 0, { text: () => percent(0) });
    },
    show: (share, text) => bar?.update(share, { text }),
    stop: () => bar?.stop(),
  };
}

function drawBar(share: number, room: number): string {
  const width = Math.max(4, Math.min(WIDEST_BAR, room));
  const full = Math.round(share * width);
  return "━".repeat(full) + "─".repeat(width - full);
}

function lineDisplay(label: string, stream: ProgressStream, interval: number): Display {
  let shown = 0;
  return {
    start() {
      shown = 0;
    },
    show(share, text) {
      // A hair of tolerance, or 0.3 / 0.1 would still count as the second tenth.
      const reached = Math.floor(share / interval + 1e-9);
      const finished = share === 1 && shown !== Infinity;
      if (reached <= shown && !finished) return;
      shown = share === 1 ? Infinity : reached;
      stream.write(`${label}  ${text(LONG_WORDS)}\n`);
    },
    stop() {},
  };
}

function describe(share: number, progress: Progress, elapsed: number, words: typeof LONG_WORDS): string {
  const { loss, accuracy, examplesPerSecond } = progress;
  const parts = [percent(share)];
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(4)}`);
  if (accuracy !== undefined) parts.push(`${words.accuracy} ${(100 * accuracy).toFixed(1)} %`);
  if (examplesPerSecond !== undefined) {
    parts.push(`${Math.round(examplesPerSecond).toLocaleString("en-US")} ${words.rate}`);
  }
  if (share === 1) parts.push(`took ${formatDuration(elapsed)}`);
  else if (share > 0) parts.push(`${formatDuration((elapsed / share) * (1 - share))} left`);
  return parts.join("  ");
}

function percent(share: number): string {
  return `${Math.floor(100 * share + 1e-9)
    .toString()
    .padStart(3)} %`;
}

/**
 * Minutes and seconds, or hours, minutes and seconds.
 *
 * @param milliseconds at least 0; rounded up to whole seconds
 * @example
 * [4_200, 61_000, 3_600_000].map(formatDuration); // ["0:05", "1:01", "1:00:00"]
 */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const twoDigits = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
}
