import { asTensor } from "../convert.js";
import { isFloat } from "../dtype.js";
import { GradientError, ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { zeros } from "../ops/create.js";
import { apply } from "../primitive.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { flattenTree, leavesInOrder, showStructure, type TreeStructure, tensorLeaf, unflattenTree } from "../tree.js";
import type { MadeFor } from "../types/control.js";
import type { DTypeOf, ResultDType, ShapeOf } from "../types/operand.js";
import { type FlatRule, withRules } from "./custom-primitive.js";
import { refusePromise } from "./leaves.js";

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
export function stopGradient<X extends TensorLike>(x: X): Tensor<ShapeOf<X>, ResultDType<"keep", DTypeOf<X>>>;
export function stopGradient(x: TensorLike): Tensor {
  return apply(stopPrimitive, [asTensor("stopGradient", x)], undefined);
}

/** What a vjp rule given to `customGradient` is told. */
export interface CustomVjpContext<A extends readonly unknown[], R> {
  /** The arguments. */
  readonly inputs: A;
  /** What the function returned. */
  readonly output: R;
  /** A tree like the output. */
  readonly cotangent: R;
}

/** What a jvp rule given to `customGradient` is told. */
export interface CustomJvpContext<A extends readonly unknown[], R> {
  /** The arguments. */
  readonly inputs: A;
  /** What the function returned. */
  readonly output: R;
  /** Trees like the arguments; zeros in the place of integers and booleans. */
  readonly tangents: A;
}

/** Options of `customGradient`. */
export interface CustomGradientOptions<
  A extends readonly unknown[],
  R,
  P extends readonly unknown[] = readonly unknown[],
  T = unknown,
> {
  /** Builds a tree of cotangents for each argument, in an array; what stands in the place of an integer or boolean is ignored. */
  readonly vjp: (context: CustomVjpContext<A, R>) => MadeFor<"the vjp of f", A, P>;
  /** Builds the tangent of the result, linear in the tangents: for forward mode. Default: the transpose of `vjp`. */
  readonly jvp?: ((context: CustomJvpContext<A, R>) => MadeFor<"the jvp of f", R, T>) | undefined;
}

/**
 * A function with a derivative rule of its own in place of the one that its operators give: for stability, for speed, or for an estimate such as
 * the straight-through one. Derivatives go to the arguments only; tensors and Variables that `f` closes over count as constants. Derivatives of
 * the rule give higher orders. A rule that closes over an example of an enclosing `vmap` cannot be used after it: pass it as an argument.
 *
 * @param f Takes and returns trees of tensors.
 * @param options.vjp Gets `{inputs, output, cotangent}` and returns an array with a tree of cotangents for each argument.
 * @param options.jvp Gets `{inputs, output, tangents}` and returns a tree of tangents like the result; used by `jvp`. Default: `vjp` is
 * transposed, which asks it to be linear in its cotangent. It may be called once for each leaf of the arguments.
 * @throws ValueError where `vjp` or `jvp` is no function, or arguments and result are no trees of tensors; TransformError where `f` returns a
 * Promise; GradientError, when it is differentiated, where what a rule returned is not like the arguments, or the result.
 * @example
 * const straight = customGradient((x: Tensor) => round(x), { vjp: ({ cotangent }) => [cotangent] });
 * grad(straight)(tensor(0.7)).item(); // 1
 */
export function customGradient<A extends readonly unknown[], R, const P extends readonly unknown[], T = unknown>(
  f: (...args: A) => R,
  options: CustomGradientOptions<A, R, P, T>,
): (...args: A) => R;
export function customGradient<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  { vjp, jvp }: CustomGradientOptions<A, R>,
): (...args: A) => R {
  if (typeof f !== "function" || typeof vjp !== "function" || (jvp !== undefined && typeof jvp !== "function")) {
    throw new ValueError(
      "customGradient: takes a function, and {vjp, jvp?}: vjp returns a cotangent for each argument, jvp the tangent of the result.",
    );
  }
  const name = f.name || "f";
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
    const context = (inputs: readonly Tensor[], results: readonly Tensor[]) => ({
      inputs: unflattenTree(given.structure, inputs) as A,
      output: unflattenTree(structure, results) as R,
    });
    const pull: FlatRule = (inputs, results, cotangents) => {
      const made = vjp({ ...context(inputs, results), cotangent: unflattenTree(structure, cotangents) as R });
      return checkedLeaves(`the vjp of ${name}`, made, given.structure, inputs, "an array like the arguments");
    };
    const push: FlatRule = (inputs, results, tangents) => {
      const made = jvp?.({ ...context(inputs, results), tangents: unflattenTree(given.structure, tangents) as A });
      return checkedLeaves(`the jvp of ${name}`, made, structure, results, "a tree like the result");
    };
    const wrapped = withRules(operands, outputs, { pull, push: jvp === undefined ? undefined : push });
    return unflattenTree(structure, wrapped) as R;
  };
}

/** The leaves of what a rule made, which must have the structure, and each the shape and dtype, of what they belong to. */
function checkedLeaves(
  rule: string,
  made: unknown,
  structure: TreeStructure,
  likes: readonly Tensor[],
  form: string,
): Tensor[] {
  const leaves = leavesInOrder(structure, made);
  if (leaves === undefined) {
    throw new GradientError(
      `customGradient: ${rule} returned ${showStructure(flattenTree(made).structure)}; it must return ${form}, ${showStructure(structure)}.`,
    );
  }
  return likes.map(({ shape, dtype }, i) => {
    // Integers have neither cotangent nor tangent: whatever stands in the place of one is dropped.
    if (!isFloat(dtype)) return zeros(shape, { dtype });
    const part = tensorLeaf("customGradient", `what ${rule} returned`, leaves[i] ?? { path: "", value: undefined });
    if (sameShape(part.shape, shape) && part.dtype === dtype) return part;
    throw new GradientError(
      `customGradient: ${rule} made ${showShape(part.shape)} ${part.dtype} for ${showShape(shape)} ${dtype}; they must be alike.`,
    );
  });
}
