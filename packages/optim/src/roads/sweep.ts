import { type Tensor, ValueError } from "@glissade/autograd";
import { positive } from "../arguments.js";
import { makeDescent } from "./descent.js";
import { drive, driveSync, type Routine } from "./drive.js";
import type { GradientOptions } from "./gradient.js";
import { makeMeter } from "./meter.js";
import { budgetOf, type RoadOptions, type RoadResult } from "./options.js";
import { checkStart } from "./start.js";

/** Options of `stepSizeSweep`. */
export interface StepSizeSweepOptions extends GradientOptions, Pick<RoadOptions<never>, "evaluations" | "seconds"> {
  /** The step sizes to try, each above 0; default 10⁻¹⁰, 10⁻⁹, … 10⁻¹. */
  readonly stepSizes?: readonly number[];
  /** How many updates to take with each; default 1. */
  readonly iterations?: number;
}

/** A line of a sweep's table. */
export interface SweepEntry {
  readonly stepSize: number;
  /** The loss after the updates; infinite or NaN where they diverged. */
  readonly value: number;
}

/** What `stepSizeSweep` returns: the end of the best descent, and the table. */
export interface StepSizeSweepResult<T> extends RoadResult<T> {
  /** One entry for each step size tried, in their order. */
  readonly table: readonly SweepEntry[];
  /** The step size with the lowest finite loss; undefined where there is none. */
  readonly stepSize: number | undefined;
}

/** The note's. */
const defaultStepSizes: readonly number[] = [1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

function* sweep<T>(f: (x: T) => Tensor, x0: T, options: StepSizeSweepOptions): Routine<StepSizeSweepResult<T>> {
  const operator = "stepSizeSweep";
  checkStart(operator, f, x0);
  const { stepSizes = defaultStepSizes, iterations = 1 } = options;
  if (stepSizes.length === 0)
    throw new ValueError(`${operator}: stepSizes is empty. Give at least one, or leave it out.`);
  for (const [i, stepSize] of stepSizes.entries()) positive(operator, `stepSizes[${i}]`, stepSize);
  const budget = budgetOf(operator, { ...options, iterations });
  const meter = makeMeter(budget);
  const { gradient, differenceStep } = options;
  const descent = makeDescent(operator, () => f, { gradient, differenceStep }, [meter, budget]);

  // Value and gradient at x0 are those of every descent.
  const start = yield* descent.evaluate(x0);
  const table: SweepEntry[] = [];
  let best: { readonly entry: SweepEntry; readonly result: RoadResult<T> } | undefined;
  for (const stepSize of stepSizes) {
    if (meter.spent() !== undefined) break;
    const result = yield* descent.from(start, stepSize);
    const entry = { stepSize, value: result.history.at(-1)?.value ?? Number.NaN };
    table.push(entry);
    if (Number.isFinite(entry.value) && !(best !== undefined && entry.value >= best.entry.value))
      best = { entry, result };
  }
  const evaluations = meter.evaluations();
  if (best === undefined) {
    const reason = `none of the ${table.length} step sizes tried gave a finite loss`;
    return { ...start, converged: false, reason, iterations: 0, evaluations, history: [], table, stepSize: undefined };
  }
  const reason = `of ${table.length} step sizes tried, ${best.entry.stepSize} gave the lowest loss`;
  return { ...best.result, reason, evaluations, table, stepSize: best.entry.stepSize };
}

/**
 * Takes the same few steps of gradient descent from `x0` with one step size after the other, and tells the loss that each leads to: too
 * small a step hardly moves, too large a one overshoots (CS231n's note on optimisation, "effect of step size").
 *
 * @param f From a tree like `x0` to a scalar float tensor.
 * @param x0 A tree of float tensors: the start of every descent.
 * @param options.stepSizes Default 10⁻¹⁰ … 10⁻¹.
 * @param options.iterations How many updates with each; default 1.
 * @param options.gradient "automatic" (default), "forward" or "central".
 * @returns A Promise of the best descent's `RoadResult`, with the `table` of losses and the best `stepSize`.
 * @throws (as a rejection) as `gradientDescent`.
 * @example
 * const { table, stepSize } = await stepSizeSweep((w) => sum(square(w)), ones([2]), { stepSizes: [0.01, 0.1, 1] });
 */
export async function stepSizeSweep<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: StepSizeSweepOptions = {},
): Promise<StepSizeSweepResult<T>> {
  return drive(sweep(f, x0, options));
}

/**
 * `stepSizeSweep` without a Promise, for backends that read synchronously.
 *
 * @throws as `stepSizeSweep` rejects.
 * @example
 * stepSizeSweepSync((w) => sum(square(w)), ones([2]), { stepSizes: [0.01, 0.1, 1] }).stepSize; // 0.1
 */
export function stepSizeSweepSync<T>(
  f: (x: T) => Tensor,
  x0: T,
  options: StepSizeSweepOptions = {},
): StepSizeSweepResult<T> {
  return driveSync(sweep(f, x0, options));
}
