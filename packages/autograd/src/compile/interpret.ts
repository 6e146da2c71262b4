import { allocate, type Storage } from "../dtype.js";
import { runKernel } from "../execute.js";
import {
  type KernelContext,
  type KernelInput,
  makeConstant,
  type Node,
  newWalk,
  operandsOf,
  placeholder,
} from "../graph.js";
import { realizeNodes } from "../lifetime.js";
import type { Executable, Program } from "./executable.js";

/** An operand whose elements are put in place for each run. */
type Operand = { -readonly [K in keyof KernelInput]: KernelInput[K] };

/** One kernel call: where its operands are, where its result goes, and what nobody needs after it. */
interface Step {
  readonly node: Node;
  readonly context: KernelContext;
  readonly operands: readonly Operand[];
  readonly sources: readonly number[];
  readonly target: number;
  readonly released: readonly number[];
}

const nothing: Storage = allocate("float32", 0);

/**
 * Compiles a program to a list of reference kernels over numbered places: nothing is looked up and no graph is built when it runs. What depends on
 * no input is computed now.
 */
export function interpret({ inputs, outputs }: Program): Executable {
  const order = symbolicNodes(outputs);
  const places = new Map<Node, number>();
  for (const node of inputs) places.set(node, places.size);
  for (const node of order) if (!places.has(node)) places.set(node, places.size);
  const initial = new Array<Storage>(places.size).fill(nothing);
  for (const [node, place] of places) if (node.value !== undefined) initial[place] = node.value;
  const results = outputs.map((node) => placeOf(places, node));
  const steps = planSteps(
    order.filter((node) => node.symbolic && node.primitive !== placeholder),
    places,
    results,
  );
  return {
    run(given) {
      const values = initial.slice();
      for (let i = 0; i < inputs.length; i++) values[i] = given[i]?.value ?? given[i]?.device?.read() ?? nothing;
      for (const step of steps) runStep(step, values);
      return results.map((place, i) => {
        const { shape, dtype } = outputs[i] as Node;
        return makeConstant(shape, dtype, values[place] ?? nothing);
      });
    },
  };
}

function runStep({ node, context, operands, sources, target, released }: Step, values: Storage[]): void {
  for (let k = 0; k < operands.length; k++) {
    const operand = operands[k];
    if (operand !== undefined) operand.data = values[sources[k] ?? -1] ?? nothing;
  }
  values[target] = runKernel(node.primitive, context);
  // Neither the operands nor the places keep alive what no later step reads.
  for (const operand of operands) operand.data = nothing;
  for (const place of released) values[place] = nothing;
}

/** The nodes below `outputs`, inputs first; those that depend on no placeholder are computed. */
function symbolicNodes(outputs: readonly Node[]): Node[] {
  const walk = newWalk();
  const found: Node[] = [];
  const stack = [...outputs];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.mark === walk) continue;
    node.mark = walk;
    found.push(node);
    if (node.symbolic) for (const input of node.inputs) stack.push(input);
  }
  realizeNodes(found.filter((node) => !node.symbolic && node.value === undefined));
  return found.sort((a, b) => a.id - b.id);
}

/** The steps in order, each with the places that it is the last to read; the results are read after the last step. */
function planSteps(order: readonly Node[], places: ReadonlyMap<Node, number>, results: readonly number[]): Step[] {
  const needed = new Set(results);
  const steps: Step[] = [];
  for (const node of [...order].reverse()) {
    const sources = node.inputs.map((input) => placeOf(places, input));
    const target = placeOf(places, node);
    const released = [...new Set(sources)].filter((place) => !needed.has(place));
    for (const place of released) needed.add(place);
    const operands = node.inputs.map(({ shape, dtype }): Operand => ({ data: nothing, shape, dtype }));
    const { shape, dtype, attributes } = node;
    const context: KernelContext = { inputs: operandsOf(operands), attributes, shape, dtype };
    steps.push({ node, context, operands, sources, target, released });
  }
  return steps.reverse();
}

function placeOf(places: ReadonlyMap<Node, number>, node: Node): number {
  const place = places.get(node);
  if (place === undefined) throw new Error(`${node.primitive.name} has no place in the program`);
  return place;
}
