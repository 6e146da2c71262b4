import type { FloatDType } from "../dtype.js";
import { GradientCheckError, GradientError, ValueError } from "../errors.js";
import { add, mul } from "../ops/elementwise.js";
import { generator } from "../ops/random.js";
import { sum } from "../ops/reduce.js";
import { showShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import { valueAndGrad } from "../transforms/grad.js";
import { differentiable, refusePromise } from "../transforms/leaves.js";
import { describePath, flattenTree, type Leaf, unflattenTree } from "../tree.js";
import { defaultStep, numericalGradient } from "./numerical-gradient.js";

/** Options of `checkGradients`. */
export interface CheckGradientsOptions {
  /** 1 checks the gradient (default), 2 also the gradient of the gradient. */
  readonly order?: 1 | 2 | undefined;
  /** Relative tolerance; default 1e-6 for float64, 1e-2 for float32; 1e-4 and 5e-2 for the second order. */
  readonly rtol?: number | undefined;
  /** Absolute tolerance, relative to the greatest entry of the gradient where that is above 1; default as `rtol`. */
  readonly atol?: number | undefined;
  /** The step of the central differences; default chosen by dtype, see `numericalGradient`. */
  readonly step?: number | undefined;
}

interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** What central differences with the default step leave of a dtype's digits, with room for a factor of some tens. */
const defaultTolerance: Readonly<Record<FloatDType, readonly [number, number]>> = {
  float64: [1e-6, 1e-4],
  float32: [1e-2, 5e-2],
};

/**
 * Compares the gradients of a function with central differences, for every float tensor among its inputs, element by element, in the inputs' own dtype.
 * Results that are no scalar are checked through a fixed random projection; so is the gradient for the second order.
 *
 * @param f A function of trees of tensors that returns a float tensor (or a tree of them).
 * @param inputs Its arguments, an array of trees; a single tensor counts as one argument. Integer and boolean tensors are passed on as they are.
 * @param options.order 1 (default), or 2 to check the gradient of the gradient as well.
 * @param options.rtol Default 1e-6 in float64 and 1e-2 in float32; 1e-4 and 5e-2 for the second order.
 * @param options.atol Default as `rtol`, relative to the greatest entry of the gradient where that is above 1.
 * @param options.step Default: chosen by dtype.
 * @throws GradientCheckError that names the input, the element, both values and the step, at the first element that disagrees, and where both
 * derivatives are NaN, for they prove nothing; ValueError for an order other than 1 and 2, a tolerance or step that is negative or NaN;
 * GradientError where there is nothing to differentiate.
 * @example
 * checkGradients((x: Tensor) => sum(mul(x, x)), [tensor(new Float64Array([1, 2]))], { order: 2 });
 */
export function checkGradients(
  f: (...args: never[]) => unknown,
  inputs: readonly unknown[] | Tensor,
  options: CheckGradientsOptions = {},
): void {
  const { order = 1, rtol, atol, step } = options;
  if (order !== 1 && order !== 2) throw new ValueError(`checkGradients: order is ${String(order)}; use 1 or 2.`);
  for (const [name, value] of Object.entries({ rtol, atol })) {
    if (value !== undefined && !(value >= 0))
      throw new ValueError(`checkGradients: ${name} is ${value}; a tolerance is 0 or more.`);
  }
  const { leaves, structure } = flattenTree(inputs instanceof Tensor ? [inputs] : inputs);
  const checked = leaves.filter((leaf) => isDifferentiable(leaf));
  if (checked.length === 0)
    throw new GradientError(
      "checkGradients: there is no float tensor among the inputs to differentiate with respect to.",
    );
  const places = checked.map((leaf) => placeOf(leaf));
  const points = checked.map((leaf) => differentiable("checkGradients", "the inputs", leaf));
  const call = (moved: readonly Tensor[]): unknown => {
    let next = 0;
    const arguments_ = leaves.map((leaf) => (checked.includes(leaf) ? moved[next++] : leaf.value));
    return f(...(unflattenTree(structure, arguments_) as never[]));
  };
  const scalarOf = (moved: readonly Tensor[]): Tensor => projection(call(moved));
  compareAll(scalarOf, points, places, 1, options);
  if (order === 2) {
    const gradient = valueAndGrad((...moved: readonly Tensor[]) => scalarOf(moved), {
      argnums: points.map((_, i) => i),
    });
    compareAll((moved) => projection(gradient(...moved).grads), points, places, 2, { rtol, atol, step });
  }
}

const isDifferentiable = (leaf: Leaf): boolean =>
  typeof leaf.value === "number" ||
  (typeof leaf.value === "object" &&
    leaf.value !== null &&
    "dtype" in leaf.value &&
    /^float/.test(String(leaf.value.dtype)));

/** `[1].w[0]` in words: argument 1 at w[0]. */
function placeOf({ path }: Leaf): string {
  const [, argument = "0", rest = ""] = /^\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
  return describePath(`argument ${argument}`, rest);
}

/** Results weighted by fixed random numbers and summed: what no wrong entry can hide in, unless by chance. */
function projection(result: unknown): Tensor {
  refusePromise("checkGradients", result);
  const parts = flattenTree(result)
    .leaves.filter((leaf) => isDifferentiable(leaf))
    .map((leaf) => differentiable("checkGradients", "the result", leaf));
  const [first, ...rest] = parts;
  if (first === undefined) throw new GradientError("checkGradients: the function returned no float tensor.");
  if (rest.length === 0 && first.rank === 0) return first;
  const random = generator(20250);
  const weighted = parts.map((part) => sum(mul(part, random.uniform(part.shape, { min: 0.5, max: 1.5 }))));
  return weighted.reduce((total, part) => add(total, part));
}

function compareAll(
  scalarOf: (moved: readonly Tensor[]) => Tensor,
  points: readonly Tensor[],
  places: readonly string[],
  order: 1 | 2,
  { rtol, atol, step }: CheckGradientsOptions,
): void {
  const analytic = valueAndGrad((...moved: readonly Tensor[]) => scalarOf(moved), { argnums: points.map((_, i) => i) })(
    ...points,
  ).grads;
  for (const [which, point] of points.entries()) {
    const numerical = numericalGradient(
      (x: Tensor) => scalarOf(points.map((other, i) => (i === which ? x : other))),
      point,
      { step },
    );
    const fallback = defaultTolerance[point.dtype as FloatDType][order - 1] ?? 0;
    const tolerance = { rtol: rtol ?? fallback, atol: atol ?? rtol ?? fallback };
    compare(places[which] ?? "", point, analytic[which], numerical, order, step, tolerance);
  }
}

function remedyFor(analytic: number, numerical: number): string {
  if (!Number.isNaN(numerical)) return "Look for a wrong vjp rule, or a kink within the step.";
  const verdict = Number.isNaN(analytic) ? "Two NaNs prove nothing" : "That proves nothing";
  return `${verdict}: the function is not defined within the step of this point. Check it at another one.`;
}

function compare(
  place: string,
  point: Tensor,
  analytic: Tensor | undefined,
  numerical: Tensor,
  order: 1 | 2,
  step: number | undefined,
  { rtol, atol }: Tolerance,
): void {
  if (analytic === undefined) return;
  const [expected, found, x] = [numerical.data(), analytic.data(), point.data()];
  // Only what is finite says how large the others are.
  let greatest = 1;
  for (const value of found) if (Number.isFinite(value)) greatest = Math.max(greatest, Math.abs(value));
  for (let element = 0; element < x.length; element++) {
    const [a, n] = [found[element] as number, expected[element] as number];
    if (a === n || (Number.isFinite(n) && Math.abs(a - n) <= atol * greatest + rtol * Math.abs(n))) continue;
    const taken = step ?? defaultStep(point.dtype as FloatDType, "central", x[element] as number);
    throw new GradientCheckError(
      `checkGradients: order ${order}, ${place} ${showShape(point.shape)} ${point.dtype}, element ${element} (x = ${x[element]}): the analytic derivative is ${a}, ` +
        `central differences with step ${taken} give ${n}. ${remedyFor(a, n)}`,
      { input: place, element, analytic: a, numerical: n, step: taken, order },
    );
  }
}
