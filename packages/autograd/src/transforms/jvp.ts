import { isFloat } from "../dtype.js";
import { DTypeError, ValueError } from "../errors.js";
import { makePlaceholder, type Node } from "../graph.js";
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
import type { TangentsFor } from "../types/control.js";
import type { GradientOf, LossShape } from "../types/derivatives.js";
import type { Fit } from "../types/shape-error.js";
import { grad } from "./grad.js";
import { freshLeaves, group, refusePromise } from "./leaves.js";
import { pullBack } from "./reverse.js";
import { substitute } from "./substitute.js";
import { pickedIndex } from "./tuple.js";
import { nodesSince } from "./walk.js";

/**
 * Value and directional derivative of a function: the Jacobian times `tangents`. Forward mode is reverse mode of the reverse pass, which is linear
 * in its cotangent (the double-reverse identity Jv = (d/du (Jᵀu))ᵀ v; J. Townsend, "A new trick for calculating Jacobian vector
 * products", 2017), so that an operator needs no second rule.
 *
 * @param f Takes and returns trees of tensors.
 * @param primals Its arguments, an array of trees.
 * @param tangents Trees like the arguments.
 * @returns `[value, tangent]`, trees like the result; integer and boolean results have tangent zero.
 * @throws ValueError where the trees differ; ShapeError, DTypeError where a tangent is unlike its primal; GradientError for an integer
 * primal, an operator without a derivative, or a rule that is not linear in its cotangent; TransformError where `f` returns a Promise.
 * @example
 * const [y, dy] = jvp((x: Tensor) => mul(x, x), [tensor(3)], [tensor(1)]);
 * dy.item(); // 6
 */
export function jvp<A extends readonly unknown[], R, const T extends readonly unknown[]>(
  f: (...args: A) => R,
  primals: A,
  tangents: T & TangentsFor<"jvp", A, T>,
): [R, R];
export function jvp<R>(f: (...args: never) => R, primals: readonly unknown[], tangents: readonly unknown[]): [R, R] {
  if (typeof f !== "function") throw new ValueError(`jvp: the first argument must be a function, not ${typeof f}.`);
  return inScope("jvp", () => {
    const fresh = primals.map((primal, i) => freshLeaves("jvp", `argument ${i}`, primal));
    const leaves = fresh.flatMap((tree) => tree.leaves);
    const directions = tangentLeaves(primals, tangents, leaves);
    const result = f(...(fresh.map((tree) => tree.tree) as unknown[] as never));
    refusePromise("jvp", result);
    const { leaves: results, structure } = flattenTree(result);
    const outputs = results.map((leaf) => tensorLeaf("jvp", "the result", leaf));
    const pushed = pushForward(outputs, leaves, directions);
    group([...pushed.primals, ...pushed.tangents]);
    return [unflattenTree(structure, pushed.primals), unflattenTree(structure, pushed.tangents)] as [R, R];
  });
}

/**
 * The tangents of `outputs` for tangents of `leaves`, as graph, and the outputs: loops that compute both give both, so that none runs once for values and once more for
 * tangents.
 */
export function pushForward(
  outputs: readonly Tensor[],
  leaves: readonly Tensor[],
  tangents: readonly Tensor[],
): { readonly primals: Tensor[]; readonly tangents: Tensor[] } {
  const replaced: Replacement[] = [];
  const cotangents = outputs.map(({ shape, dtype }) =>
    isFloat(dtype) ? new Tensor(makePlaceholder(shape, dtype, "jvp (the cotangent of its reverse pass)")) : undefined,
  );
  const pulled = pullBack(outputs, cotangents, leaves, "forward");
  const reached = pulled.flatMap((cotangent, i) =>
    cotangent === undefined ? [] : [{ cotangent, tangent: tangents[i] }],
  );
  const pushed = pullBack(
    reached.map(({ cotangent }) => cotangent),
    reached.map(({ tangent }) => tangent),
    cotangents.filter((cotangent) => cotangent !== undefined),
    "transpose",
    (construct, results) => replaced.push({ construct, results }),
  );
  let next = 0;
  const ofOutputs = outputs.map(
    ({ shape, dtype }, i) => (cotangents[i] === undefined ? undefined : pushed[next++]) ?? zeros(shape, { dtype }),
  );
  const joined = withReplaced([...outputs, ...ofOutputs], replaced);
  return { primals: joined.slice(0, outputs.length), tangents: joined.slice(outputs.length) };
}

