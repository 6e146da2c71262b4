import { isFloat } from "../dtype.js";
import { GradientError, TransformError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { register } from "../lifetime.js";
import { tensor } from "../ops/create.js";
import { nameNode } from "../origin.js";
import { apply } from "../primitive.js";
import { Tensor } from "../tensor.js";
import { describePath, flattenTree, type Leaf, type TreeStructure, tensorLeaf, unflattenTree } from "../tree.js";

const aliasPrimitive: Primitive<undefined> = {
  name: "alias",
  linear: "jointly",
  infer: ({ inputs: [x] }) => x,
  run: ({ inputs: [x] }) => x.data,
  expand: ({ inputs: [x] }) => x,
  vjp: ({ cotangent }) => [cotangent],
  batch: ({ inputs: [x] }) => x,
};

/** A new leaf with the value of `x`: known by its identity, so that nested derivatives cannot be confused. */
export const alias = (x: Tensor): Tensor => apply(aliasPrimitive, [x], undefined);

/** `alias` with a name for messages. */
export function namedAlias(x: Tensor, name: string): Tensor {
  const fresh = alias(x);
  nameNode(fresh.node, name);
  return fresh;
}

/** A tree whose leaves were replaced by fresh leaves of the graph. */
export interface FreshTree {
  readonly tree: unknown;
  readonly leaves: readonly Tensor[];
  readonly structure: TreeStructure;
}

/** Fresh leaves for every tensor, Variable or number of an argument. */
export function freshLeaves(operator: string, root: string, argument: unknown): FreshTree {
  const { leaves, structure } = flattenTree(argument);
  const fresh = leaves.map((leaf) =>
    namedAlias(differentiable(operator, root, leaf), `${describePath(root, leaf.path)} of ${operator}`),
  );
  return { tree: unflattenTree(structure, fresh), leaves: fresh, structure };
}

/** A leaf of an argument as a float tensor. @throws GradientError for another dtype, ValueError for what is no tensor. */
export function differentiable(operator: string, root: string, leaf: Leaf): Tensor {
  if (typeof leaf.value === "number") return tensor(leaf.value);
  const x = tensorLeaf(operator, root, leaf);
  if (isFloat(x.dtype)) return x;
  throw new GradientError(
    `${operator}: ${describePath(root, leaf.path)} has dtype ${x.dtype}, and derivatives exist for float32 and float64 only. ` +
      'Use cast(x, "float32"), or leave it out of argnums.',
  );
}

/** @throws TransformError where a function given to a transform returned a Promise. */
export function refusePromise(operator: string, result: unknown): void {
  if (result instanceof Promise) {
    throw new TransformError(
      `${operator}: the function returned a Promise. A transform sees only what is computed synchronously: read or await outside.`,
    );
  }
}

/** Makes the results of one call a group: reading one computes all, and lets go of what they were made from. */
export function group(results: readonly unknown[]): void {
  const nodes = results.filter((result) => result instanceof Tensor).map((tensor) => tensor.node);
  const pending = nodes.filter((node) => node.value === undefined && !node.symbolic);
  for (const node of pending) {
    node.group = pending;
    register(node);
  }
}
