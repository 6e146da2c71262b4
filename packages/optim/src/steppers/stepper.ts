import {
  add,
  type Tensor,
  type Tree,
  tensor,
  ValueError,
  Variable,
  variable,
  variableGrads,
  where,
  zeros,
} from "@glissade/autograd";
import { allFinite } from "../transforms/not-finite.js";
import { buildTree, placeOf } from "../tree.js";
import { type Condition, finiteGradient, usableRate, valueIf } from "./conditions.js";
import {
  type Assignment,
  assignAll,
  type Group,
  type GroupDefinition,
  gradientLeaves,
  makeGroup,
  pair,
  type Rule,
  stepAssignments,
  valuesOf,
} from "./group.js";
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
   * @throws ValueError, ShapeError, DTypeError where it does not match, naming the place. No Variable is changed then. ValueError for a gradient that
   * holds NaN or infinity (see `skipNotFinite`): at once if its value is known, else from the read that computes the step, which then takes back
   * all steps since the last read.
   */
  step(grads: GradientsFor<W>): void;
  /**
   * Differentiates a loss with respect to the trainable Variables and takes one step.
   *
   * @returns The loss before the step; reading it runs the step as well.
   * @throws as `variableGrads`, and then no Variable is changed; where gradients are not finite, as `step`.
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

/** What every stepper can be told. */
export interface CommonOptions {
  /** A number of 0 or more, or a schedule. */
  readonly lr?: LearningRate;
  /**
   * Where gradients of any group hold NaN or infinity: true skips the whole step, with moments and count; default false, an error. Not for single
   * groups.
   */
  readonly skipNotFinite?: boolean;
}

/** A parameter group: Variables with options of their own. Its key may also be `variables`. */
export type GroupOf<O> = Partial<Omit<O, "skipNotFinite">> &
  (
    | { readonly params: unknown; readonly variables?: undefined }
    | { readonly variables: unknown; readonly params?: undefined }
  );

/** Groups that have no options but the stepper's: a misspelt one is a type error. */
export type KnownOptions<G extends readonly object[], O> = {
  readonly [K in keyof G]: {
    readonly [P in Exclude<keyof G[K], Exclude<keyof O, "skipNotFinite"> | "params" | "variables">]: never;
  };
};

/** A tree of Variables that is no array of groups, so that a misspelt option of a group is seen. */
export type Ungrouped<W> = W &
  (W extends readonly ({ readonly params: unknown } | { readonly variables: unknown })[] ? never : unknown);

/** The trees of Variables of an array of groups. */
export type VariablesOf<G extends readonly object[]> = {
  [K in keyof G]: G[K] extends { readonly params: infer W extends object }
    ? W
    : G[K] extends { readonly variables: infer W }
      ? W
      : never;
};

/** The learning rate where none is given, PyTorch's for most steppers. */
export const defaultRate = 1e-3;

const isGroup = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Variable) &&
  Object.hasOwn(value, "params") !== Object.hasOwn(value, "variables");

/** The Variables of a group, and its options before the common ones; an option that is undefined counts as left out. */
function splitGroup<O extends object>(common: O, group: object): { variables: unknown; own: O } {
  const { params, variables, ...options }: { params?: unknown; variables?: unknown } = group;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { variables: params ?? variables, own: { ...common, ...Object.fromEntries(given) } };
}

/**
 * A stepper over Variables, or over groups `{params, …options}` whose options come before the common ones.
 *
 * @param rate The learning rate where none is given.
 * @param define The rule of a group, given its options and the learning rate of the coming step.
 */
export function makeStepper<W, O extends CommonOptions>(
  name: string,
  variables: unknown,
  options: O,
  rate: LearningRate,
  define: (options: O, lr: () => Tensor) => Rule,
): Stepper<W> {
  const grouped = Array.isArray(variables) && variables.length > 0 && variables.every(isGroup);
  const count = variable(tensor(0, { dtype: "float64" }), { name: `${name} step`, trainable: false });
  const parts = grouped ? variables.map((group) => splitGroup(options, group)) : [{ variables, own: options }];
  const definitions: GroupDefinition[] = parts.map(({ variables: tree, own }) => ({
    variables: tree,
    lr: own.lr ?? rate,
    rule: (lr) => define(own, lr),
  }));
  const groups = definitions.map((definition) => makeGroup(name, definition, count));
  checkVariables(name, groups);
  return stepperOf<W>(name, groups, grouped, count, options.skipNotFinite ?? false);
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

function stepperOf<W>(
  name: string,
  groups: readonly Group[],
  grouped: boolean,
  count: Variable,
  skip: boolean,
): Stepper<W> {
  const handles = groups.map(groupHandle);
  const step = (gradients: unknown): void => {
    const trees: unknown = grouped ? gradients : [gradients];
    if (!Array.isArray(trees) || trees.length !== groups.length) {
      throw new ValueError(`${name}: step takes an array of ${groups.length} trees of gradients, one for each group.`);
    }
    const leaves = groups.map((group, i) => gradientLeaves(name, group, trees[i]));
    const assignments = groups.flatMap((group, i) => stepAssignments(name, group, leaves[i] ?? []));
    const conditions = [...rateConditions(name, groups), ...(skip ? [] : gradientConditions(name, groups, leaves))];
    const all: Assignment[] = [...assignments, [count, valueIf(conditions, add(count.value, 1))]];
    assignAll(skip ? onlyIf(allFinite(name, leaves), all) : all);
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

/** Assigns the new tensors where the condition holds, else what the Variables hold already. */
const onlyIf = (condition: Tensor, assignments: readonly Assignment[]): Assignment[] =>
  assignments.map(([each, tensor]) => [each, where(condition, tensor, each.value)]);

/** That schedules gave rates that can be. */
const rateConditions = (name: string, groups: readonly Group[]): Condition[] =>
  groups.filter(({ rate }) => rate.isScheduled()).map(({ rate }) => usableRate(name, rate.value()));

/** That gradients are finite, unless a group's transform takes others. */
const gradientConditions = (name: string, groups: readonly Group[], leaves: readonly (readonly Tensor[])[]) =>
  groups.flatMap(({ parameters, rule }, g) =>
    (rule.transform.takesNotFinite ? [] : (leaves[g] ?? [])).map((gradient, i) => {
      const path = parameters.forms[i]?.path || (parameters.variables[i]?.name ?? "");
      return finiteGradient(name, placeOf("the gradient", path), gradient);
    }),
  );

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
