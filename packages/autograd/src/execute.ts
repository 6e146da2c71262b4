import { bytesPerElement, isStorageOf, type Storage } from "./dtype.js";
import { ValueError } from "./errors.js";
import {
  forgetHistory,
  type KernelContext,
  type KernelInput,
  type Node,
  newWalk,
  operandsOf,
  type Primitive,
} from "./graph.js";
import { outermostScope, retain } from "./scope.js";
import { showShape, sizeOf } from "./shape.js";

/** Bytes of results since the count was last taken. */
let computedBytes = 0;

/** Bytes of results computed since the last call. */
export function takeComputedBytes(): number {
  const bytes = computedBytes;
  computedBytes = 0;
  return bytes;
}

/**
 * Gives every root its value, node by node in the order of creation, which is a topological order. Works with an explicit
 * stack, so that chains of any length run. A node's inputs are forgotten as soon as it has its value, and with them the values
 * nobody else holds.
 */
export function execute(roots: readonly Node[]): void {
  const order = collect(roots);
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
function collect(roots: readonly Node[]): (Node | undefined)[] {
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
