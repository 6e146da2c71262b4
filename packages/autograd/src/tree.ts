import { ValueError } from "./errors.js";
import { Tensor, Variable } from "./tensor.js";

/**
 * Nested arrays and plain objects with leaves of type `L`: the form of parameters, arguments and gradients.
 *
 * @example
 * const params: Tree<Tensor> = { w: zeros([3, 2]), layers: [zeros([2]), zeros([2])] };
 */
export type Tree<L = Tensor> = L | readonly Tree<L>[] | { readonly [key: string]: Tree<L> };

/** What a tree looks like without its leaves. */
export type TreeStructure =
  | { readonly kind: "leaf" }
  | { readonly kind: "array"; readonly items: readonly TreeStructure[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, TreeStructure])[] };

/** A leaf with the way to it, such as `layers[0].w`; the root's path is empty. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

const leafStructure: TreeStructure = { kind: "leaf" };

/** A property as assigning would make it, for the one key that an assignment takes for something else. */
const ownProperty = { configurable: true, enumerable: true, writable: true };

/** Whether a value is an object of keys and values, and no instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || value instanceof Tensor || value instanceof Variable) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The leaves of a tree in order, each with its path, and its structure. Whatever is no array and no plain object is a leaf.
 *
 * @example
 * flattenTree({ w: 1, layers: [2] }).leaves.map(({ path }) => path); // ["w", "layers[0]"]
 */
export function flattenTree(tree: unknown): { leaves: Leaf[]; structure: TreeStructure } {
  const leaves: Leaf[] = [];
  const visit = (value: unknown, path: string): TreeStructure => {
    if (Array.isArray(value)) return { kind: "array", items: value.map((item, i) => visit(item, `${path}[${i}]`)) };
    if (isPlainObject(value)) {
      const entries = Object.entries(value);
      return {
        kind: "object",
        entries: entries.map(([key, item]) => [key, visit(item, path === "" ? key : `${path}.${key}`)] as const),
      };
    }
    leaves.push({ path, value });
    return leafStructure;
  };
  const structure = visit(tree, "");
  return { leaves, structure };
}

/**
 * The tree of this structure with these leaves; the inverse of `flattenTree`.
 *
 * @example
 * unflattenTree(flattenTree({ w: 1, layers: [2] }).structure, [3, 4]); // { w: 3, layers: [4] }
 */
export function unflattenTree(structure: TreeStructure, leaves: readonly unknown[]): unknown {
  let next = 0;
  const build = (part: TreeStructure): unknown => {
    if (part.kind === "leaf") return leaves[next++];
    if (part.kind === "array") return part.items.map(build);
    const built: Record<string, unknown> = {};
    for (const [key, item] of part.entries) {
      if (key === "__proto__") Object.defineProperty(built, key, { value: build(item), ...ownProperty });
      else built[key] = build(item);
    }
    return built;
  };
  return build(structure);
}

/**
 * Whether two trees have the same structure; the order of an object's keys does not count.
 *
 * @example
 * sameStructure(flattenTree([1, 2]).structure, flattenTree([1]).structure); // false
 */
export function sameStructure(a: TreeStructure, b: TreeStructure): boolean {
  if (a.kind === "leaf" || b.kind === "leaf") return a.kind === b.kind;
  if (a.kind === "array") {
    return (
      b.kind === "array" &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameStructure(item, b.items[i] ?? leafStructure))
    );
  }
  if (b.kind !== "object" || a.entries.length !== b.entries.length) return false;
  const other = new Map(b.entries);
  return a.entries.every(([key, item]) => {
    const match = other.get(key);
    return match !== undefined && sameStructure(item, match);
  });
}

/**
 * The leaves of `tree` in the order of `structure`, or undefined where it has another one: two objects may list the same keys in
 * different orders, and leaves are matched by key.
 */
export function leavesInOrder(structure: TreeStructure, tree: unknown): Leaf[] | undefined {
  if (!sameStructure(flattenTree(tree).structure, structure)) return undefined;
  const visit = (part: TreeStructure, value: unknown, path: string): Leaf[] => {
    if (part.kind === "array" && Array.isArray(value)) {
      return part.items.flatMap((item, i) => visit(item, value[i], `${path}[${i}]`));
    }
    if (part.kind === "object" && isPlainObject(value)) {
      return part.entries.flatMap(([key, item]) => visit(item, value[key], path === "" ? key : `${path}.${key}`));
    }
    return [{ path, value }];
  };
  return visit(structure, tree, "");
}

/**
 * A structure in words.
 *
 * @example
 * showStructure(flattenTree({ w: 1, layers: [2, 3] }).structure); // "{w: *, layers: [*, *]}"
 */
export function showStructure(structure: TreeStructure): string {
  if (structure.kind === "leaf") return "*";
  if (structure.kind === "array") return `[${structure.items.map(showStructure).join(", ")}]`;
  return `{${structure.entries.map(([key, item]) => `${key}: ${showStructure(item)}`).join(", ")}}`;
}

/** A leaf's place in words, for errors: `argument 1 at layers[0].w`. */
export const describePath = (root: string, path: string): string => (path === "" ? root : `${root} at ${path}`);

/** @throws ValueError naming the place of the leaf, where it is no tensor. */
export function tensorLeaf(operator: string, root: string, { path, value }: Leaf): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Variable) return value.value;
  const kind =
    value === null
      ? "null"
      : value instanceof Promise
        ? "a Promise"
        : typeof value === "object"
          ? (value?.constructor?.name ?? "an object")
          : typeof value;
  throw new ValueError(
    `${operator}: ${describePath(root, path)} is ${kind}, not a tensor. Use tensors in nested arrays and plain objects, or wrap data in tensor(…).`,
  );
}
