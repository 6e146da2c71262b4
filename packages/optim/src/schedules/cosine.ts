import {
  add,
  cos,
  div,
  floor,
  greaterEqual,
  less,
  log,
  mul,
  pow,
  remainder,
  sub,
  type Tensor,
  ValueError,
  where,
} from "@glissade/autograd";
import { fraction, nonNegative, positive, wholeNumber } from "../arguments.js";
import { progress, type Schedule, schedule } from "./schedule.js";

/**
 * Half a cosine from `rate` down to `end` in so many steps, and `end` from then on (Loshchilov & Hutter, SGDR, 2017, without restarts).
 *
 * @param rate The rate at step 0; 0 or more.
 * @param options.steps Above 0.
 * @param options.end 0 or more; default 0.
 * @throws ValueError for numbers out of range.
 * @example
 * cosine(1, { steps: 100 })(50); // 0.5
 */
export function cosine(rate: number, options: { readonly steps: number; readonly end?: number }): Schedule {
  const { steps, end = 0 } = options;
  nonNegative("cosine", "rate", rate);
  positive("cosine", "steps", steps);
  nonNegative("cosine", "end", end);
  return schedule((step) => add(end, mul((rate - end) / 2, add(1, cos(mul(Math.PI, progress(step, steps)))))));
}

/**
 * Half a cosine from `rate` down to `end`, again and again, each `multiply` times as long as the one before: PyTorch's
 * `CosineAnnealingWarmRestarts` (Loshchilov & Hutter, SGDR: stochastic gradient descent with warm restarts, 2017).
 *
 * @param rate The rate at step 0 and at each restart; 0 or more.
 * @param options.steps How many steps the first half cosine takes; a whole number of 1 or more.
 * @param options.multiply A whole number of 1 or more; default 1.
 * @param options.end 0 or more; default 0.
 * @throws ValueError for numbers out of range.
 * @example
 * cosineRestarts(1, { steps: 10, multiply: 2 })(10); // 1: the second one, of 20 steps, begins
 */
export function cosineRestarts(
  rate: number,
  options: { readonly steps: number; readonly multiply?: number; readonly end?: number },
): Schedule {
  const { steps, multiply = 1, end = 0 } = options;
  nonNegative("cosineRestarts", "rate", rate);
  wholeNumber("cosineRestarts", "steps", steps, 1);
  wholeNumber("cosineRestarts", "multiply", multiply, 1);
  nonNegative("cosineRestarts", "end", end);
  const over = multiply === 1 ? (step: Tensor) => remainder(div(step, steps), 1) : growingPart(steps, multiply);
  return schedule((step) => add(end, mul((rate - end) / 2, add(1, cos(mul(Math.PI, over(step)))))));
}

/** The part that is over of the period in which a step falls, where periods grow by a factor. */
function growingPart(steps: number, factor: number): (step: Tensor) => Tensor {
  const startOf = (period: Tensor): Tensor => mul(steps / (factor - 1), sub(pow(factor, period), 1));
  return (step) => {
    // The logarithm may be off by a rounding error at a restart: look whether the step lies in the period.
    const guess = floor(div(log(add(mul(div(step, steps), factor - 1), 1)), Math.log(factor)));
    const early = where(less(step, startOf(guess)), sub(guess, 1), guess);
    const period = where(greaterEqual(step, startOf(add(early, 1))), add(early, 1), early);
    return div(sub(step, startOf(period)), mul(steps, pow(factor, period)));
  };
}

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** How many steps there are in all; a whole number of 1 or more. */
  readonly steps: number;
  /** What part of them climbs, in [0, 1); default 0.3. */
  readonly pctStart?: number;
  /** The form of each part; default `"cosine"`. */
  readonly anneal?: "cosine" | "linear";
  /** The peak over the first rate; above 0, default 25. */
  readonly divFactor?: number;
  /** The first rate over the last; above 0, default 10⁴. */
  readonly finalDivFactor?: number;
  /** Whether to go down to the first rate in as many steps as up, and to the last one from there; default false. */
  readonly threePhase?: boolean;
}

/**
 * From peak / divFactor up to the peak, and down to peak / divFactor / finalDivFactor, which is reached at step `steps` − 1 and stays: PyTorch's
 * `OneCycleLR` without its cycle of momentum (Smith & Topin, Super-convergence: very fast training of neural networks using large learning rates, 2018).
 *
 * @param peak The largest rate; 0 or more.
 * @param options.steps A whole number of 1 or more.
 * @param options.pctStart Default 0.3; below ½ with `threePhase`.
 * @param options.anneal Default "cosine".
 * @param options.divFactor Default 25.
 * @param options.finalDivFactor Default 10⁴.
 * @param options.threePhase Default false.
 * @throws ValueError for numbers out of range.
 * @example
 * oneCycle(1, { steps: 100 })(29); // 1
 */
export function oneCycle(peak: number, options: OneCycleOptions): Schedule {
  const {
    steps,
    pctStart = 0.3,
    anneal = "cosine",
    divFactor = 25,
    finalDivFactor = 1e4,
    threePhase = false,
  } = options;
  nonNegative("oneCycle", "peak", peak);
  wholeNumber("oneCycle", "steps", steps, 1);
  fraction("oneCycle", threePhase ? "2 · pctStart" : "pctStart", threePhase ? 2 * pctStart : pctStart);
  const first = peak / positive("oneCycle", "divFactor", divFactor);
  const last = first / positive("oneCycle", "finalDivFactor", finalDivFactor);
  if (anneal !== "cosine" && anneal !== "linear") {
    throw new ValueError(`oneCycle: anneal must be "cosine" or "linear", not ${String(anneal)}.`);
  }
  const up = pctStart * steps - 1;
  const down = 2 * pctStart * steps - 2;
  const between = (step: Tensor, from: number, to: number, begin: number, end: number): Tensor => {
    // A part without steps is over.
    const over = end > begin ? progress(sub(step, begin), end - begin) : add(mul(step, 0), 1);
    return anneal === "linear"
      ? add(from, mul(to - from, over))
      : add(to, mul((from - to) / 2, add(1, cos(mul(Math.PI, over)))));
  };
  return schedule((step) => {
    const climb = between(step, first, peak, 0, up);
    if (!threePhase) return where(less(step, up), climb, between(step, peak, last, up, steps - 1));
    const descent = between(step, peak, first, up, down);
    return where(less(step, up), climb, where(less(step, down), descent, between(step, first, last, down, steps - 1)));
  });
}
