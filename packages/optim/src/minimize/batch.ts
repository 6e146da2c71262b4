import {
  cast,
  concat,
  hvp,
  jit,
  reshape,
  ShapeError,
  type StepOf,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
} from "@glissade/autograd";
import { drive, driveSync, type Routine, readAll } from "../roads/drive.js";
import { scalarLoss } from "../roads/options.js";
import { checkStart } from "../roads/start.js";
import { buildTree, placeOf, type TensorTree, tensorTree } from "../tree.js";
import { descentOf } from "./descend.js";
import { type Answer, lockstep, memberOf, type Question } from "./lockstep.js";
import { epsilonOf, unflatten } from "./objective.js";
import type { MinimizeOptions, MinimizeResult } from "./options.js";
import type { Vector } from "./vector.js";

const operator = "minimizeBatch";

/** Options of `minimizeBatch`: those of `minimize`, for one problem; its callback is not called. */
export type BatchOptions<T> = Omit<MinimizeOptions<T>, "callback">;

/** How many problems a batch holds. @throws ShapeError where leaves differ in it, or have no axis for it. */
function batchSize(trees: readonly (readonly [string, TensorTree])[]): number {
  let first: { readonly size: number; readonly place: string } | undefined;
  for (const [root, { forms }] of trees) {
    for (const { path, shape } of forms) {
      const place = placeOf(root, path);
      const [size] = shape;
      if (size === undefined) {
        throw new ShapeError(`${operator}: ${place} is a scalar. Its first axis must count the problems.`);
      }
      first ??= { size, place };
      if (size !== first.size) {
        throw new ShapeError(
          `${operator}: ${place} has shape [${shape.join(", ")}] for ${size} problems, and ${first.place} is for ${first.size}. They must agree.`,
        );
      }
    }
  }
  return first?.size ?? 0;
}

/** The tree of one problem: without the first axis. */
const oneOf = (tree: TensorTree): TensorTree => ({
  ...tree,
  forms: tree.forms.map((form) => ({ ...form, shape: form.shape.slice(1) })),
});

/** Answers for the whole batch, by `vmap`. */
function answerOf<T, D>(f: (x: T, data: D) => Tensor, one: TensorTree, data: TensorTree, compile: boolean): Answer {
  const loss = (flat: Tensor, own: readonly Tensor[]): Tensor =>
    cast(scalarLoss(operator, f(unflatten<T>(one, flat), buildTree<D>(data.structure, own))), "float64");
  const asRow = (value: Tensor): Tensor => reshape(value, [-1]);
  const single: Readonly<Record<Question, (x: Tensor, v: Tensor, own: readonly Tensor[]) => Tensor>> = {
    value: (x, _, own) => asRow(loss(x, own)),
    gradient(x, _, own) {
      const { value, grads } = valueAndGrad((flat: Tensor) => loss(flat, own))(x);
      return concat([asRow(value), grads]);
    },
    curvature: (x, v, own) => hvp((flat: Tensor) => loss(flat, own), [x], [v]),
  };
  const batched = (question: Question): ((xs: Tensor, vs: Tensor, own: readonly Tensor[]) => Tensor) => {
    const all = vmap(single[question]);
    return compile ? jit((xs: Tensor, vs: Tensor, own: readonly Tensor[]) => all(xs, vs, own)) : all;
  };
  const run = { value: batched("value"), gradient: batched("gradient"), curvature: batched("curvature") };
  return function* (question, xs, vs) {
    const rows = run[question](stack(xs.map((x) => tensor(x))), stack(vs.map((v) => tensor(v))), data.leaves);
    const [, width = 0] = rows.shape;
    const flat = yield* readAll(rows);
    return xs.map((_, i) => flat.subarray(i * width, (i + 1) * width));
  };
}

/** The start of each problem, leaf by leaf. */
function* startsOf({ leaves }: TensorTree, count: number): Routine<Vector[]> {
  const values: Vector[] = [];
  for (const leaf of leaves) values.push(yield* readAll(leaf));
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from(
      values.flatMap((all) => [...all.subarray((i * all.length) / count, ((i + 1) * all.length) / count)]),
    ),
  );
}

function* batchRoutine<T, D>(
  f: (x: T, data: D) => Tensor,
  x0: unknown,
  data: unknown,
  options: BatchOptions<T>,
): Routine<MinimizeResult<T>[]> {
  const tree = checkStart(operator, f, x0);
  const given = tensorTree(operator, "data", data);
  const count = batchSize([
    ["x0", tree],
    ["data", given],
  ]);
  const one = oneOf(tree);
  const descend = descentOf<T>(operator, one, options);
  const starts = yield* startsOf(tree, count);
  const members = starts.map((start) => memberOf(start.length, epsilonOf(one), (asking) => descend(start, asking)));
  return yield* lockstep(members, answerOf(f, one, given, options.compile ?? false));
}

/**
 * Minimises the same function for many problems at once: each goes its own way, and ends when it has arrived, while one batched call, by
 * `vmap`, evaluates all of them. What `minimize` says of methods and options holds for each problem.
 *
 * @param f From a tree of one problem's parameters, and the data of that problem, to a scalar float tensor.
 * @param x0 A tree of float tensors whose first axes count the problems: their starts.
 * @param data A tree of tensors whose first axes count the problems too; `[]` where there are no data.
 * @param options As for `minimize`; budgets and bounds are those of each problem.
 * @returns A Promise of the results, one for each problem, their `x` without the first axis.
 * @throws (as a rejection) as `minimize`; ShapeError where leaves differ in the number of problems.
 * @example
 * const f = (x: Tensor, { goal }: { goal: Tensor }) => sum(square(sub(x, goal)));
 * const results = await minimizeBatch(f, zeros([100, 2]), { goal: goals });
 */
export async function minimizeBatch<X, D>(
  f: (x: StepOf<X>, data: StepOf<D>) => Tensor,
  x0: X,
  data: D,
  options: BatchOptions<StepOf<X>> = {},
): Promise<MinimizeResult<StepOf<X>>[]> {
  return drive(batchRoutine(f, x0, data, options));
}

/**
 * `minimizeBatch` without a Promise, for backends that read synchronously.
 *
 * @throws as `minimizeBatch` rejects.
 * @example
 * minimizeBatchSync((x: Tensor) => square(sub(x, 3)), zeros([5]), []).map(({ x }) => x.item()); // [3, 3, 3, 3, 3]
 */
export function minimizeBatchSync<X, D>(
  f: (x: StepOf<X>, data: StepOf<D>) => Tensor,
  x0: X,
  data: D,
  options: BatchOptions<StepOf<X>> = {},
): MinimizeResult<StepOf<X>>[] {
  return driveSync(batchRoutine(f, x0, data, options));
}
