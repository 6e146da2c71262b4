import { currentCompiler } from "../backends/current.js";
import type { BlasStats, Executable } from "../compile/executable.js";
import { isFloat, type Storage } from "../dtype.js";
import { TransformError } from "../errors.js";
import {
  type Aval,
  type KernelInput,
  makeConstant,
  makePlaceholder,
  type Node,
  newWalk,
  placeholder,
} from "../graph.js";
import { realizeNodes } from "../lifetime.js";
import { stretch } from "../ops/broadcast.js";
import { computedValue, Tensor } from "../tensor.js";
import { pushForward } from "./jvp.js";
import { pullBack } from "./reverse.js";
import { substitute } from "./substitute.js";
import type { PullDirection } from "./tuple.js";
import { batchGraph } from "./vmap.js";

/**
 * A function as graph: from placeholders to outputs that depend on nothing else without a value. Immutable; what is derived from it (its
 * derivative, its batched form, its compiled form) is made once and kept with it.
 */
export interface Body {
  /** For messages. */
  readonly name: string;
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  readonly derived: Map<string, unknown>;
}

/** A body with the operands that it takes, in place of all those on offer, and where its outputs go. */
export interface Derived {
  readonly body: Body;
  /** The body's inputs among the operands on offer. */
  readonly taken: readonly number[];
  /** For each result that was asked for its place among the body's outputs; undefined where it is zero. */
  readonly places: readonly (number | undefined)[];
}

/** A body from placeholders and outputs. */
export const makeBody = (name: string, inputs: readonly Node[], outputs: readonly Node[]): Body => ({
  name,
  inputs,
  outputs,
  derived: new Map(),
});

/** Made once for each key and kept with the body. */
export function once<T>(body: Body, key: string, make: () => T): T {
  const known = body.derived.get(key);
  // A key is used for one kind of thing only.
  if (known !== undefined) return known as T;
  const made = make();
  body.derived.set(key, made);
  return made;
}

/** Flags as a part of a key. */
export const bits = (flags: readonly boolean[]): string => flags.map(Number).join("");

/** For each output which inputs it depends on, by their positions. */
export function dependences(body: Body): readonly ReadonlySet<number>[] {
  return once(body, "dependences", () => {
    const positions = new Map(body.inputs.map((node, i) => [node, i]));
    return body.outputs.map(
      (output) => new Set([...leavesBelow([output])].flatMap((leaf) => positions.get(leaf) ?? [])),
    );
  });
}

/**
 * The same after any number of steps of a loop, whose inputs are constants, carries and what is scanned, and whose first outputs are the next carries.
 */
export function loopDependences(body: Body, constantCount: number, carryCount: number): readonly ReadonlySet<number>[] {
  return once(body, `loop dependences ${constantCount} ${carryCount}`, () => {
    const single = dependences(body);
    return single.map((direct, i) => {
      const reached = new Set(direct);
      if (i < carryCount) reached.add(constantCount + i);
      // The set grows while it is gone through: what a carry depends on, this depends on a step later.
      for (const position of reached) {
        const carry = position - constantCount;
        if (carry >= 0 && carry < carryCount) for (const further of single[carry] ?? []) reached.add(further);
      }
      return reached;
    });
  });
}

/** The shapes and dtypes of a body's outputs. */
export const resultsOf = (body: Body): readonly Aval[] => body.outputs;

/** The outputs built of a body's operators for these operands. */
export function inlineBody(body: Body, operands: readonly Tensor[]): Tensor[] {
  const outputs = body.outputs.map((node) => new Tensor(node));
  const replacements = new Map(body.inputs.map((input, i) => [input, operands[i] ?? new Tensor(input)]));
  return replacements.size === 0 ? outputs : substitute(outputs, replacements);
}

/** A placeholder like `x` for a derived body. */
export const standIn = ({ shape, dtype }: Aval, name: string): Tensor =>
  new Tensor(makePlaceholder(shape, dtype, name));

