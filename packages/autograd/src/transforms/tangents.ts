import { isFloat } from "../dtype.js";
import { GradientError } from "../errors.js";
import type { Aval } from "../graph.js";
import { zeros } from "../ops/create.js";
import type { Tensor } from "../tensor.js";
import { applyTuple, defineTuple, type PullContext, type TuplePrimitive } from "./tuple.js";

/**
 * Forward mode of constructs with bodies: the same construct of values and tangents together, with the bodies' own forward mode inside. Between the two passes of forward mode
 * stands a tuple in its place, which remembers what it is for.
 */

/** What a construct makes of its operands and their tangents, of which some are zero. */
export interface Pushed {
  /** The construct's own results, computed along. */
  readonly primals: readonly Tensor[];
  /** The tangents of its results; undefined where they are zero. */
  readonly tangents: readonly (Tensor | undefined)[];
}

/** The forward rule of a construct. */
export type Push = (operands: readonly Tensor[], tangents: readonly (Tensor | undefined)[]) => Pushed;

interface Pending {
  readonly push: Push;
  /** The operands are those of the construct, so many; the cotangents of these of its results; and last the construct itself. */
  readonly count: number;
  readonly given: readonly number[];
  /** The operands whose cotangents the results are. */
  readonly needed: readonly number[];
  readonly results: readonly Aval[];
  /** What is said where it is pulled back for another purpose. */
  readonly refusal: string;
}

const pendingPrimitive: TuplePrimitive<Pending> = defineTuple<Pending>("tangents", {
  results: ({ results }) => results,
  reaches: ({ count, given, results }) =>
    results.map(() => new Set(Array.from({ length: count + given.length }, (_, i) => i))),
  run: ({ attributes }) => refuse(attributes),
  pull(context: PullContext<Pending>) {
    const { inputs, attributes, cotangents, direction, replace } = context;
    const { push, count, given, needed } = attributes;
    if (direction !== "transpose") return refuse(attributes);
    const operands = inputs.slice(0, count);
    const moving = operands.map((_, i) => cotangents[needed.indexOf(i)]);
    const { primals, tangents } = push(operands, moving);
    const source = inputs[inputs.length - 1];
    if (source !== undefined) replace?.(source.node, primals);
    return [...operands.map(() => undefined), ...given.map((i) => tangents[i]), undefined];
  },
  batch: ({ attributes }) => refuse(attributes),
});

function refuse({ refusal }: Pending): never {
  throw new GradientError(refusal);
}

/** The first pass of forward mode over a construct, which `push` completes in the second. */
export function awaitTangents<A>(
  context: PullContext<A>,
  push: Push,
  refusal = "jvp: a construct was met between the two passes of forward mode.",
): (Tensor | undefined)[] {
  const { inputs, output, cotangents, needed } = context;
  const given = cotangents.flatMap((cotangent, i) => (cotangent === undefined ? [] : [i]));
  const asked = inputs.flatMap((input, i) => (needed[i] && isFloat(input.dtype) ? [i] : []));
  const results = asked.flatMap((i) => inputs[i] ?? []);
  const pulled = applyTuple(
    pendingPrimitive,
    [...inputs, ...cotangents.filter((cotangent) => cotangent !== undefined), output],
    {
      push,
      count: inputs.length,
      given,
      needed: asked,
      results: results.map(({ shape, dtype }) => ({ shape, dtype })),
      refusal,
    },
  );
  const all = new Array<Tensor | undefined>(inputs.length).fill(undefined);
  for (const [k, i] of asked.entries()) all[i] = pulled[k];
  return all;
}

/** A tangent, or zeros like its operand. */
export const orZeros = (tangent: Tensor | undefined, operand: Tensor | undefined): Tensor =>
  tangent ?? zeros(operand?.shape ?? [], { dtype: operand?.dtype ?? "float32" });
