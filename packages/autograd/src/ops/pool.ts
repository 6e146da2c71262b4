import { asTensor } from "../convert.js";
import { allocate, floatOf } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { type WindowGeometry, windowCounts, windowPlaces } from "../numbers/windows.js";
import { apply, type Operator, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Pooling } from "../types/pool.js";
import { div } from "./arithmetic.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { castTo } from "./cast.js";
import { tensor } from "./create.js";
import { takeAlongAxis } from "./take.js";
import { lowerMaxPoolPlaces } from "./window-lowering.js";
import { paddingPairs, perAxis, requireWindows } from "./window-options.js";
import { windowsOf } from "./windows.js";

/** Pooling: an integer primitive finds the greatest element of each window, and taking what is there has a derivative; means are sums of windows. */

/** What both kinds of pooling take. */
interface PoolOptions {
  /** The sides of a window: one number for all axes, or one each. */
  readonly kernelSize: number | readonly number[];
  /** The distance between windows; default: the sides of a window. */
  readonly stride?: number | readonly number[] | undefined;
  /** What is added on both ends of each axis: at most half the window; default 0. */
  readonly padding?: number | readonly number[] | undefined;
  /** Whether a last window may reach beyond the padding, as long as it begins before it; default false. */
  readonly ceilMode?: boolean | undefined;
}

/** Options of `maxPool1d` and `maxPool2d`. */
export interface MaxPoolOptions extends PoolOptions {
  /** The distance between neighbouring taps of a window; default 1. */
  readonly dilation?: number | readonly number[] | undefined;
}

/** Options of `avgPool1d` and `avgPool2d`. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros of the padding count as elements of the mean; default true. */
  readonly countIncludePad?: boolean | undefined;
}

/** The places in the flattened last axes of the greatest element of each window: [..., ...windows]; the last NaN where there is one. */
const placesPrimitive: Primitive<WindowGeometry> = {
  name: "maxPoolPlaces",
  linear: "none",
  infer({ inputs: [x], attributes }) {
    const lead = x.shape.length - attributes.kernel.length;
    return { shape: [...x.shape.slice(0, lead), ...windowCounts(x.shape.slice(lead), attributes)], dtype: "int32" };
  },
  run({ inputs: [x], attributes, shape }) {
    const lead = shape.length - attributes.kernel.length;
    const sides = x.shape.slice(lead);
    const [size, count, taps] = [sizeOf(sides), sizeOf(shape.slice(lead)), sizeOf(attributes.kernel)];
    const places = windowPlaces(sides, shape.slice(lead), attributes);
    const out = allocate("int32", sizeOf(shape));
    for (let n = 0; n < out.length; n++) {
      const plane = Math.floor(n / count) * size;
      let [best, value] = [-1, Number.NEGATIVE_INFINITY];
      for (let t = 0, i = n % count; t < taps; t++, i += count) {
        const place = places[i]!;
        if (place < 0) continue;
        const candidate = x.data[plane + place]!;
        if (best < 0 || candidate > value || Number.isNaN(candidate)) [best, value] = [place, candidate];
      }
      out[n] = best;
    }
    return out;
  },
  lower: ({ attributes, ...context }) => lowerMaxPoolPlaces(attributes, context),
  vjp: { none: "its result is an index" },
  batch: ({ inputs: [x], attributes }) => apply(placesPrimitive, [x], attributes),
};

