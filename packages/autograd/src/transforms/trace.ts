import type { FloatDType } from "../dtype.js";
import { constant, makePlaceholder, type Node } from "../graph.js";
import { inScope } from "../lifetime.js";
import { nameNode } from "../origin.js";
import { findRecording, type Guard, outermostScope, type Recording, type Scope } from "../scope.js";
import { Tensor, Variable } from "../tensor.js";
import { flattenTree, type TreeStructure } from "../tree.js";
import { type ArgumentForm, formOf, rebuild } from "./argument-form.js";
import { type Body, makeBody } from "./body.js";
import { refusePromise } from "./leaves.js";
import { substitute } from "./substitute.js";
import { nodesSince } from "./walk.js";

/** A number that is asked for at each run. */
export interface Feed {
  readonly read: () => number;
  readonly dtype: FloatDType;
}

/** A callback that gets one of the values of a run. */
export interface Tap {
  readonly node: Node;
  readonly callback: (value: Tensor) => void;
}

/** A function called once with placeholders: what it computes, and what it read and assigned besides. */
export interface Trace {
  readonly forms: readonly ArgumentForm[];
  readonly guards: readonly Guard[];
  /** Read by the function: inputs, after the arguments' tensors. */
  readonly variables: readonly Variable[];
  /** Inputs, after the Variables. */
  readonly feeds: readonly Feed[];
  /** Tensors of enclosing transforms that the function closes over: inputs, after the feeds. */
  readonly captured: readonly Tensor[];
  /** The outputs are the tensors of the result, then what is assigned, then what is tapped. */
  readonly body: Body;
  readonly structure: TreeStructure;
  /** The leaves of the result: whatever is no tensor stays what it is. */
  readonly leaves: readonly unknown[];
  readonly assigned: readonly Variable[];
  readonly taps: readonly ((value: Tensor) => void)[];
}

/** The Variables that a traced function reads: those from before the trace, as placeholders. */
export class CapturedVariables implements Recording {
  readonly guards = new Map<object, Guard>();
  readonly variables = new Map<Variable, Node>();
  readonly #name: string;
  readonly #madeBefore: number;

  constructor(name: string, madeBefore: number) {
    this.#name = name;
    this.#madeBefore = madeBefore;
  }

  capture(variable: object): Node | undefined {
    if (!(variable instanceof Variable) || variable.madeAt > this.#madeBefore) return undefined;
    const known = this.variables.get(variable);
    if (known !== undefined) return known;
    const { shape, dtype, label } = variable;
    const node = makePlaceholder(shape, dtype, `${this.#name} (${label})`);
    nameNode(node, label);
    this.variables.set(variable, node);
    return node;
  }
}

/** What a jitted function reads in its trace. */
export class TraceRecording extends CapturedVariables {
  readonly feeds = new Map<Feed, Node>();
  readonly taps: Tap[] = [];

  feed(feed: Feed): Tensor {
    const node = makePlaceholder([], feed.dtype, "jit (perCall)");
    this.feeds.set(feed, node);
    return new Tensor(node);
  }
}

/** The trace of a jitted function in progress, or undefined outside all. */
export const currentTrace = (): TraceRecording | undefined =>
  findRecording((recording): recording is TraceRecording => recording instanceof TraceRecording);

/** Calls `f` with placeholders for the tensors and numbers of its arguments. A function that throws assigns nothing. */
export function trace(name: string, f: (...args: never[]) => unknown, args: readonly unknown[]): Trace {
  const outermost = outermostScope();
  // Of this id: nodes of the function's own have higher ones.
  const marker = makePlaceholder([], "float32", name);
  const recording = new TraceRecording(name, marker.id);
  return inScope(
    "jit",
    (scope) => {
      const forms = args.map(formOf);
      const inputs: Node[] = [];
      const stand = (form: ArgumentForm, path: string): Tensor => {
        const { shape, dtype } = form.kind === "tensor" ? form : { shape: [], dtype: "float32" as const };
        const node = makePlaceholder(shape, dtype, `${name} (${path})`);
        nameNode(node, `${path} of ${name}`);
        inputs.push(node);
        return new Tensor(node);
      };
      const placeholders = forms.map((form, i) => rebuild(form, `argument ${i}`, stand));
      const result: unknown = f(...(placeholders as never[]));
      refusePromise("jit", result);
      const { leaves, structure } = flattenTree(result);
      const assigned = takeAssignments(scope, marker.id);
      const outputs = [
        ...leaves.flatMap(({ value }) => (value instanceof Tensor ? [value.node] : [])),
        ...assigned.map(({ node }) => node),
        ...recording.taps.map(({ node }) => node),
      ];
      const own = [...inputs, ...recording.variables.values(), ...recording.feeds.values()];
      const outermostId = outermost?.firstId ?? Number.POSITIVE_INFINITY;
      const closed = closeOver(
        name,
        outputs,
        (node) => node.id < marker.id && (node.id >= outermostId || node.symbolic),
        marker.id,
      );
      return {
        forms,
        guards: [...recording.guards.values()],
        variables: [...recording.variables.keys()],
        feeds: [...recording.feeds.keys()],
        captured: closed.captured,
        body: makeBody(name, [...own, ...closed.inputs], closed.outputs),
        structure,
        leaves: leaves.map(({ value }) => value),
        assigned: assigned.map(({ variable }) => variable),
        taps: recording.taps.map(({ callback }) => callback),
      };
    },
    recording,
  );
}

/** What the function assigned to Variables from outside; those that it made itself are left to hold what they hold. */
export function takeAssignments(scope: Scope, madeBefore: number): { variable: Variable; node: Node }[] {
  const taken: { variable: Variable; node: Node }[] = [];
  for (const variable of [...scope.assigned.keys()]) {
    const node = scope.bindings.get(variable);
    if (!(variable instanceof Variable) || node === undefined || variable.madeAt > madeBefore) continue;
    taken.push({ variable, node });
    scope.assigned.delete(variable);
  }
  return taken;
}

/** Tensors that a traced function closes over and that become inputs: all others are constants. */
export function closeOver(
  name: string,
  outputs: readonly Node[],
  isCaptured: (node: Node) => boolean,
  oldest: number,
): { readonly captured: readonly Tensor[]; readonly inputs: readonly Node[]; readonly outputs: readonly Node[] } {
  const tensors = outputs.map((node) => new Tensor(node));
  const isFree = (node: Node): boolean => node.primitive !== constant && isCaptured(node);
  const free = new Set(outputs.filter(isFree));
  const own = nodesSince(tensors, oldest);
  for (let k = 0; k < own.length; k++) {
    const { inputs } = own[k]!;
    for (let i = 0; i < inputs.length; i++) if (isFree(inputs[i]!)) free.add(inputs[i]!);
  }
  if (free.size === 0) return { captured: [], inputs: [], outputs };
  const captured = [...free];
  const inputs = captured.map(({ shape, dtype }) => makePlaceholder(shape, dtype, `${name} (a tensor from outside)`));
  const replacements = new Map(captured.map((node, i) => [node, new Tensor(inputs[i] ?? node)]));
  return {
    captured: captured.map((node) => new Tensor(node)),
    inputs,
    outputs: substitute(tensors, replacements).map(({ node }) => node),
  };
}
