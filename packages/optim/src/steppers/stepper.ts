import {
  add,
  type Tensor,
  type Tree,
  tensor,
  ValueError,
  Variable,
  variable,
  variableGrads,
  zeros,
} from "@glissade/autograd";
import type { GradientTransform } from "../transforms/transform.js";
import { buildTree, describeValue } from "../tree.js";
import { assignAll, type Group, type GroupDefinition, makeGroup, pair, stepAssignments, valuesOf } from "./group.js";
import type { LearningRate } from "./rate.js";
import { checkStateDict, type StateDict } from "./state-dict.js";

/** The gradients of a tree of Variables: a tensor of the same shape and dtype for each; arrays may be read-only. */
export type GradientsFor<W> =
  W extends Variable<infer S, infer D>
    ? Tensor<S, D>
    : W extends object
      ? { readonly [K in keyof W]: GradientsFor<W[K]> }
      : never;

/** Variables that step by one rule. */
export interface StepperGroup {
  readonly variables: readonly Variable[];
  /** The rate of the next step. Set it to a number or a schedule at any time: nothing compiles again. */
  get lr(): number;
  set lr(rate: LearningRate);
}

/**
 * A stateful optimiser of Variables: `sgd(…)` makes one. `W` is the tree of Variables; with parameter groups, the array of the groups'
 * trees.
 */
export interface Stepper<W> {
  /** One entry for each parameter group; a single one where the Variables were given without groups. */
  readonly groups: readonly StepperGroup[];
  /**
   * The rate of the next step, of all groups. Set it to a number or a schedule at any time: nothing compiles again.
   *
   * @throws ValueError on reading where groups have different rates: read `groups[i].lr`.
   */
  get lr(): number;
  set lr(rate: LearningRate);
  /**
   * Takes one step against the gradients. Variables with `trainable` false stay put; for the moments their gradient is zero.
   *
   * @param grads A tree like the Variables', with their shapes and dtypes; what `variableGrads` gives.
   * @throws ValueError, ShapeError, DTypeError where it does not match, naming the place. No Variable is changed then.
   */
  step(grads: GradientsFor<W>): void;
  /**
   * Differentiates a loss with respect to the trainable Variables and takes one step.
   *
   * @returns The loss before the step; reading it runs the step as well.
   * @throws as `variableGrads`, and then no Variable is changed.
   */
  minimize(loss: () => Tensor): { readonly value: Tensor };
  /** A plain tree of tensors and numbers, from which `loadStateDict` goes on to the bit. */
  stateDict(): StateDict;
  /**
   * Takes up a state that `stateDict` of a stepper with the same options gave; a fixed learning rate in it is restored.
   *
   * @throws ValueError, ShapeError, DTypeError for anything else, such as the state of another stepper. Nothing is changed then.
   */
  loadStateDict(state: StateDict): void;
}

/** Options of `stepper`. */
export interface StepperOptions {
  /** What makes directions of gradients; the step is −lr times the direction. */
  readonly transform: GradientTransform;
  /** A number of 0 or more, or a schedule; default 0.001. */
  readonly lr?: LearningRate;
  /** Names the stepper in messages and saved states; default "stepper". */
  readonly name?: string;
}

/** The learning rate where none is given, PyTorch's. */
export const defaultRate = 1e-3;

const isGroup = (value: unknown): value is { readonly variables: unknown } =>
  typeof value === "object" && value !== null && !(value instanceof Variable) && Object.hasOwn(value, "variables");

/** Options with those of the group before the common ones; an option that is undefined counts as left out. */
function mergeOptions<O extends object>(common: O, own: object): O {
  const given = Object.entries(own).filter(([key, value]) => key !== "variables" && value !== undefined);
  return { ...common, ...Object.fromEntries(given) };
}

/**
 * A stepper over Variables, or over groups `{variables, …options}` whose options come before the common ones.
 *
 * @param define What to do with the Variables of a group, given its options.
 */
export function makeStepper<W, O extends object>(
  name: string,
  variables: unknown,
  options: O,
  define: (options: O) => Omit<GroupDefinition, "variables">,
): Stepper<W> {
  const grouped = Array.isArray(variables) && variables.length > 0 && variables.every(isGroup);
  const count = variable(tensor(0, { dtype: "float64" }), { name: `${name} step`, trainable: false });
  const definitions: GroupDefinition[] = grouped
    ? variables.map((group) => ({ variables: group.variables, ...define(mergeOptions(options, group)) }))
    : [{ variables, ...define(options) }];
  const groups = definitions.map((definition) => makeGroup(name, definition, count));
  checkVariables(name, groups);
  return stepperOf<W>(name, groups, grouped, count);
}

function checkVariables(name: string, groups: readonly Group[]): void {
  const all = groups.flatMap((group) => group.parameters.variables);
  if (all.length === 0)
    throw new ValueError(`${name}: there are no variables to step. Pass a Variable, or a tree of them.`);
  const seen = new Set<Variable>();
  for (const each of all) {
    if (seen.has(each)) {
      throw new ValueError(
        `${name}: the Variable ${each.name ?? "without a name"} is there twice; it would step twice. Pass it once.`,
      );
    }
    seen.add(each);
  }
}

