import { execute, isSettled, takeComputedBytes } from "./execute.js";
import { forgetHistory, isComputedNode, type Node } from "./graph.js";
import { currentScope, pushScope, type Recording, releaseRetained, type Scope } from "./scope.js";

/**
 * What keeps lazy graphs bounded. JavaScript cannot tell what the user still holds, so nodes that nobody has read are counted:
 * past either limit all of them are computed together, which lets go of what they were made from.
 */
const pendingLimit = 10_000;
const byteLimit = 64 * 1024 * 1024;

let pending: Node[] = [];
/** A value that a Variable was assigned and that has not been computed yet, and how to go back to the last one that was. */
interface Assignment {
  readonly node: Node;
  readonly restore: () => void;
}

const queued = new Map<object, Assignment>();
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

/**
 * Queues a Variable's new value: it is computed with the next read. If that fails, `restore` puts back what the Variable held before; so do all
 * others assigned since the last read, for no half of an update to stay.
 */
export function queueAssignment(variable: object, node: Node, restore: () => void): void {
  // One that is computed already waits with the others: they may be parts of one update.
  queued.set(variable, { node, restore: queued.get(variable)?.restore ?? restore });
}

/** Forgets the queued value of a Variable, which holds another one that is computed. */
export function dropAssignment(variable: object): void {
  if (queued.size > 0) queued.delete(variable);
}

/** Computes `nodes`, and gives them their elements; outside transforms the queued assignments too, in the same run. */
export function realizeNodes(nodes: readonly Node[]): void {
  if (currentScope() !== undefined) {
    execute(nodes);
    return;
  }
  computeQueued();
  execute(nodes);
  for (const node of nodes) node.value ??= node.device?.read();
  settle();
}

/** The same, but what is computed may stay in the backend's memory until somebody reads it. */
export function computeNodes(nodes: readonly Node[]): void {
  const pending = nodes.filter((node) => !isComputedNode(node));
  if (currentScope() === undefined) computeQueued();
  execute(pending);
  if (currentScope() === undefined) settle();
}

/** Computes the queued assignments, or takes them all back and throws; inside transforms they wait. */
export function settleAssignments(): void {
  if (queued.size > 0 && currentScope() === undefined) computeQueued();
}

function computeQueued(): void {
  if (queued.size === 0) return;
  const assignments = [...queued.values()];
  queued.clear();
  try {
    execute(assignments.map(({ node }) => node));
  } catch (error) {
    for (const { restore } of assignments) restore();
    throw error;
  }
}

/** Outside transforms, computes everything pending once there is too much of it. */
function settle(): void {
  if (currentScope() !== undefined) return;
  freshBytes += takeComputedBytes();
  if (pending.length > pendingLimit || freshBytes > byteLimit) flush();
}

function flush(): void {
  const nodes = pending.filter((node) => !isSettled(node));
  pending = [];
  try {
    execute(nodes);
  } catch {
    // An error belongs to the read of the tensor that cannot be computed; the others must not wait for it.
    for (const node of nodes) computeIfPossible(node);
  }
  // Where one of them cannot be computed, all wait for the read that will say so and take them back together.
  if ([...queued.values()].every(({ node }) => isComputedNode(node))) queued.clear();
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
 * scope ends. A `recording` is told what the body reads.
 */
export function inScope<T>(name: string, body: (scope: Scope) => T, recording?: Recording): T {
  const pendingBefore = pending.length;
  try {
    const [result, scope] = pushScope(name, (entered): [T, Scope] => [body(entered), entered], recording);
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
    } else {
      scope.parent.bindings.set(variable, node);
      scope.parent.assigned.set(variable, place);
    }
  }
}
