import {
  all,
  definePrimitive,
  greaterEqual,
  isComputed,
  isFinite,
  logicalAnd,
  type Tensor,
  ValueError,
} from "@glissade/autograd";
import { positiveOrZero } from "../arguments.js";

/** Something that has to hold for a step to be taken. */
export interface Condition {
  /** What is tested. */
  readonly tensor: Tensor;
  /** Whether one element passes, and the same of a whole tensor, as a bool scalar. */
  readonly passes: (element: number) => boolean;
  readonly inGraph: (tensor: Tensor) => Tensor;
  /** What to say where it does not hold. */
  readonly message: string;
}

/** @param place What the message calls it, such as `the gradient at w`. */
export const finiteGradient = (operator: string, place: string, tensor: Tensor): Condition => ({
  tensor,
  passes: Number.isFinite,
  inGraph: (gradient) => all(isFinite(gradient)),
  message:
    `${operator}: ${place} holds NaN or infinity, and nothing was updated. ` +
    "Look for the cause in the loss, lower the rate, clip, or set skipNotFinite.",
});

/** The rate that a schedule gave. */
export const usableRate = (operator: string, tensor: Tensor): Condition => ({
  tensor,
  passes: positiveOrZero,
  inGraph: (rate) => logicalAnd(isFinite(rate), greaterEqual(rate, 0)),
  message: `${operator}: lr must be a finite number of 0 or more, and the schedule gave another one. Nothing was updated.`,
});

/**
 * The first operand, on condition that all others, bool scalars, hold: a step that hangs on its result is taken back as a whole where one does not. An
 * operator rather than a read, for nothing is computed when a step is taken, and inside a compiled step nothing can be read.
 */
const onCondition = definePrimitive<{ readonly messages: readonly string[] }>("onCondition", {
  linear: [0],
  infer: ({ inputs: [value] }) => value,
  run({ inputs: [value, ...flags], attributes: { messages } }) {
    const failed = flags.findIndex(({ data }) => data[0] === 0);
    if (failed >= 0) throw new ValueError(messages[failed] ?? "a condition of a step does not hold");
    return value.data;
  },
  vjp: ({ inputs: [, ...flags], cotangent }) => [cotangent, ...flags.map(() => undefined)],
  batch: { none: "a step is taken for all examples together" },
});

/**
 * `value`, which can be computed only if all conditions hold. Those whose tensors are computed already are looked at now.
 *
 * @throws ValueError with the condition's message: now, or from the read that computes `value`.
 */
export function valueIf(conditions: readonly Condition[], value: Tensor): Tensor {
  const unknown = conditions.filter(({ tensor }) => !isComputed(tensor));
  for (const { tensor, passes, message } of conditions) {
    if (isComputed(tensor) && !tensor.data().every((element) => passes(element))) throw new ValueError(message);
  }
  if (unknown.length === 0) return value;
  const flags = unknown.map(({ tensor, inGraph }) => inGraph(tensor));
  return onCondition(value, ...flags, { messages: unknown.map(({ message }) => message) });
}
