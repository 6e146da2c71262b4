import { asTensor, describeValue } from "../convert.js";
import type { FloatDType } from "../dtype.js";
import { DTypeError, TransformError, ValueError } from "../errors.js";
import { placeholderOrigin } from "../graph.js";
import { guarded } from "../scope.js";
import { scalar, type Tensor, type TensorLike } from "../tensor.js";
import { currentTrace } from "./trace.js";

/**
 * Reads JavaScript state in a jitted function: the value is part of what the function is compiled for. It is read again before each run, and another value
 * (by `Object.is`) compiles anew. Outside `jit` it is read, and that is all.
 *
 * @param read Gives the state; cheap, and without effects.
 * @returns What `read` gives.
 * @throws ValueError where `read` is no function; TransformError where it gives a Promise.
 * @example
 * const settings = { training: true };
 * const f = jit((x: Tensor) => (guard(() => settings.training) ? mul(x, 2) : x));
 */
export function guard<T>(read: () => T): T {
  if (typeof read !== "function") throw new ValueError(`guard: takes a function, not ${describeValue(read)}.`);
  const value = guarded(read, read);
  if (value instanceof Promise)
    throw new TransformError("guard: the function returned a Promise. Await outside, and read the result here.");
  return value;
}

/**
 * A number of JavaScript as a scalar tensor that a jitted function is fed anew at each run, without compiling: a rate, a step, a temperature. Outside
 * `jit` it is read at once.
 *
 * @param read Gives the number; called once for each run, before it.
 * @param options.dtype Default float32.
 * @throws ValueError where `read` is no function, or, at each run, gives no number; DTypeError for a dtype that is no float.
 * @example
 * const settings = { rate: 0.1 };
 * const f = jit((x: Tensor) => mul(x, perCall(() => settings.rate)));
 */
export function perCall(read: () => number, options: { readonly dtype?: FloatDType } = {}): Tensor {
  const { dtype = "float32" } = options;
  if (typeof read !== "function") throw new ValueError(`perCall: takes a function, not ${describeValue(read)}.`);
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(`perCall: the dtype is ${String(dtype)}; use float32 or float64.`);
  const checked = (): number => {
    const value: unknown = read();
    if (typeof value === "number") return value;
    throw new ValueError(`perCall: the function gave ${describeValue(value)}, not a number.`);
  };
  return currentTrace()?.feed({ read: checked, dtype }) ?? scalar(checked(), dtype);
}

/**
 * Calls back with the value of a tensor: in a jitted function after each run, when Variables have been assigned, and elsewhere at once. For logging and
 * for watching what a compiled step does; it changes no result.
 *
 * @param x Any tensor.
 * @param callback Gets a tensor that can be read.
 * @returns `x`.
 * @throws ValueError where `callback` is no function; TransformError inside a transform that has no values, such as `vmap`.
 * @example
 * const f = jit((x: Tensor) => tap(mul(x, 2), (twice) => console.log(twice.toArray())));
 */
export function tap(x: TensorLike, callback: (value: Tensor) => void): Tensor {
  if (typeof callback !== "function") throw new ValueError(`tap: takes a callback, not ${describeValue(callback)}.`);
  const tensor = asTensor("tap", x);
  const recording = currentTrace();
  if (recording !== undefined) recording.taps.push({ node: tensor.node, callback });
  else if (tensor.node.symbolic) {
    throw new TransformError(
      `tap: the tensor has no value: it depends on a placeholder made by ${placeholderOrigin(tensor.node)}. Return it, and look at it outside.`,
    );
  } else callback(tensor);
  return tensor;
}
