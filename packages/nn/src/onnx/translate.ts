import type { GraphBody, GraphNode } from "@glissade/autograd/debug";
import type { GraphBuilder, Value } from "./builder.js";
import type { UnsupportedOperator } from "./error.js";
import { type Extents, sameExtents } from "./extent.js";
import { rules } from "./operators/index.js";
import { NoCounterpart, operandsOf } from "./operators/rule.js";
import { scanLoop } from "./scan-loop.js";

/** The shape of a value of the graph, of which a side may hang on the batch. */
export type ExtentsOf = (id: number, shape: readonly number[]) => Extents;

/** What a translation needs to know besides the graph. */
export interface Surroundings {
  readonly b: GraphBuilder;
  readonly extentsOf: ExtentsOf;
  /** The module in whose `forward` a value was made. */
  moduleOf(id: number): string | undefined;
}

interface ScanAttributes {
  readonly constantCount: number;
  readonly carryCount: number;
  readonly reverse: boolean;
}

/** The attributes of a primitive, which its own name vouches for. */
const attributesOf = <A>({ attributes }: GraphNode): A => attributes as A;

/** Writes the operators of a graph in operators of ONNX, and gathers those that have no counterpart. */
export class Translation {
  readonly unsupported: UnsupportedOperator[] = [];
  readonly #values = new Map<number, Value>();
  readonly #tuples = new Map<number, readonly Value[]>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The value of an input. */
  bind(id: number, value: Value): void {
    this.#values.set(id, value);
  }

  /** The results of a body whose inputs are bound. */
  run({ constants, nodes, outputs }: GraphBody): Value[] {
    const { b, extentsOf } = this.#around;
    const needed = reachable(nodes, outputs);
    for (const { id, shape, dtype, data } of constants) {
      if (!needed.has(id)) continue;
      const extents = extentsOf(id, shape);
      const isFixed = sameExtents(extents, shape);
      const [first = 0] = data;
      const value = data.length > 1 && data.every((each) => Object.is(each, first)) ? [first] : data;
      const sides = value.length === data.length && isFixed ? shape : shape.map(() => 1);
      this.bind(id, b.expand(b.constant(dtype, sides, value), extents));
    }
    for (const node of nodes) if (needed.has(node.id)) this.#translate(node);
    return outputs.map((id) => this.#valueOf(id));
  }

  #valueOf(id: number): Value {
    const value = this.#values.get(id);
    if (value === undefined) throw new Error(`value ${id} of the graph was not translated`);
    return value;
  }

