import { add, mul, type Tensor, tensor, ValueError, variable } from "@glissade/autograd";
import { fraction, nonNegative, wholeNumber } from "../arguments.js";
import { describeValue } from "../tree.js";
import { type Schedule, schedule } from "./schedule.js";

/** Options of `reduceOnPlateau`. */
export interface PlateauOptions {
  /** Whether small or large metrics are good; default `"min"`. */
  readonly mode?: "min" | "max";
  /** What the rate is multiplied by, in [0, 1); default 0.1. */
  readonly factor?: number;
  /** How many metrics in a row may be no better than the best before the rate falls; default 10. */
  readonly patience?: number;
  /** By how much a metric must be better to count; 0 or more, default 10⁻⁴. */
  readonly threshold?: number;
  /** Whether the threshold is a part of the best metric or a difference; default `"relative"`. */
  readonly thresholdMode?: "relative" | "absolute";
  /** How many metrics after a fall do not count as bad; default 0. */
  readonly cooldown?: number;
  /** The least rate; 0 or more, default 0. */
  readonly minRate?: number;
  /** A fall by less than this is left out; 0 or more, default 10⁻⁸. */
  readonly eps?: number;
}

/** Where a plateau stands: plain numbers, for JSON. */
export interface PlateauState {
  readonly rate: number;
  /** The best metric so far; null before the first. */
  readonly best: number | null;
  /** How many metrics in a row were no better. */
  readonly bad: number;
  /** How many metrics still do not count. */
  readonly cooldown: number;
}

/** A rate that falls when a metric stops improving. Unlike other schedules it has a state, and does not depend on the step. */
export interface PlateauSchedule extends Schedule {
  /**
   * Takes a metric, once an epoch usually; the rate of the steps from now on follows.
   *
   * @param metric A number or a scalar tensor, which is read. NaN counts as no better.
   * @throws ValueError where it is neither.
   */
  step(metric: number | Tensor): void;
  /** Where it stands, apart from the options. */
  state(): PlateauState;
  /** @throws ValueError where `state` is none; nothing changes then. */
  setState(state: PlateauState): void;
}

/**
 * A rate that is multiplied by `factor` when a metric has not improved for more than `patience` calls of `step(metric)`: PyTorch's
 * `ReduceLROnPlateau`. The rate is in a Variable: a compiled step of a stepper with this schedule reads the new one without compiling again. Save
 * its `state()` beside the stepper's.
 *
 * @param rate The first rate; 0 or more.
 * @param options.mode Default "min".
 * @param options.factor Default 0.1.
 * @param options.patience Default 10.
 * @param options.threshold Default 10⁻⁴.
 * @param options.thresholdMode Default "relative".
 * @param options.cooldown Default 0.
 * @param options.minRate Default 0.
 * @param options.eps Default 10⁻⁸.
 * @throws ValueError for numbers out of range, or another mode.
 * @example
 * const lr = reduceOnPlateau(0.1, { patience: 3 });
 * const stepper = sgd(model, { lr });
 * lr.step(validationLoss); // after each epoch
 */
export function reduceOnPlateau(rate: number, options: PlateauOptions = {}): PlateauSchedule {
  const { mode = "min", factor = 0.1, patience = 10, cooldown = 0, minRate = 0, eps = 1e-8 } = options;
  nonNegative("reduceOnPlateau", "rate", rate);
  fraction("reduceOnPlateau", "factor", factor);
  wholeNumber("reduceOnPlateau", "patience", patience, 0);
  wholeNumber("reduceOnPlateau", "cooldown", cooldown, 0);
  nonNegative("reduceOnPlateau", "minRate", minRate);
  nonNegative("reduceOnPlateau", "eps", eps);
  if (mode !== "min" && mode !== "max") {
    throw new ValueError(`reduceOnPlateau: mode must be "min" or "max", not ${String(mode)}.`);
  }
  const isBetter = comparison(mode, options);
  const current = variable(tensor(rate, { dtype: "float64" }), { name: "reduceOnPlateau rate", trainable: false });
  let standing: Omit<PlateauState, "rate"> = { best: null, bad: 0, cooldown: 0 };
  const place = (value: number): void => current.assign(tensor(value, { dtype: "float64" }));

  const step = (metric: number | Tensor): void => {
    const value = typeof metric === "number" ? metric : readMetric(metric);
    const better = isBetter(value, standing.best);
    const best = better ? value : standing.best;
    const cooling = standing.cooldown > 0;
    const bad = better || cooling ? 0 : standing.bad + 1;
    standing = { best, bad, cooldown: cooling ? standing.cooldown - 1 : 0 };
    if (bad <= patience) return;
    standing = { best, bad: 0, cooldown };
    const before = current.value.item();
    const after = Math.max(before * factor, minRate);
    if (before - after > eps) place(after);
  };
  return Object.assign(
    schedule((at) => add(mul(at, 0), current.value)),
    {
      step,
      state: (): PlateauState => ({ rate: current.value.item(), ...standing }),
      setState(state: PlateauState): void {
        const { rate: saved, ...rest } = checkState(state);
        place(saved);
        standing = rest;
      },
    },
  );
}

function readMetric(metric: unknown): number {
  if (typeof metric === "object" && metric !== null && "item" in metric && typeof metric.item === "function") {
    return Number(metric.item());
  }
  throw new ValueError(`reduceOnPlateau: the metric is ${describeValue(metric)}, not a number or a scalar tensor.`);
}

/** Whether a metric is better than the best by more than the threshold. */
function comparison(
  mode: "min" | "max",
  { threshold = 1e-4, thresholdMode = "relative" }: PlateauOptions,
): (value: number, best: number | null) => boolean {
  nonNegative("reduceOnPlateau", "threshold", threshold);
  if (thresholdMode !== "relative" && thresholdMode !== "absolute") {
    throw new ValueError(
      `reduceOnPlateau: thresholdMode must be "relative" or "absolute", not ${String(thresholdMode)}.`,
    );
  }
  const margin = mode === "min" ? -threshold : threshold;
  const isBeyond = (value: number, bar: number): boolean => (mode === "min" ? value < bar : value > bar);
  return (value, best) => {
    if (best === null) return Number.isFinite(value);
    return isBeyond(value, thresholdMode === "relative" ? best * (1 + margin) : best + margin);
  };
}

function checkState(state: PlateauState): PlateauState {
  const operator = "reduceOnPlateau.setState";
  if (typeof state !== "object" || state === null) {
    throw new ValueError(`${operator}: the state is ${describeValue(state)}, not what state() gave.`);
  }
  const { rate, best, bad, cooldown } = state;
  if (best !== null && !Number.isFinite(best)) {
    throw new ValueError(`${operator}: best must be a finite number or null, not ${String(best)}.`);
  }
  nonNegative(operator, "rate", rate);
  wholeNumber(operator, "bad", bad, 0);
  wholeNumber(operator, "cooldown", cooldown, 0);
  return { rate, best, bad, cooldown };
}
