import { add, type Tree, ValueError } from "@glissade/autograd";
import { describeValue, mapTrees } from "../tree.js";

/**
 * A step of an update rule: two pure functions over trees of tensors. Gradients become updates, which `applyUpdates` adds to the
 * parameters; what the transform remembers is its state, a tree of tensors, handed in and out.
 *
 * `chain` puts transforms one after the other; `stepper` makes a stateful optimiser of one (Hessel et al., Optax, 2020, has the same
 * form).
 *
 * @example
 * const halve: GradientTransform<readonly []> = {
 *   init: () => [],
 *   update: (gradients, state) => [scale(0.5).update(gradients, [], gradients)[0], state],
 * };
 */
export interface GradientTransform<S extends Tree = Tree> {
  /** The state before the first step. */
  init(params: unknown): S;
  /** From gradients, a tree like `params`, to updates of the same form, with the state for the next step. */
  update<G>(gradients: G, state: S, params: unknown): readonly [updates: G, state: S];
  /** Whether gradients that hold NaN or infinity do no harm here, as in `skipNotFinite`: a stepper then lets them in. Default false. */
  readonly takesNotFinite?: boolean;
}

/** The state of a transform that remembers nothing. */
export type NoState = readonly [];

/** A transform without memory. */
export const stateless = (update: <G>(gradients: G, params: unknown) => G): GradientTransform<NoState> => ({
  init: () => [],
  update: (gradients, _state, params) => [update(gradients, params), []],
});

/** Whether steppers may let gradients in that are not finite: it is for the transform to say that sees them first. */
export const takesNotFinite = (first: GradientTransform | undefined): { readonly takesNotFinite?: boolean } =>
  first?.takesNotFinite === true ? { takesNotFinite: true } : {};

/** Whether a value has the two functions of a transform. */
export const isTransform = (value: unknown): value is GradientTransform =>
  typeof value === "object" &&
  value !== null &&
  "init" in value &&
  "update" in value &&
  typeof value.init === "function" &&
  typeof value.update === "function";

/** @throws ValueError where `inner` is no transform: for transforms that wrap one. */
export function checkTransform(operator: string, inner: unknown): void {
  if (isTransform(inner)) return;
  throw new ValueError(
    `${operator}: the transform to wrap is ${describeValue(inner)}, not a gradient transform. Pass one, such as chain(…).`,
  );
}

/** @throws ValueError where `state` is no object with these keys: it belongs to something else. */
export function checkState(operator: string, state: unknown, keys: readonly string[]): void {
  const belongs = typeof state === "object" && state !== null && keys.every((key) => Object.hasOwn(state, key));
  if (belongs) return;
  throw new ValueError(
    `${operator}: the state is ${describeValue(state)} without ${keys.join(" and ")}. Pass the state that ${operator}'s init or last update gave.`,
  );
}

/**
 * Transforms one after the other: the updates of each are the gradients of the next. Without any, the gradients pass unchanged.
 *
 * @returns A transform whose state is the array of its parts' states.
 * @throws ValueError (from `update`) where the state does not have one entry for each part.
 * @example
 * const rule = chain(clipByGlobalNorm(1), trace({ momentum: 0.9 }), scale(-0.1));
 * let state = rule.init(params);
 * const [updates, next] = rule.update(gradients, state, params);
 */
export function chain(...transforms: readonly GradientTransform[]): GradientTransform<readonly Tree[]> {
  return {
    ...takesNotFinite(transforms[0]),
    init: (params) => transforms.map((transform) => transform.init(params)),
    update(gradients, state, params) {
      if (!Array.isArray(state) || state.length !== transforms.length) {
        throw new ValueError(
          `chain: the state is ${Array.isArray(state) ? `an array of ${state.length}` : describeValue(state)}, and the chain has ${transforms.length} parts. ` +
            "Pass the state that this chain's init or last update gave.",
        );
      }
      const next: Tree[] = [];
      let updates = gradients;
      for (const [i, transform] of transforms.entries()) {
        const [passedOn, remembered] = transform.update(updates, state[i] ?? [], params);
        updates = passedOn;
        next.push(remembered);
      }
      return [updates, next];
    },
  };
}

/**
 * Parameters with updates added, leaf by leaf.
 *
 * @param params A tree of tensors.
 * @param updates A tree of the same structure, shapes and dtypes.
 * @throws ValueError, ShapeError, DTypeError where the trees do not match, naming the place.
 * @example
 * applyUpdates({ w: tensor([1, 2]) }, { w: tensor([0.5, 0]) }).w.toArray(); // [1.5, 2]
 */
export const applyUpdates = <P>(params: P, updates: unknown): P =>
  mapTrees("applyUpdates", ["params", params], { updates }, (param, update) => add(param, update));
