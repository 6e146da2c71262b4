import { ShapeError } from "./errors.js";
import { constant, type Node, placeholder } from "./graph.js";
import { type Shape, showShape } from "./shape.js";

/** Where a node was made. */
export interface Origin {
  /** "file:line:column" of the innermost call from outside the library; undefined where that cannot be told. */
  readonly line: string | undefined;
  /** The rule that made it, and of which operator; undefined for a node that an operator made for the user. */
  readonly rule: { readonly kind: RuleKind; readonly operator: string; readonly node: number } | undefined;
}

/** The rules that make nodes on behalf of another. */
export type RuleKind = "derivative" | "batching";

const origins = new WeakMap<Node, Origin>();
const names = new WeakMap<Node, string>();

/** Above zero while origins are recorded: reading the stack for each node is slow. */
let recording = 0;
let current: { readonly kind: RuleKind; readonly node: Node } | undefined;

/** Runs `body`, and keeps where each node that it makes was made. */
export function recordingOrigins<T>(body: () => T): T {
  recording++;
  try {
    return body();
  } finally {
    recording--;
  }
}

/** Notes where a new node is made, while origins are recorded. */
export function noteOrigin(node: Node): void {
  if (recording > 0) origins.set(node, currentOrigin());
}

/** A copy of a node with other inputs was made where the node was. */
export function copyOrigin(from: Node, to: Node): void {
  if (recording === 0) return;
  const origin = origins.get(from);
  if (origin !== undefined) origins.set(to, origin);
}

/** Runs a rule: what it makes was made on behalf of `node`. */
export function onBehalfOf<T>(kind: RuleKind, node: Node, rule: () => T): T {
  if (recording === 0) return rule();
  const before = current;
  current = { kind, node };
  try {
    return rule();
  } finally {
    current = before;
  }
}

/** Where a node was made, if that was recorded. */
export const originOf = (node: Node): Origin | undefined => origins.get(node);

/** Gives the node of a leaf a name for messages: that of a Variable, the path of an argument. */
export const nameNode = (node: Node, name: string): void => void names.set(node, name);

/** The name of a leaf, if it has one. */
export const nameOfNode = (node: Node): string | undefined => names.get(node);

/** Where a node comes from, in words: its name, or the operator that made it, with the line where that was recorded. */
export function describeOrigin(node: Node): string {
  const origin = origins.get(node);
  const line = origin?.line === undefined ? "" : ` at ${origin.line}`;
  const name = names.get(node);
  if (name !== undefined) return name;
  if (node.primitive === placeholder) return `a placeholder made by ${String(node.attributes)}`;
  if (node.primitive === constant) return `a tensor with a value${line === "" ? "" : `, made${line}`}`;
  const rule = origin?.rule;
  return `the result of ${node.primitive.name}${rule === undefined ? "" : ` in the ${rule.kind} rule of ${rule.operator}`}${line}`;
}

/** Errors that say where operands were made. */
const told = new WeakSet<ShapeError>();

/** Whether an error of shape says where the operands were made. */
export const tellsOrigins = (error: ShapeError): boolean => told.has(error);

/**
 * An error of shape that says where each operand was made, for operators and layers of your own: the lines are there inside `recordOrigins`.
 *
 * @param message Names the operator, the shapes and the remedy.
 * @param operands The tensors that do not fit.
 * @returns The error, to be thrown.
 * @example
 * if (x.rank !== 2) throw shapeError(`rows: x must be a matrix, not ${JSON.stringify(x.shape)}.`, [x]);
 */
export function shapeError(
  message: string,
  operands: readonly { readonly node: Node; readonly shape: Shape }[],
): ShapeError {
  const places = operands.map(({ node, shape }, i) => `operand ${i}, ${showShape(shape)}, is ${describeOrigin(node)}`);
  const error = new ShapeError(places.length === 0 ? message : `${message} (${places.join("; ")})`);
  told.add(error);
  return error;
}

function currentOrigin(): Origin {
  if (current === undefined) return { line: callerLine(), rule: undefined };
  const { kind, node } = current;
  // The user's line is where the operator was called, not where its derivative was asked for.
  const known = origins.get(node);
  return {
    line: known === undefined ? callerLine() : known.line,
    rule: known?.rule ?? { kind, operator: node.primitive.name, node: node.id },
  };
}

/** The folder of this package's files, and those of its sisters beside it. */
const { url = "" } = import.meta as { readonly url?: string };
const folder = url.replace(/^file:\/\//, "").replace(/[^/]*$/, "");
const ownFolders = ["autograd", "nn", "optim"].map((name) => folder.replace(/\/autograd(?=\/[^/]*\/$)/, `/${name}`));

const isOwn = (place: string): boolean =>
  ownFolders.some((own) => place.startsWith(own)) || /[/\\]@glissade[/\\+](autograd|nn|optim)[/\\@]/.test(place);

/** The place of the innermost call from outside the library, as the engine writes it. */
export function callerLine(): string | undefined {
  // V8 alone has a limit, and ten frames are often the library's own.
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", 100);
  const stack = new Error("where").stack ?? "";
  Reflect.set(Error, "stackTraceLimit", limit);
  for (const frame of stack.split("\n")) {
    const found = /(?:\(|@|at )((?:\w+:\/\/|\/|\w:[\\/]).*:\d+:\d+)\)?$/.exec(frame)?.[1];
    const place = found?.replace(/^file:\/\//, "");
    if (place !== undefined && !isOwn(place)) return place;
  }
  return undefined;
}
