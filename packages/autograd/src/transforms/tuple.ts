import type { Storage } from "../dtype.js";
import type { Aval, BatchContext, KernelContext, Node, Primitive } from "../graph.js";
import { apply } from "../primitive.js";
import type { Tensor } from "../tensor.js";

/**
 * The value of a node that stands for several results: no elements of its own, and the results beside them. Its node has shape [0]
 * and dtype float32; `pick` nodes take the results out of it.
 */
class TupleStorage extends Float32Array<ArrayBuffer> {
  constructor(readonly parts: readonly Storage[]) {
    super(new ArrayBuffer(0));
  }
}

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
  /** Whether the way back must be linear: forward mode transposes a reverse pass. */
  readonly linear: boolean;
}

/** What a primitive of several results consists of. */
export interface TupleRules<A> {
  /** The shapes and dtypes of the results. */
  results(attributes: A): readonly Aval[];
  /** Computes all results. */
  run(context: KernelContext<A>): readonly Storage[];
  /** A cotangent for each operand; undefined where it is zero or not needed. */
  pull(context: PullContext<A>): readonly (Tensor | undefined)[];
  /** The tuple of the results for a whole batch, each with its batch axis leading. */
  batch(context: BatchContext<A>): Tensor;
  /** The results built of simpler operators, for compilers to fuse. */
  inline?(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
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
    batch: (context) => rules.batch(context),
    tuple: rules,
  };
}

/** Whether a primitive has several results. */
export const isTuple = (primitive: Primitive): primitive is TuplePrimitive => "tuple" in primitive;

interface PickAttributes extends Aval {
  readonly index: number;
}

const pickPrimitive: Primitive<PickAttributes> = {
  name: "pick",
  linear: "none",
  infer: ({ attributes: { shape, dtype } }) => ({ shape, dtype }),
  run({ inputs: [{ data }], attributes: { index } }) {
    const part = data instanceof TupleStorage ? data.parts[index] : undefined;
    if (part === undefined) throw new Error(`pick: the tuple has no result ${index}`);
    return part;
  },
  vjp: { none: notAlone },
  batch: ({ inputs: [tuple], size, attributes: { index, shape, dtype } }) =>
    apply(pickPrimitive, [tuple], { index, shape: [size, ...shape], dtype }),
};

/** Which result of its tuple a node is; undefined for a node of another kind. */
export const pickedIndex = ({ primitive, attributes }: Node): number | undefined =>
  primitive === pickPrimitive ? (attributes as PickAttributes).index : undefined;

/** Applies a primitive of several results: the tuple of them. */
export const applyTuple = <A>(primitive: TuplePrimitive<A>, inputs: readonly Tensor[], attributes: A): Tensor =>
  apply(primitive, inputs, attributes);

/** The results of a tuple. */
export const partsOf = <A>(primitive: TuplePrimitive<A>, tuple: Tensor, attributes: A): Tensor[] =>
  primitive.tuple
    .results(attributes)
    .map(({ shape, dtype }, index) => apply(pickPrimitive, [tuple], { index, shape, dtype }));
