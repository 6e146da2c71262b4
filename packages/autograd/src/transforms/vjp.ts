import { isFloat } from "../dtype.js";
import { DTypeError, ValueError } from "../errors.js";
import { makePlaceholder } from "../graph.js";
import { inScope } from "../lifetime.js";
import { zeros } from "../ops/create.js";
import { shapeError } from "../origin.js";
import { sameShape, showShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import {
  describePath,
  flattenTree,
  type Leaf,
  leavesInOrder,
  showStructure,
  tensorLeaf,
  unflattenTree,
} from "../tree.js";
import type { CotangentsFor } from "../types/control.js";
import type { GradientOf } from "../types/derivatives.js";
import { freshLeaves, group, refusePromise } from "./leaves.js";
import { pullBack } from "./reverse.js";
import { substitute } from "./substitute.js";

/** Turns a tree of cotangents of the result into one tree of cotangents for each argument. */
export type Pullback<A extends readonly unknown[], R = unknown> = <const C>(
  cotangents: C & CotangentsFor<"vjp", R, C>,
) => { [K in keyof A]: GradientOf<A[K]> };

/**
 * Value and pullback of a function: reverse mode with the cotangents chosen by the caller.
 *
 * @param f Takes and returns trees of tensors.
 * @param args Its arguments: trees of float tensors, Variables or numbers.
 * @returns `[value, pullback]`. `pullback(cotangents)` takes a tree like the value (those of integer and boolean results are ignored) and returns an
 * array with a tree of cotangents for each argument; it can be called any number of times, and differentiated.
 * @throws ValueError, GradientError, TransformError as `grad`; the pullback throws ValueError, ShapeError, DTypeError for cotangents unlike the value.
 * @example
 * const [y, pullback] = vjp((x: Tensor) => mul(x, x), tensor([1, 2]));
 * pullback(tensor([1, 10]))[0].toArray(); // [2, 40]
 */
export function vjp<A extends readonly unknown[], R>(f: (...args: A) => R, ...args: A): [R, Pullback<A, R>] {
  if (typeof f !== "function") throw new ValueError(`vjp: the first argument must be a function, not ${typeof f}.`);
  return inScope("vjp", () => {
    const fresh = args.map((argument, i) => freshLeaves("vjp", `argument ${i}`, argument));
    const result = f(...(fresh.map(({ tree }) => tree) as unknown[] as never));
    refusePromise("vjp", result);
    const { leaves, structure } = flattenTree(result);
    const outputs = leaves.map((leaf) => tensorLeaf("vjp", "the result", leaf));
    // The pullback is built once, for placeholders: nodes forget how they were made as soon as they are read.
    const seeds = outputs.map(({ shape, dtype }) =>
      isFloat(dtype) ? new Tensor(makePlaceholder(shape, dtype, "vjp (a cotangent of its pullback)")) : undefined,
    );
    const inputs = fresh.flatMap((tree) => tree.leaves);
    const pulled = pullBack(outputs, seeds, inputs).map(
      (cotangent, i) => cotangent ?? zeros(inputs[i]?.shape ?? [], { dtype: inputs[i]?.dtype ?? "float32" }),
    );
    const pullback = (cotangents: unknown): unknown => {
      const given = leavesInOrder(structure, cotangents);
      if (given === undefined) {
        throw new ValueError(
          `vjp: the pullback takes cotangents like the value, ${showStructure(structure)}, not ${showStructure(flattenTree(cotangents).structure)}.`,
        );
      }
      const replacements = new Map(
        seeds.flatMap((seed, i) => (seed === undefined ? [] : [[seed.node, checkCotangent(seed, given[i])] as const])),
      );
      const results = replacements.size === 0 ? pulled : substitute(pulled, replacements);
      group(results);
      const remaining = [...results];
      return fresh.map((tree) => unflattenTree(tree.structure, remaining.splice(0, tree.leaves.length)));
    };
    return [result, pullback as Pullback<A, R>];
  });
}

function checkCotangent(result: Tensor, leaf: Leaf | undefined): Tensor {
  const { shape, dtype } = result;
  const given = leaf ?? { path: "", value: undefined };
  const place = describePath("the cotangent", given.path);
  const cotangent = tensorLeaf("vjp", "the cotangent", given);
  if (!sameShape(cotangent.shape, shape)) {
    throw shapeError(
      `vjp: ${place} has shape ${showShape(cotangent.shape)}, the value ${showShape(shape)}. They must be the same.`,
      [cotangent, result],
    );
  }
  if (cotangent.dtype !== dtype) {
    throw new DTypeError(
      `vjp: ${place} has dtype ${cotangent.dtype}, the value ${dtype}. Use cast(cotangent, "${dtype}").`,
    );
  }
  return cotangent;
}
