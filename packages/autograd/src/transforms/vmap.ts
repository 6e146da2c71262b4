import { ShapeError, TransformError, ValueError } from "../errors.js";
import { makePlaceholder, type Node, operandsOf } from "../graph.js";
import { inScope, unregisteredNodes } from "../lifetime.js";
import { stretch } from "../ops/broadcast.js";
import { moveaxis } from "../ops/movement.js";
import type { Scope } from "../scope.js";
import { normalizeAxis, showShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import { describePath, flattenTree, tensorLeaf, unflattenTree } from "../tree.js";
import { refusePromise } from "./leaves.js";
import { isTuple } from "./tuple.js";
import { nodesSince } from "./walk.js";

/**
 * The axis along which an argument or result is mapped, null for one that is the same for every example, or a tree of them like the
 * argument.
 */
export type AxisTree = number | null | readonly AxisTree[] | { readonly [key: string]: AxisTree };

/** Options of `vmap`. */
export interface VmapOptions {
  /** One axis for all arguments (default 0), or an array with an entry for each argument. */
  readonly inAxes?: AxisTree;
  /** Where the mapped axis goes in the results; default 0. */
  readonly outAxes?: AxisTree;
}

/**
 * The function over whole batches that computes `f` for every example: written for one example, run for all of them at once, with
 * the same graph of operators. Nests, and goes with `grad` in either order.
 *
 * Tensors that `f` only closes over are shared by all examples. A result that does not depend on a mapped argument is repeated.
 *
 * @param f Takes and returns trees of tensors without the mapped axis.
 * @param options.inAxes The mapped axis of each argument: a number for all, or an array with a number, null (not mapped) or a tree for each.
 * @param options.outAxes The mapped axis of the results, likewise.
 * @throws ValueError where nothing is mapped; ShapeError where mapped axes differ in size; AxisError for an axis out of range;
 * TransformError where `f` reads a mapped tensor, assigns one to a Variable, or returns a Promise.
 * @example
 * const norms = vmap((row: Tensor) => sqrt(sum(square(row))));
 * norms(tensor([[3, 4], [6, 8]])).toArray(); // [5, 10]
 */
export function vmap<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: VmapOptions = {},
): (...args: A) => R {
  if (typeof f !== "function") throw new ValueError(`vmap: the first argument must be a function, not ${typeof f}.`);
  const { inAxes = 0, outAxes = 0 } = options;
  return (...args) =>
    inScope("vmap", (scope) => {
      const examples = exampleArguments(args, inAxes);
      const result = f(...(examples.tree as A));
      refusePromise("vmap", result);
      const { leaves, structure } = flattenTree(result);
      const outputs = leaves.map((leaf) => tensorLeaf("vmap", "the result", leaf));
      const batch = batchGraph(outputs, examples.batches, examples.size);
      refuseMappedAssignments(scope, examples.batches);
      const axes = axesOf("outAxes", outAxes, result);
      const mapped = outputs.map((output, i) => place(output, batch.get(output.node), examples.size, axes[i] ?? null));
      return unflattenTree(structure, mapped) as R;
    });
}

interface Examples {
  readonly tree: readonly unknown[];
  readonly size: number;
  /** What each placeholder stands for: the whole batch, its mapped axis leading. */
  readonly batches: Map<Node, Tensor>;
}

function exampleArguments(args: readonly unknown[], inAxes: AxisTree): Examples {
  const { leaves, structure } = flattenTree(args);
  const axes = axesOf("inAxes", inAxes, args);
  const batches = new Map<Node, Tensor>();
  let size: number | undefined;
  const examples = leaves.map((leaf, i) => {
    const wanted = axes[i] ?? null;
    if (wanted === null) return leaf.value;
    const place = describePath("the arguments", leaf.path);
    const x = tensorLeaf("vmap", "the arguments", leaf);
    const axis = normalizeAxis(`vmap: ${place}`, wanted, x.rank);
    const side = x.shape[axis] ?? 0;
    if (size !== undefined && side !== size) {
      throw new ShapeError(
        `vmap: ${place} has ${side} examples along axis ${axis} of ${showShape(x.shape)}, others have ${size}. Mapped axes need one size; use inAxes null for what is shared.`,
      );
    }
    size = side;
    const shape = x.shape.filter((_, k) => k !== axis);
    const node = makePlaceholder(shape, x.dtype, `vmap (${place}, one example of ${showShape(x.shape)})`);
    batches.set(node, axis === 0 ? x : moveaxis(x, axis, 0));
    return new Tensor(node);
  });
  if (size === undefined)
    throw new ValueError("vmap: no argument is mapped; give at least one tensor an axis in inAxes.");
  return { tree: unflattenTree(structure, examples) as readonly unknown[], size, batches };
}

