import { isFloat } from "../../dtype.js";
import type { Tensor } from "../../tensor.js";
import { jvp } from "../../transforms/jvp.js";
import type { Call } from "../call.js";
import { floats, gradients, weightsLike } from "../derivatives.js";
import {
  coarseSteps,
  type Direction,
  differenceQuotient,
  expectAgreement,
  floatValues,
  innerProduct,
  steps,
} from "../differences.js";
import { numberText } from "../source-text.js";
import type { Law, Trial } from "../trial.js";
import { elementText, expectClose, Finding, magnitude } from "../violation.js";

/** How many elements of the operands are moved one by one; the adjoint law moves all of them together. */
const movedElements = 6;

const hasElements = (trial: Trial): boolean => trial.call.operands.some((x) => x.size > 0) && trial.isDifferentiable;

/** The elements of tensors, which are float64 or float32. */
export const elementsOf = (tensors: readonly Tensor[]): ArrayLike<number>[] => tensors.map((x) => x.data());

/** What agrees: 10⁻⁶ of the scale, or 10⁻³ where float32 numbers occur on the way. */
interface Precision {
  readonly tolerance: number;
  readonly steps: readonly number[];
}

const precisionOf = (trial: Trial): Precision =>
  trial.isCoarse ? { tolerance: 1e-3, steps: coarseSteps } : { tolerance: 1e-6, steps };

/** The first quotient that agrees with `value`, or the first of all. */
function agreeing(
  value: number,
  scale: number,
  { tolerance, steps }: Precision,
  quotient: (step: number) => number,
): number {
  let first: number | undefined;
  for (const step of steps) {
    const numerical = quotient(step);
    if (Math.abs(numerical - value) <= tolerance * Math.max(scale, Math.abs(numerical))) return value;
    first ??= numerical;
  }
  return first ?? Number.NaN;
}

/** Up to `count` indices spread over `size`, starting at a place of the case's own. */
function spread(size: number, count: number, salt: number): number[] {
  if (size <= count) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => (salt + Math.floor((i * size) / count)) % size);
}

function checkElements(
  trial: Trial,
  operands: readonly Tensor[],
  values: readonly ArrayLike<number>[],
  w: readonly ArrayLike<number>[],
): void {
  const { call } = trial;
  const precision = precisionOf(trial);
  const analytic = gradients(call);
  const places = operands.flatMap((x, k) => Array.from({ length: x.size }, (_, i) => [k, i] as const));
  for (const at of spread(places.length, movedElements, trial.recording.salt)) {
    const [k, i] = places[at] ?? [0, 0];
    const gradient = analytic[k] ?? [];
    const direction: Direction = operands.map((x, other) =>
      other === k ? Float64Array.from({ length: x.size }, (_, j) => Number(j === i)) : undefined,
    );
    const value = gradient[i] ?? Number.NaN;
    const scale = Math.max(magnitude(gradient), 1e-3 * magnitude(...values), 1e-9);
    const quotient = (step: number): number =>
      innerProduct(differenceQuotient(floatValues(call), operands, direction, step), w);
    const numerical = agreeing(value, scale, precision, quotient);
    if (numerical === value || Number.isNaN(numerical)) continue;
    throw new Finding(
      call.text(),
      `gradient of Σ w · result with respect to ${call.place(k)}, ${elementText(operands[k]?.shape ?? [], i)} (w = ${weightsText(w)})`,
      [
        ["reverse rule", numberText(value)],
        ["differences", numberText(numerical)],
      ],
    );
  }
}

/** The first few weights, for messages. */
export function weightsText(w: readonly ArrayLike<number>[]): string {
  const all = w.flatMap((row) => Array.from(row));
  const shown = all.slice(0, 4).map(numberText).join(", ");
  return all.length > 4 ? `${shown}, …` : shown;
}

export const reverseRule: Law = {
  name: "reverse rule ≡ central differences",
  drawing: { style: "smooth" },
  runs: 300,
  applies: hasElements,
  check(trial) {
    const { operands } = trial.call;
    const results = floats(trial.call.results());
    checkElements(trial, operands, elementsOf(results), elementsOf(weightsLike(results)));
  },
};

