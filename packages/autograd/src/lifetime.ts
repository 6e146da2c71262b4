import { execute, takeComputedBytes } from "./execute.js";
import { forgetHistory, type Node } from "./graph.js";
import { currentScope, pushScope, releaseRetained, type Scope } from "./scope.js";

/**
 * What keeps lazy graphs bounded. JavaScript cannot tell what the user still holds, so nodes that nobody has read are counted:
 * past either limit all of them are computed together, which lets go of what they were made from.
 */
const pendingLimit = 10_000;
const byteLimit = 64 * 1024 * 1024;

let pending: Node[] = [];
/** The values that Variables were assigned and that have not been computed yet, by Variable. */
const queued = new Map<object, Node>();
/** Bytes of leaves made and results computed since the pending nodes were last computed. */
let freshBytes = 0;
/** Above zero while derivative rules build graph: what they make is computed only if somebody reads it. */
let unregistered = 0;

/** Counts a node that was just made. */
export function register(node: Node): void {
  if (unregistered > 0 || node.symbolic) return;
  pending.push(node);
  if (pending.length > pendingLimit) settle();
}

/** Counts the bytes of a leaf that was just made. */
export function registerBytes(bytes: number): void {
  freshBytes += bytes;
  if (freshBytes > byteLimit) settle();
}

/** Runs `body` without counting the nodes it makes. */
export function unregisteredNodes<T>(body: () => T): T {
  unregistered++;
  try {
    return body();
  } finally {
    unregistered--;
  }
}

/** Queues a Variable's new value: it is computed with the next read. */
export function queueAssignment(variable: object, node: Node): void {
  if (node.value === undefined) queued.set(variable, node);
  else queued.delete(variable);
}

/** Computes `nodes`; outside transforms the queued assignments too, in the same run. */
export function realizeNodes(nodes: readonly Node[]): void {
  if (currentScope() !== undefined) {
    execute(nodes);
    return;
  }
  const roots = queued.size === 0 ? nodes : [...nodes, ...queued.values()];
  queued.clear();
  execute(roots);
  settle();
}

/** Outside transforms, computes everything pending once there is too much of it. */
function settle(): void {
  if (currentScope() !== undefined) return;
  freshBytes += takeComputedBytes();
  if (pending.length > pendingLimit || freshBytes > byteLimit) flush();
}

function flush(): void {
  const nodes = pending.filter((node) => node.value === undefined);
  for (const node of queued.values()) nodes.push(node);
  pending = [];
  queued.clear();
  try {
    execute(nodes);
  } catch {
    // An error belongs to the read of the tensor that cannot be computed; the others must not wait for it.
    for (const node of nodes) computeIfPossible(node);
  }
  takeComputedBytes();
  freshBytes = 0;
}

function computeIfPossible(node: Node): void {
  try {
    execute([node]);
  } catch {
    // Thrown again, to the right address, when the tensor is read.
  }
}

/**
 * Runs `body` inside a new scope. What it assigned to Variables is handed to the parent, or put in place, if it ends well; a body
 * that throws assigns nothing and leaves nothing pending. The history of what was read inside is kept until the outermost
 * scope ends.
 */
export function inScope<T>(name: string, body: (scope: Scope) => T): T {
  const pendingBefore = pending.length;
  try {
    const [result, scope] = pushScope(name, (entered): [T, Scope] => [body(entered), entered]);
    commitAssignments(scope);
    return result;
  } catch (error) {
    pending.length = Math.min(pending.length, pendingBefore);
    throw error;
  } finally {
    if (currentScope() === undefined) {
      for (const node of releaseRetained()) forgetHistory(node);
      settle();
    }
  }
}

function commitAssignments(scope: Scope): void {
  for (const [variable, place] of scope.assigned) {
    const node = scope.bindings.get(variable);
    if (node === undefined) continue;
    if (scope.parent === undefined) {
      place(node);
      queueAssignment(variable, node);
    } else {
      scope.parent.bindings.set(variable, node);
      scope.parent.assigned.set(variable, place);
    }
  }
}
