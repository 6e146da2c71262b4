import { isFloat } from "../dtype.js";
import { GradientError, ValueError } from "../errors.js";
import { inScope } from "../lifetime.js";
import { ones, zeros } from "../ops/create.js";
import type { Scope } from "../scope.js";
import { showShape } from "../shape.js";
import { Tensor, Variable } from "../tensor.js";
import { describePath, flattenTree, unflattenTree } from "../tree.js";
import type { AuxOf, GradientOf, GradsOf, LossOf, LossShape, LossWithAux } from "../types/derivatives.js";
import type { Only, Option } from "../types/options.js";
import type { Fit } from "../types/shape-error.js";
import { differentiable, type FreshTree, freshLeaves, group, namedAlias, refusePromise } from "./leaves.js";
import { pullBack } from "./reverse.js";

/** Options of `grad`. */
export interface GradOptions {
  /** The argument, or arguments, to differentiate with respect to; default 0, the first. */
  readonly argnums?: number | readonly number[];
}

/** Options of `valueAndGrad`. */
export interface ValueAndGradOptions extends GradOptions {
  /** The function returns `[loss, aux]`, and `aux`, any tree, is handed on; default false. */
  readonly hasAux?: boolean;
  /** A tree of Variables to differentiate with respect to, in place of arguments. */
  readonly wrt?: unknown;
  /** With `wrt`: a Variable that the loss does not reach has gradient zero in place of an error; default false. */
  readonly allowUnused?: boolean;
}

/** What `valueAndGrad` returns. */
export interface ValueAndGrads<V, G, Aux = undefined> {
  readonly value: V;
  /** A tree like the argument (or like `wrt`); an array of trees if `argnums` is an array. */
  readonly grads: G;
  readonly aux: Aux;
}

/** The gradients that options ask for. */
type GradsBy<A extends readonly unknown[], O> = O extends { readonly wrt: infer W }
  ? [W] extends [undefined]
    ? GradsOf<A, Option<O, "argnums", 0>>
    : GradientOf<W>
  : GradsOf<A, Option<O, "argnums", 0>>;

interface Differentiated {
  readonly value: Tensor;
  readonly grads: unknown;
  readonly aux: unknown;
}

function differentiate(
  operator: string,
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  options: ValueAndGradOptions,
): Differentiated {
  if (typeof f !== "function")
    throw new ValueError(`${operator}: the first argument must be a function, not ${typeof f}.`);
  return inScope(operator, (scope) => {
    const targets =
      options.wrt === undefined
        ? argumentTargets(operator, args, options.argnums ?? 0)
        : variableTargets(operator, scope, args, options.wrt);
    const result: unknown = f(...(targets.args as never[]));
    const [value, aux] = splitResult(operator, result, options.hasAux ?? false);
    const leaves = targets.trees.flatMap((tree) => tree.leaves);
    const seed = ones(value.shape, { dtype: value.dtype });
    const cotangents = pullBack([value], [seed], leaves);
    if (options.wrt !== undefined && options.allowUnused !== true)
      refuseUnused(operator, targets.variables, cotangents);
    const gradients = leaves.map((leaf, i) => cotangents[i] ?? zeros(leaf.shape, { dtype: leaf.dtype }));
    group([value, ...gradients, ...flattenTree(aux).leaves.map((leaf) => leaf.value)]);
    const remaining = [...gradients];
    const trees = targets.trees.map((tree) => unflattenTree(tree.structure, remaining.splice(0, tree.leaves.length)));
    return { value, grads: targets.single ? trees[0] : trees, aux };
  });
}

/** What to differentiate with respect to, and the arguments to call the function with. */
interface Targets {
  readonly args: readonly unknown[];
  readonly trees: readonly FreshTree[];
  readonly single: boolean;
  readonly variables: readonly Variable[];
}

function argumentTargets(operator: string, args: readonly unknown[], argnums: number | readonly number[]): Targets {
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  const called = [...args];
  const trees = positions.map((position) => {
    if (!Number.isInteger(position) || position < 0 || position >= args.length) {
      throw new ValueError(
        `${operator}: argnums names argument ${position}, and the function was called with ${args.length} (numbered from 0).`,
      );
    }
    const fresh = freshLeaves(operator, `argument ${position}`, args[position]);
    called[position] = fresh.tree;
    return fresh;
  });
  return { args: called, trees, single: typeof argnums === "number", variables: [] };
}

function variableTargets(operator: string, scope: Scope, args: readonly unknown[], wrt: unknown): Targets {
  const { leaves, structure } = flattenTree(wrt);
  const variables = leaves.map(({ path, value }) => {
    if (value instanceof Variable) return value;
    throw new ValueError(
      `${operator}: ${describePath("wrt", path)} is no Variable; wrt is a tree of Variables made by variable(…).`,
    );
  });
  const fresh = variables.map((variable) => {
    const bound = scope.bindings.get(variable);
    // The same Variable twice in the tree is one leaf: both places get its whole gradient.
    const leaf =
      bound === undefined
        ? namedAlias(differentiable(operator, "wrt", { path: variable.name ?? "", value: variable }), variable.label)
        : new Tensor(bound);
    scope.bindings.set(variable, leaf.node);
    return leaf;
  });
  return { args, trees: [{ tree: undefined, leaves: fresh, structure }], single: true, variables };
}

