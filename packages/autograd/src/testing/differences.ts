import type { DType } from "../dtype.js";
import { leaf, type Tensor } from "../tensor.js";
import type { Call } from "./call.js";
import { floats } from "./derivatives.js";

/**
 * Steps of the differences, tried in turn until one agrees: the first suits smooth functions of size 1, the smaller ones steep functions and
 * operands close to a kink. Powers of two move short binary fractions exactly.
 */
export const steps: readonly number[] = [2 ** -9, 2 ** -12, 2 ** -15, 2 ** -19];

/** Steps for calls that compute in float32 on the way. */
export const coarseSteps: readonly number[] = [2 ** -4, 2 ** -6];

/** A direction: for every operand the elements of a vector in its space; undefined where it is zero. */
export type Direction = readonly (ArrayLike<number> | undefined)[];

/** The operands moved along a direction. */
export function moved(operands: readonly Tensor[], direction: Direction, distance: number): Tensor[] {
  return operands.map((x, k) => {
    const along = direction[k];
    if (along === undefined) return x;
    const data = x.data();
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + distance * (along[i] ?? 0);
    return leaf(x.shape, x.dtype, data);
  });
}

/**
 * The derivative of `f` along a direction by the five-point rule (8 (f₁ − f₋₁) − (f₂ − f₋₂)) / 12h, whose error is O(h⁴)
 * (Abramowitz & Stegun 25.3.6). Equal infinities have difference 0.
 */
export function differenceQuotient(
  f: (operands: Tensor[]) => readonly ArrayLike<number>[],
  operands: readonly Tensor[],
  direction: Direction,
  step: number,
): Float64Array[] {
  const at = (multiple: number): readonly ArrayLike<number>[] => f(moved(operands, direction, multiple * step));
  const [left, right, farLeft, farRight] = [at(-1), at(1), at(-2), at(2)];
  return right.map((values, k) =>
    Float64Array.from({ length: values.length }, (_, i) => {
      const near = difference(values[i], left[k]?.[i]);
      const far = difference(farRight[k]?.[i], farLeft[k]?.[i]);
      return (8 * near - far) / (12 * step);
    }),
  );
}

const difference = (a = Number.NaN, b = Number.NaN): number => (a === b ? 0 : a - b);

/**
 * Holds differences at each step in turn against something, until one agrees; those that left the domain (NaN) say nothing.
 *
 * @throws what `expect` threw at the first step, where none agrees.
 */
export function expectAgreement(
  steps: readonly number[],
  quotient: (step: number) => Float64Array[],
  expect: (numerical: Float64Array[]) => void,
): void {
  let found: unknown;
  for (const step of steps) {
    const numerical = quotient(step);
    if (numerical.some((row) => row.some(Number.isNaN))) continue;
    try {
      expect(numerical);
      return;
    } catch (error) {
      found ??= error;
    }
  }
  if (found !== undefined) throw found;
}

/** The elements of the float results of a call. */
export const floatValues =
  (call: Call) =>
  (operands: readonly Tensor[]): ArrayLike<number>[] =>
    floats(call.results(operands)).map((result) => result.data());

/** Whether a call on float64 operands computes or returns float32 somewhere, so that differences are coarse. */
export const isCoarse = (nodes: readonly { readonly dtype: DType }[]): boolean =>
  nodes.some(({ dtype }) => dtype === "float32");

/** Σ a · b over all elements. */
export function innerProduct(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const [k, row] of a.entries()) for (let i = 0; i < row.length; i++) sum += (row[i] ?? 0) * (b[k]?.[i] ?? 0);
  return sum;
}
