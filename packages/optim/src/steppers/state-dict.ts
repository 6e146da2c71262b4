import { type Tensor, type Tree, ValueError } from "@glissade/autograd";
import { nonNegative, wholeNumber } from "../arguments.js";
import { describeValue, matchingLeaves } from "../tree.js";
import type { Group } from "./group.js";

/** The saved state of a parameter group. */
export type GroupState = {
  /** The learning rate; absent under a schedule. */
  readonly lr?: number;
  /** The state of the group's transform. */
  readonly state: Tree;
};

/** The saved state of a stepper, under the stepper's name: a plain tree of tensors and numbers. */
export type StateDict = {
  readonly [stepper: string]: { readonly step: number; readonly groups: readonly GroupState[] };
};

/** A saved state that fits: what to assign where. */
export interface CheckedState {
  readonly step: number;
  readonly groups: readonly {
    readonly group: Group;
    readonly leaves: readonly Tensor[];
    readonly lr: number | undefined;
  }[];
}

/** @throws ValueError, ShapeError, DTypeError where `state` is not what the stepper of this name and these groups would save. */
export function checkStateDict(name: string, state: StateDict, groups: readonly Group[]): CheckedState {
  const operator = `${name}.loadStateDict`;
  const own = typeof state === "object" && state !== null && Object.hasOwn(state, name) ? state[name] : undefined;
  if (own === undefined || !Array.isArray(own.groups)) {
    const found =
      typeof state === "object" && state !== null
        ? `of ${Object.keys(state).join(", ") || "nothing"}`
        : describeValue(state);
    throw new ValueError(
      `${operator}: the state is ${found}; expected what stateDict() of a stepper named ${name} gave.`,
    );
  }
  if (own.groups.length !== groups.length) {
    throw new ValueError(
      `${operator}: the state has ${own.groups.length} parameter groups, and the stepper ${groups.length}. Make the stepper with the same groups.`,
    );
  }
  const step = wholeNumber(operator, "step", own.step, 0);
  return { step, groups: groups.map((group, i) => checkGroup(operator, `groups[${i}]`, own.groups[i], group)) };
}

function checkGroup(
  operator: string,
  place: string,
  saved: GroupState | undefined,
  group: Group,
): CheckedState["groups"][number] {
  if (typeof saved !== "object" || saved === null) {
    throw new ValueError(`${operator}: ${place} is ${describeValue(saved)}, not an object {lr, state}.`);
  }
  const leaves = matchingLeaves(operator, `${place}.state`, saved.state, group.state);
  if (saved.lr !== undefined) return { group, leaves, lr: nonNegative(operator, `${place}.lr`, saved.lr) };
  if (group.rate.saved() === undefined) return { group, leaves, lr: undefined };
  throw new ValueError(
    `${operator}: ${place} was saved under a schedule of learning rates, and the stepper has a fixed one. Make the stepper with the schedule.`,
  );
}