/** The windows of pooling as torch.nn.functional lays them (ATen/native/Pool.h, pooling_output_shape). */
function poolGeometry(
  name: string,
  shape: Shape,
  rank: number,
  { kernelSize, stride = kernelSize, padding = 0, ceilMode = false, dilation = 1 }: MaxPoolOptions,
): WindowGeometry {
  const plain = {
    kernel: perAxis(name, "kernelSize", kernelSize, rank, 1),
    stride: perAxis(name, "stride", stride, rank, 1),
    dilation: perAxis(name, "dilation", dilation, rank, 1),
  };
  const widths = perAxis(name, "padding", padding, rank, 0);
  const wide = widths.findIndex((width, a) => width > plain.kernel[a]! / 2);
  if (wide >= 0) {
    throw new ValueError(
      `${name}: padding ${widths[wide]} is more than half the kernel ${plain.kernel[wide]}; a window might hold no element. Pad with pad.`,
    );
  }
  const geometry = { ...plain, padding: paddingPairs(name, widths, plain) };
  if (!ceilMode) return geometry;
  const sides = shape.slice(shape.length - rank);
  return {
    ...geometry,
    padding: geometry.padding.map(([low, high], a): [number, number] => {
      const [side, step] = [sides[a]!, plain.stride[a]!];
      const reach = plain.dilation[a]! * (plain.kernel[a]! - 1) + 1;
      let last = Math.ceil((side + low + high - reach) / step);
      // A window that would begin in the padding behind is left out.
      if (last * step >= side + low) last--;
      return [low, Math.max(high, last * step + reach - side - low)];
    }),
  };
}

function imageOf(name: string, rank: number, x: TensorLike): Tensor {
  const operand = asTensor(name, x);
  if (operand.rank !== rank + 1 && operand.rank !== rank + 2) {
    const axes = rank === 1 ? "L" : "H, W";
    throw new ShapeError(`${name}: x must be [N, C, ${axes}] or [C, ${axes}], not ${showShape(operand.shape)}.`);
  }
  return operand;
}

function drawPooling(draw: Draw, rank: number, dilated: boolean): readonly unknown[] {
  const kernelSize = Array.from({ length: rank }, () => draw.integer(1, 3));
  const dilation = dilated ? draw.integer(1, 2) : 1;
  const sides = kernelSize.map((side) => dilation * (side - 1) + 1 + draw.integer(0, 2));
  const options = {
    kernelSize,
    stride: draw.pick([undefined, draw.integer(1, 3)]),
    padding: kernelSize.map((side) => draw.integer(0, Math.floor(side / 2))),
    ceilMode: draw.boolean(),
  };
  const lead = draw.boolean() ? [draw.side(2), draw.side(2)] : [draw.side(2)];
  const x = draw.tensor([...lead, ...sides], dilated ? { separation: 0.1 } : {});
  return [x, dilated ? { ...options, dilation } : { ...options, countIncludePad: draw.boolean() }];
}

function maxPool<Name extends string, Rank extends 1 | 2>(
  name: Name,
  rank: Rank,
): Operator<Pooling<Name, Rank, MaxPoolOptions, "keep">> {
  return typedOperator<Pooling<Name, Rank, MaxPoolOptions, "keep">>(
    name,
    (draw) => drawPooling(draw, rank, true),
    (x: TensorLike, options: MaxPoolOptions): Tensor => {
      const image = imageOf(name, rank, x);
      const geometry = poolGeometry(name, image.shape, rank, options);
      const counts = requireWindows(name, image.shape, geometry);
      const lead = image.shape.slice(0, -rank);
      const places = apply(placesPrimitive, [image], geometry);
      const taken = takeAlongAxis(
        reshapeTo(image, [...lead, sizeOf(image.shape.slice(-rank))]),
        reshapeTo(places, [...lead, sizeOf(counts)]),
      );
      return reshapeTo(taken, [...lead, ...counts]);
    },
  );
}

/** The number of elements that each window counts: those of the padding too, or only those of x; never those beyond the padding. */
function countedElements(sides: Shape, counts: Shape, geometry: WindowGeometry, padding: readonly number[]): number[] {
  let elements = [1];
  for (const [a, side] of sides.entries()) {
    const low = geometry.padding[a]![0];
    const own = Array.from({ length: counts[a]! }, (_, o) => {
      const start = o * geometry.stride[a]! - low;
      const stop = Math.min(start + geometry.kernel[a]!, side + padding[a]!);
      return stop - Math.max(start, -padding[a]!);
    });
    elements = elements.flatMap((outer) => own.map((inner) => outer * inner));
  }
  return elements;
}

