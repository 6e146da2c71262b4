import { add, full, mul, pow, sub, type Tensor, type Tree, tensor } from "@glissade/autograd";
import { buildTree, mapTrees, tensorTree } from "../tree.js";

/** A tree like `params` with one number everywhere, 0 by default: running averages before the first step. */
export function filled(operator: string, params: unknown, value = 0): Tree {
  const { leaves, structure } = tensorTree(operator, "params", params);
  return buildTree(
    structure,
    leaves.map(({ shape, dtype }) => full(shape, value, { dtype })),
  );
}

/** A counter at 0: a float64 scalar, exact to 2⁵³, in the state, so that no number of JavaScript changes from step to step. */
export const noSteps = (): Tensor => tensor(0, { dtype: "float64" });

/** The next running average: β · before + (1 − β) · of(gradient). */
export function average(
  operator: string,
  [name, before]: readonly [string, Tree],
  gradients: unknown,
  beta: number,
  of: (gradient: Tensor) => Tensor = (gradient) => gradient,
): Tree {
  return mapTrees(operator, [`the state's ${name}`, before], { gradients }, (old, gradient) =>
    add(mul(beta, old), mul(1 - beta, of(gradient))),
  );
}

/** 1 − βᵗ: the weight that an average of t terms has which started at zero. */
export const weightSoFar = (beta: number, count: Tensor): Tensor => sub(1, pow(beta, count));
