import { allocate } from "../dtype.js";
import type { BatchContext, Primitive } from "../graph.js";
import { matmulInto, rowMajor } from "../numbers/matrix-product.js";
import { gatherWindows, scatterWindows, type WindowGeometry, windowCounts, windowPlaces } from "../numbers/windows.js";
import { apply } from "../primitive.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { reshapeTo, stretch, sumAxes } from "./broadcast.js";
import { matmul } from "./matmul.js";
import { moveaxis, mT } from "./movement.js";
import { padZeros, reverseAxes } from "./slice.js";
import { windowProduct, windowProductToWeight } from "./window-products.js";
import { foldWindows, windowsOf } from "./windows.js";

/**
 * The three contractions of Σ x[n, c, o·s + k·d − p] w[f, c, k] y[n, f, o]: over (c, k) they give y, the convolution (a correlation, as everywhere in
 * the field); over (f, o, k) x, the transposed convolution; over (n, o) w. Each one's derivatives are the other two, to any order
 * (V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285, ch. 4).
 */
export interface ConvolutionAttributes {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
  /** Channels and features fall into so many parts that do not meet. */
  readonly groups: number;
}

interface ToInput extends ConvolutionAttributes {
  /** The sides of the image. */
  readonly sides: Shape;
}

interface ToWeight extends ConvolutionAttributes {
  /** The sides of the kernel. */
  readonly kernel: Shape;
}

/** The sizes of one contraction, and its windows. */
interface Plan {
  readonly images: number;
  readonly groups: number;
  /** Channels and features of one group. */
  readonly channels: number;
  readonly features: number;
  /** Elements of one channel of x, taps of the kernel, elements of one feature of y. */
  readonly plane: number;
  readonly taps: number;
  readonly windows: number;
  readonly places: Int32Array;
}

function planOf(x: Shape, w: Shape, y: Shape, attributes: ConvolutionAttributes): Plan {
  const { groups } = attributes;
  const geometry = { ...attributes, kernel: w.slice(2) };
  return {
    images: x[0]!,
    groups,
    channels: w[1]!,
    features: w[0]! / groups,
    plane: sizeOf(x.slice(2)),
    taps: sizeOf(w.slice(2)),
    windows: sizeOf(y.slice(2)),
    places: windowPlaces(x.slice(2), y.slice(2), geometry),
  };
}

/** Visits each group of each image with the offsets of its parts of x, w and y. */
function eachGroup(plan: Plan, visit: (x: number, w: number, y: number) => void): void {
  const { images, groups, channels, features, plane, taps, windows } = plan;
  for (let n = 0; n < images; n++) {
    for (let g = 0; g < groups; g++) {
      const part = n * groups + g;
      visit(part * channels * plane, g * features * channels * taps, part * features * windows);
    }
  }
}

const columnsFor = ({ channels, taps, windows }: Plan): Float64Array => new Float64Array(channels * taps * windows);

