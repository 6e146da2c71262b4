import { describeValue } from "../convert.js";
import { isFloat } from "../dtype.js";
import { ValueError } from "../errors.js";
import { inScope } from "../lifetime.js";
import { reshapeTo } from "../ops/broadcast.js";
import { castTo } from "../ops/cast.js";
import { zeros } from "../ops/create.js";
import { moveaxis } from "../ops/movement.js";
import { eye } from "../ops/ranges.js";
import type { Tensor } from "../tensor.js";
import { flattenTree, type TreeStructure, tensorLeaf, unflattenTree } from "../tree.js";
import type { GradientOf, JacobianOf, LossShape } from "../types/derivatives.js";
import type { Fit } from "../types/shape-error.js";
import { grad } from "./grad.js";
import { jvp } from "./jvp.js";
import { freshLeaves, group } from "./leaves.js";
import { vjp } from "./vjp.js";
import { vmap } from "./vmap.js";

/** Options of `jacobian`. */
export interface JacobianOptions {
  /**
   * "reverse" (default) pulls back one cotangent for each element of the result, "forward" pushes one tangent for each element of the
   * argument: the cheaper one is that with fewer of them.
   */
  readonly mode?: "reverse" | "forward" | undefined;
}

/**
 * The function that gives the Jacobian of `f`: of shape [...result, ...argument] for each pair of a leaf of the result and one of the argument. All
 * rows, or columns, are computed as one batch. The derivative of a result that is no float is 0.
 *
 * @param f Takes one tree of float tensors, and returns a tree of tensors.
 * @param options.mode "reverse" (default) or "forward".
 * @throws ValueError where `f` is no function or the mode is none; the Jacobian throws as `vjp`, `jvp` and `vmap` do.
 * @example
 * jacobian((x: Tensor) => mul(x, x))(tensor([1, 2])).toArray(); // [[2, 0], [0, 4]]
 */
export function jacobian<X, Y>(f: (x: X) => Y, { mode = "reverse" }: JacobianOptions = {}): (x: X) => JacobianOf<X, Y> {
  if (typeof f !== "function") throw new ValueError(`jacobian: takes a function, not ${describeValue(f)}.`);
  if (mode !== "reverse" && mode !== "forward") {
    throw new ValueError(`jacobian: the mode is ${describeValue(mode)}; use "reverse" or "forward".`);
  }
  return (x) => inScope("jacobian", () => (mode === "reverse" ? byRows(f, x) : byColumns(f, x)) as JacobianOf<X, Y>);
}

/**
 * The function that gives the Hessian of a scalar function, forward over reverse: of shape [...a, ...b] for each pair of leaves a, b of the
 * argument.
 *
 * @param f Takes one tree of float tensors, and returns a scalar float tensor.
 * @throws ValueError where `f` is no function; the Hessian throws as `grad` and `jvp` do.
 * @example
 * hessian((x: Tensor) => sum(mul(x, mul(x, x))))(tensor([1, 2])).toArray(); // [[6, 0], [0, 12]]
 */
export function hessian<X, R extends Tensor>(
  f: (x: X) => Fit<LossShape<"grad", R>, R>,
): (x: X) => JacobianOf<X, GradientOf<X>> {
  if (typeof f !== "function") throw new ValueError(`hessian: takes a function, not ${describeValue(f)}.`);
  const gradient = grad<[X], R>(f);
  return jacobian((x: X) => gradient(x), { mode: "forward" });
}

interface Leaves {
  readonly tensors: readonly Tensor[];
  readonly structure: TreeStructure;
}

function tensorsOf(tree: unknown, root: string): Leaves {
  const { leaves, structure } = flattenTree(tree);
  return { tensors: leaves.map((leaf) => tensorLeaf("jacobian", root, leaf)), structure };
}

/** One direction for each element of a leaf: a batch of tensors like it. */
const basis = ({ size, shape, dtype }: Tensor): Tensor => reshapeTo(castTo(eye(size), dtype), [size, ...shape]);

/** Directions along one of several leaves. */
const only = (leaves: readonly Tensor[], chosen: number, direction: Tensor): Tensor[] =>
  leaves.map(({ shape, dtype }, i) => (i === chosen ? direction : zeros(shape, { dtype })));

function byRows<X>(f: (x: X) => unknown, x: X): unknown {
  const [value, pullback] = vjp(f, x);
  const outputs = tensorsOf(value, "the result");
  const inputs = freshLeaves("jacobian", "the argument", x);
  const rows = outputs.tensors.map((output, i) => {
    const zero = inputs.leaves.map(({ shape, dtype }) => zeros([...output.shape, ...shape], { dtype }));
    if (!isFloat(output.dtype) || output.size === 0) return zero;
    const pull = (cotangent: Tensor): readonly Tensor[] => {
      const cotangents = unflattenTree(outputs.structure, only(outputs.tensors, i, cotangent));
      return tensorsOf(pullback(cotangents)[0], "the gradient").tensors;
    };
    return vmap(pull)(basis(output)).map((row, k) =>
      reshapeTo(row, [...output.shape, ...(inputs.leaves[k]?.shape ?? [])]),
    );
  });
  group(rows.flat());
  return unflattenTree(
    outputs.structure,
    rows.map((row) => unflattenTree(inputs.structure, row)),
  );
}

function byColumns<X>(f: (x: X) => unknown, x: X): unknown {
  const inputs = freshLeaves("jacobian", "the argument", x);
  let results: Leaves | undefined;
  const push =
    (i: number) =>
    (tangent: Tensor): readonly Tensor[] => {
      const tangents = unflattenTree(inputs.structure, only(inputs.leaves, i, tangent));
      const [value, pushed] = jvp(f, [unflattenTree(inputs.structure, inputs.leaves) as X], [tangents] as never);
      results = tensorsOf(value, "the result");
      return tensorsOf(pushed, "the tangent").tensors;
    };
  const columns = inputs.leaves.map((input, i) => vmap(push(i))(basis(input)));
  if (results === undefined) return f(x);
  const { tensors, structure } = results;
  const blocks = tensors.map((output, k) =>
    inputs.leaves.map((input, i) => {
      const column = columns[i]?.[k];
      if (column === undefined) throw new Error("jacobian: a column is missing");
      return reshapeTo(moveaxis(column, 0, -1), [...output.shape, ...input.shape]);
    }),
  );
  group(blocks.flat());
  return unflattenTree(
    structure,
    blocks.map((block) => unflattenTree(inputs.structure, block)),
  );
}
