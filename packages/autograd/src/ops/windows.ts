import { asTensor } from "../convert.js";
import { allocate, isFloat } from "../dtype.js";
import { ShapeError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { addIndices, scaleIndex, shiftIndex } from "../ir/affine.js";
import type { Expr } from "../ir/expression.js";
import { gatherWindows, scatterWindows, type WindowGeometry, windowCounts, windowPlaces } from "../numbers/windows.js";
import { apply, typedOperator } from "../primitive.js";
import { type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Unfold } from "../types/pool.js";
import { reshapeTo } from "./broadcast.js";
import { lowerFoldWindows } from "./window-lowering.js";
import { drawGeometry, geometryOf, requireWindows, type WindowOptions } from "./window-options.js";

/** Sliding windows over the last axes, and their transpose, which adds up where windows overlap. */

/** What makes the windows of the last axes of [..., ...sides] into [..., ...kernel, ...windows]. */
const windowsPrimitive: Primitive<WindowGeometry> = {
  name: "windows",
  linear: "jointly",
  infer({ inputs: [x], attributes }) {
    const lead = x.shape.length - attributes.kernel.length;
    const counts = windowCounts(x.shape.slice(lead), attributes);
    return { shape: [...x.shape.slice(0, lead), ...attributes.kernel, ...counts], dtype: x.dtype };
  },
  run({ inputs: [x], attributes, shape, dtype }) {
    const rank = attributes.kernel.length;
    const lead = x.shape.length - rank;
    const sides = x.shape.slice(lead);
    const out = allocate(dtype, sizeOf(shape));
    const places = windowPlaces(sides, shape.slice(lead + rank), attributes);
    gatherWindows(x.data, 0, sizeOf(x.shape.slice(0, lead)), sizeOf(sides), places, out);
    return out;
  },
  lower({ inputs, attributes: { kernel, stride, padding, dilation }, shape }) {
    const rank = kernel.length;
    const sides = inputs[0]?.shape.slice(-rank) ?? [];
    const lead = shape.length - 2 * rank;
    return {
      kind: "map",
      element({ b, indices, operand }) {
        const at = sides.map((_, a) =>
          shiftIndex(
            addIndices(
              scaleIndex(indices[lead + rank + a]!, stride[a] ?? 1),
              scaleIndex(indices[lead + a]!, dilation[a] ?? 1),
            ),
            -(padding[a]?.[0] ?? 0),
          ),
        );
        const x = operand(0, [...indices.slice(0, lead), ...at]);
        let inside: Expr | undefined;
        for (const [a, side] of sides.entries()) {
          const [low, high] = padding[a] ?? [0, 0];
          if (low <= 0 && high <= 0) continue;
          const place = b.index(at[a]!);
          const within = b.and(b.ge(place, b.constant("i32", 0)), b.lt(place, b.constant("i32", side)));
          inside = inside === undefined ? within : b.and(inside, within);
        }
        return inside === undefined ? x : b.select(inside, x, b.constant(x.type, 0));
      },
    };
  },
  vjp: ({ inputs: [x], attributes, cotangent }) => [
    foldWindows(cotangent, attributes, x.shape.slice(x.rank - attributes.kernel.length)),
  ],
  batch: ({ inputs: [x], attributes }) => windowsOf(x, attributes),
};

interface FoldAttributes extends WindowGeometry {
  /** The sides of what the windows lie on. */
  readonly sides: Shape;
}

const foldPrimitive: Primitive<FoldAttributes> = {
  name: "foldWindows",
  linear: "jointly",
  infer: ({ inputs: [x], attributes: { sides } }) => ({
    shape: [...x.shape.slice(0, x.shape.length - 2 * sides.length), ...sides],
    dtype: x.dtype,
  }),
  run({ inputs: [x], attributes, shape, dtype }) {
    const { sides } = attributes;
    const sums = isFloat(dtype) ? new Float64Array(sizeOf(shape)) : allocate(dtype, sizeOf(shape));
    const places = windowPlaces(sides, x.shape.slice(x.shape.length - sides.length), attributes);
    scatterWindows(x.data, 0, sizeOf(shape.slice(0, -sides.length)), sizeOf(sides), places, sums);
    if (!isFloat(dtype)) return sums;
    const out = allocate(dtype, sums.length);
    out.set(sums);
    return out;
  },
  lower: ({ attributes, ...context }) => lowerFoldWindows(attributes, context),
  vjp: ({ attributes: { sides, ...geometry }, cotangent }) => [windowsOf(cotangent, geometry)],
  batch: ({ inputs: [x], attributes }) => apply(foldPrimitive, [x], attributes),
};

/** [..., ...sides] to [..., ...kernel, ...windows]. The geometry has as many axes as the windows slide along: the last ones. */
export const windowsOf = (x: Tensor, { kernel, stride, padding, dilation }: WindowGeometry): Tensor =>
  apply(windowsPrimitive, [x], { kernel, stride, padding, dilation });

/** [..., ...kernel, ...windows] to [..., ...sides]: the transpose of `windowsOf`. */
export const foldWindows = (x: Tensor, { kernel, stride, padding, dilation }: WindowGeometry, sides: Shape): Tensor =>
  apply(foldPrimitive, [x], { kernel, stride, padding, dilation, sides });

/** Options of `unfold`. */
export interface UnfoldOptions extends WindowOptions {
  /** The sides of a window: one number for both axes, or one each. */
  readonly kernelSize: number | readonly number[];
}

/**
 * The sliding windows of images as columns, as torch.nn.functional.unfold: [N, C, H, W] becomes [N, C · kernel size, windows], or [C, H, W] the
 * same without N. Windows go row by row; taps lie in the padding as zeros.
 *
 * @param options.kernelSize The sides of a window.
 * @param options.stride Default 1.
 * @param options.padding Zeros around: a number, one for each axis, a [before, after] pair for each axis, "same" or "valid"; default 0.
 * @param options.dilation The distance between taps; default 1.
 * @throws ShapeError where x has other than 3 or 4 axes or no window fits; ValueError for options that are no such integers.
 * @example
 * unfold(reshape(arange(9), [1, 1, 3, 3]), { kernelSize: 2 }).shape; // [1, 4, 4]
 */
export const unfold = typedOperator<Unfold<UnfoldOptions>>(
  "unfold",
  (draw) => {
    const { sides, kernel, options } = drawGeometry(draw, 2);
    const lead = draw.boolean() ? [draw.side(2), draw.side(2)] : [draw.side(2)];
    return [draw.tensor([...lead, ...sides]), { ...options, kernelSize: kernel }];
  },
  (x: TensorLike, { kernelSize, ...options }: UnfoldOptions): Tensor => {
    const operand = asTensor("unfold", x);
    if (operand.rank !== 3 && operand.rank !== 4) {
      throw new ShapeError(`unfold: x must be [N, C, H, W] or [C, H, W], not ${showShape(operand.shape)}.`);
    }
    const lead = operand.shape.slice(0, -2);
    const sides = operand.shape.slice(-2);
    const geometry = geometryOf("unfold", kernelSize, sides, options);
    const counts = requireWindows("unfold", operand.shape, geometry);
    const channels = lead[lead.length - 1]!;
    return reshapeTo(windowsOf(operand, geometry), [
      ...lead.slice(0, -1),
      channels * sizeOf(geometry.kernel),
      sizeOf(counts),
    ]);
  },
);