/**
 * The reverse pass of a body: a body from its inputs, followed by the cotangents of the outputs that have one, to the cotangents of the inputs
 * that need theirs. Before the cotangents of the outputs stand those that were gathered for inputs so far, and are added to.
 */
export function pullBody(
  body: Body,
  given: readonly boolean[],
  needed: readonly boolean[],
  direction: PullDirection,
  gathered: readonly boolean[] = [],
): Derived {
  return once(body, `pull ${bits(given)} ${bits(needed)} ${bits(gathered)} ${direction}`, () => {
    const outputs = body.outputs.map((node) => new Tensor(node));
    const seeds = outputs.map((output, i) =>
      given[i] ? standIn(output, `the derivative of ${body.name} (a cotangent)`) : undefined,
    );
    const isAsked = (node: Node, i: number): boolean => needed[i] === true && isFloat(node.dtype);
    const leaves = body.inputs.filter(isAsked).map((node) => new Tensor(node));
    const starts = body.inputs.map((node, i) =>
      gathered[i] ? standIn(node, `the derivative of ${body.name} (a cotangent so far)`) : undefined,
    );
    const started = body.inputs.filter((_, i) => gathered[i]).map((node) => new Tensor(node));
    const first = starts.filter((start) => start !== undefined);
    // A leaf that is pulled back too starts with its cotangent.
    const pulled = pullBack([...started, ...outputs], [...first, ...seeds], leaves, direction);
    let next = 0;
    const asked = body.inputs.map((node, i) => (isAsked(node, i) ? pulled[next++] : undefined));
    return prune(
      `the derivative of ${body.name}`,
      [...body.inputs, ...first, ...seeds.filter((seed) => seed !== undefined)].map((each) =>
        each instanceof Tensor ? each.node : each,
      ),
      asked.map((tensor) => tensor?.node),
    );
  });
}

/**
 * Forward mode of a body: placeholders for the tangents of the inputs that have one, and all outputs and their tangents, as graph from the body's own
 * inputs and those placeholders.
 */
export function pushBody(
  body: Body,
  moving: readonly boolean[],
): {
  readonly inputs: readonly (Node | undefined)[];
  readonly primals: readonly Node[];
  readonly outputs: readonly Node[];
} {
  return once(body, `push ${bits(moving)}`, () => {
    const tangents = body.inputs.map((node, i) =>
      moving[i] ? standIn(node, `the derivative of ${body.name} (a tangent)`) : undefined,
    );
    const pushed = pushForward(
      body.outputs.map((node) => new Tensor(node)),
      body.inputs.filter((_, i) => moving[i]).map((node) => new Tensor(node)),
      tangents.filter((tangent) => tangent !== undefined),
    );
    return {
      inputs: tangents.map((tangent) => tangent?.node),
      primals: pushed.primals.map(({ node }) => node),
      outputs: pushed.tangents.map(({ node }) => node),
    };
  });
}

/**
 * A body for a whole batch: `batched` inputs get a leading axis of this size, and so do all outputs, but for those that `single` says stay as they are
 * (they must not depend on batched inputs).
 */
export function batchBody(
  body: Body,
  batched: readonly boolean[],
  size: number,
  single: readonly boolean[] = [],
): Body {
  return once(body, `batch ${bits(batched)} ${bits(single)} ${size}`, () => {
    const examples = new Map<Node, Tensor>();
    const inputs = body.inputs.map((node, i) => {
      const { shape, dtype } = node;
      if (!batched[i]) return node;
      const whole = standIn({ shape: [size, ...shape], dtype }, `vmap of ${body.name}`);
      examples.set(node, whole);
      return whole.node;
    });
    const outputs = body.outputs.map((node) => new Tensor(node));
    const batch = examples.size === 0 ? undefined : batchGraph(outputs, examples, size);
    const whole = outputs.map((output, i) => {
      const mapped = batch?.whole.get(output.node);
      const same = batch?.single.get(output.node) ?? output;
      return mapped ?? (single[i] ? same : stretch(same, [size, ...same.shape]));
    });
    return makeBody(
      `vmap of ${body.name}`,
      inputs,
      whole.map(({ node }) => node),
    );
  });
}

