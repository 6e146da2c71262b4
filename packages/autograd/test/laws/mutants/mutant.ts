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

/**
 * `op` with other parts in one primitive: it is called as it is, and the graph that it made is built once more with the changed primitive in
 * place of the one named. Rules that were not changed make the primitives that they always made, so that one rule is broken and no other.
 */
export function rebuilt(op: OperatorFunction, primitive: string, change: Break<unknown>): OperatorFunction {
  const changed = new Map<Primitive, Primitive>();
  const primitiveFor = (whole: Primitive): Primitive => {
    if (whole.name !== primitive) return whole;
    const known = changed.get(whole) ?? { ...whole, ...change(whole) };
    changed.set(whole, known);
    return known;
  };
  const call = (...args: readonly unknown[]): unknown => {
    const oldest = upcomingId();
    const result = unregisteredNodes(() => op(...(args as never[])));
    const { leaves, structure } = flattenTree(result);
    const values = leaves.map(({ value }) => value);
    const copies = new Map<Node, Tensor>();
    for (const node of nodesSince(
      values.filter((value) => value instanceof Tensor),
      oldest,
    )) {
      const inputs = node.inputs.map((input) => copies.get(input) ?? new Tensor(input));
      if (inputs.length > 0) copies.set(node, apply(primitiveFor(node.primitive), inputs, node.attributes));
    }
    return unflattenTree(
      structure,
      values.map((value) => (value instanceof Tensor ? (copies.get(value.node) ?? value) : value)),
    );
  };
  return Object.assign(call, op.operator === undefined ? {} : { operator: op.operator });
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
export const secondOrderLaw = "second order ≡ differences of first order";
export const linearityLaw = "linear operators are linear";
export const batchingLaw = "vmap(f) ≡ a loop";
export const gradientBatchingLaw = "vmap(grad f) ≡ a loop of gradients";
export const compilingLaw = "compiled ≡ reference";
export const awkwardCompilingLaw = "compiled ≡ reference at NaN, ±Inf, ±0, subnormal and huge inputs";
export const emptyCompilingLaw = "compiled ≡ reference without elements";
export const inferenceLaw = "inferred shape and dtype ≡ what the kernel made";
export const inputsLaw = "inputs unchanged";
export const determinismLaw = "the same call gives the same bits";
export const elementLaw = "an element depends on the elements at its place only";
export const nanLaw = "NaN in, NaN out";
export const zeroSizeLaw = "zero-size inputs handled";
