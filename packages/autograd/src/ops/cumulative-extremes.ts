import { asTensor } from "../convert.js";
import type { Primitive } from "../graph.js";
import { runningPlaces } from "../numbers/running-totals.js";
import { apply, typedOperator } from "../primitive.js";
import * as routines from "../routines/running-totals.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Running } from "../types/keep.js";
import { type CumulativeOptions, drawScan, linesAlong, lowerScan, type ScanAttributes, scan } from "./cumulative.js";
import { elementNames } from "./routine-layout.js";
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
  run({ inputs: [x], attributes: { axis, reverse, sign }, shape }) {
    const out = new Int32Array(x.data.length);
    const { units, count, inner } = linesAlong(shape, axis);
    runningPlaces(0, units, x.data, out, count, inner, reverse, sign);
    return out;
  },
  lower: ({ inputs: [x], attributes, shape }) =>
    lowerScan(x && routines.runningPlaces[elementNames[x.dtype]], shape, attributes, {
      work: 8,
      numbers: [attributes.sign],
    }),
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
