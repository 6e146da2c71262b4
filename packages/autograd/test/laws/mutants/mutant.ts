import { flattenTree, Tensor, unflattenTree } from "@glissade/autograd/functions";
import type { OperatorFunction } from "@glissade/autograd/testing";
import { type BatchContext, type Node, type Primitive, upcomingId, type VjpContext } from "../../../src/graph.js";
import { unregisteredNodes } from "../../../src/lifetime.js";
import { apply } from "../../../src/primitive.js";
import { nodesSince } from "../../../src/transforms/walk.js";

/** What replaces parts of a primitive. */
export type Break<A> = (whole: Primitive<A>) => Partial<Primitive<A>>;

/** An operator of the library with one rule to break. */
export interface Mutant<A = unknown> {
  readonly fault: string;
  readonly of: OperatorFunction;
  /** The primitive in the operator's graph whose rule is broken; default the one with the operator's name. */
  readonly primitive?: string;
  breaks(whole: Primitive<A>): Partial<Primitive<A>>;
  /** A law that finds the fault with default settings. */
  readonly law: string;
  /** What is thrown, where the fault does not show in values that differ. */
  readonly throws?: RegExp;
}

/** A mutant whose rules know the attributes `A` of the primitive that is broken. */
export const mutant = <A = undefined>(definition: Mutant<A>): Mutant => definition;

/** The primitive of an operator that a mutant breaks. */
export const primitiveOf = ({ of, primitive = of.operator?.name ?? "" }: Mutant): string => primitive;

/** Puts a changed primitive in the place of the one named, the same one each time. */
function changing(name: string, change: Break<unknown>): (whole: Primitive) => Primitive {
  const changed = new Map<Primitive, Primitive>();
  return (whole) => {
    if (whole.name !== name) return whole;
    const known = changed.get(whole) ?? { ...whole, ...change(whole) };
    changed.set(whole, known);
    return known;
  };
}

/** Tensors that `make` made, with other primitives in the graph between them and what was there before. */
function copies(make: () => unknown, primitiveFor: (whole: Primitive) => Primitive): unknown {
  const oldest = upcomingId();
  const { leaves, structure } = flattenTree(unregisteredNodes(make));
  const values = leaves.map(({ value }) => value);
  const made = new Map<Node, Tensor>();
  for (const node of nodesSince(
    values.filter((value) => value instanceof Tensor),
    oldest,
  )) {
    const inputs = node.inputs.map((input) => made.get(input) ?? new Tensor(input));
    if (inputs.length > 0) made.set(node, apply(primitiveFor(node.primitive), inputs, node.attributes));
  }
  return unflattenTree(
    structure,
    values.map((value) => (value instanceof Tensor ? (made.get(value.node) ?? value) : value)),
  );
}

/**
 * `op` with other parts in one primitive: it is called as it is, and the graph that it made is built once more with the changed primitive in
 * place of the one named. Rules that were not changed make the primitives that they always made, so that one rule is broken and no other.
 */
export function rebuilt(op: OperatorFunction, primitive: string, change: Break<unknown>): OperatorFunction {
  const primitiveFor = changing(primitive, change);
  const call = (...args: readonly unknown[]): unknown => copies(() => op(...(args as never[])), primitiveFor);
  return Object.assign(call, op.operator === undefined ? {} : { operator: op.operator });
}

/** Leaves the vjp rule of a primitive as it is, but for one primitive in the graph that it builds. */
export function insideVjp<A, B>(primitive: string, change: (whole: Primitive<B>) => Partial<Primitive<B>>): Break<A> {
  const primitiveFor = changing(primitive, change);
  return (whole) => ({
    vjp(context) {
      const cotangents = copies(() => pulled(whole, context), primitiveFor);
      return Array.isArray(cotangents) ? cotangents.map((g) => (g instanceof Tensor ? g : undefined)) : [];
    },
  });
}

/** The cotangents that the vjp rule of a primitive gives, for a mutant to spoil. */
export function pulled<A>({ name, vjp }: Primitive<A>, context: VjpContext<A>): readonly (Tensor | undefined)[] {
  if ("none" in vjp) throw new Error(`${name} has no vjp to break`);
  return vjp(context);
}

/** What the batching rule of a primitive gives. */
export function batchedBy<A>({ name, batch }: Primitive<A>, context: BatchContext<A>): Tensor {
  if ("none" in batch) throw new Error(`${name} has no batching rule to break`);
  return batch(context);
}

/** Changes every cotangent of a primitive. */
export const spoiled =
  <A>(spoil: (cotangent: Tensor, context: VjpContext<A>, operand: number) => Tensor): Break<A> =>
  (whole) => ({ vjp: (context) => pulled(whole, context).map((g, k) => g && spoil(g, context, k)) });

/** The laws that find mutants. */
export const reverseLaw = "reverse rule ≡ central differences";
export const adjointLaw = "⟨J v, w⟩ = ⟨v, Jᵀ w⟩";
export const forwardLaw = "forward rule ≡ central differences";
export const kinkLaw = "the derivative at a kink lies between those on either side";
export const finiteLaw = "results and gradients are finite in the operator's domain";
export const precisionLaw = "float32 ≈ float64";
export const otherDTypesLaw = "integers and booleans are taken, or refused by a typed error";
export const secondOrderLaw = "second order ≡ differences of first order";
export const forwardOverReverseLaw = "forward over reverse ≡ reverse over reverse";
export const awkwardLaw = "NaN, ±Inf, ±0, subnormal and huge inputs handled";
export const linearityLaw = "linear operators are linear";
export const batchingLaw = "vmap(f) ≡ a loop";
export const gradientBatchingLaw = "vmap(grad f) ≡ a loop of gradients";
export const compilingLaw = "compiled ≡ reference";
export const awkwardCompilingLaw = "compiled ≡ reference at NaN, ±Inf, ±0, subnormal and huge inputs";
export const gradientCompilingLaw = "compiled gradient ≡ reference";
export const emptyCompilingLaw = "compiled ≡ reference without elements";
export const threadsLaw = "compiled: the same bits in one thread, two and three";
export const inferenceLaw = "inferred shape and dtype ≡ what the kernel made";
export const inputsLaw = "inputs unchanged";
export const determinismLaw = "the same call gives the same bits";
export const elementLaw = "an element depends on the elements at its place only";
export const nanLaw = "NaN in, NaN out";
export const zeroSizeLaw = "zero-size inputs handled";
