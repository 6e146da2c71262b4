import { attributesKey } from "../compile/attributes-key.js";
import type { Executable } from "../compile/executable.js";
import { DeviceError } from "../errors.js";
import { compileLargeGraphs } from "../execute.js";
import {
  isComputedNode,
  makeConstant,
  makeNode,
  makePlaceholder,
  type Node,
  operandsOf,
  type Primitive,
} from "../graph.js";
import { noteImplicitProgram } from "../recompiling.js";
import { sizeOf } from "../shape.js";
import { currentCompiler, isCompiling, settingsKey } from "./current.js";

/**
 * The work, in elements computed, from which a graph is compiled at its first sight: ten milliseconds or so on the reference kernels. What decides is the graph alone, never whether
 * it was seen before: else the bits of a run would depend on what the process did earlier, and a resumed training would not end where an undisturbed one does.
 */
const compiledFrom = 1_000_000;
/** And so much for each node: compiling one takes as long as some thousands of elements on the reference kernels. */
const workForNode = 5000;
/** Multiplications and additions of a product that take as long as an element of other operators. */
const productsForElement = 8;
/** Programs that are kept; the one used least recently is forgotten. */
const programLimit = 64;

/** A graph compiled: programs are shared by graphs with the same key. */
const programs = new Map<string, Executable | undefined>();

/** Constants that are part of a program; other numbers are inputs, so that a graph with another learning rate is the same graph. */
const familiar = new Set([0, 1, -1, 2, 0.5]);

/** A graph to be compiled: what it is made from, and what is asked for. */
interface Graph {
  readonly key: string;
  readonly leaves: readonly Node[];
}

/** Computes `outputs`, of a graph given in order of creation, in a compiled program. Undefined where that does not pay. */
function computeCompiled(order: readonly Node[], outputs: readonly Node[]): Node[] | undefined {
  if (!isCompiling() || !isLarge(order)) return undefined;
  const graph = describeGraph(order, outputs);
  if (graph === undefined) return undefined;
  const program = programs.has(graph.key) ? programs.get(graph.key) : compile(order, outputs, graph);
  // The one used last comes last.
  programs.delete(graph.key);
  programs.set(graph.key, program);
  for (const [key, old] of programs) {
    if (programs.size <= programLimit) break;
    programs.delete(key);
    old?.release?.();
  }
  return program?.run(graph.leaves);
}

function isLarge(order: readonly Node[]): boolean {
  let work = 0;
  for (const node of order) work += isComputedNode(node) ? 0 : workOf(node);
  return work >= compiledFrom && work >= workForNode * order.length;
}

function workOf(node: Node): number {
  const { primitive, shape, inputs } = node;
  const [a, b] = inputs;
  const elements = sizeOf(shape);
  if (a === undefined) return elements;
  // [m, k] · [k, n] takes √(mk · kn · mn) multiplications; a convolution at least as many.
  if (b !== undefined && isProduct(primitive)) {
    return elements + Math.sqrt(sizeOf(a.shape) * sizeOf(b.shape) * elements) / productsForElement;
  }
  return isReduction(node) ? sizeOf(a.shape) : elements;
}

/** Whether every element of the operand is read: what takes a part of a data set reads no more than that. */
const isReduction = ({ primitive, inputs, attributes, shape, dtype }: Node): boolean =>
  primitive.lower?.({ inputs: operandsOf(inputs), attributes, shape, dtype })?.kind === "reduce";

const isProduct = ({ name, linear, expand }: Primitive): boolean =>
  name === "matmul" || (linear === "separately" && expand !== undefined);

/** A text that graphs of the same operators on leaves of the same shapes share; undefined where an attribute is equal to nothing but itself. */
function describeGraph(order: readonly Node[], outputs: readonly Node[]): Graph | undefined {
  const slots = new Map<Node, number>();
  const leaves: Node[] = [];
  const parts: string[] = [settingsKey()];
  const slotOf = (node: Node): number => {
    const known = slots.get(node);
    if (known !== undefined) return known;
    // A computed node, met for the first time: an input or a constant of the program.
    const number = familiarNumber(node);
    parts.push(`${node.dtype}[${node.shape.join()}]${number === undefined ? "" : `=${number}`}`);
    if (number === undefined) leaves.push(node);
    slots.set(node, slots.size);
    return slots.size - 1;
  };
  for (const node of order) {
    if (isComputedNode(node)) continue;
    const attributes = attributesKey(node.attributes);
    if (attributes === undefined) return undefined;
    const operands = node.inputs.map(slotOf).join();
    parts.push(`${numberOf(node.primitive)}(${operands})${node.dtype}[${node.shape.join()}]${attributes}`);
    slots.set(node, slots.size);
  }
  parts.push(outputs.map((node) => slots.get(node)).join());
  return { key: parts.join(";"), leaves };
}

function familiarNumber({ shape, value }: Node): string | undefined {
  const [number] = value ?? [];
  if (number === undefined || sizeOf(shape) !== 1 || !familiar.has(number)) return undefined;
  return Object.is(number, -0) ? "-0" : String(number);
}

const primitiveNumbers = new WeakMap<Primitive, number>();
let primitiveCount = 0;

/** A number for each primitive: two of the users' own may share a name. */
function numberOf(primitive: Primitive): number {
  const known = primitiveNumbers.get(primitive);
  if (known !== undefined) return known;
  primitiveNumbers.set(primitive, primitiveCount);
  return primitiveCount++;
}

/** Compiles a copy of the graph on placeholders, which holds none of the graph's values. Undefined where it cannot be had. */
function compile(order: readonly Node[], outputs: readonly Node[], { leaves }: Graph): Executable | undefined {
  const copies = new Map<Node, Node>();
  const inputs = leaves.map((node) => {
    const copy = makePlaceholder(node.shape, node.dtype, "implicit compiling");
    copies.set(node, copy);
    return copy;
  });
  const copyOf = (node: Node): Node => {
    const known = copies.get(node);
    if (known !== undefined) return known;
    if (node.value === undefined) throw new Error(`${node.primitive.name} comes before what it is made from`);
    const copy = makeConstant(node.shape, node.dtype, node.value);
    copies.set(node, copy);
    return copy;
  };
  for (const node of order) {
    if (isComputedNode(node)) continue;
    const { primitive, attributes, shape, dtype } = node;
    copies.set(node, makeNode(primitive, node.inputs.map(copyOf), attributes, shape, dtype));
  }
  const results = outputs.map(copyOf);
  // What depends on no input would be computed once and for all, at once.
  if (!results.every(({ symbolic }) => symbolic)) return undefined;
  noteImplicitProgram();
  try {
    return currentCompiler()({ inputs, outputs: results });
  } catch (error) {
    // The reference kernels need no room in the backend's memory.
    if (error instanceof DeviceError) return undefined;
    throw error;
  }
}

compileLargeGraphs(computeCompiled);
