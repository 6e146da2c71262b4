import type { Storage } from "../dtype.js";
import { runKernel } from "../execute.js";
import { type Node, newWalk, operandsOf, placeholder } from "../graph.js";
import { sizeOf } from "../shape.js";
import type { Body } from "../transforms/body.js";
import { isTuple, pickedIndex } from "../transforms/tuple.js";

/** The values of the nodes of a graph. */
export type NodeValues = ReadonlyMap<Node, Storage>;

/** The node that made the first NaN or infinity on the way to a result, or a leaf that had one. */
export interface Fault {
  readonly node: Node;
  readonly values: NodeValues;
  /** The loops and branches around it, outermost first: "step 3 of scan". */
  readonly places: readonly string[];
}

/** Values of all nodes below `outputs`, by the reference kernels, one by one. */
export function evaluate(inputs: readonly Node[], outputs: readonly Node[], given: readonly Storage[]): NodeValues {
  const values = new Map<Node, Storage>();
  for (const [i, node] of inputs.entries()) {
    const value = given[i];
    if (value !== undefined) values.set(node, value);
  }
  for (const node of order(outputs, values)) {
    if (values.has(node)) continue;
    const value = node.value ?? node.device?.read() ?? run(node, values);
    values.set(node, value);
  }
  return values;
}

function order(outputs: readonly Node[], known: NodeValues): Node[] {
  const walk = newWalk();
  const found: Node[] = [];
  const stack = [...outputs];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.mark === walk || known.has(node)) continue;
    node.mark = walk;
    found.push(node);
    if (node.value === undefined) for (const input of node.inputs) stack.push(input);
  }
  return found.sort((a, b) => a.id - b.id);
}

function run({ primitive, inputs, attributes, shape, dtype }: Node, values: NodeValues): Storage {
  if (primitive === placeholder) throw new Error(`explainNaN: ${String(attributes)} has no value`);
  const operands = inputs.map((input) => ({
    data: valueOf(input, values),
    shape: input.shape,
    dtype: input.dtype,
  }));
  return runKernel(primitive, { inputs: operandsOf(operands), attributes, shape, dtype });
}

function valueOf(node: Node, values: NodeValues): Storage {
  const value = values.get(node);
  if (value === undefined) throw new Error(`explainNaN: ${node.primitive.name} was not computed`);
  return value;
}

const hasNaN = (data: Storage): boolean => data.some((x: number) => Number.isNaN(x));
const isFinite = (data: Storage): boolean => data.every((x: number) => Number.isFinite(x));

/** The operands that a node's elements come from: those of the tuple for a result of one. */
export function sourcesOf(node: Node): readonly Node[] {
  const [tuple] = node.inputs;
  return pickedIndex(node) === undefined || tuple === undefined ? node.inputs : tuple.inputs;
}

/**
 * The first fault on a way of NaNs and infinities to an output. What is masked on the way, such as a logarithm of zero that `where` does not choose, is
 * none; an infinity that was there from the start is one only where nothing made of it is.
 */
export function findFault(outputs: readonly Node[], values: NodeValues): Fault | undefined {
  const reached = new Set<Node>();
  const stack = outputs.filter((node) => !isFinite(valueOf(node, values)));
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const source of sourcesOf(node)) {
      const value = values.get(source);
      if (value !== undefined && !isFinite(value)) stack.push(source);
    }
  }
  const ordered = [...reached].sort((a, b) => a.id - b.id);
  const node = ordered.find((each) => isMaker(each, values)) ?? ordered[0];
  return node && (insideOf(node, values) ?? { node, values, places: [] });
}

/** Whether a node has a NaN, and nothing that it is made from; or an infinity, and nothing that it is made from is other than finite. */
function isMaker(node: Node, values: NodeValues): boolean {
  const value = valueOf(node, values);
  const sources = sourcesOf(node).flatMap((source) => values.get(source) ?? []);
  if (hasNaN(value)) return !sources.some(hasNaN);
  return sources.length > 0 && sources.every(isFinite);
}

const isBody = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && "inputs" in value && "outputs" in value && "derived" in value;

/** Where in the function of a loop or branch a result of it went wrong. */
function insideOf(pick: Node, values: NodeValues): Fault | undefined {
  const [tuple] = pick.inputs;
  if (pickedIndex(pick) === undefined || tuple === undefined || !isTuple(tuple.primitive)) return undefined;
  const { attributes, inputs, primitive } = tuple;
  const operands = inputs.map((input) => valueOf(input, values));
  if (isBody(attributes)) return faultOf(attributes, operands, []);
  if (typeof attributes !== "object" || attributes === null) return undefined;
  const part = (name: string): unknown => Reflect.get(attributes, name);
  const count = (name: string): number => Number(part(name));
  const [body, test, onTrue, onFalse] = [part("body"), part("test"), part("onTrue"), part("onFalse")];
  if (isBody(onTrue) && isBody(onFalse)) {
    const [condition, ...rest] = operands;
    const taken = condition?.[0] !== 0;
    return faultOf(taken ? onTrue : onFalse, rest, [`the ${taken ? "true" : "false"} branch of ${primitive.name}`]);
  }
  if (!isBody(body)) return undefined;
  if (isBody(test)) return insideWhile(test, body, operands, count("constantCount"));
  return insideScan(body, operands, {
    constantCount: count("constantCount"),
    carryCount: count("carryCount"),
    length: count("length"),
    reverse: part("reverse") === true,
  });
}

function faultOf({ inputs, outputs }: Body, given: readonly Storage[], places: readonly string[]): Fault | undefined {
  return placed(findFault(outputs, evaluate(inputs, outputs, given)), places);
}

const placed = (fault: Fault | undefined, places: readonly string[]): Fault | undefined =>
  fault && { ...fault, places: [...places, ...fault.places] };

interface Steps {
  readonly constantCount: number;
  readonly carryCount: number;
  readonly length: number;
  readonly reverse: boolean;
}

/** Step by step, up to the first whose results are not finite where its operands were. */
function insideScan(
  { inputs, outputs }: Body,
  operands: readonly Storage[],
  { constantCount, carryCount, length, reverse }: Steps,
): Fault | undefined {
  const first = constantCount + carryCount;
  let carries = operands.slice(constantCount, first);
  for (let k = 0; k < length; k++) {
    const at = reverse ? length - 1 - k : k;
    const slices = operands.slice(first).map((data, i) => {
      const size = sizeOf(inputs[first + i]?.shape ?? []);
      return data.slice(at * size, (at + 1) * size);
    });
    const values = evaluate(inputs, outputs, [...operands.slice(0, constantCount), ...carries, ...slices]);
    const fault = findFault(outputs, values);
    if (fault !== undefined && fault.node.primitive !== placeholder)
      return placed(fault, [`step ${at} of a scan of ${length}`]);
    carries = outputs.slice(0, carryCount).map((node) => valueOf(node, values));
  }
  return undefined;
}

function insideWhile(test: Body, body: Body, operands: readonly Storage[], constantCount: number): Fault | undefined {
  const constants = operands.slice(0, constantCount);
  let given = [...operands];
  for (let step = 0; ; step++) {
    const [goesOn] = test.outputs;
    if (goesOn === undefined || valueOf(goesOn, evaluate(test.inputs, test.outputs, given))[0] === 0) return undefined;
    const values = evaluate(body.inputs, body.outputs, given);
    const fault = findFault(body.outputs, values);
    if (fault !== undefined && fault.node.primitive !== placeholder)
      return placed(fault, [`step ${step} of a whileLoop`]);
    given = [...constants, ...body.outputs.map((node) => valueOf(node, values))];
  }
}
