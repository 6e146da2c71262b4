import { cast, guard, type Tensor, type TensorLike, tensor, type Variable, variable } from "@glissade/autograd";
import { nonNegative } from "../arguments.js";

/**
 * A learning rate: a finite number of 0 or more, or a schedule, a pure function from the number of steps taken (a float64 scalar
 * tensor, 0 at the first step) to the rate.
 */
export type LearningRate = number | ((step: Tensor) => TensorLike);

/** The learning rate of a group: a Variable, so that a compiled step reads it anew, or a schedule of the stepper's count. */
export interface Rate {
  readonly read: () => number;
  readonly set: (rate: LearningRate) => void;
  /** The rate of the next step, a float64 scalar. */
  readonly value: () => Tensor;
  readonly isScheduled: () => boolean;
  /** The number to save; undefined under a schedule, which the count of steps determines. */
  readonly saved: () => number | undefined;
}

/** @throws ValueError for a negative, NaN or infinite number. */
export function makeRate(operator: string, initial: LearningRate, step: Variable): Rate {
  const fixed = variable(tensor(0, { dtype: "float64" }), { name: `${operator} lr`, trainable: false });
  let schedule: ((step: Tensor) => TensorLike) | undefined;
  const set = (rate: LearningRate): void => {
    if (typeof rate === "function") schedule = rate;
    else {
      fixed.assign(tensor(nonNegative(operator, "lr", rate), { dtype: "float64" }));
      schedule = undefined;
    }
  };
  set(initial);
  const held = (): typeof schedule => schedule;
  const value = (): Tensor => {
    // A number is read from its Variable; another schedule, or one in place of a number, is another computation.
    const chosen = guard(held);
    return chosen === undefined ? fixed.value : cast(chosen(step.value), "float64");
  };
  return {
    set,
    value,
    read: () => value().item(),
    isScheduled: () => guard(held) !== undefined,
    saved: () => (schedule === undefined ? fixed.value.item() : undefined),
  };
}