function avgPool<Name extends string, Rank extends 1 | 2>(
  name: Name,
  rank: Rank,
): Operator<Pooling<Name, Rank, AvgPoolOptions, "float">> {
  return typedOperator<Pooling<Name, Rank, AvgPoolOptions, "float">>(
    name,
    (draw) => drawPooling(draw, rank, false),
    (x: TensorLike, { countIncludePad = true, ...options }: AvgPoolOptions): Tensor => {
      const given = imageOf(name, rank, x);
      const image = castTo(given, floatOf(given.dtype));
      const geometry = poolGeometry(name, image.shape, rank, options);
      const counts = requireWindows(name, image.shape, geometry);
      const lead = image.rank - rank;
      const sums = sumAxes(
        windowsOf(image, geometry),
        geometry.kernel.map((_, a) => lead + a),
      );
      const padding = geometry.padding.map(([low]) => (countIncludePad ? low : 0));
      const elements = countedElements(image.shape.slice(lead), counts, geometry, padding);
      return div(sums, tensor(elements, { shape: counts, dtype: image.dtype }));
    },
  );
}

/**
 * The greatest element of each window of sequences, as torch.nn.functional.max_pool1d. NaN wins; the derivative goes to the first of equals.
 *
 * @param x [N, C, L] or [C, L].
 * @param options.kernelSize Elements of a window.
 * @param options.stride Default: kernelSize.
 * @param options.padding On both ends, never chosen; at most half the window; default 0.
 * @param options.dilation The distance between elements of a window; default 1.
 * @param options.ceilMode Whether a last window may reach beyond the padding; default false.
 * @throws ShapeError where x has other axes or no window fits; ValueError for options that are no such integers.
 * @example
 * maxPool1d([[1, 3, 2, 4]], { kernelSize: 2 }).toArray(); // [[3, 4]]
 */
export const maxPool1d = maxPool("maxPool1d", 1);

/**
 * The greatest element of each window of images, as torch.nn.functional.max_pool2d. NaN wins; the derivative goes to the first of equals.
 *
 * @param x [N, C, H, W] or [C, H, W].
 * @param options.kernelSize The sides of a window: a number, or one for each axis.
 * @param options.stride Default: kernelSize.
 * @param options.padding On both ends, never chosen; at most half the window; default 0.
 * @param options.dilation The distance between elements of a window; default 1.
 * @param options.ceilMode Whether a last window may reach beyond the padding; default false.
 * @throws ShapeError where x has other axes or no window fits; ValueError for options that are no such integers.
 * @example
 * maxPool2d([[[1, 3], [2, 4]]], { kernelSize: 2 }).toArray(); // [[[4]]]
 */
export const maxPool2d = maxPool("maxPool2d", 2);

/**
 * The mean of each window of sequences, as torch.nn.functional.avg_pool1d. Integers give float32.
 *
 * @param x [N, C, L] or [C, L].
 * @param options.kernelSize Elements of a window.
 * @param options.stride Default: kernelSize.
 * @param options.padding Zeros on both ends; at most half the window; default 0.
 * @param options.ceilMode Whether a last window may reach beyond the padding, what lies there not counted; default false.
 * @param options.countIncludePad Whether zeros of the padding count; default true.
 * @throws ShapeError where x has other axes or no window fits; ValueError for options that are no such integers.
 * @example
 * avgPool1d([[1, 3, 2, 4]], { kernelSize: 2 }).toArray(); // [[2, 3]]
 */
export const avgPool1d = avgPool("avgPool1d", 1);

/**
 * The mean of each window of images, as torch.nn.functional.avg_pool2d. Integers give float32.
 *
 * @param x [N, C, H, W] or [C, H, W].
 * @param options.kernelSize The sides of a window: a number, or one for each axis.
 * @param options.stride Default: kernelSize.
 * @param options.padding Zeros on both ends; at most half the window; default 0.
 * @param options.ceilMode Whether a last window may reach beyond the padding, what lies there not counted; default false.
 * @param options.countIncludePad Whether zeros of the padding count; default true.
 * @throws ShapeError where x has other axes or no window fits; ValueError for options that are no such integers.
 * @example
 * avgPool2d([[[1, 3], [2, 4]]], { kernelSize: 2 }).toArray(); // [[[2.5]]]
 */
export const avgPool2d = avgPool("avgPool2d", 2);
