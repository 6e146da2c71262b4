import { asTensor, describeValue } from "../convert.js";
import { DTypeError, ValueError } from "../errors.js";
import { shapeError } from "../origin.js";
import { sameShape, showShape } from "../shape.js";
import { Tensor, Variable } from "../tensor.js";
import {
  describePath,
  flattenTree,
  type Leaf,
  leavesInOrder,
  showStructure,
  type TreeStructure,
  tensorLeaf,
  unflattenTree,
} from "../tree.js";

/** A carry taken apart. */
export interface Carry {
  readonly tensors: readonly Tensor[];
  readonly paths: readonly string[];
  readonly structure: TreeStructure;
}

/** The tensors of a first carry; numbers become float32 scalars. */
export function carryLeaves(operator: string, init: unknown, root = "init"): Carry {
  const { leaves, structure } = flattenTree(init);
  const tensors = leaves.map((leaf) => leafTensor(operator, root, leaf));
  return { tensors, paths: leaves.map(({ path }) => path), structure };
}

const leafTensor = (operator: string, root: string, leaf: Leaf): Tensor =>
  typeof leaf.value === "number" ? asTensor(operator, leaf.value) : tensorLeaf(operator, root, leaf);

/** A result taken apart. */
export interface ResultTree {
  readonly tensors: readonly Tensor[];
  readonly paths: readonly string[];
  /** Undefined where there is no result. */
  readonly structure: TreeStructure | undefined;
  readonly rebuild: (leaves: readonly Tensor[]) => unknown;
}

/** The tensors of a result; null and undefined stand for none. */
export function resultLeaves(operator: string, result: unknown): ResultTree {
  if (result === null || result === undefined)
    return { tensors: [], paths: [], structure: undefined, rebuild: () => result };
  const { leaves, structure } = flattenTree(result);
  return {
    tensors: leaves.map((leaf) => leafTensor(operator, "the result", leaf)),
    paths: leaves.map(({ path }) => path),
    structure,
    rebuild: (parts) => unflattenTree(structure, parts),
  };
}

/** The tensors of a carry after a step, in order, checked against those before. */
export function nextCarry(operator: string, before: Carry, after: unknown): Tensor[] {
  const leaves = leavesInOrder(before.structure, after);
  if (leaves === undefined) {
    throw new ValueError(
      `${operator}: the function turned a carry ${showStructure(before.structure)} into ${showStructure(flattenTree(after).structure)}. It must keep its structure.`,
    );
  }
  return leaves.map((leaf, i) => {
    const tensor = leafTensor(operator, "the next carry", leaf);
    const { shape, dtype } = before.tensors[i] ?? tensor;
    const place = describePath("the carry", leaf.path);
    if (!sameShape(tensor.shape, shape)) {
      throw shapeError(
        `${operator}: ${place} has shape ${showShape(shape)} before a step and ${showShape(tensor.shape)} after it. Start with the shape that it keeps.`,
        [before.tensors[i] ?? tensor, tensor],
      );
    }
    if (tensor.dtype === dtype) return tensor;
    throw new DTypeError(
      `${operator}: ${place} has dtype ${dtype} before a step and ${tensor.dtype} after it. Start with tensor(…, { dtype: "${tensor.dtype}" }), or cast.`,
    );
  });
}

/** A condition: a bool scalar. @throws DTypeError, ShapeError, ValueError for anything else. */
export function conditionTensor(operator: string, value: unknown): Tensor {
  if (typeof value === "boolean") return asTensor(operator, value);
  const condition = value instanceof Variable ? value.value : value;
  if (!(condition instanceof Tensor))
    throw new ValueError(`${operator}: the condition is ${describeValue(value)}, not a bool tensor.`);
  if (condition.dtype !== "bool")
    throw new DTypeError(
      `${operator}: the condition has dtype ${condition.dtype}; compare, as in greater(x, 0), to get bool.`,
    );
  if (condition.rank === 0) return condition;
  throw shapeError(
    `${operator}: the condition has shape ${showShape(condition.shape)}, and must be a scalar (shape []); reduce it with any or all, or use where.`,
    [condition],
  );
}
