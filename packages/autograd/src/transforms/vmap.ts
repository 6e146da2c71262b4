import { ShapeError, TransformError, ValueError } from "../errors.js";
import { makeNode, makePlaceholder, type Node, operandsOf } from "../graph.js";
import { inScope, unregisteredNodes } from "../lifetime.js";
import { stretch } from "../ops/broadcast.js";
import { zeros } from "../ops/create.js";
import { moveaxis } from "../ops/movement.js";
import { isStoredCounter } from "../ops/random-state.js";
import { max } from "../ops/reduce.js";
import { counting } from "../ops/scatter.js";
import { take } from "../ops/take.js";
import { onBehalfOf, shapeError } from "../origin.js";
import type { Scope } from "../scope.js";
import { normalizeAxis, showShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import { describePath, flattenTree, tensorLeaf, unflattenTree } from "../tree.js";
import type { AxisErrors, BatchArguments, BatchResult } from "../types/batch.js";
import type { Only } from "../types/options.js";
import type { Check } from "../types/shape-error.js";
import { refusePromise } from "./leaves.js";
import { dependsOn, isTuple } from "./tuple.js";
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
 * Tensors that `f` only closes over are shared by all examples. A result that does not depend on a mapped argument is repeated. Generators from outside draw other numbers
 * for each example: for example b those of `generator.foldIn(b)`; and move on as for one.
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
export function vmap<A extends readonly unknown[], R, const O extends VmapOptions = Record<never, never>>(
  f: (...args: A) => R,
  options?: O & Only<O, VmapOptions> & Check<AxisErrors<A, R, O>>,
): <N extends number>(...args: BatchArguments<A, N, O>) => BatchResult<R, N, O>;
export function vmap(
  f: (...args: readonly unknown[]) => unknown,
  options: VmapOptions = {},
): (...args: readonly unknown[]) => unknown {
  if (typeof f !== "function") throw new ValueError(`vmap: the first argument must be a function, not ${typeof f}.`);
  const { inAxes = 0, outAxes = 0 } = options;
  return (...args) =>
    inScope("vmap", (scope) => {
      const examples = exampleArguments(args, inAxes);
      scope.example = exampleIndex(examples);
      const result = f(...examples.tree);
      refusePromise("vmap", result);
      const { leaves, structure } = flattenTree(result);
      const outputs = leaves.map((leaf) => tensorLeaf("vmap", "the result", leaf));
      const { whole, single } = batchGraph([...outputs, ...assignedIn(scope)], examples.batches, examples.size);
      keepUnmapped(scope, whole, single);
      const axes = axesOf("outAxes", outAxes, result);
      const mapped = outputs.map((output, i) =>
        place(single.get(output.node) ?? output, whole.get(output.node), examples.size, axes[i] ?? null),
      );
      return unflattenTree(structure, mapped);
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
      throw shapeError(
        `vmap: ${place} has ${side} examples along axis ${axis} of ${showShape(x.shape)}, others have ${size}. Mapped axes need one size; use inAxes null for what is shared.`,
        [x],
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

/** A placeholder for the index of an example: random draws take it into their key. */
function exampleIndex({ batches, size }: Examples): Node {
  const index = makePlaceholder([], "int32", "vmap (the index of the example)");
  batches.set(index, counting(size));
  return index;
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

/** What stands for the nodes of a function when it is mapped. */
export interface BatchedGraph {
  /** The whole batch of every node that differs from example to example. */
  readonly whole: ReadonlyMap<Node, Tensor>;
  /** What takes the place of nodes that are the same for every example, but are made beside others that are not. */
  readonly single: ReadonlyMap<Node, Tensor>;
}

/** Batches what depends on a placeholder, by the operators' batching rules, in the order of creation. */
export function batchGraph(
  outputs: readonly Tensor[],
  placeholders: ReadonlyMap<Node, Tensor>,
  size: number,
): BatchedGraph {
  const whole = new Map(placeholders);
  const single = new Map<Node, Tensor>();
  const standing = (node: Node): Tensor => whole.get(node) ?? single.get(node) ?? new Tensor(node);
  const oldest = Math.min(...[...placeholders.keys()].map((node) => node.id));
  return unregisteredNodes(() => {
    for (const node of nodesSince(outputs, oldest)) {
      if (whole.has(node)) continue;
      const { primitive, attributes, shape, dtype } = node;
      if (dependsOn(node, whole)) whole.set(node, batchNode(node, whole, standing, size));
      else if (node.inputs.some((input) => whole.has(input)))
        single.set(node, firstOf(batchNode(node, whole, standing, size), node, size));
      else if (node.inputs.some((input) => single.has(input))) {
        const inputs = node.inputs.map((input) => standing(input).node);
        single.set(node, new Tensor(makeNode(primitive, inputs, attributes, shape, dtype)));
      }
    }
    return { whole, single };
  });
}

/** The first of examples that are all the same. */
const firstOf = (batch: Tensor, { shape, dtype }: Node, size: number): Tensor =>
  size === 0 ? zeros(shape, { dtype }) : take(batch, 0, { axis: 0 });

function batchNode(
  node: Node,
  whole: ReadonlyMap<Node, Tensor>,
  standing: (node: Node) => Tensor,
  size: number,
): Tensor {
  const { batch: rule, name } = node.primitive;
  if ("none" in rule)
    throw new TransformError(`vmap: ${name} cannot be batched: ${rule.none}. Call it once for each example.`);
  const result = onBehalfOf("batching", node, () =>
    rule({
      inputs: operandsOf(node.inputs.map(standing)),
      batched: node.inputs.map((input) => whole.has(input)),
      size,
      attributes: node.attributes,
    }),
  );
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

/** The values without a value that Variables were assigned. */
const assignedIn = ({ assigned, bindings }: Scope): Tensor[] =>
  [...assigned.keys()].flatMap((variable) => {
    const node = bindings.get(variable);
    return node?.symbolic ? [new Tensor(node)] : [];
  });

/** @throws TransformError where a Variable was assigned what differs from example to example. */
function keepUnmapped(
  { assigned, bindings }: Scope,
  whole: ReadonlyMap<Node, Tensor>,
  single: ReadonlyMap<Node, Tensor>,
): void {
  for (const variable of assigned.keys()) {
    const node = bindings.get(variable);
    if (node === undefined) continue;
    const mapped = whole.get(node);
    if (mapped !== undefined && isStoredCounter(variable)) {
      // Examples that drew less go on behind those that drew most: each has a key of its own, and no number comes twice.
      bindings.set(variable, max(mapped, { axis: 0 }).node);
      continue;
    }
    if (mapped !== undefined) {
      throw new TransformError(
        "vmap: a mapped value was assigned to a Variable, which has no mapped axis. Return the value, and assign its mean or sum outside.",
      );
    }
    const standIn = single.get(node);
    if (standIn !== undefined) bindings.set(variable, standIn.node);
  }
}