const convolutionPrimitive: Primitive<ConvolutionAttributes> = {
  name: "convolution",
  linear: "separately",
  infer: ({ inputs: [x, w], attributes }) => ({
    shape: [x.shape[0]!, w.shape[0]!, ...windowCounts(x.shape.slice(2), { ...attributes, kernel: w.shape.slice(2) })],
    dtype: x.dtype,
  }),
  run({ inputs: [x, w], attributes, shape, dtype }) {
    const plan = planOf(x.shape, w.shape, shape, attributes);
    const { channels, features, taps, windows, plane, places } = plan;
    const out = allocate(dtype, sizeOf(shape));
    const columns = columnsFor(plan);
    const inner = channels * taps;
    eachGroup(plan, (xAt, wAt, yAt) => {
      gatherWindows(x.data, xAt, channels, plane, places, columns);
      const kernel = rowMajor(w.data, wAt, features, inner);
      matmulInto(kernel, rowMajor(columns, 0, inner, windows), out, yAt, features, inner, windows);
    });
    return out;
  },
  expand({ inputs: [x, w], attributes }) {
    const [kernel, counts] = [w.shape.slice(2), countsOf(x.shape, w.shape, attributes)];
    const geometry = { ...attributes, kernel };
    if (readsWindows(geometry, counts, [x, w])) return windowProduct(padded(x, geometry, counts), w, geometry);
    const y = matmul(weightMatrices(w, attributes.groups), columnsOf(x, geometry));
    return reshapeTo(y, [x.shape[0]!, w.shape[0]!, ...counts]);
  },
  vjp: ({ inputs: [x, w], attributes, cotangent }) => [
    convolveToInput(cotangent, w, { ...attributes, sides: x.shape.slice(2) }),
    convolveToWeight(x, cotangent, { ...attributes, kernel: w.shape.slice(2) }),
  ],
  batch: (context) => {
    const { inputs, batched, attributes, size } = context;
    if (!batched[1]) return unfoldExamples(convolve(foldExamples(inputs[0]), inputs[1], attributes), size);
    const { groups } = attributes;
    const weights = reshapeTo(inputs[1], [size * inputs[1].shape[1]!, ...inputs[1].shape.slice(2)]);
    // One image for all kernels: their features stand side by side.
    if (!batched[0] && groups === 1) return unfoldChannels(convolve(inputs[0], weights, attributes), size);
    const x = foldChannels(batchedOperand(context, 0));
    return unfoldChannels(convolve(x, weights, { ...attributes, groups: groups * size }), size);
  },
};

const toInputPrimitive: Primitive<ToInput> = {
  name: "convolutionToInput",
  linear: "separately",
  infer: ({ inputs: [y, w], attributes: { groups, sides } }) => ({
    shape: [y.shape[0]!, w.shape[1]! * groups, ...sides],
    dtype: y.dtype,
  }),
  run({ inputs: [y, w], attributes, shape, dtype }) {
    const plan = planOf(shape, w.shape, y.shape, attributes);
    const { channels, features, taps, windows, plane, places } = plan;
    const out = allocate(dtype, sizeOf(shape));
    const columns = columnsFor(plan);
    const sums = new Float64Array(channels * plane);
    const inner = channels * taps;
    eachGroup(plan, (xAt, wAt, yAt) => {
      const kernel = rowMajor(w.data, wAt, inner, features, { transposed: true });
      matmulInto(kernel, rowMajor(y.data, yAt, features, windows), columns, 0, inner, features, windows);
      sums.fill(0);
      scatterWindows(columns, 0, channels, plane, places, sums);
      out.set(sums, xAt);
    });
    return out;
  },
  expand({ inputs: [y, w], attributes }) {
    const { groups, sides } = attributes;
    const kernel = w.shape.slice(2);
    const mirrored = mirroredGeometry(y.shape.slice(2), kernel, attributes);
    if (mirrored !== undefined && readsWindows(mirrored, sides, [y, w])) {
      return windowProduct(padded(y, mirrored, sides), mirroredWeights(w, groups), mirrored);
    }
    const columns = matmul(mT(weightMatrices(w, groups)), featureMatrices(y, groups));
    const shape = [y.shape[0]!, w.shape[1]! * groups, ...kernel, ...y.shape.slice(2)];
    return foldWindows(reshapeTo(columns, shape), { ...attributes, kernel }, sides);
  },
  vjp: ({ inputs: [y, w], attributes: { sides: _, ...attributes }, cotangent }) => [
    convolve(cotangent, w, attributes),
    convolveToWeight(cotangent, y, { ...attributes, kernel: w.shape.slice(2) }),
  ],
  batch: (context) => {
    const { inputs, batched, attributes, size } = context;
    if (!batched[1]) return unfoldExamples(convolveToInput(foldExamples(inputs[0]), inputs[1], attributes), size);
    const weights = reshapeTo(inputs[1], [size * inputs[1].shape[1]!, ...inputs[1].shape.slice(2)]);
    const y = foldChannels(batchedOperand(context, 0));
    return unfoldChannels(convolveToInput(y, weights, { ...attributes, groups: attributes.groups * size }), size);
  },
};

