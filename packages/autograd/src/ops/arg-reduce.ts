import { asTensor } from "../convert.js";
import { allocate, isFloat } from "../dtype.js";
import type { InferContext, Primitive } from "../graph.js";
import { apply, type Operator, typedOperator } from "../primitive.js";
import { normalizeAxis, reducedShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Reduction } from "../types/reduce.js";
import { reshapeTo } from "./broadcast.js";
import { equal, isNaN, logicalOr } from "./comparison.js";
import { max, min, refuseEmpty } from "./reduce.js";
import { counting } from "./scatter.js";
import { where } from "./where.js";

/** Options of `argmax` and `argmin`. */
export interface ArgReduceOptions {
  /** Default: the flattened tensor. */
  readonly axis?: number | undefined;
  /** Whether the axis stays, with size 1; default false. */
  readonly keepDims?: boolean | undefined;
}

function argReduction(
  name: string,
  better: (candidate: number, best: number) => boolean,
  extreme: (x: Tensor, options: { readonly axis: number; readonly keepDims: boolean }) => Tensor,
): Primitive<{ readonly axis: number }> {
  const primitive: Primitive<{ readonly axis: number }> = {
    name,
    linear: "none",
    infer: ({ inputs: [x], attributes: { axis } }: InferContext<{ readonly axis: number }>) => ({
      shape: reducedShape(x.shape, [axis], false),
      dtype: "int32",
    }),
    run({ inputs: [x], attributes: { axis }, shape }) {
      const out = allocate("int32", sizeOf(shape));
      const length = x.shape[axis] ?? 1;
      const stride = sizeOf(x.shape.slice(axis + 1));
      for (let i = 0; i < out.length; i++) {
        const start = Math.floor(i / stride) * length * stride + (i % stride);
        let best = x.data[start] as number;
        for (let n = 1; n < length && !Number.isNaN(best); n++) {
          const candidate = x.data[start + n * stride] as number;
          if (better(candidate, best) || Number.isNaN(candidate)) {
            best = candidate;
            out[i] = n;
          }
        }
      }
      return out;
    },
    // The least index where the extreme is: that is NaN where there is one, which then counts alone.
    expand({ inputs: [x], attributes: { axis } }) {
      const size = x.shape[axis] ?? 1;
      const found = equal(x, extreme(x, { axis, keepDims: true }));
      const hit = isFloat(x.dtype) ? logicalOr(found, isNaN(x)) : found;
      const index = reshapeTo(
        counting(size),
        x.shape.map((side, i) => (i === axis ? side : 1)),
      );
      return min(where(hit, index, size), { axis });
    },
    vjp: { none: "its result is integer" },
    batch: ({ inputs: [x], attributes: { axis } }) => apply(primitive, [x], { axis: axis + 1 }),
  };
  return primitive;
}

type ArgReduction<Name extends string> = Reduction<Name, "int32", unknown, number | undefined>;

function argExtreme<Name extends "argmax" | "argmin">(
  name: Name,
  primitive: Primitive<{ readonly axis: number }>,
): Operator<ArgReduction<Name>> {
  return typedOperator<ArgReduction<Name>>(
    name,
    (draw) => {
      const shape = draw.shape({ minRank: 1 });
      const axis = draw.integer(-shape.length, shape.length - 1);
      return [draw.tensor(shape, { separation: 0.1 }), draw.pick([{ axis }, { axis, keepDims: true }, {}])];
    },
    (x: TensorLike, { axis, keepDims = false }: ArgReduceOptions = {}): Tensor => {
      const operand = asTensor(name, x);
      const own = axis === undefined ? 0 : normalizeAxis(name, axis, operand.rank);
      const along = axis === undefined ? reshapeTo(operand, [operand.size]) : operand;
      refuseEmpty(name, along, [own]);
      const found = apply(primitive, [along], { axis: own });
      if (!keepDims) return found;
      return reshapeTo(
        found,
        axis === undefined ? operand.shape.map(() => 1) : reducedShape(operand.shape, [own], true),
      );
    },
  );
}

/**
 * The index of the greatest element along an axis: the first of equals; the first NaN if there is one.
 *
 * @param options.axis Default: the flattened tensor.
 * @param options.keepDims Default false.
 * @returns int32.
 * @throws AxisError where the axis is out of range; ValueError where there is no element.
 * @example
 * argmax([[1, 5], [7, 2]], { axis: 1 }).toArray(); // [1, 0]
 */
export const argmax = argExtreme(
  "argmax",
  argReduction("argmax", (candidate, best) => candidate > best, max),
);

/**
 * The index of the least element along an axis: the first of equals; the first NaN if there is one.
 *
 * @param options.axis Default: the flattened tensor.
 * @param options.keepDims Default false.
 * @returns int32.
 * @throws AxisError where the axis is out of range; ValueError where there is no element.
 * @example
 * argmin([[1, 5], [7, 2]], { axis: 1 }).toArray(); // [0, 1]
 */
export const argmin = argExtreme(
  "argmin",
  argReduction("argmin", (candidate, best) => candidate < best, min),
);
