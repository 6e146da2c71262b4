import { allocate, type FloatDType, isFloat } from "../dtype.js";
import { GradientError, ValueError } from "../errors.js";
import { leaf, Tensor } from "../tensor.js";
import { differentiable, refusePromise } from "../transforms/leaves.js";
import { flattenTree, unflattenTree } from "../tree.js";
import type { GradientOf } from "../types/derivatives.js";

/** Options of `numericalGradient`. */
export interface NumericalGradientOptions {
  /**
   * `(f(x + h) − f(x − h)) / 2h`, error O(h²), two evaluations for each element (central, the default), or `(f(x + h) − f(x)) / h`, error O(h),
   * one evaluation for each element (forward).
   */
  readonly method?: "forward" | "central" | undefined;
  /** The same absolute step h for every element; default: chosen by dtype and method, relative to each element. */
  readonly step?: number | undefined;
}

/** Unit roundoff of a dtype. */
const roundoff: Readonly<Record<FloatDType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * The step that balances truncation against rounding: ε^(1/3) for central and ε^(1/2) for forward differences, times max(1, |x|) (W. Press et al.,
 * Numerical Recipes, 3rd ed., section 5.7; J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., section 8.1).
 */
export function defaultStep(dtype: FloatDType, method: "forward" | "central", x: number): number {
  const scale = Math.max(1, Math.abs(x));
  return scale * (method === "central" ? Math.cbrt(roundoff[dtype]) : Math.sqrt(roundoff[dtype]));
}

/** @throws ValueError where the step is no finite number above 0, or the method is unknown. */
function checkOptions({ method, step }: NumericalGradientOptions): void {
  if (step !== undefined && !(step > 0 && step < Number.POSITIVE_INFINITY)) {
    throw new ValueError(
      `numericalGradient: step is ${String(step)}; it must be a finite number above 0, or left out.`,
    );
  }
  if (method !== undefined && method !== "forward" && method !== "central") {
    throw new ValueError(`numericalGradient: unknown method ${JSON.stringify(method)}; use "forward" or "central".`);
  }
}

/**
 * The gradient of a scalar function by finite differences, one element after another: slow, and for checking only. Every evaluation runs `f` on
 * tensors of the arguments' own dtype; the differences are divided by the step that was really taken after rounding to that dtype.
 *
 * @param f A function of one tree of tensors to a scalar tensor or a number.
 * @param x A tree of float tensors, Variables or numbers. Nothing of it is changed.
 * @param options.method "central" (default) or "forward".
 * @param options.step Default ε^(1/3) (central) or ε^(1/2) (forward) times max(1, |x|), ε being the dtype's.
 * @returns A tree like `x`.
 * @throws ValueError for a step that is NaN, zero or negative, or an unknown method; GradientError for integers or a function that returns no scalar;
 * TransformError where `f` returns a Promise, or inside a transform that has no values.
 * @example
 * numericalGradient((x: Tensor) => sum(mul(x, x)), tensor(new Float64Array([1, 2]))).toArray(); // [2, 4] or nearly so
 */
export function numericalGradient<X>(
  f: (x: X) => Tensor | number,
  x: X,
  options: NumericalGradientOptions = {},
): GradientOf<X> {
  checkOptions(options);
  const { method = "central", step } = options;
  const { leaves, structure } = flattenTree(x);
  const tensors = leaves.map((part) => differentiable("numericalGradient", "the argument", part));
  const evaluate = (moved: readonly Tensor[]): number => scalarResult(f(unflattenTree(structure, moved) as X));
  const base = method === "forward" ? evaluate(tensors) : 0;
  const gradients = tensors.map((tensor, which) => {
    const values = tensor.data();
    const gradient = allocate(tensor.dtype, tensor.size);
    /** f where element i is replaced, and where it really lies after rounding. */
    const at = (i: number, value: number): { readonly value: number; readonly f: number } => {
      const moved = values.slice();
      moved[i] = value;
      const replaced = tensors.map((other, k) => (k === which ? leaf(tensor.shape, tensor.dtype, moved) : other));
      return { value: moved[i] as number, f: evaluate(replaced) };
    };
    for (let i = 0; i < gradient.length; i++) {
      const here = values[i] as number;
      const h = step ?? defaultStep(tensor.dtype as FloatDType, method, here);
      const above = at(i, here + h);
      const below = method === "central" ? at(i, here - h) : { value: here, f: base };
      // A step lost in rounding leaves no difference of arguments, and none of values.
      gradient[i] = (above.f - below.f) / (above.value - below.value || h);
    }
    return leaf(tensor.shape, tensor.dtype, gradient);
  });
  return unflattenTree(structure, gradients) as GradientOf<X>;
}

function scalarResult(result: unknown): number {
  refusePromise("numericalGradient", result);
  if (typeof result === "number") return result;
  if (result instanceof Tensor && result.rank === 0 && isFloat(result.dtype)) return result.item();
  const found = result instanceof Tensor ? `shape [${result.shape.join(", ")}] ${result.dtype}` : typeof result;
  throw new GradientError(
    `numericalGradient: the function must return a float scalar or a number, not ${found}. Reduce it with sum or mean.`,
  );
}
