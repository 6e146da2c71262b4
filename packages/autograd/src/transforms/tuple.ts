import type { DType, Storage } from "../dtype.js";
import {
  type Aval,
  type BatchContext,
  type KernelContext,
  makeConstant,
  type Node,
  type Primitive,
  type StepLoop,
} from "../graph.js";
import { apply } from "../primitive.js";
import type { Shape } from "../shape.js";
import { Tensor } from "../tensor.js";

/**
 * The value of a node that stands for several results: no elements of its own, and the results beside them. Its node has shape [0]
 * and dtype float32; `pick` nodes take the results out of it.
 */
class TupleStorage extends Float32Array<ArrayBuffer> {
  constructor(readonly parts: readonly Storage[]) {
    super(new ArrayBuffer(0));
  }
}

/**
 * What a reverse pass is for: gradients, the first pass of forward mode, or the second, which transposes the first and must meet nothing that is not linear.
 */
export type PullDirection = "reverse" | "forward" | "transpose";

/** Takes note of results that take the place of those of `construct`. */
export type Replace = (construct: Node, results: readonly Tensor[]) => void;

/** What the reverse rule of a tuple gets. */
export interface PullContext<A> {
  readonly inputs: readonly Tensor[];
  /** The tuple itself. */
  readonly output: Tensor;
  readonly attributes: A;
  /** One for each result; undefined where it is zero. */
  readonly cotangents: readonly (Tensor | undefined)[];
  /** Whose cotangents are asked for, one for each operand. */
  readonly needed: readonly boolean[];
  readonly direction: PullDirection;
  /** Told of results that are those of another construct, computed along with tangents: they take its results' place. */
  readonly replace?: Replace | undefined;
  /** Cotangents of operands so far, for a rule that accumulates: what it gives for an operand includes this. */
  readonly gathered: readonly (Tensor | undefined)[];
}

/** What a primitive of several results consists of. */
export interface TupleRules<A> {
  /** The shapes and dtypes of the results. */
  results(attributes: A): readonly Aval[];
  /** For each result the operands that it depends on, by their positions. */
  reaches(attributes: A): readonly ReadonlySet<number>[];
  /** Computes all results. */
  run(context: KernelContext<A>): readonly Storage[];
  /** Whether `pull` adds to what was gathered, in the order in which the operators inside would: for sums of the same bits. */
  readonly accumulates?: boolean;
  /** A cotangent for each operand; undefined where it is zero or not needed. */
  pull(context: PullContext<A>): readonly (Tensor | undefined)[];
  /** The results for a whole batch, each with its batch axis leading. */
  batch(context: BatchContext<A>): readonly Tensor[];
  /** The results built of simpler operators, for compilers to fuse. */
  inline?(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
  /** The loop over steps that it is. */
  steps?(attributes: A): StepLoop;
}

/** A primitive of several results. */
export interface TuplePrimitive<A = unknown> extends Primitive<A> {
  readonly tuple: TupleRules<A>;
}

const notAlone = "its results have derivatives one by one, and they are pulled back together";

/** Defines a primitive of several results. */
export function defineTuple<A>(name: string, rules: TupleRules<A>): TuplePrimitive<A> {
  return {
    name,
    linear: "none",
    infer: () => ({ shape: [0], dtype: "float32" }),
    run: (context) => new TupleStorage(rules.run(context)),
    vjp: { none: notAlone },
    batch: (context) => apply(packPrimitive, rules.batch(context), undefined),
    steps: rules.steps,
    tuple: rules,
  };
}

/** Carries the results of a batching rule to the picks that ask for them; it is never a part of a result. */
const packPrimitive: Primitive<undefined> = {
  name: "pack",
  linear: "none",
  infer: () => ({ shape: [0], dtype: "float32" }),
  run: ({ inputs }) => new TupleStorage(inputs.map(({ data }) => data)),
  vjp: { none: notAlone },
  batch: { none: notAlone },
};

/** Whether a primitive has several results. */
export const isTuple = (primitive: Primitive): primitive is TuplePrimitive => "tuple" in primitive;

/** Which result. An instance of a class, so that compilers know two picks to be the same by identity only: what is picked from is no operand like others. */
class Pick implements Aval {
  constructor(
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}
}

function storedPart(tuple: Storage, index: number): Storage {
  const part = tuple instanceof TupleStorage ? tuple.parts[index] : undefined;
  if (part === undefined) throw new Error(`pick: the tuple has no result ${index}`);
  return part;
}

const pickPrimitive: Primitive<Pick> = {
  name: "pick",
  linear: "none",
  infer: ({ attributes: { shape, dtype } }) => ({ shape, dtype }),
  run: ({ inputs: [{ data }], attributes: { index } }) => storedPart(data, index),
  part: ({ index }) => index,
  vjp: { none: notAlone },
  batch({ inputs: [{ node }], attributes: { index } }) {
    const part = node.inputs[index];
    if (node.primitive !== packPrimitive || part === undefined)
      throw new Error(`pick: the batch has no result ${index}`);
    return new Tensor(part);
  },
};

/** What a tuple's results are built of, by the tuple's node: each is asked for on its own. */
const built = new WeakMap<Node, readonly Tensor[]>();

/** The pick of a tuple that can be built of simpler operators. */
const inlinePickPrimitive: Primitive<Pick> = {
  ...pickPrimitive,
  expand({ inputs: [tuple], attributes: { index, shape, dtype } }) {
    const { node } = tuple;
    if (node.value !== undefined) return new Tensor(makeConstant(shape, dtype, storedPart(node.value, index)));
    const parts = built.get(node) ?? buildParts(node);
    built.set(node, parts);
    const part = parts[index];
    if (part === undefined) throw new Error(`${node.primitive.name} has no result ${index}`);
    return part;
  },
};

function buildParts({ primitive, inputs, attributes }: Node): readonly Tensor[] {
  const operands = inputs.map((input) => new Tensor(input));
  return (isTuple(primitive) && primitive.tuple.inline?.(operands, attributes)) || [];
}

const pickOf = ({ primitive }: Node): Primitive<Pick> =>
  isTuple(primitive) && primitive.tuple.inline !== undefined ? inlinePickPrimitive : pickPrimitive;

/** Which result of its tuple a node is; undefined for a node of another kind. */
export const pickedIndex = ({ primitive, attributes }: Node): number | undefined =>
  (primitive === pickPrimitive || primitive === inlinePickPrimitive) && attributes instanceof Pick
    ? attributes.index
    : undefined;

/** Whether a node depends on one of `nodes` through its operands; a pick does so only where its own result does. */
export function dependsOn(node: Node, nodes: { has(node: Node): boolean }): boolean {
  const index = pickedIndex(node);
  const { inputs } = node;
  const tuple = inputs[0];
  if (index === undefined || tuple === undefined || !isTuple(tuple.primitive)) {
    for (let i = 0; i < inputs.length; i++) if (nodes.has(inputs[i]!)) return true;
    return false;
  }
  const reached = tuple.primitive.tuple.reaches(tuple.attributes)[index];
  return tuple.inputs.some((input, i) => reached?.has(i) === true && nodes.has(input));
}

/** The results of a primitive that has several. */
export function applyTuple<A>(primitive: TuplePrimitive<A>, inputs: readonly Tensor[], attributes: A): Tensor[] {
  const tuple = apply(primitive, inputs, attributes);
  const pick = pickOf(tuple.node);
  return primitive.tuple
    .results(attributes)
    .map(({ shape, dtype }, index) => apply(pick, [tuple], new Pick(index, shape, dtype)));
}