/** A body that takes only the inputs which its outputs depend on, and gives only the outputs that there are. */
export function prune(name: string, inputs: readonly Node[], outputs: readonly (Node | undefined)[]): Derived {
  const kept = outputs.filter((node) => node !== undefined);
  const reached = leavesBelow(kept);
  const taken = inputs.flatMap((node, i) => (reached.has(node) ? [i] : []));
  let next = 0;
  return {
    body: makeBody(
      name,
      inputs.filter((node) => reached.has(node)),
      kept,
    ),
    taken,
    places: outputs.map((node) => (node === undefined ? undefined : next++)),
  };
}

/** The placeholders below nodes. */
export function leavesBelow(nodes: readonly Node[]): Set<Node> {
  const walk = newWalk();
  const leaves = new Set<Node>();
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.mark === walk || !node.symbolic) continue;
    node.mark = walk;
    if (node.primitive === placeholder) leaves.add(node);
    for (let i = 0; i < node.inputs.length; i++) stack.push(node.inputs[i]!);
  }
  return leaves;
}

/** Runs nodes that have values through a program: a node with its value for each output. */
export interface Runner {
  (inputs: readonly Node[]): readonly Node[];
  /** See `Executable`. */
  readonly blas: BlasStats | undefined;
}

/**
 * A body compiled. Outputs that are inputs, constants or one another are no part of the program.
 *
 * @throws TransformError where an output depends on a placeholder of somebody else.
 */
export const compileBody = (body: Body): Runner => once(body, "compiled", () => makeRunner(body));

function makeRunner({ name, inputs, outputs }: Body): Runner {
  refuseStrangers(name, inputs, outputs);
  const positions = new Map(inputs.map((node, i) => [node, i]));
  const computed = [...new Set(outputs)].filter((node) => node.symbolic && !positions.has(node));
  const places = outputs.map((node) => computed.indexOf(node));
  const direct = places.every((place, i) => place === i);
  const executable: Executable | undefined =
    computed.length === 0 ? undefined : currentCompiler()({ inputs, outputs: computed });
  const noResults: readonly Node[] = [];
  realizeNodes(outputs.filter((node) => !node.symbolic && node.value === undefined));
  const run = (given: readonly Node[]): readonly Node[] => {
    const results = executable === undefined ? noResults : executable.run(given);
    if (direct) return results;
    return outputs.map((output, i) => results[places[i] ?? -1] ?? given[positions.get(output) ?? -1] ?? output);
  };
  return Object.assign(run, { blas: executable?.blas });
}

function refuseStrangers(name: string, inputs: readonly Node[], outputs: readonly Node[]): void {
  const own = new Set(inputs);
  for (const leaf of leavesBelow(outputs)) {
    if (own.has(leaf)) continue;
    throw new TransformError(
      `${name}: a result depends on a tensor without a value, a placeholder made by ${String(leaf.attributes)}. ` +
        "It does not exist outside the function that made it: return what is needed from there.",
    );
  }
}

/** An array of its own for elements that are a part of a larger one: memory that may move, or that need not be kept. */
export const ownStorage = (data: Storage): Storage =>
  data.byteLength === data.buffer.byteLength ? data : data.slice();

/** The operands of a kernel as nodes, for programs that run inside it. */
export const operandNodes = (operands: readonly KernelInput[]): Node[] =>
  operands.map(({ shape, dtype, data }) => makeConstant(shape, dtype, ownStorage(data)));

/** Runs a body on the operands of a kernel. */
export function runBody(body: Body, operands: readonly KernelInput[]): Storage[] {
  return compileBody(body)(operandNodes(operands)).map((node) => computedValue(new Tensor(node), body.name));
}
