import { add, cast, mul, ShapeError, type Tensor, type TensorLike, tensor, Variable } from "@glissade/autograd";
import { finite } from "../arguments.js";
import { mapTrees } from "../tree.js";
import { checkState, type GradientTransform, type NoState, stateless } from "./transform.js";

/** The product of every leaf with a scalar, which takes the leaf's dtype: a float64 rate does not widen float32 parameters. */
export function scaleLeaves<G>(operator: string, gradients: G, factor: Tensor): G {
  if (factor.rank !== 0) {
    throw new ShapeError(`${operator}: the factor must be a scalar, not shape [${factor.shape.join(", ")}].`);
  }
  return mapTrees(operator, ["gradients", gradients], {}, (gradient) => mul(cast(factor, gradient.dtype), gradient));
}

/**
 * Multiplies every gradient by a factor: −lr makes gradients updates that descend.
 *
 * @param factor A finite number, or a scalar tensor, a Variable, or a function that gives one, whose value at the time of the update counts.
 * @throws ValueError for a NaN or infinite number; ShapeError (from `update`) for a tensor that is no scalar.
 * @example
 * scale(-0.5).update([tensor([2, 4])], [], [])[0][0].toArray(); // [-1, -2]
 */
export function scale(factor: number | Tensor | Variable | (() => Tensor)): GradientTransform<NoState> {
  if (typeof factor === "number") finite("scale", "the factor", factor);
  return stateless((gradients) => {
    if (typeof factor === "number") {
      return mapTrees("scale", ["gradients", gradients], {}, (gradient) => mul(factor, gradient));
    }
    if (typeof factor === "function") return scaleLeaves("scale", gradients, factor());
    return scaleLeaves("scale", gradients, factor instanceof Variable ? factor.value : factor);
  });
}

/** What `scaleBySchedule` remembers: how many updates there have been, a float64 scalar. */
export type CountState = { readonly count: Tensor };

/**
 * Multiplies every gradient by `schedule(count)`, where count is 0 at the first update.
 *
 * @param schedule From the count, a float64 scalar tensor, to a scalar: a schedule of learning rates with its sign turned, usually.
 * @throws ValueError (from `update`) for a foreign state; ShapeError where the schedule gives no scalar.
 * @example
 * const rule = chain(trace({ momentum: 0.9 }), scaleBySchedule((count) => mul(-0.1, pow(0.99, count))));
 */
export function scaleBySchedule(schedule: (count: Tensor) => TensorLike): GradientTransform<CountState> {
  return {
    init: () => ({ count: tensor(0, { dtype: "float64" }) }),
    update(gradients, state) {
      checkState("scaleBySchedule", state, ["count"]);
      const factor = cast(schedule(state.count), "float64");
      return [scaleLeaves("scaleBySchedule", gradients, factor), { count: add(state.count, 1) }];
    },
  };
}