const toWeightPrimitive: Primitive<ToWeight> = {
  name: "convolutionToWeight",
  linear: "separately",
  infer: ({ inputs: [x, y], attributes: { groups, kernel } }) => ({
    shape: [y.shape[1]!, x.shape[1]! / groups, ...kernel],
    dtype: x.dtype,
  }),
  run({ inputs: [x, y], attributes, shape, dtype }) {
    const plan = planOf(x.shape, shape, y.shape, attributes);
    const { channels, features, taps, windows, plane, places } = plan;
    const columns = columnsFor(plan);
    const inner = channels * taps;
    const one = new Float64Array(features * inner);
    const sums = new Float64Array(sizeOf(shape));
    eachGroup(plan, (xAt, wAt, yAt) => {
      gatherWindows(x.data, xAt, channels, plane, places, columns);
      const windowsLast = rowMajor(columns, 0, windows, inner, { transposed: true });
      matmulInto(rowMajor(y.data, yAt, features, windows), windowsLast, one, 0, features, windows, inner);
      for (let i = 0; i < one.length; i++) sums[wAt + i] = sums[wAt + i]! + one[i]!;
    });
    const out = allocate(dtype, sums.length);
    out.set(sums);
    return out;
  },
  expand({ inputs: [x, y], attributes }) {
    const { groups, kernel } = attributes;
    const counts = y.shape.slice(2);
    if (sizeOf(kernel) > 1 && [x, y].every(({ shape }) => sizeOf(shape) > 0) && isUncut(attributes)) {
      const weights = windowProductToWeight(padded(x, attributes, counts), y, attributes);
      return reshapeTo(mT(weights), [y.shape[1]!, x.shape[1]! / groups, ...kernel]);
    }
    const products = matmul(featureMatrices(y, groups), mT(columnsOf(x, attributes)));
    return reshapeTo(sumAxes(products, [0]), [y.shape[1]!, x.shape[1]! / groups, ...kernel]);
  },
  vjp: ({ inputs: [x, y], attributes: { kernel: _, ...attributes }, cotangent }) => [
    convolveToInput(y, cotangent, { ...attributes, sides: x.shape.slice(2) }),
    convolve(x, cotangent, attributes),
  ],
  batch: (context) => {
    const { attributes, size } = context;
    const [x, y] = [foldChannels(batchedOperand(context, 0)), foldChannels(batchedOperand(context, 1))];
    const weights = convolveToWeight(x, y, { ...attributes, groups: attributes.groups * size });
    return reshapeTo(weights, [size, weights.shape[0]! / size, ...weights.shape.slice(1)]);
  },
};

/** y from x [N, C, ...] and w [F, C / groups, ...]. */
export const convolve = (x: Tensor, w: Tensor, attributes: ConvolutionAttributes): Tensor =>
  apply(convolutionPrimitive, [x, w], attributes);

/** x from y [N, F, ...] and w: the transposed convolution, onto an image of the given sides. */
export const convolveToInput = (y: Tensor, w: Tensor, attributes: ToInput): Tensor =>
  apply(toInputPrimitive, [y, w], attributes);

const convolveToWeight = (x: Tensor, y: Tensor, attributes: ToWeight): Tensor =>
  apply(toWeightPrimitive, [x, y], attributes);

const countsOf = (x: Shape, w: Shape, attributes: ConvolutionAttributes): number[] =>
  windowCounts(x.slice(2), { ...attributes, kernel: w.slice(2) });

/** Windows along the last axis from which it pays to multiply them where they lie: half a vector of them at least. */
const fewWindows = 3;

/** Whether a product reads windows in the image: those of one tap are the image itself, and vectors hold neighbours. */
const readsWindows = (geometry: WindowGeometry, counts: Shape, operands: readonly Tensor[]): boolean =>
  sizeOf(geometry.kernel) > 1 &&
  geometry.stride[counts.length - 1] === 1 &&
  counts[counts.length - 1]! >= fewWindows &&
  operands.every(({ shape }) => sizeOf(shape) > 0) &&
  isUncut(geometry);

