import { type Tensor, ValueError } from "@glissade/autograd";
import { isTensor } from "./elements.js";

/** Whether the text is Unicode: half of a surrogate pair has no bytes. */
export const isText = (text: unknown): text is string => typeof text === "string" && !/\p{Surrogate}/u.test(text);

/** Why readers would lose the name, or undefined where they keep it. */
export function complaintAboutName(name: string, reserved: readonly string[] = []): string | undefined {
  if (name === "__proto__" || reserved.includes(name)) return "the name is reserved";
  return isText(name) ? undefined : "half of a surrogate pair is no text";
}

/** @throws ValueError where `tensors` is no object of tensors. */
export function namedTensors(operator: string, tensors: unknown): readonly (readonly [string, Tensor])[] {
  if (typeof tensors !== "object" || tensors === null) {
    const given = tensors === null ? "null" : typeof tensors;
    throw new ValueError(`${operator}: ${given} is no object of tensors. Pass a state such as model.stateDict().`);
  }
  return Object.entries(tensors).map(([name, value]: [string, unknown]) => {
    if (isTensor(value)) return [name, value];
    throw new ValueError(`${operator}: ${JSON.stringify(name)} is no tensor. Pass a state such as model.stateDict().`);
  });
}
