import { ValueError } from "@glissade/autograd";

const show = (value: unknown): string => (typeof value === "number" ? String(value) : typeof value);

function refuse(operator: string, name: string, value: unknown, expected: string): never {
  throw new ValueError(`${operator}: ${name} must be ${expected}, not ${show(value)}.`);
}

/** @throws ValueError where `value` is no finite number above zero. */
export function positive(operator: string, name: string, value: number): number {
  return Number.isFinite(value) && value > 0 ? value : refuse(operator, name, value, "a finite number above 0");
}

/** Whether `value` is a finite number of zero or more. */
export const positiveOrZero = (value: number): boolean => Number.isFinite(value) && value >= 0;

/** @throws ValueError where `value` is no finite number of zero or more. */
export function nonNegative(operator: string, name: string, value: number): number {
  return positiveOrZero(value) ? value : refuse(operator, name, value, "a finite number of 0 or more");
}

/** @throws ValueError where `value` is no number in [0, 1). */
export function fraction(operator: string, name: string, value: number): number {
  return value >= 0 && value < 1 ? value : refuse(operator, name, value, "a number of 0 or more and below 1");
}

/** @throws ValueError where `value` is no finite number. */
export function finite(operator: string, name: string, value: number): number {
  return Number.isFinite(value) ? value : refuse(operator, name, value, "a finite number");
}

/** @throws ValueError where `value` is no whole number of at least `least`. */
export function wholeNumber(operator: string, name: string, value: number, least: number): number {
  return Number.isSafeInteger(value) && value >= least
    ? value
    : refuse(operator, name, value, `a whole number of ${least} or more`);
}
