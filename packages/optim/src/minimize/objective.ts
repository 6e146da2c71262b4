import {
  cast,
  type DType,
  hvp,
  jit,
  reshape,
  slice,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
} from "@glissade/autograd";
import { type Routine, read, readAll } from "../roads/drive.js";
import type { Meter } from "../roads/meter.js";
import { scalarLoss } from "../roads/options.js";
import type { Point } from "../roads/travel.js";
import { buildTree, type TensorTree } from "../tree.js";
import type { Vector } from "./vector.js";

/** A place with its value and gradient. */
export interface SmoothPoint extends Point<Vector> {
  readonly gradient: Vector;
}

/** A function of a tree of tensors, as one of a vector of its numbers. */
export interface Objective {
  readonly size: number;
  /** The machine epsilon of the coarsest dtype in x0. */
  readonly epsilon: number;
  /** The value alone; counts as an evaluation. @throws BudgetSpent */
  readonly value: (x: Vector) => Routine<Point<Vector>>;
  /** The values at several places, by one batch; each counts as an evaluation. @throws BudgetSpent where the budget has room for fewer */
  readonly values: (xs: readonly Vector[]) => Routine<Point<Vector>[]>;
  /** Value and gradient; together one evaluation. @throws BudgetSpent */
  readonly withGradient: (x: Vector) => Routine<SmoothPoint>;
  /** The Hessian at x times v; counts as an evaluation. @throws BudgetSpent */
  readonly curvature: (x: Vector, v: Vector) => Routine<Vector>;
}

/** Thrown where a budget ends in the middle of an iteration. */
export class BudgetSpent extends Error {}

/** The numbers of a tree, leaf by leaf in row-major order. */
export function* flatten(tree: TensorTree): Routine<Vector> {
  const parts: Vector[] = [];
  for (const leaf of tree.leaves) parts.push(yield* readAll(leaf));
  const flat = new Float64Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    flat.set(part, offset);
    offset += part.length;
  }
  return flat;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The tree whose numbers these are: a float64 vector as a tensor. */
export function unflatten<T>({ forms, structure }: TensorTree, flat: Tensor): T {
  let offset = 0;
  const leaves = forms.map(({ shape, dtype }) => {
    const start = offset;
    offset += sizeOf(shape);
    return cast(reshape(slice(flat, { start: [start], stop: [offset] }), shape), floatOf(dtype));
  });
  return buildTree<T>(structure, leaves);
}

const floatOf = (dtype: string): DType => (dtype === "float64" ? "float64" : "float32");

/** The tree whose numbers these are. */
export const treeOf = <T>(tree: TensorTree, flat: Vector): T => unflatten<T>(tree, tensor(flat));

/** The machine epsilon of the coarsest dtype in a tree. */
export const epsilonOf = (tree: TensorTree): number =>
  tree.forms.some(({ dtype }) => dtype === "float32") ? 2 ** -23 : Number.EPSILON;

export function objectiveOf<T>(
  operator: string,
  f: (x: T) => Tensor,
  tree: TensorTree,
  meter: Meter,
  compile: boolean,
): Objective {
  const loss = (flat: Tensor): Tensor => cast(scalarLoss(operator, f(unflatten<T>(tree, flat))), "float64");
  const sloped = valueAndGrad(loss);
  const bent = (x: Tensor, v: Tensor): Tensor => hvp(loss, [x], [v]);
  const losses = vmap(loss);
  const run = {
    loss: compile ? jit(loss) : loss,
    losses: compile ? jit((xs: Tensor) => losses(xs)) : losses,
    sloped: compile ? jit((x: Tensor) => sloped(x)) : sloped,
    bent: compile ? jit(bent) : bent,
  };
  const spend = (): void => {
    const spent = meter.spent();
    if (spent !== undefined) throw new BudgetSpent(spent);
    meter.spend();
  };
  return {
    size: tree.forms.reduce((total, { shape }) => total + sizeOf(shape), 0),
    epsilon: epsilonOf(tree),
    *value(x) {
      spend();
      return { x, value: yield* read(run.loss(tensor(x))), gradient: undefined };
    },
    *values(xs) {
      for (const _ of xs) spend();
      const values = yield* readAll(run.losses(stack(xs.map((x) => tensor(x)))));
      return xs.map((x, i) => ({ x, value: values[i] ?? Number.NaN, gradient: undefined }));
    },
    *withGradient(x) {
      spend();
      const { value, grads } = run.sloped(tensor(x));
      return { x, value: yield* read(value), gradient: yield* readAll(grads) };
    },
    *curvature(x, v) {
      spend();
      return yield* readAll(run.bent(tensor(x), tensor(v)));
    },
  };
}