function splitResult(operator: string, result: unknown, hasAux: boolean): [Tensor, unknown] {
  refusePromise(operator, result);
  if (hasAux && !(Array.isArray(result) && result.length === 2)) {
    throw new ValueError(`${operator}: with hasAux the function returns [loss, aux].`);
  }
  const [value, aux]: unknown[] = hasAux && Array.isArray(result) ? result : [result, undefined];
  if (!(value instanceof Tensor)) {
    throw new GradientError(
      `${operator}: the function returned ${value === undefined ? "nothing" : typeof value} in place of a scalar tensor. Return the loss.`,
    );
  }
  if (value.size !== 1 || value.rank !== 0) {
    throw new GradientError(
      `${operator}: the function must return a scalar (shape []), not shape ${showShape(value.shape)}. Reduce it with sum or mean, or use jacobian or vjp.`,
    );
  }
  if (!isFloat(value.dtype)) {
    throw new GradientError(
      `${operator}: the function returned dtype ${value.dtype}, which has no derivative. Return a float32 or float64 loss.`,
    );
  }
  return [value, aux];
}

function refuseUnused(
  operator: string,
  variables: readonly Variable[],
  cotangents: readonly (Tensor | undefined)[],
): void {
  const unused = variables.filter((_, i) => cotangents[i] === undefined);
  if (unused.length === 0) return;
  const names = unused.map((variable) => `${variable.name ?? "unnamed"} ${showShape(variable.shape)}`).join(", ");
  throw new GradientError(
    `${operator}: the loss does not depend on ${unused.length === 1 ? "the Variable" : "the Variables"} ${names}. ` +
      "Read variable.value inside the function, leave it out, or pass allowUnused: true for a gradient of zero.",
  );
}

/**
 * The function that gives the gradient of a scalar function. Arguments are trees: tensors, Variables and numbers in nested arrays and
 * plain objects. The result is again a function of tensors, so that `grad(grad(f))` is the second derivative.
 *
 * @param f Returns a scalar float tensor.
 * @param options.argnums The argument to differentiate with respect to (default 0), or several.
 * @throws GradientError where the result is no float scalar, an argument is no float, or an operator has no derivative;
 * TransformError where `f` returns a Promise; ValueError for arguments that are no trees of tensors.
 * @example
 * const f = (x: Tensor) => sum(mul(x, x));
 * grad(f)(tensor([1, 2])).toArray(); // [2, 4]
 */
export function grad<A extends readonly unknown[], R extends Tensor, const N extends number | readonly number[] = 0>(
  f: (...args: A) => Fit<LossShape<"grad", R>, R>,
  options: { readonly argnums?: N } = {},
): (...args: A) => GradsOf<A, N> {
  return (...args) => differentiate("grad", f, args, options).grads as GradsOf<A, N>;
}

/**
 * The function that gives value and gradient of a scalar function in one pass.
 *
 * @param f Returns a scalar float tensor, or `[loss, aux]` with `hasAux`.
 * @param options.argnums The argument to differentiate with respect to (default 0), or several.
 * @param options.hasAux Hands on a second result, which is not differentiated.
 * @param options.wrt A tree of Variables to differentiate with respect to, in place of arguments; `grads` has its form.
 * @param options.allowUnused With `wrt`: zeros, not an error, for a Variable that the loss does not reach.
 * @returns `{value, grads, aux}`; reading one of them computes all.
 * @throws as `grad`; GradientError for a Variable that the loss does not reach.
 * @example
 * const { value, grads } = valueAndGrad((x: Tensor) => sum(mul(x, x)))(tensor([1, 2]));
 * value.item(); // 5
 */
export function valueAndGrad<
  A extends readonly unknown[],
  R extends Tensor | readonly [Tensor, unknown],
  const O extends ValueAndGradOptions = Record<never, never>,
>(
  f: (...args: A) => Fit<LossWithAux<"valueAndGrad", R, Option<O, "hasAux", false>>, R>,
  options?: O & Only<O, ValueAndGradOptions>,
): (...args: A) => ValueAndGrads<LossOf<R>, GradsBy<A, O>, AuxOf<R>>;
export function valueAndGrad(
  f: (...args: never[]) => unknown,
  options: ValueAndGradOptions = {},
): (...args: readonly unknown[]) => unknown {
  return (...args) => differentiate("valueAndGrad", f, args, options);
}

/**
 * Value and gradients of a loss with respect to Variables: short for `valueAndGrad(loss, { wrt: variables })()`.
 *
 * @param loss Reads the Variables' `.value` and returns a scalar float tensor.
 * @param variables A tree of Variables; `grads` has its form.
 * @param options.allowUnused Zeros, not an error, for a Variable that the loss does not reach.
 * @throws as `valueAndGrad`.
 * @example
 * const w = variable([1, 2]);
 * variableGrads(() => sum(mul(w, w)), [w]).grads[0].toArray(); // [2, 4]
 */
export function variableGrads<R extends Tensor, const W>(
  loss: () => Fit<LossShape<"variableGrads", R>, R>,
  variables: W,
  options: { readonly allowUnused?: boolean } = {},
): ValueAndGrads<R, GradientOf<W>> {
  const { value, grads, aux } = differentiate("variableGrads", loss, [], { wrt: variables, ...options });
  return { value: value as R, grads: grads as GradientOf<W>, aux: aux as undefined };
}
