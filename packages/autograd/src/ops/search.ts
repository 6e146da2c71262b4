import { asTensor, commonDType } from "../convert.js";
import { allocate } from "../dtype.js";
import { ShapeError, TransformError, ValueError } from "../errors.js";
import { type Primitive, placeholderOrigin } from "../graph.js";
import { apply, operator } from "../primitive.js";
import { type Shape, showShape, sizeOf, stridesOf } from "../shape.js";
import { leaf, Tensor, type TensorLike, Variable } from "../tensor.js";
import { stretch } from "./broadcast.js";
import { castTo } from "./cast.js";
import { take } from "./take.js";

interface SearchAttributes {
  readonly right: boolean;
  /** Leading axes that both operands share: each example searches its own row. */
  readonly shared: number;
}

const searchPrimitive: Primitive<SearchAttributes> = {
  name: "searchsorted",
  linear: "none",
  infer: ({ inputs: [, values] }) => ({ shape: values.shape, dtype: "int32" }),
  run({ inputs: [sorted, values], attributes: { right, shared }, shape }) {
    const out = allocate("int32", sizeOf(shape));
    const length = sorted.shape[shared] ?? 0;
    const count = sizeOf(shape.slice(shared));
    for (let i = 0; i < out.length; i++) {
      const row = Math.floor(i / count) * length;
      const value = values.data[i] as number;
      let [low, high] = [0, length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        const here = sorted.data[row + middle] as number;
        // NaN lies behind every number, as in NumPy.
        const before = Number.isNaN(value) ? !Number.isNaN(here) || right : right ? here <= value : here < value;
        if (before) low = middle + 1;
        else high = middle;
      }
      out[i] = low;
    }
    return out;
  },
  vjp: { none: "its result is integer" },
  batch({ inputs, batched, size, attributes: { right, shared } }) {
    const [sorted, values] = [inputs[0], inputs[1]].map((x, i) => (batched[i] ? x : stretch(x, [size, ...x.shape])));
    if (sorted === undefined || values === undefined) throw new Error("searchsorted takes two operands");
    return apply(searchPrimitive, [sorted, values], { right, shared: shared + 1 });
  },
};

/** Options of `searchsorted`. */
export interface SearchsortedOptions {
  /** Before equal elements ("left", the default) or behind them ("right"). */
  readonly side?: "left" | "right" | undefined;
}

/**
 * Where values would have to be inserted to keep a vector sorted.
 *
 * @param sorted A vector in ascending order, NaN last.
 * @param options.side Before equal elements ("left", the default) or behind them ("right").
 * @returns int32, of the shape of `values`, 0 … the length of `sorted`.
 * @throws ShapeError where `sorted` is no vector; ValueError for another side.
 * @example
 * searchsorted([1, 3, 5], [3, 4]).toArray(); // [1, 2]
 */
export const searchsorted = operator(
  "searchsorted",
  (draw) => [
    draw.pick([[-1, 0, 2], [0.5], [-3, -3, 1, 1]]),
    draw.tensor(draw.shape(), { dtype: "int32", min: -4, max: 4 }),
    { side: draw.pick(["left", "right"] as const) },
  ],
  (sorted: TensorLike, values: TensorLike, { side = "left" }: SearchsortedOptions = {}): Tensor => {
    if (side !== "left" && side !== "right")
      throw new ValueError(`searchsorted: unknown side ${JSON.stringify(side)}; use "left" or "right".`);
    const dtype = commonDType("searchsorted", [sorted, values]);
    const row = castTo(asTensor("searchsorted", sorted), dtype);
    if (row.rank !== 1)
      throw new ShapeError(`searchsorted: the sorted operand has shape ${showShape(row.shape)}; it must be a vector.`);
    return apply(searchPrimitive, [row, castTo(asTensor("searchsorted", values, dtype), dtype)], {
      right: side === "right",
      shared: 0,
    });
  },
);

/** The elements of an operand whose result depends on their values in its shape: an error where there are none. */
function requireValue(name: string, x: TensorLike): { tensor: Tensor; data: ReturnType<Tensor["data"]> } {
  const tensor = asTensor(name, x);
  if (tensor.node.symbolic) {
    throw new TransformError(
      `${name}: the shape of its result depends on values, and this tensor has none: it depends on a placeholder made by ${placeholderOrigin(tensor.node)}. ` +
        "Call it outside, or use where with a mask of the full shape.",
    );
  }
  return { tensor, data: tensor.data() };
}

/** What `unique` returns. */
export interface Unique {
  /** The different elements in ascending order, NaN last; NaNs count as equal. They carry derivatives. */
  readonly values: Tensor;
  /** int32, of the operand's shape: for each element its place in `values`. */
  readonly inverse: Tensor;
  /** int32: how often each value occurs. */
  readonly counts: Tensor;
}

/**
 * The different elements of a tensor. Needs values: the shape of the result depends on them.
 *
 * @returns `{values, inverse, counts}`, values in ascending order; derivatives go to the first occurrence of each.
 * @throws TransformError where the operand has no value, inside `vmap` for instance.
 * @example
 * unique([3, 1, 3]).values.toArray(); // [1, 3]
 */
export function unique(x: TensorLike): Unique {
  const { tensor, data } = requireValue("unique", x);
  const order = Uint32Array.from(data, (_, i) => i);
  const rank = (i: number): number => data[i] as number;
  order.sort((i, j) =>
    rank(i) < rank(j)
      ? -1
      : rank(i) > rank(j)
        ? 1
        : Number(Number.isNaN(rank(i))) - Number(Number.isNaN(rank(j))) || i - j,
  );
  const inverse = new Int32Array(data.length);
  const first: number[] = [];
  const counts: number[] = [];
  for (const [n, i] of order.entries()) {
    const previous = n === 0 ? undefined : rank(order[n - 1] as number);
    const isNew =
      previous === undefined || !(previous === rank(i) || (Number.isNaN(previous) && Number.isNaN(rank(i))));
    if (isNew) {
      first.push(i);
      counts.push(0);
    }
    inverse[i] = first.length - 1;
    counts[first.length - 1] = (counts[first.length - 1] ?? 0) + 1;
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
 * const { values } = await uniqueAsync(x);
 */
export async function uniqueAsync(x: TensorLike): Promise<Unique> {
  await present(x);
  return unique(x);
}

/**
 * The indices of the elements that are not 0, in row-major order. Needs values: the shape of the result depends on them.
 *
 * @returns int32 [count, rank], a row of indices for each such element, as in PyTorch.
 * @throws TransformError where the operand has no value, inside `vmap` for instance.
 * @example
 * nonzero([[0, 5], [7, 0]]).toArray(); // [[0, 1], [1, 0]]
 */
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
  return leaf([places.length, rank] satisfies Shape, "int32", indices);
}

/**
 * `nonzero` for backends that cannot be read synchronously.
 *
 * @throws TransformError (as a rejection) where the operand has no value.
 * @example
 * const indices = await nonzeroAsync(mask);
 */
export async function nonzeroAsync(x: TensorLike): Promise<Tensor> {
  await present(x);
  return nonzero(x);
}

/** Waits until the value of a tensor is there. */
async function present(x: TensorLike): Promise<void> {
  if (x instanceof Tensor) await x.read();
  if (x instanceof Variable) await x.value.read();
}
