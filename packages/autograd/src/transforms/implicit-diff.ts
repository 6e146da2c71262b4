import { describeValue } from "../convert.js";
import { type FloatDType, isFloat } from "../dtype.js";
import { GradientError, ValueError } from "../errors.js";
import { neg } from "../ops/arithmetic.js";
import { reshape } from "../ops/broadcast.js";
import { castTo } from "../ops/cast.js";
import { concat } from "../ops/join.js";
import { solve as solveLinear } from "../ops/linalg/solve.js";
import { mT } from "../ops/movement.js";
import { eye } from "../ops/ranges.js";
import { slice } from "../ops/slice.js";
import { showShape, sizeOf } from "../shape.js";
import { Tensor } from "../tensor.js";
import { flattenTree, leavesInOrder, showStructure, type TreeStructure, tensorLeaf, unflattenTree } from "../tree.js";
import { customGradient } from "./custom-gradient.js";
import { refusePromise } from "./leaves.js";
import { vjp } from "./vjp.js";
import { vmap } from "./vmap.js";

/** Options of `implicitDiff`. */
export interface ImplicitDiffOptions<A extends readonly unknown[], X> {
  /** Takes the solution and the arguments; it is zero at the solution, and has the solution's structure, shapes and dtypes. */
  readonly residual: (solution: X, ...args: A) => X;
}

/**
 * A solver with the derivative of what it solves: at a solution x(p) of F(x, p) = 0 the implicit-function theorem gives dx = −(∂F/∂x)⁻¹ ∂F/∂p dp
 * (M. Blondel et al., "Efficient and modular implicit differentiation", NeurIPS 2022), whatever the solver did. It may read values, loop as it
 * likes, and stop when it is near enough. For a minimiser the residual is the gradient of what is minimised.
 *
 * The derivative forms the Jacobian ∂F/∂x, a matrix of as many rows as the solution has elements, and solves with it: in both modes, to any order. It goes to the
 * arguments; tensors and Variables that the functions close over count as constants.
 *
 * @param solve Takes trees of tensors and returns a tree of float tensors of one dtype.
 * @param options.residual F(x, ...args).
 * @throws ValueError where one is no function, TransformError where it returns a Promise; when it is differentiated, GradientError where residual and solution are unlike, or the
 * solution has elements that are no floats of one dtype. A singular Jacobian gives what `linalg.solve` gives for it.
 * @example
 * const root = implicitDiff((a: Tensor) => tensor(Math.sqrt(a.item())), { residual: (x, a) => sub(mul(x, x), a) });
 * grad(root)(tensor(4)).item(); // 0.25
 */
export function implicitDiff<A extends readonly unknown[], X>(
  solve: (...args: A) => X,
  { residual }: ImplicitDiffOptions<A, X>,
): (...args: A) => X {
  for (const f of [solve, residual]) {
    if (typeof f !== "function")
      throw new ValueError(`implicitDiff: takes a solver, and {residual}, a function, not ${describeValue(f)}.`);
  }
  /** The solution, with its derivative with respect to the arguments: also in the rule itself, for higher orders. */
  const attach = (find: (...args: A) => X): ((...args: A) => X) =>
    customGradient(find, {
      vjp: ({ inputs, output, cotangent }) => pullSolution(attach(() => output)(...inputs), inputs, cotangent),
    });

  const pullSolution = (solution: X, args: A, cotangent: X): readonly unknown[] => {
    const x = flattenTree(solution);
    const tensors = x.leaves.map((leaf) => tensorLeaf("implicitDiff", "the solution", leaf));
    const dtype = commonFloat(tensors);
    const pack = (tree: unknown): Tensor => packLike(tree, x.structure, tensors);
    const [, pullX] = vjp((z: Tensor) => pack(residual(unpack(z, x.structure, tensors) as X, ...args)), pack(solution));
    const count = tensors.reduce((total, { shape }) => total + sizeOf(shape), 0);
    const jacobian = vmap((row: Tensor) => pullX(row)[0])(eye(count, { dtype }));
    const adjoint = neg(solveLinear(mT(jacobian), pack(cotangent)));
    return pullArguments((...moved: A) => pack(residual(solution, ...moved)), args, adjoint);
  };
  return attach((...args) => {
    const solution = solve(...args);
    refusePromise("implicitDiff", solution);
    return solution;
  });
}

/** The cotangents of the arguments; integers and booleans are held, and stand for themselves. */
function pullArguments<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
  args: A,
  cotangent: Tensor,
): readonly unknown[] {
  const { leaves, structure } = flattenTree(args);
  const moves = leaves.map(({ value }) => value instanceof Tensor && isFloat(value.dtype));
  const floats = leaves.flatMap(({ value }, i) => (moves[i] && value instanceof Tensor ? [value] : []));
  const merged = (parts: readonly unknown[]): unknown => {
    let next = 0;
    return unflattenTree(
      structure,
      leaves.map(({ value }, i) => (moves[i] ? parts[next++] : value)),
    );
  };
  const [, pull] = vjp((...parts: Tensor[]) => f(...(merged(parts) as A)), ...floats);
  return merged(pull(cotangent)) as readonly unknown[];
}

function commonFloat(tensors: readonly Tensor[]): FloatDType {
  const [first] = tensors;
  const dtype = first?.dtype;
  if (dtype !== undefined && isFloat(dtype) && tensors.every((tensor) => tensor.dtype === dtype)) return dtype;
  const found = [...new Set(tensors.map((tensor) => tensor.dtype))].join(", ") || "nothing";
  throw new GradientError(
    `implicitDiff: the solution has dtype ${found}; it must be float32 or float64 throughout. Use cast in the solver.`,
  );
}

/** All elements of a tree like the solution in one vector. */
function packLike(tree: unknown, structure: TreeStructure, likes: readonly Tensor[]): Tensor {
  const leaves = leavesInOrder(structure, tree);
  if (leaves === undefined) {
    throw new GradientError(
      `implicitDiff: the residual is ${showStructure(flattenTree(tree).structure)}, the solution ${showStructure(structure)}. There must be an equation for each element.`,
    );
  }
  const parts = leaves.map((leaf, i) => {
    const part = tensorLeaf("implicitDiff", "the residual", leaf);
    const like = likes[i] ?? part;
    if (sizeOf(part.shape) === sizeOf(like.shape)) return reshape(castTo(part, like.dtype), [-1]);
    throw new GradientError(
      `implicitDiff: the residual has shape ${showShape(part.shape)} where the solution has ${showShape(like.shape)}. There must be an equation for each element.`,
    );
  });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(parts);
}

/** The tree of a vector of all elements. */
function unpack(vector: Tensor, structure: TreeStructure, likes: readonly Tensor[]): unknown {
  let start = 0;
  const parts = likes.map(({ shape }) => {
    const stop = start + sizeOf(shape);
    const part = slice(vector, { start: [start], stop: [stop] });
    start = stop;
    return reshape(part, shape);
  });
  return unflattenTree(structure, parts);
}