/** Differences that are NaN say nothing, so that a domain on which they all are would prove any rule. */
export const definedOnDomain: Law = {
  name: "results and gradients are finite in the operator's domain",
  drawing: { style: "smooth" },
  runs: 60,
  applies: hasElements,
  check({ call }) {
    const results = floats(call.results());
    const infinite = (values: ArrayLike<number>): number => Array.from(values).findIndex((x) => !Number.isFinite(x));
    const refuse = (what: string, { shape }: Tensor, values: ArrayLike<number>): void => {
      const at = infinite(values);
      if (at < 0) return;
      throw new Finding(call.text(), `${what}, ${elementText(shape, at)}`, [
        ["is", numberText(values[at] ?? Number.NaN)],
        ["wanted", "a finite number, or samples that keep away from here"],
      ]);
    };
    for (const [k, result] of results.entries()) refuse(`result ${k}`, result, result.data());
    const found = gradients(call);
    for (const [k, operand] of call.operands.entries())
      refuse(`gradient with respect to ${call.place(k)}`, operand, found[k] ?? []);
  },
};

/** The tangents of the float results along `v`. */
export function pushed(call: Call, v: readonly Tensor[]): Tensor[] {
  const [results, tangents] = jvp((operands: readonly Tensor[]) => call.results(operands), [call.operands], [v]);
  return tangents.filter((_, k) => isFloat(results[k]?.dtype ?? "bool"));
}

export const forwardRule: Law = {
  name: "forward rule ≡ central differences",
  drawing: { style: "smooth" },
  runs: 300,
  applies: hasElements,
  check(trial) {
    const { call } = trial;
    const { operands } = call;
    const results = floats(call.results());
    const values = elementsOf(results);
    const v = weightsLike(operands, 1);
    const tangents = elementsOf(pushed(call, v));
    const { steps, tolerance } = precisionOf(trial);
    const quotient = (step: number): Float64Array[] =>
      differenceQuotient(floatValues(call), operands, elementsOf(v), step);
    expectAgreement(steps, quotient, (numerical) => {
      for (const [k, result] of results.entries()) {
        const scale = Math.max(magnitude(tangents[k] ?? [], numerical[k] ?? []), 1e-3 * magnitude(...values), 1e-9);
        const comparison = {
          call: () => call.text(),
          what: `derivative of result ${k} along v = ${weightsText(elementsOf(v))}`,
          shape: result.shape,
          actual: ["forward rule", tangents[k] ?? []],
          expected: ["differences", numerical[k] ?? []],
        } as const;
        expectClose(comparison, tolerance * scale);
      }
    });
  },
};

/** The rules are each other's transposes, whatever the mathematics: to rounding. */
export const adjoint: Law = {
  name: "⟨J v, w⟩ = ⟨v, Jᵀ w⟩",
  drawing: { style: "smooth" },
  runs: 100,
  applies: hasElements,
  check(trial) {
    const { call } = trial;
    const v = weightsLike(call.operands, 1);
    const tangents = pushed(call, v);
    const [vData, wData, jv] = [elementsOf(v), elementsOf(weightsLike(tangents)), elementsOf(tangents)];
    const pulled = gradients(call);
    const [left, right] = [innerProduct(jv, wData), innerProduct(vData, pulled)];
    const terms = Math.max(magnitude(...jv), magnitude(...pulled), 1e-9);
    const tolerance = (trial.isCoarse ? 1e-4 : 1e-9) * terms;
    if (!(Math.abs(left - right) > tolerance)) return;
    throw new Finding(
      call.text(),
      `J by the forward rule, Jᵀ by the reverse rule (v = ${weightsText(vData)}; w = ${weightsText(wData)})`,
      [
        ["⟨J v, w⟩", numberText(left)],
        ["⟨v, Jᵀ w⟩", numberText(right)],
      ],
    );
  },
};
