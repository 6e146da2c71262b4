import { asTensor, commonDType } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { searchSorted } from "../numbers/sorting.js";
import { apply, typedOperator } from "../primitive.js";
import * as routines from "../routines/sorting.js";
import { showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Search } from "../types/keep.js";
import { stretch } from "./broadcast.js";
import { castTo } from "./cast.js";
import { elementNames } from "./routine-layout.js";

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
    const out = new Int32Array(sizeOf(shape));
    const length = sorted.shape[shared] ?? 0;
    searchSorted(0, out.length, sorted.data, values.data, out, length, sizeOf(shape.slice(shared)), right);
    return out;
  },
  lower({ inputs: [sorted, values], attributes: { right, shared }, shape }) {
    const length = sorted?.shape[shared] ?? 0;
    return {
      kind: "routine",
      routine: routines.searchSorted[elementNames[values?.dtype ?? "float32"]],
      units: sizeOf(shape),
      work: 4 * Math.ceil(Math.log2(length + 2)),
      numbers: [length, sizeOf(shape.slice(shared)), right ? 1 : 0],
    };
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
export const searchsorted = typedOperator<Search>(
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
