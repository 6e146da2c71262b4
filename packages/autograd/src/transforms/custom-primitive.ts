import { isFloat } from "../dtype.js";
import type { BatchContext, Operands, Primitive } from "../graph.js";
import { stretch } from "../ops/broadcast.js";
import { zeros } from "../ops/create.js";
import { apply } from "../primitive.js";
import type { Tensor } from "../tensor.js";
import { vmap } from "./vmap.js";

/**
 * A rule of `customGradient` over flat lists: from arguments, outputs, and cotangents of the outputs (or tangents of the arguments) to
 * cotangents of the arguments (or tangents of the outputs).
 */
export type FlatRule = (
  args: readonly Tensor[],
  outputs: readonly Tensor[],
  directions: readonly Tensor[],
) => readonly Tensor[];

/** The rules of one call: `push` is absent where forward mode is to transpose `pull`. */
export interface FlatRules {
  readonly pull: FlatRule;
  readonly push: FlatRule | undefined;
}

interface CustomAttributes {
  readonly rules: FlatRules;
  readonly argumentCount: number;
  /** Which output the node stands for. */
  readonly index: number;
}

/** The operands are the arguments and then all outputs: the value is known, and derivatives go to the arguments alone. */
const outputPrimitive: Primitive<CustomAttributes> = {
  name: "customGradient",
  linear: "none",
  infer: ({ inputs, attributes: { argumentCount, index } }) => operandAt(inputs, argumentCount + index),
  run: ({ inputs, attributes: { argumentCount, index } }) => operandAt(inputs, argumentCount + index).data,
  vjp({ inputs, attributes: { rules, argumentCount, index }, cotangent }) {
    const [args, outputs] = [inputs.slice(0, argumentCount), inputs.slice(argumentCount)];
    const cotangents = oneOf(outputs, index, cotangent);
    const pulled = rules.pull(args, outputs, cotangents);
    if (rules.push === undefined) return pulled;
    const operands = [...args, ...outputs, ...pulled, ...cotangents];
    const counts = { argumentCount, outputCount: outputs.length };
    return pulled.map((part, k) =>
      isFloat(part.dtype) ? apply(pulledPrimitive, operands, { rules, ...counts, index: k }) : undefined,
    );
  },
  batch: (context) =>
    apply(outputPrimitive, whole(context), { ...context.attributes, rules: batchRules(context.attributes.rules) }),
};

interface PulledAttributes extends CustomAttributes {
  readonly outputCount: number;
}

/**
 * Cotangent `index` of the arguments. The operands are arguments, outputs, all the cotangents that the rule made, and those it made them from.
 * Derivatives go through what the rule made; only forward mode, which asks for the transpose in the last of them, takes `push`.
 */
const pulledPrimitive: Primitive<PulledAttributes> = {
  name: "customGradient",
  // In the cotangents, the only operands that the transpose answers for.
  linear: "jointly",
  infer: ({ inputs, attributes }) => operandAt(inputs, madeAt(attributes)),
  run: ({ inputs, attributes }) => operandAt(inputs, madeAt(attributes)).data,
  vjp: ({ inputs, attributes, cotangent }) => inputs.map((_, i) => (i === madeAt(attributes) ? cotangent : undefined)),
  transpose({ inputs, attributes: { rules, argumentCount, outputCount, index }, cotangent }) {
    const args = inputs.slice(0, argumentCount);
    const outputs = inputs.slice(argumentCount, argumentCount + outputCount);
    const tangents = rules.push?.(args, outputs, oneOf(args, index, cotangent)) ?? [];
    const others = inputs.slice(0, inputs.length - outputCount).map(() => undefined);
    return [...others, ...outputs.map((output, i) => (isFloat(output.dtype) ? tangents[i] : undefined))];
  },
  batch: (context) =>
    apply(pulledPrimitive, whole(context), { ...context.attributes, rules: batchRules(context.attributes.rules) }),
};

const madeAt = ({ argumentCount, outputCount, index }: PulledAttributes): number => argumentCount + outputCount + index;

function operandAt<T>(inputs: Operands<T>, at: number): T {
  const operand = inputs[at];
  if (operand === undefined) throw new Error(`customGradient has no operand ${at}`);
  return operand;
}

/** `direction` at one place, zeros like the tensors at the others. */
const oneOf = (tensors: readonly Tensor[], index: number, direction: Tensor): Tensor[] =>
  tensors.map((x, i) => (i === index ? direction : zeros(x.shape, { dtype: x.dtype })));

const whole = ({ inputs, batched, size }: BatchContext<CustomAttributes>): Tensor[] =>
  inputs.map((x, i) => (batched[i] ? x : stretch(x, [size, ...x.shape])));

const batchRules = ({ pull, push }: FlatRules): FlatRules => ({
  pull: vmap(pull),
  push: push === undefined ? undefined : vmap(push),
});

/** The outputs of a function, each with these rules in place of the derivatives of what it was made from. */
export const withRules = (args: readonly Tensor[], outputs: readonly Tensor[], rules: FlatRules): Tensor[] =>
  outputs.map((_, index) =>
    apply(outputPrimitive, [...args, ...outputs], { rules, argumentCount: args.length, index }),
  );
