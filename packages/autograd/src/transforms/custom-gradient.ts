import { asTensor } from "../convert.js";
import { isFloat } from "../dtype.js";
import { GradientError, ValueError } from "../errors.js";
import { operandsOf, type Primitive } from "../graph.js";
import { stretch } from "../ops/broadcast.js";
import { zeros } from "../ops/create.js";
import { apply } from "../primitive.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { flattenTree, sameStructure, showStructure, type TreeStructure, tensorLeaf, unflattenTree } from "../tree.js";
import { refusePromise } from "./leaves.js";
import { vmap } from "./vmap.js";

const stopPrimitive: Primitive<undefined> = {
  name: "stopGradient",
  linear: "none",
  infer: ({ inputs: [x] }) => x,
  run: ({ inputs: [x] }) => x.data,
  vjp: () => [undefined],
  batch: ({ inputs: [x] }) => stopGradient(x),
};

/**
 * The same tensor, counted as a constant: its derivative is zero.
 *
 * @example
 * grad((x: Tensor) => mul(x, stopGradient(x)))(tensor(3)).item(); // 3
 */
export const stopGradient = (x: TensorLike): Tensor => apply(stopPrimitive, [asTensor("stopGradient", x)], undefined);

/** What a rule given to `customGradient` is told. */
export interface CustomVjpContext<A extends readonly unknown[], R> {
  /** The arguments. */
  readonly inputs: A;
  /** What the function returned. */
  readonly output: R;
  /** A tree like the output. */
  readonly cotangent: R;
}

/** Options of `customGradient`. */
export interface CustomGradientOptions<A extends readonly unknown[], R> {
  /** Builds a tree of cotangents for each argument, in an array. */
  readonly vjp: (context: CustomVjpContext<A, R>) => readonly unknown[];
}

/** The flat form of a rule: from tensors of arguments, outputs and cotangents to the arguments' cotangents. */
type FlatRule = (
  args: readonly Tensor[],
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
) => readonly Tensor[];

interface CustomAttributes {
  readonly rule: FlatRule;
  readonly argumentCount: number;
  /** Which output the node stands for. */
  readonly index: number;
}

/** Output `index` of a function whose operands are its arguments and all its outputs: derivatives go to the arguments alone. */
const customPrimitive: Primitive<CustomAttributes> = {
  name: "customGradient",
  linear: "none",
  infer({ inputs, attributes: { argumentCount, index } }) {
    const { shape = [], dtype = "float32" } = inputs[argumentCount + index] ?? {};
    return { shape, dtype };
  },
  run: ({ inputs, attributes: { argumentCount, index } }) => inputs[argumentCount + index]?.data ?? new Float32Array(),
  vjp({ inputs, attributes: { rule, argumentCount, index }, cotangent }) {
    const outputs = inputs.slice(argumentCount);
    const cotangents = outputs.map((output, i) =>
      i === index ? cotangent : zeros(output.shape, { dtype: output.dtype }),
    );
    return [...rule(inputs.slice(0, argumentCount), outputs, cotangents), ...outputs.map(() => undefined)];
  },
  batch({ inputs, batched, size, attributes }) {
    const whole = inputs.map((x, i) => (batched[i] ? x : stretch(x, [size, ...x.shape])));
    return apply(customPrimitive, whole, { ...attributes, rule: vmap(attributes.rule) });
  },
};

/**
 * A function with a vjp rule of its own in place of the one that its operators give: for stability, for speed, or for an estimate such as the
 * straight-through one. Derivatives go to the arguments only; tensors that `f` closes over count as constants. Derivatives of the rule give higher orders.
 *
 * @param f Takes and returns trees of tensors.
 * @param options.vjp Gets `{inputs, output, cotangent}` and returns an array with a tree of cotangents for each argument.
 * @throws ValueError where `vjp` is no function, or arguments and result are no trees of tensors; TransformError where `f` returns a Promise;
 * GradientError, when it is differentiated, where the rule's cotangents are not like the arguments.
 * @example
 * const straight = customGradient((x: Tensor) => round(x), { vjp: ({ cotangent }) => [cotangent] });
 * grad(straight)(tensor(0.7)).item(); // 1
 */
export function customGradient<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  { vjp: rule }: CustomGradientOptions<A, R>,
): (...args: A) => R {
  if (typeof f !== "function" || typeof rule !== "function") {
    throw new ValueError(
      "customGradient: takes a function, and {vjp}, a function that returns a cotangent for each argument.",
    );
  }
  return (...args) => {
    const given = flattenTree(args);
    const operands = given.leaves.map((leaf) =>
      typeof leaf.value === "number"
        ? asTensor("customGradient", leaf.value)
        : tensorLeaf("customGradient", "the arguments", leaf),
    );
    const result = f(...(unflattenTree(given.structure, operands) as A));
    refusePromise("customGradient", result);
    const { leaves, structure } = flattenTree(result);
    const outputs = leaves.map((leaf) => tensorLeaf("customGradient", "the result", leaf));
    const flat = flatRule(f.name || "f", rule, given.structure, structure);
    const wrapped = outputs.map((_, index) =>
      apply(customPrimitive, [...operands, ...outputs], { rule: flat, argumentCount: operands.length, index }),
    );
    return unflattenTree(structure, wrapped) as R;
  };
}

function flatRule<A extends readonly unknown[], R>(
  name: string,
  rule: (context: CustomVjpContext<A, R>) => readonly unknown[],
  inputs: TreeStructure,
  outputs: TreeStructure,
): FlatRule {
  return (args, results, cotangents) => {
    const made = rule({
      inputs: unflattenTree(inputs, args) as A,
      output: unflattenTree(outputs, results) as R,
      cotangent: unflattenTree(outputs, cotangents) as R,
    });
    const { leaves, structure } = flattenTree(made);
    if (!sameStructure(structure, inputs)) {
      throw new GradientError(
        `customGradient: the vjp of ${name} returned ${showStructure(structure)}; it must return an array like the arguments, ${showStructure(inputs)}.`,
      );
    }
    return leaves.map((leaf, i) => {
      const part = tensorLeaf("customGradient", `the cotangents of ${name}`, leaf);
      const { shape, dtype } = operandsOf(args)[i] ?? part;
      // An integer argument has no cotangent: whatever stands in its place is dropped.
      if (!isFloat(dtype) || (sameShape(part.shape, shape) && part.dtype === dtype)) return part;
      throw new GradientError(
        `customGradient: the vjp of ${name} made a cotangent ${showShape(part.shape)} ${part.dtype} for an argument ${showShape(shape)} ${dtype}; they must be alike.`,
      );
    });
  };
}
