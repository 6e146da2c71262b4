import {
  DTypeError,
  flattenTree,
  neg,
  type Tensor,
  type TreeStructure,
  ValueError,
  Variable,
  variable,
  zeros,
} from "@glissade/autograd";
import { scaleLeaves } from "../transforms/scale.js";
import { applyUpdates, type GradientTransform } from "../transforms/transform.js";
import { buildTree, describeValue, type LeafForm, matchingLeaves, placeOf, tensorTree } from "../tree.js";
import { type LearningRate, makeRate, type Rate } from "./rate.js";

/** How Variables step. */
export interface Rule {
  readonly transform: GradientTransform;
  /** Whether the transform gives what is added to the parameters, or directions still to be multiplied by −lr. */
  readonly gives: "updates" | "directions";
}

/** Variables that step by one rule, as the caller defines them. */
export interface GroupDefinition {
  /** A tree of Variables. */
  readonly variables: unknown;
  readonly lr: LearningRate;
  /** The rule, given the learning rate of the coming step: a float64 scalar, to be asked for within each update. */
  readonly rule: (lr: () => Tensor) => Rule;
}

/** A tree of Variables taken apart. */
export interface VariableTree {
  readonly name: string;
  readonly variables: readonly Variable[];
  readonly forms: readonly LeafForm[];
  readonly structure: TreeStructure;
}

/** Variables that step by one rule, with the rule's memory. */
export interface Group {
  readonly parameters: VariableTree;
  readonly state: VariableTree;
  readonly rule: Rule;
  readonly rate: Rate;
}

/** A Variable with the tensor that it is about to be assigned. */
export type Assignment = readonly [Variable, Tensor];

/** The tree of what the Variables hold now. */
export const valuesOf = <T>({ structure, variables }: VariableTree): T =>
  buildTree<T>(
    structure,
    variables.map((each) => each.value),
  );

function variableTree(operator: string, tree: unknown): VariableTree {
  const { leaves, structure } = flattenTree(tree);
  const variables = leaves.map(({ path, value }) => {
    const place = placeOf("variables", path);
    if (!(value instanceof Variable)) {
      throw new ValueError(
        `${operator}: ${place} is ${describeValue(value)}, not a Variable. Make one with variable(…).`,
      );
    }
    if (value.dtype !== "float32" && value.dtype !== "float64") {
      throw new DTypeError(
        `${operator}: ${place} has dtype ${value.dtype}, and only float32 and float64 can descend. Leave it out, or cast it.`,
      );
    }
    return value;
  });
  const forms = variables.map(({ shape, dtype }, i) => ({ path: leaves[i]?.path ?? "", shape, dtype }));
  return { name: "the variables", variables, forms, structure };
}

/**
 * Checks a group and makes the Variables of its state.
 *
 * @throws ValueError, DTypeError for what is no tree of float Variables, or a bad learning rate.
 */
export function makeGroup(operator: string, definition: GroupDefinition, step: Variable): Group {
  const parameters = variableTree(operator, definition.variables);
  const rate = makeRate(operator, definition.lr, step);
  const rule = definition.rule(rate.value);
  const { leaves, forms, structure } = tensorTree(operator, "state", rule.transform.init(valuesOf(parameters)));
  const variables = leaves.map((leaf, i) =>
    variable(leaf, { name: placeOf(`${operator} state`, forms[i]?.path ?? ""), trainable: false }),
  );
  const state: VariableTree = { name: "the stepper's own state", variables, forms, structure };
  return { parameters, state, rule, rate };
}

/** Gradients of the group's Variables, in their order; 0 for those that are not trainable. */
export function gradientLeaves(operator: string, { parameters }: Group, gradients: unknown): Tensor[] {
  return matchingLeaves(operator, "gradients", gradients, parameters).map((leaf, i) =>
    parameters.variables[i]?.trainable ? leaf : zeros(leaf.shape, { dtype: leaf.dtype }),
  );
}

/** What one step assigns to the Variables of a group. Nothing is assigned yet. */
export function stepAssignments(operator: string, group: Group, gradients: readonly Tensor[]): Assignment[] {
  const { parameters, state, rule, rate } = group;
  const params = valuesOf(parameters);
  const tree = buildTree(parameters.structure, gradients);
  const [given, next] = rule.transform.update(tree, valuesOf(state), params);
  const updates = rule.gives === "updates" ? given : scaleLeaves(operator, given, neg(rate.value()));
  const values = matchingLeaves(operator, "the updated variables", applyUpdates(params, updates), parameters);
  const memory = matchingLeaves(operator, "the transform's new state", next, state);
  const moving = pair(parameters.variables, values).filter(([each]) => each.trainable);
  return [...moving, ...pair(state.variables, memory)];
}

/** Each Variable with its tensor; there are as many of one as of the other. */
export const pair = (variables: readonly Variable[], tensors: readonly Tensor[]): Assignment[] =>
  variables.map((each, i) => [each, tensors[i] ?? each.value]);

/** Assigns all, or throws before the first. */
export function assignAll(assignments: readonly Assignment[]): void {
  for (const [each, tensor] of assignments) each.checkAssignable(tensor);
  for (const [each, tensor] of assignments) each.assign(tensor);
}
