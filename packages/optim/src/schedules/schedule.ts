import { clip, div, type Tensor, tensor, ValueError } from "@glissade/autograd";
import { describeValue } from "../tree.js";

/**
 * A learning rate as a pure function of the number of steps taken: of numbers, and of scalar tensors, for compiled steps. The first step has
 * number 0.
 */
export interface Schedule {
  (step: number): number;
  (step: Tensor): Tensor;
}

/** The formula over float64 tensors; a number is computed by the same formula, so that there is only one. */
export function schedule(formula: (step: Tensor) => Tensor): Schedule {
  function at(step: number): number;
  function at(step: Tensor): Tensor;
  function at(step: number | Tensor): number | Tensor {
    return typeof step === "number" ? formula(tensor(step, { dtype: "float64" })).item() : formula(step);
  }
  return at;
}

/** The part of `steps` that is over, 0 … 1. */
export const progress = (step: Tensor, steps: number): Tensor => clip(div(step, steps), { min: 0, max: 1 });

/** @throws ValueError where `value` is no function. */
export function checkSchedule(operator: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new ValueError(
    `${operator}: ${name} is ${describeValue(value)}, not a schedule. For a fixed rate use constant(…).`,
  );
}

/** @throws ValueError where the milestones are no whole numbers of 1 or more in ascending order. */
export function checkMilestones(operator: string, milestones: readonly number[]): void {
  const wrong = milestones.findIndex((each, i) => !(Number.isSafeInteger(each) && each > (milestones[i - 1] ?? 0)));
  if (wrong < 0) return;
  throw new ValueError(
    `${operator}: milestones must be ascending whole numbers of 1 or more, not [${milestones.join(", ")}].`,
  );
}
