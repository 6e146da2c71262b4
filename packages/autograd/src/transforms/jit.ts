import type { BlasStats } from "../compile/executable.js";
import { describeValue } from "../convert.js";
import { TransformError, ValueError } from "../errors.js";
import { isComputedNode, type Node, placeholderOrigin } from "../graph.js";
import { computeNodes } from "../lifetime.js";
import { noteCompilations } from "../recompiling.js";
import { currentScope } from "../scope.js";
import { scalar, Tensor } from "../tensor.js";
import { unflattenTree } from "../tree.js";
import { collectAll, difference } from "./argument-form.js";
import { compileBody, type Runner } from "./body.js";
import { callBody } from "./call.js";
import { tap } from "./host-state.js";
import { currentTrace, type Trace, trace } from "./trace.js";

/** What a jitted function tells about itself. */
export interface JitStats {
  /** How often the function was traced and compiled. */
  readonly compilations: number;
  /** How often it was called and ended well. */
  readonly runs: number;
  /** Why it was compiled the last time; undefined before the first call. */
  readonly lastReason: string | undefined;
  /** Who computes the matrix products of the program that ran last, and why; undefined where no library was asked for (`init({ blas })`) before it was compiled. */
  readonly blas: BlasStats | undefined;
}

/** A function compiled by `jit`. */
export interface Jitted<A extends readonly unknown[], R> {
  (...args: A): R;
  /** How often the function was compiled and run, and why it was compiled last. */
  stats(): JitStats;
}

/** So many forms of arguments a function is compiled for; past them the one used least recently is forgotten. */
const traceLimit = 64;

/** A trace, and the way to run it. */
interface Compiled {
  readonly trace: Trace;
  run: Runner | undefined;
}

/**
 * The function compiled: called once with placeholders to see its graph, and from then on run without calling it. The graph holds for
 * arguments of the same form; for another one the function is called and compiled again, and `stats().lastReason` says why.
 *
 * - Tensors and typed arrays are inputs: another shape or dtype compiles anew. Numbers are inputs too, as float32 scalar tensors, and compile nothing.
 *   Arrays and plain objects are trees of them. All else (strings, booleans, null, undefined, Variables, instances of classes) counts by identity.
 * - Variables that the function reads are inputs and those it assigns are outputs, assigned together after the run, or none where it fails. So are the
 *   counters of generators: draws go on from call to call.
 * - Tensors that the function closes over are constants. Other JavaScript state is read at the trace only: read it through `guard` or `perCall`.
 * - Inside `grad`, `vmap`, `jvp` the function is one step of the graph, whose derivatives are kept with it; inside another `jit` it is a part of that.
 *
 * At the eighth compilation a warning on the console says so, once.
 *
 * @param f Takes and returns trees of tensors. What it returns besides tensors is what it returned in the trace.
 * @returns The compiled function, with `stats()`.
 * @throws ValueError where `f` is no function; when it is called, TransformError where `f` returns a Promise or reads a traced tensor, and whatever `f`
 * throws: then nothing is assigned.
 * @example
 * const step = jit((x: Tensor, rate: number) => sub(x, mul(rate, x)));
 * step(tensor([1, 2]), 0.5).toArray(); // [0.5, 1]
 * step.stats().compilations; // 1
 */
export function jit<A extends readonly unknown[], R>(f: (...args: A) => R): Jitted<A, R> {
  if (typeof f !== "function") throw new ValueError(`jit: takes a function, not ${describeValue(f)}.`);
  const name = f.name === "" ? "jit" : `jit of ${f.name}`;
  /** The one used last comes first. */
  const known: Compiled[] = [];
  let [compilations, runs, lastReason]: [number, number, string | undefined] = [0, 0, undefined];

  const find = (args: readonly unknown[], nodes: Node[]): Compiled => {
    for (let i = 0; i < known.length; i++) {
      const compiled = known[i];
      if (compiled === undefined || !accepts(compiled.trace, args, nodes)) continue;
      if (i > 0) known.unshift(...known.splice(i, 1));
      return compiled;
    }
    const reason = reasonFor(known[0]?.trace, args);
    const compiled: Compiled = { trace: trace(name, f, args), run: undefined };
    compilations++;
    lastReason = reason;
    noteCompilations(name, compilations, reason);
    nodes.length = 0;
    collectAll(compiled.trace.forms, args, nodes);
    // What closes over a tensor of one call of an enclosing transform is of no use in the next.
    if (compiled.trace.captured.length > 0) {
      lastReason = `${name} closes over a tensor of the transform that called it`;
    } else {
      known.unshift(compiled);
      known.length = Math.min(known.length, traceLimit);
    }
    return compiled;
  };

  const jitted = (...args: A): R => {
    if (currentScope() !== undefined && currentTrace() !== undefined) return f(...args);
    const nodes: Node[] = [];
    const compiled = find(args, nodes);
    const result = currentScope() === undefined ? replay(name, compiled, nodes) : call(compiled.trace, nodes);
    runs++;
    // The leaves are those that the function returned in the trace, tensors replaced by tensors.
    return result as R;
  };
  const stats = (): JitStats => ({ compilations, runs, lastReason, blas: known[0]?.run?.blas });
  return Object.assign(jitted, { stats });
}

