import { asTensor } from "../convert.js";
import { allocate } from "../dtype.js";
import type { Primitive } from "../graph.js";
import { apply, typedOperator } from "../primitive.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Running } from "../types/keep.js";
import { type CumulativeOptions, drawScan, forEachLine, type ScanAttributes, scan } from "./cumulative.js";
import { takeAlongAxis } from "./take.js";

/** Running extremes: an integer primitive finds their places, and taking what is there has a derivative already. */

interface PlaceAttributes extends ScanAttributes {
  /** 1 for the greatest, −1 for the least. */
  readonly sign: number;
}

const placesPrimitive: Primitive<PlaceAttributes> = {
  name: "cumulativeArgmax",
  linear: "none",
  infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "int32" }),
  run({ inputs: [x], attributes, shape }) {
    const out = allocate("int32", x.data.length);
    const side = shape[attributes.axis]!;
    forEachLine(shape, attributes, (first, stride, count) => {
      let best = 0;
      let value = Number.NaN;
      for (let k = 0, i = first; k < count; k++, i += stride) {
        const candidate = attributes.sign * x.data[i]!;
        if (k === 0 || candidate >= value || (Number.isNaN(candidate) && !Number.isNaN(value))) {
          best = k;
          value = candidate;
        }
        out[i] = attributes.reverse ? side - 1 - best : best;
      }
    });
    return out;
  },
  vjp: { none: "its result is an index" },
  batch: ({ inputs: [x], attributes }) => apply(placesPrimitive, [x], { ...attributes, axis: attributes.axis + 1 }),
};

const runningExtreme = (name: string, sign: number, x: TensorLike, options: CumulativeOptions): Tensor =>
  scan(name, asTensor(name, x), options, (y, attributes) =>
    takeAlongAxis(y, apply(placesPrimitive, [y], { ...attributes, sign }), { axis: attributes.axis }),
  );

/**
 * Running maxima: y_i is the greatest of x_0 … x_i; from the first NaN on, NaN. The derivative goes to the latest of equal elements, as in
 * PyTorch.
 *
 * @param options.axis Default: the whole tensor as one axis.
 * @param options.reverse From the end; default false.
 * @throws AxisError where the axis is out of range.
 * @example
 * cummax([1, 3, 2, 4]).toArray(); // [1, 3, 3, 4]
 */
export const cummax = typedOperator<Running<"cummax", "keep">>(
  "cummax",
  drawScan({ separation: 0.1 }),
  (x: TensorLike, options: CumulativeOptions = {}): Tensor => runningExtreme("cummax", 1, x, options),
);

/**
 * Running minima: y_i is the least of x_0 … x_i; from the first NaN on, NaN. The derivative goes to the latest of equal elements, as in PyTorch.
 *
 * @param options.axis Default: the whole tensor as one axis.
 * @param options.reverse From the end; default false.
 * @throws AxisError where the axis is out of range.
 * @example
 * cummin([4, 2, 3, 1]).toArray(); // [4, 2, 2, 1]
 */
export const cummin = typedOperator<Running<"cummin", "keep">>(
  "cummin",
  drawScan({ separation: 0.1 }),
  (x: TensorLike, options: CumulativeOptions = {}): Tensor => runningExtreme("cummin", -1, x, options),
);
