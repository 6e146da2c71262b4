import { asTensor } from "../convert.js";
import type { DType, Storage } from "../dtype.js";
import { TransformError } from "../errors.js";
import { placeholderOrigin } from "../graph.js";
import { type Shape, stridesOf } from "../shape.js";
import { leaf, Tensor, type TensorLike, Variable } from "../tensor.js";
import type { DTypeOf, ResultDType, ShapeOf } from "../types/operand.js";
import { compareNumbers } from "./sort.js";
import { take } from "./take.js";

/** The elements of an operand whose result depends on their values in its shape: an error where there are none. */
function requireValue(name: string, x: TensorLike): { tensor: Tensor; data: Storage } {
  const tensor = asTensor(name, x);
  if (tensor.node.symbolic) {
    throw new TransformError(
      `${name}: the shape of its result depends on values, and this tensor has none: it depends on a placeholder made by ${placeholderOrigin(tensor.node)}. ` +
        "Call it outside, or use where with a mask of the full shape.",
    );
  }
  return { tensor, data: tensor.data() };
}

/** Options of `unique`. */
export interface UniqueOptions {
  /** Also where each element stands among the values; default false. */
  readonly returnInverse?: boolean | undefined;
  /** Also how often each value occurs; default false. */
  readonly returnCounts?: boolean | undefined;
}

/** What `unique` returns where more than the values is asked for. */
export interface Unique<S extends Shape = Shape, D extends DType = DType> {
  /** The different elements in ascending order, NaN last; NaNs count as equal. They carry derivatives. */
  readonly values: Tensor<[number], D>;
  /** int32, of the operand's shape: for each element its place in `values`. */
  readonly inverse: Tensor<S, "int32">;
  /** int32: how often each value occurs. */
  readonly counts: Tensor<[number], "int32">;
}

type Same<X> = ResultDType<"keep", DTypeOf<X>>;

/** All that `unique` finds in an operand. */
type Found<X> = Unique<ShapeOf<X>, Same<X>>;

/** Options that ask for more than the values. */
type WithMore = UniqueOptions & ({ readonly returnInverse: true } | { readonly returnCounts: true });

/**
 * The different elements of a tensor, of any shape, in ascending order; NaN comes last, and once. Needs values: the shape of the result depends
 * on them. Derivatives go to the first occurrence of each.
 *
 * @param options.returnInverse, options.returnCounts Ask for `{values, inverse, counts}`: also the place of each element in the values, and how
 * often each value occurs.
 * @returns The values, a vector; with such an option an object of all three.
 * @throws TransformError where the operand has no value, inside `vmap` for instance.
 * @example
 * unique([3, 1, 3]).toArray(); // [1, 3]
 * unique([3, 1, 3], { returnCounts: true }).counts.toArray(); // [1, 2]
 */
export function unique<X extends TensorLike>(x: X): Tensor<[number], Same<X>>;
export function unique<X extends TensorLike>(x: X, options: WithMore): Found<X>;
export function unique<X extends TensorLike>(x: X, options?: UniqueOptions): Tensor<[number], Same<X>> | Found<X>;
export function unique(x: TensorLike, options: UniqueOptions = {}): Tensor | Unique {
  const { tensor, data } = requireValue("unique", x);
  const found = distinct(tensor, data);
  return options.returnInverse || options.returnCounts ? found : found.values;
}

function distinct(tensor: Tensor, data: Storage): Unique {
  const order = Uint32Array.from(data, (_, i) => i);
  const at = (i: number): number => data[i] as number;
  order.sort((i, j) => compareNumbers(at(i), at(j)) || i - j);
  const inverse = new Int32Array(data.length);
  const first: number[] = [];
  const counts: number[] = [];
  let place = -1;
  for (const i of order) {
    if (place < 0 || compareNumbers(at(first[place] ?? 0), at(i)) !== 0) {
      place++;
      first.push(i);
      counts.push(0);
    }
    inverse[i] = place;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return {
    values: take(tensor, leaf([first.length], "int32", Int32Array.from(first))),
    inverse: leaf(tensor.shape, "int32", inverse),
    counts: leaf([counts.length], "int32", Int32Array.from(counts)),
  };
}

/**
 * `unique` for backends that cannot be read synchronously.
 *
 * @throws TransformError (as a rejection) where the operand has no value.
 * @example
 * const values = await uniqueAsync(x);
 */
export async function uniqueAsync<X extends TensorLike>(x: X): Promise<Tensor<[number], Same<X>>>;
export async function uniqueAsync<X extends TensorLike>(x: X, options: WithMore): Promise<Found<X>>;
export async function uniqueAsync<X extends TensorLike>(
  x: X,
  options?: UniqueOptions,
): Promise<Tensor<[number], Same<X>> | Found<X>>;
export async function uniqueAsync(x: TensorLike, options: UniqueOptions = {}): Promise<Tensor | Unique> {
  await present(x);
  return unique(x, options);
}

/**
 * The indices of the elements that are not 0, in row-major order. Needs values: the shape of the result depends on them.
 *
 * @returns int32 [count, rank], a row of indices for each such element, as in PyTorch.
 * @throws TransformError where the operand has no value, inside `vmap` for instance.
 * @example
 * nonzero([[0, 5], [7, 0]]).toArray(); // [[0, 1], [1, 0]]
 */
export function nonzero<X extends TensorLike>(x: X): Tensor<[number, ShapeOf<X>["length"]], "int32">;
export function nonzero(x: TensorLike): Tensor {
  const { tensor, data } = requireValue("nonzero", x);
  const { shape, rank } = tensor;
  const places: number[] = [];
  for (const [i, value] of data.entries()) if (value !== 0) places.push(i);
  const strides = stridesOf(shape);
  const indices = Int32Array.from({ length: places.length * rank }, (_, n) => {
    const axis = n % rank;
    return Math.floor((places[Math.floor(n / rank)] ?? 0) / (strides[axis] ?? 1)) % (shape[axis] ?? 1);
  });
  return leaf([places.length, rank], "int32", indices);
}

/**
 * `nonzero` for backends that cannot be read synchronously.
 *
 * @throws TransformError (as a rejection) where the operand has no value.
 * @example
 * const indices = await nonzeroAsync(mask);
 */
export async function nonzeroAsync<X extends TensorLike>(
  x: X,
): Promise<Tensor<[number, ShapeOf<X>["length"]], "int32">>;
export async function nonzeroAsync(x: TensorLike): Promise<Tensor> {
  await present(x);
  return nonzero(x);
}

/** Waits until the value of a tensor is there. */
async function present(x: TensorLike): Promise<void> {
  if (x instanceof Tensor) await x.read();
  if (x instanceof Variable) await x.value.read();
}