/** Whether a trace holds for these arguments; the nodes of their tensors are then in `nodes`. */
function accepts({ forms, guards }: Trace, args: readonly unknown[], nodes: Node[]): boolean {
  nodes.length = 0;
  if (!collectAll(forms, args, nodes)) return false;
  for (const { read, value } of guards) if (!Object.is(read(), value)) return false;
  return true;
}

/** Why a trace does not hold for these arguments. */
function reasonFor(before: Trace | undefined, args: readonly unknown[]): string {
  if (before === undefined) return "the first call";
  if (args.length !== before.forms.length) return `there are ${args.length} arguments, before ${before.forms.length}`;
  for (const [i, form] of before.forms.entries()) {
    const reason = difference(form, args[i], `argument ${i}`);
    if (reason !== undefined) return reason;
  }
  for (const { read, value } of before.guards) {
    const now = read();
    if (!Object.is(now, value)) return `a guard gives ${describeValue(now)}, before ${describeValue(value)}`;
  }
  return "the arguments are new";
}

/** Runs a trace outside transforms. */
function replay(name: string, compiled: Compiled, nodes: Node[]): unknown {
  const { body, variables, feeds, captured, assigned, taps, leaves } = compiled.trace;
  for (const variable of variables) nodes.push(variable.heldNode);
  for (const { read, dtype } of feeds) nodes.push(scalar(read(), dtype).node);
  refuseEscaped(name, captured);
  computeInputs(name, nodes);
  compiled.run ??= compileBody(body);
  const results = compiled.run(nodes);
  const resultCount = results.length - assigned.length - taps.length;
  for (let i = 0; i < assigned.length; i++) {
    const node = results[resultCount + i];
    if (node !== undefined) assigned[i]?.adopt(node);
  }
  const built = buildResult(compiled.trace, results, leaves.length);
  for (let i = 0; i < taps.length; i++) {
    const node = results[resultCount + assigned.length + i];
    if (node !== undefined) taps[i]?.(new Tensor(node));
  }
  return built;
}

/** What the function returned, with these nodes in place of its tensors. */
function buildResult({ leaves, structure }: Trace, results: readonly Node[], count: number): unknown {
  const [only] = results;
  if (structure.kind === "leaf" && count === 1)
    return leaves[0] instanceof Tensor && only !== undefined ? new Tensor(only) : leaves[0];
  let next = 0;
  const built = leaves.map((leaf) => {
    const node = leaf instanceof Tensor ? results[next++] : undefined;
    return node === undefined ? leaf : new Tensor(node);
  });
  return unflattenTree(structure, built);
}

/** Computes the inputs that are not yet. @throws TransformError for one that can have no value. */
function computeInputs(name: string, nodes: readonly Node[]): void {
  const pending = nodes.filter((node) => !isComputedNode(node));
  if (pending.length === 0) return;
  refuseEscaped(
    name,
    pending.map((node) => new Tensor(node)),
  );
  computeNodes(pending);
}

function refuseEscaped(name: string, tensors: readonly Tensor[]): void {
  const escaped = tensors.find(({ node }) => node.symbolic);
  if (escaped === undefined) return;
  throw new TransformError(
    `${name}: takes a tensor that has no value: it depends on a placeholder made by ${placeholderOrigin(escaped.node)}, ` +
      "which has ended. Return what is needed from the function that made it.",
  );
}

/** A trace as a step of the graph that an enclosing transform builds. */
function call(traced: Trace, nodes: readonly Node[]): unknown {
  const { body, variables, feeds, captured, assigned, taps, leaves } = traced;
  const operands = [
    ...nodes.map((node) => new Tensor(node)),
    ...variables.map((variable) => variable.value),
    ...feeds.map(({ read, dtype }) => scalar(read(), dtype)),
    ...captured,
  ];
  const outputs = callBody(body, operands);
  const resultCount = outputs.length - assigned.length - taps.length;
  for (const [i, variable] of assigned.entries()) {
    const output = outputs[resultCount + i];
    if (output !== undefined) variable.assign(output);
  }
  for (const [i, callback] of taps.entries()) {
    const output = outputs[resultCount + assigned.length + i];
    if (output !== undefined) tap(output, callback);
  }
  return buildResult(
    traced,
    outputs.map(({ node }) => node),
    leaves.length,
  );
}

/**
 * Throws unless a jitted function was compiled so many times: for tests that a step does not compile again and again.
 *
 * @throws ValueError for what is no jitted function; TransformError, with the last reason, where the count differs.
 * @example
 * for (const batch of batches) step(batch);
 * expectCompilations(step, 1);
 */
export function expectCompilations(jitted: { stats(): JitStats }, count: number): void {
  if (typeof jitted?.stats !== "function")
    throw new ValueError(`expectCompilations: takes a function made by jit, not ${describeValue(jitted)}.`);
  const { compilations, lastReason } = jitted.stats();
  if (compilations === count) return;
  const why = lastReason === undefined ? "" : `; the last time: ${lastReason}`;
  throw new TransformError(
    `expectCompilations: the function was compiled ${compilations} times, not ${count}${why}. ` +
      "Keep shapes, dtypes and static arguments the same; numbers may change.",
  );
}