  #translate(node: GraphNode): void {
    const { b, extentsOf, moduleOf } = this.#around;
    const module = moduleOf(node.id);
    const before = b.prefix;
    b.prefix = module === undefined || module === "" ? before : `${module}/`;
    const shape = extentsOf(node.id, node.shape);
    try {
      const value = this.#resultOf(node, shape);
      if (value !== undefined) this.bind(node.id, value);
    } catch (error) {
      if (!(error instanceof NoCounterpart)) throw error;
      const reason = error.message === "" ? undefined : error.message;
      this.unsupported.push({ operator: node.op, module, reason });
      // Whatever stands in its place, so that those after it are looked at too.
      const missing = { name: "", type: node.dtype, shape };
      this.bind(node.id, missing);
      this.#tuples.set(node.id, []);
    } finally {
      b.prefix = before;
    }
  }

  #resultOf(node: GraphNode, shape: Extents): Value | undefined {
    const { b } = this.#around;
    if (node.op === "pick") return this.#pick(node, shape);
    const inputs = node.inputs.map((id) => this.#valueOf(id));
    const tuple = this.#loop(node, inputs);
    if (tuple !== undefined) {
      this.#tuples.set(node.id, tuple);
      return { name: "", type: node.dtype, shape };
    }
    if (node.op === "customGradient") {
      const { argumentCount, index } = attributesOf<{ argumentCount: number; index: number }>(node);
      return inputs[argumentCount + index];
    }
    const rule = rules.get(node.op);
    if (rule === undefined) throw new NoCounterpart("");
    return rule({ b, inputs: operandsOf(inputs), attributes: node.attributes, type: node.dtype, shape });
  }

  #pick(node: GraphNode, shape: Extents): Value {
    const { index } = attributesOf<{ index: number }>(node);
    // Where the operator before it has no counterpart there is nothing to pick from.
    const parts = this.#tuples.get(node.inputs[0] ?? -1) ?? [];
    return parts[index] ?? { name: "", type: node.dtype, shape };
  }

  #loop(node: GraphNode, inputs: readonly Value[]): readonly Value[] | undefined {
    const { body, onTrue, onFalse, test } = node.bodies;
    if (node.op === "scan" && body !== undefined) return this.#scan(node, body, inputs);
    if (node.op === "cond" && onTrue !== undefined && onFalse !== undefined)
      return this.#branch(onTrue, onFalse, inputs);
    if (node.op === "whileLoop" && body !== undefined && test !== undefined)
      return this.#while(node, test, body, inputs);
    return undefined;
  }

  /** The results of a body for operands like its inputs. */
  #inline(body: GraphBody, operands: readonly Value[]): Value[] {
    for (const [i, { id }] of body.inputs.entries()) {
      const operand = operands[i];
      if (operand !== undefined) this.bind(id, operand);
    }
    return this.run(body);
  }

  #scan(node: GraphNode, body: GraphBody, inputs: readonly Value[]): readonly Value[] {
    const { b } = this.#around;
    const { constantCount, carryCount, reverse } = attributesOf<ScanAttributes>(node);
    const { length } = attributesOf<{ length: number }>(node);
    const first = constantCount + carryCount;
    const constants = inputs.slice(0, constantCount);
    const given = inputs.slice(first);
    // ONNX scans one value at least.
    const counting = b.constant("int32", [length], new Int32Array(length));
    const scanned = given.length === 0 ? [counting] : given;
    const { states, stacked } = scanLoop(b, {
      name: "scan",
      states: inputs.slice(constantCount, first),
      scanned,
      length: scanned[0]?.shape[0] ?? length,
      reverse,
      step: (carries, parts) => {
        const results = this.#inline(body, [...constants, ...carries, ...parts]);
        return { states: results.slice(0, carryCount), stacked: results.slice(carryCount) };
      },
    });
    return [...states, ...stacked];
  }

  #branch(onTrue: GraphBody, onFalse: GraphBody, [condition, ...operands]: readonly Value[]): readonly Value[] {
    const { b } = this.#around;
    const [whole, other] = [onTrue, onFalse].map((branch) =>
      b.body("branch", [], () => this.#inline(branch, operands)),
    );
    if (whole === undefined || other === undefined) throw new Error("a branch has two bodies");
    const results = onTrue.outputs.map((id) => this.#valueOf(id)).map(({ type, shape }) => ({ type, shape }));
    return b.emitAll("If", [condition], results, { then_branch: { graph: whole }, else_branch: { graph: other } });
  }

  #while(node: GraphNode, test: GraphBody, body: GraphBody, inputs: readonly Value[]): readonly Value[] {
    const { b } = this.#around;
    const { constantCount } = attributesOf<{ constantCount: number }>(node);
    const constants = inputs.slice(0, constantCount);
    const carries = inputs.slice(constantCount);
    const [goesOn] = this.#inline(test, inputs);
    const counter = { type: "int64", shape: [] } as const;
    const flag = { type: "bool", shape: [] } as const;
    const step = b.body("loop", [counter, flag, ...carries], ([, , ...own]) => {
      const next = this.#inline(body, [...constants, ...own]);
      return [...this.#inline(test, [...constants, ...next]), ...next];
    });
    return b.emitAll("Loop", [undefined, goesOn, ...carries], carries, { body: { graph: step } });
  }
}

/** The ids of values that the outputs depend on. */
function reachable(nodes: readonly GraphNode[], outputs: readonly number[]): Set<number> {
  const needed = new Set(outputs);
  for (const { id, inputs } of [...nodes].reverse()) if (needed.has(id)) for (const input of inputs) needed.add(input);
  return needed;
}
