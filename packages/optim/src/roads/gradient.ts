import { numericalGradient, type Tensor, ValueError, valueAndGrad } from "@glissade/autograd";
import { positive } from "../arguments.js";
import { buildTree, tensorTree } from "../tree.js";
import { type Routine, read } from "./drive.js";
import type { Meter } from "./meter.js";
import { scalarLoss } from "./options.js";
import type { Point } from "./travel.js";

/** How a road takes its gradient. */
export interface GradientOptions {
  /**
   * By differentiation, or by forward or central differences, which evaluate the function once or twice for every number in x.
   * Default "automatic".
   */
  readonly gradient?: "automatic" | "forward" | "central";
  /** The step of the differences; default chosen by dtype, see `numericalGradient`. */
  readonly differenceStep?: number;
}

/** Value and gradient of a loss at a place. */
export type Evaluation<T> = (loss: (x: T) => Tensor, x: T) => Routine<Point<T>>;

/** Thrown through `numericalGradient` when the budget ends in the middle of it. */
class BudgetSpent extends Error {}

/**
 * The evaluation that the options ask for. Under a budget that ends inside a numerical gradient, the gradient is left out.
 *
 * @throws ValueError for options out of range.
 */
export function evaluationOf<T>(operator: string, options: GradientOptions, meter: Meter): Evaluation<T> {
  const { gradient: method = "automatic", differenceStep } = options;
  if (differenceStep !== undefined) positive(operator, "differenceStep", differenceStep);
  if (method === "automatic") return (loss, x) => automatic(operator, loss, x, meter);
  if (method !== "forward" && method !== "central") {
    throw new ValueError(`${operator}: gradient must be "automatic", "forward" or "central", not ${String(method)}.`);
  }
  return (loss, x) => numerical(operator, loss, x, meter, { method, step: differenceStep });
}

function* automatic<T>(operator: string, loss: (x: T) => Tensor, x: T, meter: Meter): Routine<Point<T>> {
  meter.spend();
  const checked = (leaves: T): Tensor => scalarLoss(operator, loss(leaves));
  const { value, grads } = valueAndGrad(checked)(x);
  const { leaves, structure } = tensorTree(operator, "gradient", grads);
  return { x, value: yield* read(value), gradient: buildTree<T>(structure, leaves) };
}

function* numerical<T>(
  operator: string,
  loss: (x: T) => Tensor,
  x: T,
  meter: Meter,
  differences: { readonly method: "forward" | "central"; readonly step: number | undefined },
): Routine<Point<T>> {
  meter.spend();
  const value = yield* read(scalarLoss(operator, loss(x)));
  const metered = (moved: T): Tensor => {
    if (meter.spent() !== undefined) throw new BudgetSpent();
    meter.spend();
    return scalarLoss(operator, loss(moved));
  };
  try {
    const { leaves, structure } = tensorTree(operator, "gradient", numericalGradient(metered, x, differences));
    return { x, value, gradient: buildTree<T>(structure, leaves) };
  } catch (error) {
    if (error instanceof BudgetSpent) return { x, value, gradient: undefined };
    throw error;
  }
}
