import { type Node, upcomingId } from "./graph.js";

/**
 * A call of a transform in progress. Variables read inside see `bindings` first; what they are assigned stays in the scope
 * until it ends well.
 */
export interface Scope {
  readonly parent: Scope | undefined;
  /** The transform's name, for errors. */
  readonly name: string;
  /** Nodes with this id or a higher one were made inside. */
  readonly firstId: number;
  /** What each Variable holds inside the scope, as graph nodes, keyed by the Variable. */
  readonly bindings: Map<object, Node>;
  /** The Variables that were assigned inside, each with the function that puts its final value in place. */
  readonly assigned: Map<object, (node: Node) => void>;
}

let current: Scope | undefined;
/** Nodes that got their value while their history may still be needed by a derivative. */
let retained: Node[] = [];

/** The innermost scope, or undefined outside every transform. */
export const currentScope = (): Scope | undefined => current;

/** The outermost scope, or undefined outside every transform. */
export function outermostScope(): Scope | undefined {
  let scope = current;
  while (scope?.parent !== undefined) scope = scope.parent;
  return scope;
}

/** What a Variable holds in the scopes in progress, or undefined where none of them binds it. */
export function lookUp(variable: object): Node | undefined {
  for (let scope = current; scope !== undefined; scope = scope.parent) {
    const node = scope.bindings.get(variable);
    if (node !== undefined) return node;
  }
  return undefined;
}

/** Keeps a node's history until the outermost scope ends. */
export const retain = (node: Node): void => void retained.push(node);

/** The nodes retained so far; the list starts anew. */
export function releaseRetained(): Node[] {
  const nodes = retained;
  retained = [];
  return nodes;
}

/** Runs `body` inside a new scope; the one place where scopes begin and end. */
export function pushScope<T>(name: string, body: (scope: Scope) => T): T {
  const scope: Scope = { parent: current, name, firstId: upcomingId(), bindings: new Map(), assigned: new Map() };
  current = scope;
  try {
    return body(scope);
  } finally {
    current = scope.parent;
  }
}
