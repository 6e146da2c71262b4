import {
  DTypeError,
  flattenTree,
  type Shape,
  ShapeError,
  sameStructure,
  showStructure,
  Tensor,
  type TreeStructure,
  unflattenTree,
  ValueError,
  Variable,
} from "@glissade/autograd";

/** What a leaf must look like. */
export interface LeafForm {
  readonly path: string;
  readonly shape: Shape;
  readonly dtype: string;
}

/** A tree taken apart: its leaves in order, their forms, and the structure to put it together again. */
export interface TensorTree {
  readonly leaves: readonly Tensor[];
  readonly forms: readonly LeafForm[];
  readonly structure: TreeStructure;
}

/** A place in a tree, in words: `gradients at layers[0].w`. */
export const placeOf = (root: string, path: string): string => (path === "" ? root : `${root} at ${path}`);

const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** What a value is, in a message. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? `an object (${value.constructor?.name ?? "no class"})` : `a ${typeof value}`;
}

/** The tree of this structure with these leaves. What the caller promises is that `T` has this structure. */
export const buildTree = <T>(structure: TreeStructure, leaves: readonly unknown[]): T =>
  unflattenTree(structure, leaves) as T;

function tensorAt(operator: string, root: string, path: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Variable) return value.value;
  throw new ValueError(
    `${operator}: ${placeOf(root, path)} is ${describeValue(value)}, not a tensor. Use tensors in nested arrays and plain objects.`,
  );
}

/** @throws ValueError where a leaf is neither tensor nor Variable. */
export function tensorTree(operator: string, root: string, tree: unknown): TensorTree {
  const { leaves, structure } = flattenTree(tree);
  const tensors = leaves.map(({ path, value }) => tensorAt(operator, root, path, value));
  const forms = tensors.map(({ shape, dtype }, i) => ({ path: leaves[i]?.path ?? "", shape, dtype }));
  return { leaves: tensors, forms, structure };
}

/** Leaves in the order of `structure`, by key: two objects may list the same keys in different orders. */
function leavesInOrder(structure: TreeStructure, tree: unknown): unknown[] {
  if (structure.kind === "array" && Array.isArray(tree)) {
    return structure.items.flatMap((item, i) => leavesInOrder(item, tree[i]));
  }
  if (structure.kind === "object" && isRecord(tree)) {
    return structure.entries.flatMap(([key, item]) => leavesInOrder(item, tree[key]));
  }
  return [tree];
}

/**
 * The leaves of `tree`, in the order of `reference`.
 *
 * @throws ValueError for another structure or a leaf that is no tensor, ShapeError and DTypeError for a leaf of another shape or
 * dtype; each names the place.
 */
export function matchingLeaves(
  operator: string,
  root: string,
  tree: unknown,
  reference: { readonly name: string; readonly structure: TreeStructure; readonly forms: readonly LeafForm[] },
): Tensor[] {
  const { structure } = flattenTree(tree);
  if (!sameStructure(structure, reference.structure)) {
    throw new ValueError(
      `${operator}: ${root} has the structure ${showStructure(structure)}, and ${reference.name} ${showStructure(reference.structure)}. ` +
        "Both must have the same keys and lengths.",
    );
  }
  const values = leavesInOrder(reference.structure, tree);
  return reference.forms.map(({ path, shape, dtype }, i) => {
    const leaf = tensorAt(operator, root, path, values[i]);
    const place = placeOf(root, path);
    if (leaf.shape.length !== shape.length || leaf.shape.some((side, axis) => side !== shape[axis])) {
      throw new ShapeError(
        `${operator}: ${place} has shape ${showShape(leaf.shape)}, and ${reference.name} ${showShape(shape)}. They must agree.`,
      );
    }
    if (leaf.dtype !== dtype) {
      throw new DTypeError(
        `${operator}: ${place} has dtype ${leaf.dtype}, and ${reference.name} ${dtype}. Convert it with cast.`,
      );
    }
    return leaf;
  });
}

/**
 * Maps a tree, leaf by leaf, together with the leaves of other trees of the same form.
 *
 * @param reference The name of the first tree, for messages, and the tree.
 * @param others The other trees by name; `f` gets their leaves in this order.
 * @throws as `matchingLeaves`.
 */
export function mapTrees<G>(
  operator: string,
  [name, tree]: readonly [string, G],
  others: Readonly<Record<string, unknown>>,
  f: (...leaves: Tensor[]) => Tensor,
): G {
  const { leaves, forms, structure } = tensorTree(operator, name, tree);
  const matched = Object.entries(others).map(([root, other]) =>
    matchingLeaves(operator, root, other, { name, structure, forms }),
  );
  const results = leaves.map((leaf, i) => f(leaf, ...matched.map((column) => column[i] ?? leaf)));
  return buildTree<G>(structure, results);
}
