import { GradientError } from "../errors.js";
import type { KernelContext, Primitive, VjpContext } from "../graph.js";
import type { ScalarFunction } from "../numbers/broadcast-loops.js";
import { apply } from "../primitive.js";
import { broadcastShapes, type Shape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { alignBatch, type ElementwiseDefinition, elementwisePrimitive, promoteOperands } from "./elementwise.js";

/** Applies a parametric operator to its operands. */
export type ParametricOperator<A> = (attributes: A, ...operands: readonly TensorLike[]) => Tensor;

/**
 * Defines an elementwise operator with attributes, such as a slope or an order: one primitive, whose meaning for given attributes is
 * an elementwise definition. Broadcasting, promotion, batching and the vjp are those of `elementwise`. Public operators
 * check their options and call it; a definition's `domain` and `samples` are not used.
 *
 * @param define A pure function; `result`, `integers` and `booleans` must not depend on the attributes.
 * @example
 * const scaled = parametric<{ by: number }>("scaled", ({ by }) => ({ value: (x) => by * x, derivative: () => by }));
 * scaled({ by: 3 }, [1, 2]).toArray(); // [3, 6]
 */
export function parametric<A>(
  name: string,
  define: (attributes: A) => ElementwiseDefinition<ScalarFunction>,
): ParametricOperator<A> {
  const rules = ({ inputs, attributes }: Pick<KernelContext<A> | VjpContext<A>, "inputs" | "attributes">) =>
    elementwisePrimitive(name, inputs.length, define(attributes));
  const primitive: Primitive<A> = {
    name,
    linear: "none",
    infer({ inputs, attributes }) {
      let shape: Shape = inputs[0].shape;
      for (let i = 1; i < inputs.length; i++) shape = broadcastShapes(name, shape, inputs[i]?.shape ?? []);
      return { shape, dtype: define(attributes).result ?? inputs[0].dtype };
    },
    run: (context) => rules(context).run({ ...context, attributes: undefined }),
    vjp(context) {
      const { vjp } = rules(context);
      if ("none" in vjp) throw new GradientError(`grad: ${name} has no derivative: ${vjp.none}.`);
      return vjp({ ...context, attributes: undefined });
    },
    batch: (context) => apply(primitive, alignBatch(context), context.attributes),
    element: (attributes) => define(attributes).code,
  };
  return (attributes, ...operands) => apply(primitive, promoteOperands(name, operands, define(attributes)), attributes);
}
