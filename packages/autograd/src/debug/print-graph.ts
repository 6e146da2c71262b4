import { showShape } from "../shape.js";
import type { GraphBody, GraphNode, GraphView } from "./graph-view.js";
import { graphOf } from "./graph-view.js";

/** What attributes are told in one line: numbers, strings and lists of them. */
export function showAttributes(attributes: unknown): string {
  if (typeof attributes !== "object" || attributes === null) return attributes === undefined ? "" : String(attributes);
  const plain = Object.entries(attributes).filter(([, value]) => isPlain(value));
  return plain.map(([key, value]) => `${key}=${showPlain(value)}`).join(" ");
}

const isPlain = (value: unknown): boolean =>
  ["number", "string", "boolean"].includes(typeof value) || (Array.isArray(value) && value.every(isPlain));

const showPlain = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(showPlain).join(", ")}]` : String(value);

/** The leaves of a graph with what they are called: arguments, Variables, constants. */
export function namedLeaves({ inputs, variables, constants }: GraphView): { id: number; label: string }[] {
  return [
    ...inputs.map(({ id, path, shape, dtype }) => ({ id, label: `${path} ${showShape(shape)} ${dtype}` })),
    ...variables.map(({ id, variable, shape, dtype }) => ({
      id,
      label: `${variable.label} ${showShape(shape)} ${dtype}`,
    })),
    ...constantLeaves({ constants }),
  ];
}

/** The constants of a graph, short ones with their elements. */
export const constantLeaves = ({ constants }: Pick<GraphBody, "constants">): { id: number; label: string }[] =>
  constants.map(({ id, shape, dtype, data }) => ({
    id,
    label: `constant ${showShape(shape)} ${dtype}${data.length > 4 ? "" : ` = ${[...data].join(", ")}`}`,
  }));

/**
 * The graph of a function as text: a line for each leaf and operator, with shape, dtype, attributes, and the source line that applied it; the functions of loops and
 * branches stand indented below them. Nothing is run.
 *
 * @param f Takes and returns trees of tensors.
 * @param args Arguments of the shapes in question.
 * @throws as `graphOf`.
 * @example
 * console.log(printGraph((x: Tensor) => add(mul(x, x), 1), zeros([3])));
 */
export function printGraph<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): string {
  const view = graphOf(f, ...args);
  const names = new Map<number, string>();
  const lines: string[] = [];
  for (const { id, label } of namedLeaves(view)) lines.push(`${nameIn(names, id)} = ${label}`);
  printNodes(view, names, "", lines);
  for (const [i, id] of view.outputs.entries()) {
    const path = view.outputPaths[i] ?? "";
    lines.push(`return ${path === "" ? "" : `${path}: `}${nameIn(names, id)}`);
  }
  return lines.join("\n");
}

/** Short names in order of appearance: ids of nodes differ from run to run. */
function nameIn(names: Map<number, string>, id: number): string {
  const known = names.get(id) ?? `%${names.size}`;
  names.set(id, known);
  return known;
}

function printNodes({ nodes }: GraphBody, names: Map<number, string>, indent: string, lines: string[]): void {
  for (const node of nodes) {
    lines.push(`${indent}${nameIn(names, node.id)} = ${showNode(node, names)}`);
    for (const [name, body] of Object.entries(node.bodies)) {
      const inner = `${indent}    `;
      lines.push(`${indent}  ${name}(${body.inputs.map(({ id }) => nameIn(names, id)).join(", ")}):`);
      for (const { id, label } of constantLeaves(body)) lines.push(`${inner}${nameIn(names, id)} = ${label}`);
      printNodes(body, names, inner, lines);
      lines.push(`${inner}return ${body.outputs.map((id) => nameIn(names, id)).join(", ")}`);
    }
  }
}

function showNode({ op, inputs, attributes, shape, dtype, line, rule }: GraphNode, names: Map<number, string>): string {
  const told = showAttributes(attributes);
  const comment = [rule === undefined ? "" : `${rule.kind} of ${rule.operator}`, line ?? ""].filter(
    (part) => part !== "",
  );
  return (
    `${op}(${inputs.map((id) => nameIn(names, id)).join(", ")})${told === "" ? "" : ` {${told}}`} ${showShape(shape)} ${dtype}` +
    (comment.length === 0 ? "" : `  # ${comment.join(", ")}`)
  );
}