function stepperOf<W>(name: string, groups: readonly Group[], grouped: boolean, count: Variable): Stepper<W> {
  const handles = groups.map(groupHandle);
  const step = (gradients: unknown): void => {
    const trees: unknown = grouped ? gradients : [gradients];
    if (!Array.isArray(trees) || trees.length !== groups.length) {
      throw new ValueError(`${name}: step takes an array of ${groups.length} trees of gradients, one for each group.`);
    }
    const assignments = groups.flatMap((group, i) => stepAssignments(name, group, trees[i]));
    assignAll([...assignments, [count, add(count.value, 1)]]);
  };
  return {
    groups: handles,
    get lr() {
      const [first, ...others] = handles.map((handle) => handle.lr);
      if (first === undefined || others.some((rate) => rate !== first)) {
        throw new ValueError(`${name}: the groups have different learning rates; read stepper.groups[i].lr.`);
      }
      return first;
    },
    set lr(rate) {
      for (const handle of handles) handle.lr = rate;
    },
    step,
    minimize(loss) {
      const { value, gradients } = gradientTrees(loss, groups);
      step(grouped ? gradients : gradients[0]);
      return { value };
    },
    stateDict: () => ({ [name]: { step: count.value.item(), groups: groups.map(groupState) } }),
    loadStateDict(state) {
      const checked = checkStateDict(name, state, groups);
      assignAll([
        ...checked.groups.flatMap(({ group, leaves }) => pair(group.state.variables, leaves)),
        [count, tensor(checked.step, { dtype: "float64" })],
      ]);
      for (const { group, lr } of checked.groups) if (lr !== undefined) group.rate.set(lr);
    },
  };
}

function groupHandle({ parameters, rate }: Group): StepperGroup {
  return {
    variables: parameters.variables,
    get lr() {
      return rate.read();
    },
    set lr(value) {
      rate.set(value);
    },
  };
}

function groupState({ rate, state }: Group): { readonly lr?: number; readonly state: Tree } {
  const lr = rate.saved();
  return lr === undefined ? { state: valuesOf(state) } : { lr, state: valuesOf(state) };
}

/** The loss and its gradients, a tree for each group, with zeros for Variables that are not trainable. */
function gradientTrees(loss: () => Tensor, groups: readonly Group[]): { value: Tensor; gradients: unknown[] } {
  const trainable = groups.map((group) => group.parameters.variables.filter((each) => each.trainable));
  const { value, grads } = variableGrads(loss, trainable);
  const gradients = groups.map(({ parameters }, g) => {
    const remaining = [...(grads[g] ?? [])];
    const leaves = parameters.variables.map(({ trainable: moves, shape, dtype }) =>
      moves ? remaining.shift() : zeros(shape, { dtype }),
    );
    return buildTree(parameters.structure, leaves);
  });
  return { value, gradients };
}

/** A parameter group of `stepper`: Variables with options of their own. */
export type GroupOf<O> = Partial<O> & { readonly variables: unknown };

/** The trees of Variables of an array of groups. */
export type VariablesOf<G extends readonly { readonly variables: unknown }[]> = {
  [K in keyof G]: G[K]["variables"];
};

/**
 * A stateful optimiser made of a gradient transform: each step moves the Variables by −lr times the direction that the transform makes of
 * the gradients. The transform's state is held in Variables, made now.
 *
 * @param variables A tree of float Variables, or an array of parameter groups `{variables, lr?, transform?}`.
 * @param options.transform See `chain`.
 * @param options.lr Default 0.001; a number or a schedule.
 * @param options.name For messages and saved states; default "stepper".
 * @throws ValueError for no Variables, one that is there twice, a negative or NaN rate, or no transform; DTypeError for Variables that are no
 * floats.
 * @example
 * const w = variable([1, 2]);
 * const clipped = stepper([w], { transform: chain(clipByGlobalNorm(1), trace({ momentum: 0.9 })), lr: 0.1 });
 * clipped.minimize(() => sum(square(w))).value.item(); // 5
 */
export function stepper<const G extends readonly GroupOf<StepperOptions>[]>(
  groups: G,
  options: StepperOptions,
): Stepper<VariablesOf<G>>;
export function stepper<W>(variables: W, options: StepperOptions): Stepper<W>;
export function stepper(variables: unknown, options: StepperOptions): Stepper<unknown> {
  const name = options.name ?? "stepper";
  if (typeof options.transform?.update !== "function") {
    throw new ValueError(
      `${name}: the option transform is ${describeValue(options.transform)}, not a gradient transform; see chain.`,
    );
  }
  return makeStepper(name, variables, options, ({ transform, lr = defaultRate }) => ({ transform, lr }));
}
