import { bytesPerElement, isStorageOf, type Storage } from "./dtype.js";
import { ValueError } from "./errors.js";
import {
  forgetHistory,
  isComputedNode,
  type KernelContext,
  type KernelInput,
  type Node,
  newWalk,
  operandsOf,
  type Primitive,
} from "./graph.js";
import { currentScope, outermostScope, retain } from "./scope.js";
import { showShape, sizeOf } from "./shape.js";

/** Bytes of results since the count was last taken. */
let computedBytes = 0;

/** Bytes of results computed since the last call. */
export function takeComputedBytes(): number {
  const bytes = computedBytes;
  computedBytes = 0;
  return bytes;
}

/** Computes some nodes of a graph, which comes in order of creation, in one go; undefined where it leaves that to the kernels. */
type GraphComputer = (order: readonly Node[], outputs: readonly Node[]) => readonly Node[] | undefined;

let computeWhole: GraphComputer = () => undefined;

/** Says who computes large graphs: the layers above bring the compiler. */
export function compileLargeGraphs(compute: GraphComputer): void {
  computeWhole = compute;
}

/** Nodes on the way to what was computed in one go. They have no value of their own, and get one when they are needed again. */
const passedOver = new WeakSet<Node>();

/** Whether a node was computed, or has served what it was made for. */
export const isSettled = (node: Node): boolean => isComputedNode(node) || passedOver.has(node);

/**
 * Gives every root its elements: large graphs in one go, others node by node in the order of creation, which is a topological order. Works with an explicit
 * stack, so that chains of any length run. A node's inputs are forgotten as soon as it has its value, and with them the values
 * nobody else holds.
 */
export function execute(roots: readonly Node[]): void {
  const order = collect(roots);
  if (order.length === 0) return;
  if (currentScope() === undefined && executeWhole(order, roots)) return;
  executeOneByOne(order);
}

/** Of a graph computed in one go the roots keep their elements, and what belongs to the same call as they; so does what was passed over before. */
function executeWhole(order: readonly Node[], roots: readonly Node[]): boolean {
  const asked = new Set(roots);
  const outputs = order.filter(
    (node) => !isComputedNode(node) && (asked.has(node) || node.group !== undefined || passedOver.has(node)),
  );
  const results = computeWhole(order, outputs);
  if (results === undefined) return false;
  for (const node of order) if (!isComputedNode(node)) passedOver.add(node);
  for (const [i, node] of outputs.entries()) {
    const result = results[i];
    if (result === undefined) throw new Error(`${node.primitive.name} was not computed`);
    passedOver.delete(node);
    node.value = result.value;
    result.device?.moveTo(node);
    computedBytes += sizeOf(node.shape) * bytesPerElement(node.dtype);
    forgetHistory(node);
  }
  return true;
}

function executeOneByOne(order: (Node | undefined)[]): void {
  const keepFrom = outermostScope()?.firstId ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    if (node === undefined) continue;
    // Drop the list's own reference: the value then lives as long as somebody uses it.
    order[i] = undefined;
    if (node.value === undefined) {
      node.value = compute(node);
      computedBytes += sizeOf(node.shape) * bytesPerElement(node.dtype);
    }
    if (node.id < keepFrom) forgetHistory(node);
    else retain(node);
  }
}

/** The nodes below `roots` that have no value yet, inputs first, with the groups that they belong to. */
function collect(roots: readonly Node[]): Node[] {
  const walk = newWalk();
  const stack: Node[] = [...roots];
  const order: Node[] = [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.mark === walk || node.value !== undefined || node.symbolic) continue;
    node.mark = walk;
    order.push(node);
    for (const input of node.inputs) stack.push(input);
    if (node.group !== undefined) for (const member of node.group) stack.push(member);
  }
  return order.sort((a, b) => a.id - b.id);
}

function compute(node: Node): Storage {
  if (node.device !== undefined) return node.device.read();
  const inputs = new Array<KernelInput>(node.inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const input = node.inputs[i];
    if (input?.value === undefined) throw new Error(`${node.primitive.name}: operand ${i} was not computed`);
    inputs[i] = { data: input.value, shape: input.shape, dtype: input.dtype };
  }
  const { shape, dtype, attributes } = node;
  return runKernel(node.primitive, { inputs: operandsOf(inputs), attributes, shape, dtype });
}

/** Runs a reference kernel. @throws ValueError where it does not make what was inferred. */
export function runKernel(primitive: Primitive, context: KernelContext): Storage {
  const { shape, dtype } = context;
  const result = primitive.run(context);
  if (!isStorageOf(dtype, result) || result.length !== sizeOf(shape)) {
    throw new ValueError(
      `${primitive.name}: its kernel made ${describe(result)} where ${sizeOf(shape)} elements of ${dtype} were inferred (shape ${showShape(shape)}). ` +
        "Make run and infer agree.",
    );
  }
  return result;
}

function describe(result: unknown): string {
  return ArrayBuffer.isView(result) && "length" in result
    ? `a ${result.constructor.name} of ${String(result.length)} elements`
    : `${typeof result}, no typed array,`;
}
