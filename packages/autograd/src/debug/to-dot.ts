import { showShape } from "../shape.js";
import { type GraphBody, graphOf } from "./graph-view.js";
import { constantLeaves, namedLeaves, showAttributes } from "./print-graph.js";

/** A string of the DOT language: quotes are escaped, and backslashes, which would begin an escape of a label. */
const quote = (text: string): string =>
  `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\r?\n/g, "\\n")}"`;

/**
 * The graph of a function in the DOT language of Graphviz: `dot -Tsvg` draws it. Leaves are ovals and operators boxes, those of derivatives filled; the functions of loops and branches
 * are clusters. Nothing is run.
 *
 * @param f Takes and returns trees of tensors.
 * @param args Arguments of the shapes in question.
 * @throws as `graphOf`.
 * @example
 * writeFileSync("graph.dot", toDot((x: Tensor) => add(mul(x, x), 1), zeros([3])));
 */
export function toDot<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): string {
  const view = graphOf(f, ...args);
  const lines = ["digraph graph_of_f {", "  rankdir=TB;", '  node [shape=box, fontname="monospace"];'];
  for (const { id, label } of namedLeaves(view)) lines.push(`  n${id} [shape=oval, label=${quote(label)}];`);
  writeNodes(view, "  ", lines);
  for (const [i, id] of view.outputs.entries()) {
    const path = view.outputPaths[i] ?? "";
    lines.push(`  out${i} [shape=plaintext, label=${quote(path === "" ? "result" : path)}];`, `  n${id} -> out${i};`);
  }
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

function writeNodes({ nodes }: GraphBody, indent: string, lines: string[]): void {
  for (const { id, op, inputs, attributes, shape, dtype, bodies, rule, line } of nodes) {
    const told = showAttributes(attributes);
    const label = `${op}${told === "" ? "" : ` ${told}`}\n${showShape(shape)} ${dtype}`;
    const look = rule?.kind === "derivative" ? ", style=filled, fillcolor=lightyellow" : "";
    lines.push(`${indent}n${id} [label=${quote(label)}, tooltip=${quote(line ?? op)}${look}];`);
    for (const input of inputs) lines.push(`${indent}n${input} -> n${id};`);
    for (const [name, body] of Object.entries(bodies)) writeBody(id, `${op}: ${name}`, body, indent, lines);
  }
}

function writeBody(owner: number, title: string, body: GraphBody, indent: string, lines: string[]): void {
  const inner = `${indent}  `;
  lines.push(`${indent}subgraph ${quote(`cluster ${owner} ${title}`)} {`, `${inner}label=${quote(title)};`);
  for (const { id, shape, dtype } of body.inputs)
    lines.push(`${inner}n${id} [shape=oval, label=${quote(`input ${showShape(shape)} ${dtype}`)}];`);
  for (const { id, label } of constantLeaves(body)) lines.push(`${inner}n${id} [shape=oval, label=${quote(label)}];`);
  writeNodes(body, inner, lines);
  lines.push(`${indent}}`);
  for (const id of body.outputs) lines.push(`${indent}n${id} -> n${owner} [style=dashed];`);
}
