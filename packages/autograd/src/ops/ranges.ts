import { asTensor } from "../convert.js";
import { allocate, checkDType, type DType } from "../dtype.js";
import { ValueError } from "../errors.js";
import { leaf, type Tensor, type TensorLike } from "../tensor.js";
import type { StepCount, StepsDType } from "../types/data.js";
import type { DTypeOf, ResultDType, ShapeOf } from "../types/operand.js";
import { type DTypeOption, full, ones, zeros } from "./create.js";

/** Options of `eye`. */
export interface EyeOptions<M extends number = number, D extends DType = DType> extends DTypeOption<D> {
  /** Columns; default as many as rows. */
  readonly m?: M | undefined;
  /** The diagonal: 0 the main one, positive above, negative below; default 0. */
  readonly k?: number | undefined;
}

/**
 * The identity matrix: ones on a diagonal, zeros elsewhere.
 *
 * @param n Rows.
 * @param options.m Columns, default n.
 * @param options.k The diagonal, default 0, the main one.
 * @param options.dtype Default float32.
 * @throws ValueError for sizes or a diagonal that are no integers; DTypeError for an unknown dtype.
 * @example
 * eye(2).toArray(); // [[1, 0], [0, 1]]
 */
export function eye<const N extends number, const M extends number = N, D extends DType = "float32">(
  n: N,
  options?: EyeOptions<M, D>,
): Tensor<[N, NoInfer<M>], NoInfer<D>>;
export function eye(n: number, { m = n, k = 0, dtype = "float32" }: EyeOptions = {}): Tensor {
  checkDType("eye", dtype);
  if (![n, m].every((side) => Number.isInteger(side) && side >= 0) || !Number.isInteger(k)) {
    throw new ValueError(`eye: n = ${n}, m = ${m}, k = ${k} make no matrix; n and m are sizes, k an integer.`);
  }
  const data = allocate(dtype, n * m);
  for (let i = Math.max(0, -k); i < n && i + k < m; i++) data[i * m + i + k] = 1;
  return leaf([n, m], dtype, data);
}

/** Options of `arange`. */
export interface ArangeOptions<Step extends number = number, D extends DType = DType> extends DTypeOption<D> {
  /** Default 1; may be negative. */
  readonly step?: Step | undefined;
}

/**
 * Evenly spaced numbers: `arange(stop)` from 0, `arange(start, stop)` from start, without the stop.
 *
 * @param options.step Default 1; may be negative.
 * @param options.dtype Default int32 where start, stop and step are integers, else float32.
 * @throws ValueError for numbers that are not finite, or a step of 0; DTypeError for an unknown dtype.
 * @example
 * arange(3).toArray(); // [0, 1, 2]
 * arange(1, 2, { step: 0.25 }).toArray(); // [1, 1.25, 1.5, 1.75]
 */
export function arange<
  const Stop extends number,
  const Step extends number = 1,
  D extends DType = StepsDType<0, Stop, Step>,
>(stop: Stop, options?: ArangeOptions<Step, D>): Tensor<[StepCount<0, Stop, Step>], NoInfer<D>>;
export function arange<
  const Start extends number,
  const Stop extends number,
  const Step extends number = 1,
  D extends DType = StepsDType<Start, Stop, Step>,
>(start: Start, stop: Stop, options?: ArangeOptions<Step, D>): Tensor<[StepCount<Start, Stop, Step>], NoInfer<D>>;
export function arange(first: number, second?: number | ArangeOptions, third?: ArangeOptions): Tensor {
  const [start, stop] = typeof second === "number" ? [first, second] : [0, first];
  const { step = 1, dtype = [start, stop, step].every(Number.isInteger) ? "int32" : "float32" } =
    (typeof second === "number" ? third : second) ?? {};
  checkDType("arange", dtype);
  if (![start, stop, step].every(Number.isFinite) || step === 0) {
    throw new ValueError(
      `arange: from ${start} to ${stop} by ${step} does not end; the numbers must be finite and the step not 0.`,
    );
  }
  const size = Math.max(0, Math.ceil((stop - start) / step));
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = start + i * step;
  return leaf([size], dtype, data);
}