/** The axis of every leaf of `tree`: an entry of `axes` holds for the whole subtree under it. */
function axesOf(option: string, axes: AxisTree, tree: unknown): (number | null)[] {
  if (axes === null || typeof axes === "number") return flattenTree(tree).leaves.map(() => axes);
  const keys = Object.keys(axes);
  const parts = typeof tree === "object" && tree !== null && !(tree instanceof Tensor) ? Object.entries(tree) : [];
  const own = new Map(Object.entries(axes));
  if (keys.length !== parts.length || !parts.every(([key]) => own.has(key))) {
    throw new ValueError(
      `vmap: ${option} ${JSON.stringify(axes)} does not fit: it needs a number, null, or an entry for each of ${parts.length} parts.`,
    );
  }
  return parts.flatMap(([key, part]) => axesOf(option, own.get(key) ?? null, part));
}

/** The whole batch of every node that depends on a placeholder, by the operators' batching rules, in the order of creation. */
export function batchGraph(
  outputs: readonly Tensor[],
  placeholders: ReadonlyMap<Node, Tensor>,
  size: number,
): Map<Node, Tensor> {
  const batch = new Map(placeholders);
  const oldest = Math.min(...[...placeholders.keys()].map((node) => node.id));
  return unregisteredNodes(() => {
    for (const node of nodesSince(outputs, oldest)) {
      if (batch.has(node) || !node.inputs.some((input) => batch.has(input))) continue;
      batch.set(node, batchNode(node, batch, size));
    }
    return batch;
  });
}

function batchNode(node: Node, batch: ReadonlyMap<Node, Tensor>, size: number): Tensor {
  const { batch: rule, name } = node.primitive;
  if ("none" in rule)
    throw new TransformError(`vmap: ${name} cannot be batched: ${rule.none}. Call it once for each example.`);
  const result = rule({
    inputs: operandsOf(node.inputs.map((input) => batch.get(input) ?? new Tensor(input))),
    batched: node.inputs.map((input) => batch.has(input)),
    size,
    attributes: node.attributes,
  });
  if (isTuple(node.primitive)) return result;
  const expected = [size, ...node.shape];
  if (showShape(result.shape) !== showShape(expected) || result.dtype !== node.dtype) {
    throw new ShapeError(
      `vmap: the batching rule of ${name} made ${showShape(result.shape)} ${result.dtype} where ${showShape(expected)} ${node.dtype} was due.`,
    );
  }
  return result;
}

/** A result with its mapped axis in place; one that is the same for every example is repeated. */
function place(output: Tensor, batch: Tensor | undefined, size: number, axis: number | null): Tensor {
  if (axis === null) {
    if (batch === undefined) return output;
    throw new ValueError("vmap: outAxes is null for a result that depends on a mapped argument; give it an axis.");
  }
  const whole = batch ?? stretch(output, [size, ...output.shape]);
  const to = normalizeAxis("vmap: outAxes", axis, whole.rank);
  return to === 0 ? whole : moveaxis(whole, 0, to);
}

function refuseMappedAssignments(scope: Scope, placeholders: ReadonlyMap<Node, Tensor>): void {
  const oldest = Math.min(...[...placeholders.keys()].map((node) => node.id));
  for (const variable of scope.assigned.keys()) {
    const node = scope.bindings.get(variable);
    if (node === undefined || !node.symbolic) continue;
    const depends = nodesSince([new Tensor(node)], oldest).some((reached) => placeholders.has(reached));
    if (depends) {
      throw new TransformError(
        "vmap: a mapped value was assigned to a Variable, which has no mapped axis. Return the value, and assign its mean or sum outside.",
      );
    }
  }
}
