import { type Node, upcomingId } from "./graph.js";

/** JavaScript state that a trace has read: the trace holds as long as `read` gives `value`. */
export interface Guard {
  readonly read: () => unknown;
  readonly value: unknown;
}

/** What a trace, which is called once and then replayed, keeps of what its function read. */
export interface Recording {
  /** The placeholder of a Variable that is read for the first time; undefined for one that was made inside. */
  capture(variable: object): Node | undefined;
  /** By the function, or the object, that was read. */
  readonly guards: Map<object, Guard>;
}

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
  /** In a trace: what its function reads goes through here. */
  readonly recording: Recording | undefined;
  /** In a `vmap`: the index of the example, a placeholder. */
  example: Node | undefined;
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
    const captured = scope.recording?.capture(variable);
    if (captured !== undefined) {
      scope.bindings.set(variable, captured);
      return captured;
    }
  }
  return undefined;
}

/** The innermost trace in progress that is of some kind. */
export function findRecording<R extends Recording>(isKind: (recording: Recording) => recording is R): R | undefined {
  for (let scope = current; scope !== undefined; scope = scope.parent) {
    if (scope.recording !== undefined && isKind(scope.recording)) return scope.recording;
  }
  return undefined;
}

/**
 * What `read` gives; traces in progress hold only as long as it gives the same again, if what is read was there before them: `madeAt` was an upcoming
 * id when it was made. `key` tells what was read from all else.
 */
export function guarded<T>(key: object, read: () => T, madeAt = 0): T {
  const value = read();
  for (let scope = current; scope !== undefined; scope = scope.parent) {
    const guards = scope.recording?.guards;
    if (guards !== undefined && madeAt <= scope.firstId && !guards.has(key)) guards.set(key, { read, value });
  }
  return value;
}

/**
 * The indices of the examples of all `vmap`s in progress that began after `madeAt`, an upcoming id, outermost first. Traces in progress hold only within as many of them
 * as now; `key` tells who asked.
 */
export function exampleIndices(key: object, madeAt: number): Node[] {
  for (let scope = current; scope !== undefined; scope = scope.parent) {
    const { recording, parent, firstId } = scope;
    if (recording === undefined || madeAt > firstId || recording.guards.has(key)) continue;
    recording.guards.set(key, {
      read: () => examplesAround(current, madeAt).length,
      value: examplesAround(parent, madeAt).length,
    });
  }
  return examplesAround(current, madeAt);
}

function examplesAround(innermost: Scope | undefined, madeAt: number): Node[] {
  const indices: Node[] = [];
  for (let scope = innermost; scope !== undefined && scope.firstId >= madeAt; scope = scope.parent) {
    if (scope.example !== undefined) indices.push(scope.example);
  }
  return indices.reverse();
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
export function pushScope<T>(name: string, body: (scope: Scope) => T, recording?: Recording): T {
  const scope: Scope = {
    parent: current,
    name,
    firstId: upcomingId(),
    bindings: new Map(),
    assigned: new Map(),
    recording,
    example: undefined,
  };
  current = scope;
  try {
    return body(scope);
  } finally {
    current = scope.parent;
  }
}