const isUncut = ({ padding }: WindowGeometry): boolean => padding.every(([low, high]) => low >= 0 && high >= 0);

/** [N, C, ...] with the zeros around it that its windows reach; what lies behind the last of them does not matter. */
function padded(x: Tensor, { kernel, stride, dilation, padding }: WindowGeometry, counts: Shape): Tensor {
  const low = padding.map(([width]) => width);
  const high = counts.map((count, a) => {
    const reach = (count - 1) * stride[a]! + dilation[a]! * (kernel[a]! - 1) + 1;
    return Math.max(0, reach - low[a]! - x.shape[a + 2]!);
  });
  return padZeros(x, { low: [0, 0, ...low], high: [0, 0, ...high], interior: x.shape.map(() => 0) });
}

/** The windows of y that an element of x belongs to lie like those of a convolution, tap by tap the other way round, where windows move by one. */
function mirroredGeometry(
  windows: Shape,
  kernel: Shape,
  { stride, padding, dilation, groups, sides }: ToInput,
): (WindowGeometry & { readonly groups: number }) | undefined {
  if (stride.some((step) => step !== 1)) return undefined;
  const widths = padding.map(([low], a): [number, number] => {
    const before = dilation[a]! * (kernel[a]! - 1) - low;
    return [before, sides[a]! - windows[a]! + low];
  });
  return { kernel, stride, padding: widths, dilation, groups };
}

/** [F, C / groups, ...] as [C, F / groups, ...], taps from the last to the first. */
function mirroredWeights(w: Tensor, groups: number): Tensor {
  const [features, channels, ...kernel] = w.shape;
  const parts = reshapeTo(w, [groups, features! / groups, channels!, ...kernel]);
  const turned = reverseAxes(
    moveaxis(parts, 1, 2),
    kernel.map((_, a) => 3 + a),
  );
  return reshapeTo(turned, [groups * channels!, features! / groups, ...kernel]);
}

/** [N, C, ...] as [N, groups, C / groups · taps, windows]. */
function columnsOf(x: Tensor, geometry: WindowGeometry & { readonly groups: number }): Tensor {
  const { groups, kernel } = geometry;
  const counts = windowCounts(x.shape.slice(2), geometry);
  const inner = (x.shape[1]! / groups) * sizeOf(kernel);
  return reshapeTo(windowsOf(x, geometry), [x.shape[0]!, groups, inner, sizeOf(counts)]);
}

/** [F, C / groups, ...] as [groups, F / groups, C / groups · taps]. */
const weightMatrices = (w: Tensor, groups: number): Tensor =>
  reshapeTo(w, [groups, w.shape[0]! / groups, sizeOf(w.shape.slice(1))]);

/** [N, F, ...] as [N, groups, F / groups, windows]. */
const featureMatrices = (y: Tensor, groups: number): Tensor =>
  reshapeTo(y, [y.shape[0]!, groups, y.shape[1]! / groups, sizeOf(y.shape.slice(2))]);

/** An operand with the batch axis in front, repeated where it has none. */
function batchedOperand({ inputs, batched, size }: BatchContext, k: 0 | 1): Tensor {
  const x = inputs[k];
  return batched[k] ? x : stretch(x, [size, ...x.shape]);
}

/** [B, N, ...] as [B · N, ...], and back. */
const foldExamples = (x: Tensor): Tensor => reshapeTo(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);
const unfoldExamples = (x: Tensor, size: number): Tensor =>
  reshapeTo(x, [size, size === 0 ? 0 : x.shape[0]! / size, ...x.shape.slice(1)]);

/** [B, N, C, ...] as [N, B · C, ...], and back. */
function foldChannels(x: Tensor): Tensor {
  const [size, images, channels, ...sides] = x.shape;
  return reshapeTo(moveaxis(x, 0, 1), [images!, size! * channels!, ...sides]);
}
function unfoldChannels(x: Tensor, size: number): Tensor {
  const [images, channels, ...sides] = x.shape;
  return moveaxis(reshapeTo(x, [images!, size, channels! / size, ...sides]), 1, 0);
}
