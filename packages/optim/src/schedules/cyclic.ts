import { add, div, floor, lessEqual, mul, pow, sub, type Tensor, ValueError, where } from "@glissade/autograd";
import { nonNegative, wholeNumber } from "../arguments.js";
import { type Schedule, schedule } from "./schedule.js";

/** Options of `cyclic`. */
export interface CyclicOptions {
  /** The rate at the top of the first cycle; 0 or more. */
  readonly high: number;
  /** How many steps a cycle climbs; a whole number of 1 or more, default 2,000. */
  readonly up?: number;
  /** How many steps it descends; default as many. */
  readonly down?: number;
  /**
   * The height of the cycles: always the same, halved after each (`"triangular2"`), or gamma^step (`"exponential"`); default `"triangular"`.
   */
  readonly mode?: "triangular" | "triangular2" | "exponential";
  /** For `"exponential"`; 0 or more, default 1. */
  readonly gamma?: number;
}

/**
 * Up from `low` to `high` and down again in straight lines, again and again: PyTorch's `CyclicLR` without its cycle of momentum (Smith, Cyclical
 * learning rates for training neural networks, 2017).
 *
 * @param low The rate at step 0 and between the cycles; 0 or more.
 * @param options.high 0 or more.
 * @param options.up Default 2,000.
 * @param options.down Default as `up`.
 * @param options.mode Default "triangular".
 * @param options.gamma Default 1.
 * @throws ValueError for numbers out of range, or another mode.
 * @example
 * cyclic(0.1, { high: 0.5, up: 4 })(4); // 0.5
 */
export function cyclic(low: number, options: CyclicOptions): Schedule {
  const { high, up = 2000, down = up, mode = "triangular", gamma = 1 } = options;
  nonNegative("cyclic", "low", low);
  nonNegative("cyclic", "high", high);
  const length = wholeNumber("cyclic", "up", up, 1) + wholeNumber("cyclic", "down", down, 1);
  nonNegative("cyclic", "gamma", gamma);
  if (mode !== "triangular" && mode !== "triangular2" && mode !== "exponential") {
    throw new ValueError(`cyclic: mode must be "triangular", "triangular2" or "exponential", not ${String(mode)}.`);
  }
  return schedule((step) => {
    const cycle = floor(div(step, length));
    const within = sub(step, mul(cycle, length));
    const height = where(lessEqual(within, up), div(within, up), div(sub(length, within), down));
    return add(low, mul(mul(high - low, height), heightOf(mode, gamma, step, cycle)));
  });
}

/** The height of a cycle, 1 for the first. */
function heightOf(
  mode: "triangular" | "triangular2" | "exponential",
  gamma: number,
  step: Tensor,
  cycle: Tensor,
): Tensor {
  if (mode === "triangular") return add(mul(step, 0), 1);
  return mode === "triangular2" ? pow(0.5, cycle) : pow(gamma, step);
}