/** Options of `linspace`. */
export interface LinspaceOptions<D extends DType = DType> extends DTypeOption<D> {
  /** Whether the last number is `stop`; default true. */
  readonly endpoint?: boolean | undefined;
}

/**
 * `count` evenly spaced numbers from start to stop, both included.
 *
 * @param count How many, 0 or more; default 50.
 * @param options.endpoint Whether the last one is `stop`; default true.
 * @param options.dtype Default float32.
 * @throws ValueError for numbers that are not finite or a count that is no size; DTypeError for an unknown dtype.
 * @example
 * linspace(0, 1, 5).toArray(); // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace<const Count extends number = 50, D extends DType = "float32">(
  start: number,
  stop: number,
  count?: Count,
  options?: LinspaceOptions<D>,
): Tensor<[NoInfer<Count>], NoInfer<D>>;
export function linspace(
  start: number,
  stop: number,
  count = 50,
  { endpoint = true, dtype = "float32" }: LinspaceOptions = {},
): Tensor {
  checkDType("linspace", dtype);
  if (!Number.isFinite(start) || !Number.isFinite(stop) || !Number.isInteger(count) || count < 0) {
    throw new ValueError(
      `linspace: from ${start} to ${stop} in ${count} numbers is no range; use finite numbers and a count of 0 or more.`,
    );
  }
  const data = allocate(dtype, count);
  const steps = endpoint ? count - 1 : count;
  for (let i = 0; i < count; i++) data[i] = start + ((stop - start) * i) / Math.max(1, steps);
  if (endpoint && count > 1) data[count - 1] = stop;
  return leaf([count], dtype, data);
}

/** Options of what makes a tensor like another. */
export interface LikeOptions<D extends DType = DType> {
  /** Default: that of the other tensor. */
  readonly dtype?: D | undefined;
}

/** The dtype of what a tensor is made like. */
type Own<X> = ResultDType<"keep", DTypeOf<X>>;

/**
 * Zeros with the shape and dtype of another tensor.
 *
 * @param options.dtype Default: that of `x`.
 * @throws DTypeError for an unknown dtype.
 * @example
 * zerosLike([1, 2]).toArray(); // [0, 0]
 */
export function zerosLike<X extends TensorLike, D extends DType = Own<X>>(
  x: X,
  options?: LikeOptions<D>,
): Tensor<ShapeOf<X>, NoInfer<D>>;
export function zerosLike(x: TensorLike, options: LikeOptions = {}): Tensor {
  const { shape, dtype } = asTensor("zerosLike", x);
  return zeros(shape, { dtype: options.dtype ?? dtype });
}

/**
 * Ones with the shape and dtype of another tensor.
 *
 * @param options.dtype Default: that of `x`.
 * @throws DTypeError for an unknown dtype.
 * @example
 * onesLike([1, 2]).toArray(); // [1, 1]
 */
export function onesLike<X extends TensorLike, D extends DType = Own<X>>(
  x: X,
  options?: LikeOptions<D>,
): Tensor<ShapeOf<X>, NoInfer<D>>;
export function onesLike(x: TensorLike, options: LikeOptions = {}): Tensor {
  const { shape, dtype } = asTensor("onesLike", x);
  return ones(shape, { dtype: options.dtype ?? dtype });
}

/**
 * One value with the shape and dtype of another tensor.
 *
 * @param options.dtype Default: that of `x`.
 * @throws ValueError where `value` is no number; DTypeError for an unknown dtype.
 * @example
 * fullLike([1, 2], 7).toArray(); // [7, 7]
 */
export function fullLike<X extends TensorLike, D extends DType = Own<X>>(
  x: X,
  value: number,
  options?: LikeOptions<D>,
): Tensor<ShapeOf<X>, NoInfer<D>>;
export function fullLike(x: TensorLike, value: number, options: LikeOptions = {}): Tensor {
  const { shape, dtype } = asTensor("fullLike", x);
  return full(shape, value, { dtype: options.dtype ?? dtype });
}
