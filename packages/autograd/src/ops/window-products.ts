import { allocate } from "../dtype.js";
import type { Primitive } from "../graph.js";
import type { ConvolutionLowering } from "../ir/lowering.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import { windowCounts, windowPlaces } from "../numbers/windows.js";
import { apply } from "../primitive.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

/**
 * Convolutions as compilers take them: windows wholly inside the image, and products that read them there. `convolution` and its two relatives become these,
 * after all derivatives are taken; so they have no rules of their own.
 */
interface WindowProduct {
  readonly groups: number;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly kernel: Shape;
}

/** The sizes of a product of windows of x [N, C, ...]. */
function layoutOf(
  of: ConvolutionLowering["of"],
  x: Shape,
  features: number,
  { groups, stride, dilation, kernel }: WindowProduct,
): ConvolutionLowering {
  const sides = x.slice(2);
  const [channels, plane] = [x[1]! / groups, sizeOf(sides)];
  const inside = sides.map((): [number, number] => [0, 0]);
  const one = kernel.map(() => 1);
  const counts = windowCounts(sides, { kernel, stride, dilation, padding: inside });
  const windowOffsets = windowPlaces(sides, counts, { kernel: one, stride, dilation: one, padding: inside });
  const taps = windowPlaces(sides, kernel, { kernel: one, stride: dilation, dilation: one, padding: inside });
  const tapOffsets = new Int32Array(channels * taps.length);
  for (let c = 0; c < channels; c++)
    tapOffsets.set(
      taps.map((tap) => c * plane + tap),
      c * taps.length,
    );
  const last = counts.length - 1;
  const run = stride[last] === 1 ? counts[last]! : 1;
  const sizes = { images: x[0]!, groups, channels, features: features / groups, plane };
  return { kind: "convolution", of, ...sizes, tapOffsets, windowOffsets, run };
}

/** Visits each group of each image with the offset of its part of x, and that of what belongs to its windows. */
function eachPart(layout: ConvolutionLowering, visit: (x: number, y: number, group: number) => void): void {
  const { images, groups, channels, features, plane, windowOffsets } = layout;
  for (let part = 0; part < images * groups; part++) {
    visit(part * channels * plane, part * features * windowOffsets.length, part % groups);
  }
}

const none = { none: "compilers make it, when all derivatives and batches are taken" };

const resultPrimitive: Primitive<WindowProduct> = {
  name: "windowProduct",
  linear: "separately",
  infer: ({ inputs: [x, w], attributes }) => ({
    shape: [
      x.shape[0]!,
      w.shape[0]!,
      ...windowCounts(x.shape.slice(2), { ...attributes, padding: unpadded(attributes) }),
    ],
    dtype: x.dtype,
  }),
  run({ inputs: [x, w], attributes, shape, dtype }) {
    const layout = layoutOf("result", x.shape, w.shape[0]!, attributes);
    const { features, tapOffsets, windowOffsets } = layout;
    const out = allocate(dtype, sizeOf(shape));
    eachPart(layout, (xAt, yAt, group) => {
      for (let f = 0; f < features; f++) {
        const row = (group * features + f) * tapOffsets.length;
        for (const [o, start] of windowOffsets.entries()) {
          const term = (tap: number, t: number): number => x.data[xAt + start + tap]! * w.data[row + t]!;
          out[yAt + f * windowOffsets.length + o] = totalOf(tapOffsets, term);
        }
      }
    });
    return out;
  },
  lower: ({ inputs: [x, w], attributes }) => layoutOf("result", x!.shape, w!.shape[0]!, attributes),
  vjp: none,
  batch: none,
};

const weightsPrimitive: Primitive<WindowProduct> = {
  name: "windowProductToWeight",
  linear: "separately",
  infer: ({ inputs: [x, y], attributes: { groups, kernel } }) => ({
    shape: [groups, (x.shape[1]! / groups) * sizeOf(kernel), y.shape[1]! / groups],
    dtype: x.dtype,
  }),
  run({ inputs: [x, y], attributes, shape, dtype }) {
    const layout = layoutOf("weights", x.shape, y.shape[1]!, attributes);
    const { features, tapOffsets, windowOffsets } = layout;
    const sums = new Float64Array(sizeOf(shape));
    eachPart(layout, (xAt, yAt, group) => {
      for (const [t, tap] of tapOffsets.entries()) {
        for (let f = 0; f < features; f++) {
          const row = yAt + f * windowOffsets.length;
          const at = (group * tapOffsets.length + t) * features + f;
          const term = (start: number, o: number): number => x.data[xAt + start + tap]! * y.data[row + o]!;
          sums[at] = sums[at]! + totalOf(windowOffsets, term);
        }
      }
    });
    const out = allocate(dtype, sums.length);
    out.set(sums);
    return out;
  },
  lower: ({ inputs: [x, y], attributes }) => layoutOf("weights", x!.shape, y!.shape[1]!, attributes),
  vjp: none,
  batch: none,
};

const unpadded = ({ kernel }: WindowProduct): [number, number][] => kernel.map(() => [0, 0]);

function totalOf(offsets: NumericArray, term: (offset: number, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < offsets.length; i++) total += term(offsets[i]!, i);
  return total;
}

/** [N, F, ...windows] from x [N, C, ...] and w [F, C / groups, ...kernel]. */
export const windowProduct = (x: Tensor, w: Tensor, attributes: WindowProduct): Tensor =>
  apply(resultPrimitive, [x, w], pick(attributes));

/** [groups, C / groups · taps, F / groups] from x [N, C, ...] and y [N, F, ...windows]. */
export const windowProductToWeight = (x: Tensor, y: Tensor, attributes: WindowProduct): Tensor =>
  apply(weightsPrimitive, [x, y], pick(attributes));

const pick = ({ groups, stride, dilation, kernel }: WindowProduct): WindowProduct => ({
  groups,
  stride,
  dilation,
  kernel,
});
