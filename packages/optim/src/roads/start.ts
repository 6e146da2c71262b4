import { DTypeError, type Generator, generator, ValueError } from "@glissade/autograd";
import { positive } from "../arguments.js";
import { buildTree, placeOf, type TensorTree, tensorTree } from "../tree.js";

/** @throws ValueError where x0 is no tree of tensors or `f` no function, DTypeError for a leaf that is no float. */
export function checkStart(operator: string, f: unknown, x0: unknown): TensorTree {
  if (typeof f !== "function")
    throw new ValueError(`${operator}: the first argument must be a function, not ${typeof f}.`);
  const tree = tensorTree(operator, "x0", x0);
  if (tree.leaves.length === 0)
    throw new ValueError(`${operator}: x0 holds no tensor. Pass a tensor, or a tree of them.`);
  for (const { path, dtype } of tree.forms) {
    if (dtype === "float32" || dtype === "float64") continue;
    throw new DTypeError(
      `${operator}: ${placeOf("x0", path)} has dtype ${dtype}, and only float32 and float64 can descend. Use cast(x, "float32").`,
    );
  }
  return tree;
}

/** Options of what draws random numbers. */
export interface RandomOptions {
  /** The same generator state gives the same road; default `generator(0)`. */
  readonly generator?: Generator;
}

/** Draws trees like x0 of normal numbers with this standard deviation. */
export function normalTrees<T>(
  operator: string,
  { forms, structure }: TensorTree,
  [name, deviation]: readonly [string, number],
  options: RandomOptions,
): () => T {
  positive(operator, name, deviation);
  const source = options.generator ?? generator(0);
  return () =>
    buildTree<T>(
      structure,
      forms.map(({ shape, dtype }) =>
        source.normal(shape, { dtype: dtype === "float64" ? "float64" : "float32", std: deviation }),
      ),
    );
}