interface Replacement {
  readonly construct: Node;
  readonly results: readonly Tensor[];
}

/** The tensors with results in place of those of other constructs, which nothing needs any more then. Operands come before users, and are replaced first. */
function withReplaced(tensors: readonly Tensor[], replacements: readonly Replacement[]): Tensor[] {
  let now = [...tensors];
  let rest = replacements;
  for (let [first] = rest; first !== undefined; [first] = rest) {
    const { construct, results } = first;
    rest = rest.slice(1);
    const all = [...now, ...rest.flatMap((later) => later.results)];
    const picks = new Map<Node, Tensor>();
    for (const node of nodesSince(all, construct.id)) {
      const result = node.inputs[0] === construct ? results[pickedIndex(node) ?? -1] : undefined;
      // What has a value need not be computed again.
      if (result !== undefined && node.value === undefined) picks.set(node, result);
    }
    if (picks.size === 0) continue;
    const rebuilt = substitute(all, picks);
    now = rebuilt.slice(0, now.length);
    let next = now.length;
    rest = rest.map((later) => ({ ...later, results: later.results.map((own) => rebuilt[next++] ?? own) }));
  }
  return now;
}

/** The leaves of the tangents, checked against the primals. */
function tangentLeaves(primals: readonly unknown[], tangents: readonly unknown[], leaves: readonly Tensor[]): Tensor[] {
  const own = flattenTree(primals).structure;
  const given = leavesInOrder(own, tangents);
  if (given === undefined) {
    throw new ValueError(
      `jvp: the tangents ${showStructure(flattenTree(tangents).structure)} are no tree like the primals ${showStructure(own)}.`,
    );
  }
  return given.map((leaf, i) => checkTangent(leaf, leaves[i]));
}

function checkTangent(leaf: Leaf, primal: Tensor | undefined): Tensor {
  const place = describePath("the tangents", leaf.path);
  const tangent = tensorLeaf("jvp", "the tangents", leaf);
  if (primal === undefined || !sameShape(tangent.shape, primal.shape)) {
    throw shapeError(
      `jvp: ${place} has shape ${showShape(tangent.shape)}, its primal ${showShape(primal?.shape ?? [])}. They must be the same.`,
      [tangent, ...(primal === undefined ? [] : [primal])],
    );
  }
  if (tangent.dtype !== primal.dtype) {
    throw new DTypeError(
      `jvp: ${place} has dtype ${tangent.dtype}, its primal ${primal.dtype}. Use cast(tangent, "${primal.dtype}").`,
    );
  }
  return tangent;
}

/**
 * Hessian-vector product: the derivative of the gradient of a scalar function in the direction `tangents`, forward over reverse
 * (B. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994), at the cost of a few gradients.
 *
 * @param f Returns a scalar float tensor.
 * @param primals The arguments, an array of trees; the Hessian is that with respect to the first.
 * @param tangents An array with one tree like the first argument.
 * @returns A tree like the first argument.
 * @throws as `grad` and `jvp`.
 * @example
 * hvp((x: Tensor) => sum(mul(x, mul(x, x))), [tensor([1, 2])], [tensor([1, 0])]).toArray(); // [6, 0]
 */
export function hvp<X, R extends Tensor, const T extends readonly unknown[]>(
  f: (x: X) => Fit<LossShape<"grad", R>, R>,
  primals: [X],
  tangents: T & TangentsFor<"jvp", [X], T>,
): GradientOf<X> {
  return jvp(grad<[X], R>(f), primals, tangents as never)[1];
}
