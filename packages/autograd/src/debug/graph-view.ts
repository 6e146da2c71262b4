import { describeValue } from "../convert.js";
import type { DType, Storage } from "../dtype.js";
import { ValueError } from "../errors.js";
import { type Node, operandsOf, placeholder } from "../graph.js";
import { originOf, recordingOrigins } from "../origin.js";
import type { Shape } from "../shape.js";
import { computedValue, Tensor, type Variable } from "../tensor.js";
import type { Body } from "../transforms/body.js";
import { type Trace, trace } from "../transforms/trace.js";
import { flattenTree, unflattenTree } from "../tree.js";

/** A value that a graph starts from. Ids grow in the order in which values were made. */
export interface GraphLeaf {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor or number among the arguments. */
export interface GraphInput extends GraphLeaf {
  /** Where it is: "argument 0.w". */
  readonly path: string;
}

/** A Variable that the function reads. */
export interface GraphVariable extends GraphLeaf {
  readonly variable: Variable;
}

/** A value that depends on no input: its elements in row-major order, not to be written to. */
export interface GraphConstant extends GraphLeaf {
  readonly data: Storage;
}

/** An operator applied to values. */
export interface GraphNode extends GraphLeaf {
  /** The operator's name. */
  readonly op: string;
  /** "file:line:column" of the call from outside the library that applied it; undefined where that cannot be told. */
  readonly line: string | undefined;
  /** The rule that applied it, of which operator: "derivative" inside `grad`, "batching" inside `vmap`. */
  readonly rule: { readonly kind: "derivative" | "batching"; readonly operator: string } | undefined;
  /** The ids of its operands. */
  readonly inputs: readonly number[];
  /** What the operator is told besides its operands: axes, strides; a "pick" takes result `index` of the operator before it. */
  readonly attributes: unknown;
  /** Of a loop or branch: the functions that it runs, by the names of its attributes. */
  readonly bodies: Readonly<Record<string, GraphBody>>;
}

/** A function inside a graph: that of a loop or a branch. */
export interface GraphBody {
  readonly inputs: readonly GraphLeaf[];
  readonly constants: readonly GraphConstant[];
  /** Operands stand before those that use them. */
  readonly nodes: readonly GraphNode[];
  /** The ids of its results. */
  readonly outputs: readonly number[];
}

/** What a function computes. */
export interface GraphView extends GraphBody {
  readonly inputs: readonly GraphInput[];
  /** The Variables that it reads, in the order in which it does so first. */
  readonly variables: readonly GraphVariable[];
  /** Where each output is in the result: "layers[0].w"; empty for a result that is a tensor. */
  readonly outputPaths: readonly string[];
}

/**
 * What a function computes, as plain data: it is called once with placeholders, and nothing is run. Jitted functions and checkpoints inside it are
 * taken apart. The inputs are the tensors and numbers among the arguments, the outputs the tensors of the result; what it assigns is left out.
 *
 * @param f Takes and returns trees of tensors.
 * @param args Arguments of the shapes in question.
 * @throws ValueError where `f` is no function, or reads what is fed anew at each run (`perCall`); what `jit` throws at the trace.
 * @example
 * graphOf((x: Tensor) => add(mul(x, x), 1), zeros([3])).nodes.map(({ op }) => op); // ["mul", "add"]
 */
export function graphOf<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): GraphView {
  if (typeof f !== "function") throw new ValueError(`graphOf: takes a function, not ${describeValue(f)}.`);
  return viewTrace(recordingOrigins(() => trace("graphOf", f as (...args: never[]) => unknown, args)));
}

/** The graph of a trace. `more` are outputs besides the results, with their paths. */
export function viewTrace(
  { body, variables, feeds, leaves, structure }: Trace,
  more: readonly { readonly node: Node; readonly path: string }[] = [],
): GraphView {
  if (feeds.length > 0)
    throw new ValueError("graphOf: the function reads a number by perCall. Pass it as an argument instead.");
  const results = flattenTree(unflattenTree(structure, leaves)).leaves.filter(({ value }) => value instanceof Tensor);
  const argumentCount = body.inputs.length - variables.length;
  const view = viewBody(body.inputs, [...body.outputs.slice(0, results.length), ...more.map(({ node }) => node)]);
  return {
    ...view,
    inputs: view.inputs
      .slice(0, argumentCount)
      .map((leaf, i) => ({ ...leaf, path: String(body.inputs[i]?.attributes).replace(/^\w+ \((.*)\)$/, "$1") })),
    variables: variables.flatMap((variable, i) => {
      const input = view.inputs[argumentCount + i];
      return input === undefined ? [] : [{ ...input, variable }];
    }),
    outputPaths: [...results, ...more].map(({ path }) => path),
  };
}

const leafOf = ({ id, shape, dtype }: Node): GraphLeaf => ({ id, shape, dtype });

function viewBody(inputs: readonly Node[], outputs: readonly Node[]): GraphBody {
  const results = outputs.map(takeApart);
  const [constants, nodes]: [GraphConstant[], GraphNode[]] = [[], []];
  const own = new Set(inputs);
  for (const node of below(results)) {
    if (own.has(node) || node.primitive === placeholder) continue;
    if (!node.symbolic) constants.push({ ...leafOf(node), data: computedValue(new Tensor(node), "graphOf") });
    else nodes.push(viewNode(node));
  }
  return { inputs: inputs.map(leafOf), constants, nodes, outputs: results.map(({ id }) => id) };
}

/** The nodes below `roots`, each after its operands. What is taken apart is younger than what uses it, so that ids do not give the order. */
function below(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const done = new Set<Node>();
  const stack = [...roots].reverse();
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const waiting = seen.has(node) ? [] : operandsBelow(node).filter((input) => !seen.has(input));
    if (waiting.length > 0 && !seen.has(node)) {
      seen.add(node);
      stack.push(...waiting.reverse());
      continue;
    }
    stack.pop();
    seen.add(node);
    if (done.has(node)) continue;
    done.add(node);
    order.push(node);
  }
  return order;
}

const operandsBelow = (node: Node): Node[] => (node.symbolic ? node.inputs.map(takeApart) : []);

/** What a jitted function or a checkpoint gives is built of the operators inside it. */
function takeApart(node: Node): Node {
  let at = node;
  while (at.symbolic && (at.primitive.name === "pick" || at.primitive.name === "alias")) {
    const { expand } = at.primitive;
    if (expand === undefined) break;
    at = expand({ inputs: operandsOf(at.inputs.map((input) => new Tensor(input))), attributes: at.attributes }).node;
  }
  return at;
}

const isBody = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && "inputs" in value && "outputs" in value && "derived" in value;

function viewNode(node: Node): GraphNode {
  const { attributes } = node;
  const entries = typeof attributes === "object" && attributes !== null ? Object.entries(attributes) : [];
  const bodies = entries.flatMap(([name, value]) =>
    isBody(value) ? [[name, viewBody(value.inputs, value.outputs)] as const] : [],
  );
  return {
    ...leafOf(node),
    op: node.primitive.name,
    line: originOf(node)?.line,
    rule: originOf(node)?.rule,
    inputs: operandsBelow(node).map(({ id }) => id),
    attributes: bodies.length === 0 ? attributes : Object.fromEntries(entries.filter(([, value]) => !isBody(value))),
    bodies: Object.fromEntries(bodies),
  };
}
