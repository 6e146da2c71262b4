import { asTensor, commonDType } from "../convert.js";
import { type FloatDType, floatOf } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { normalizeAxes, type Shape, sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Normalizer } from "../types/normalize.js";
import { div, rsqrt, sub } from "./arithmetic.js";
import { reshapeTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { add, mul } from "./elementwise.js";
import { isOptions } from "./optional-operands.js";
import { centre, rootMeanSquare } from "./statistics.js";

/** Normalisers: composites of means, variances and arithmetic. */

/** Options of `layerNorm` and `rmsNorm`. */
export interface LayerNormOptions {
  /** The axis or axes that are normalised together; default −1. Weight and bias have their shape. */
  readonly axis?: number | readonly number[] | undefined;
  /** Added to what the root is taken of. */
  readonly eps?: number | undefined;
}

/** Options of `groupNorm`. */
export interface GroupNormOptions {
  /** Into how many groups the channels fall; divides them. */
  readonly groups: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number | undefined;
}

/** Options of `batchNorm`. */
export interface BatchNormOptions {
  /** The mean of each channel; default: that of the batch. */
  readonly mean?: TensorLike | undefined;
  /** The variance of each channel; default: that of the batch, divided by n. */
  readonly variance?: TensorLike | undefined;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number | undefined;
}

interface Affine {
  readonly weight: TensorLike | undefined;
  readonly bias: TensorLike | undefined;
}

/** Finds the options behind weight and bias, or in the place of one of them. */
function normalizer<O extends object>(
  name: string,
  defaults: O,
  run: (x: Tensor, affine: Affine, options: O, dtype: FloatDType) => Tensor,
): (x: TensorLike, weight?: TensorLike | O, bias?: TensorLike | O, options?: O) => Tensor {
  const refuse = (): never => {
    throw new ValueError(`${name}: an object in the place of a tensor; pass weight, bias and options in this order.`);
  };
  return (x, second, third, options) => {
    const weight = isOptions(second) ? undefined : second;
    const bias = isOptions(third) ? undefined : third;
    if (isOptions(second) && (third !== undefined || options !== undefined)) return refuse();
    if (isOptions(third) && options !== undefined) return refuse();
    const given = isOptions(second) ? second : isOptions(third) ? third : (options ?? defaults);
    const operands = [x, weight, bias].filter((operand) => operand !== undefined);
    const dtype = floatOf(commonDType(name, operands));
    return run(castTo(asTensor(name, x), dtype), { weight, bias }, given, dtype);
  };
}

/** `y · weight + bias`, both of shape `own`, laid along `y` as `along`. */
function scaled(name: string, y: Tensor, { weight, bias }: Affine, own: Shape, along: Shape): Tensor {
  const laid = (role: string, operand: TensorLike): Tensor => {
    const tensor = castTo(asTensor(name, operand), y.dtype);
    if (!sameShape(tensor.shape, own)) {
      throw new ShapeError(`${name}: the ${role} has shape ${showShape(tensor.shape)}; x needs ${showShape(own)}.`);
    }
    return reshapeTo(tensor, along);
  };
  const stretched = weight === undefined ? y : mul(y, laid("weight", weight));
  return bias === undefined ? stretched : add(stretched, laid("bias", bias));
}

function checkEps(name: string, eps: number): number {
  if (typeof eps === "number" && eps >= 0) return eps;
  throw new ValueError(`${name}: eps is ${String(eps)}; use a number of 0 or more, such as 1e-5.`);
}

/** The axes of a layer's normalisation, and the shapes of its weight alone and laid along x. */
function layerAxes(
  name: string,
  x: Tensor,
  axis: number | readonly number[],
): { axes: number[]; own: Shape; along: Shape } {
  const axes = normalizeAxes(name, axis, x.rank);
  return {
    axes,
    own: axes.map((a) => x.shape[a]!),
    along: x.shape.map((side, a) => (axes.includes(a) ? side : 1)),
  };
}

/** (x − μ) / √(σ² + eps), the statistics over `axes`. */
function standardized(x: Tensor, axes: readonly number[], eps: number): Tensor {
  const centred = centre(x, axes);
  return div(centred, rootMeanSquare(centred, axes, eps));
}

function drawLayer(draw: Draw, biased: boolean): readonly unknown[] {
  const shape = draw.shape({ minRank: 1, maxSide: 3 });
  const axis = draw.pick([-1, draw.axes(shape.length)]);
  const list = typeof axis === "number" ? [axis] : axis;
  const own = normalizeAxes("layerNorm", list, shape.length).map((a) => shape[a]!);
  const operands = [draw.tensor(shape, { separation: 0.2 })];
  if (draw.boolean()) operands.push(draw.tensor(own));
  if (operands.length === 2 && biased && draw.boolean()) operands.push(draw.tensor(own));
  return [...operands, { axis, eps: 0.1 }];
}

/**
 * (x − μ) / √(σ² + eps) · weight + bias with mean and variance over the last axis or those named (J. L. Ba et al., Layer normalization, 2016). Called as
 * `layerNorm(x, weight?, bias?, options?)`; the variance divides by n. Integers give float32.
 *
 * @param weight The shape of the normalised axes; default: none.
 * @param bias The same.
 * @param options.axis The axis or axes normalised together; default −1. PyTorch's normalized_shape of k sides is the last k axes.
 * @param options.eps Default 1e-5.
 * @throws AxisError for the axes; ShapeError where weight or bias do not fit; ValueError for an eps below 0.
 * @example
 * layerNorm([[1, 3]], { eps: 0 }).toArray(); // [[-1, 1]]
 */
export const layerNorm = typedOperator<Normalizer<"layerNorm", LayerNormOptions>>(
  "layerNorm",
  (draw) => drawLayer(draw, true),
  normalizer<LayerNormOptions>("layerNorm", {}, (x, affine, { axis = -1, eps = 1e-5 }) => {
    const { axes, own, along } = layerAxes("layerNorm", x, axis);
    return scaled("layerNorm", standardized(x, axes, checkEps("layerNorm", eps)), affine, own, along);
  }),
);

/** The distance from 1 to the next number. */
const machineEpsilon = { float32: 2 ** -23, float64: Number.EPSILON };

/**
 * x / √(mean x² + eps) · weight over the last axis or those named (B. Zhang, R. Sennrich, Root mean square layer normalization, 2019). Called as
 * `rmsNorm(x, weight?, options?)`. Integers give float32.
 *
 * @param weight The shape of the normalised axes; default: none.
 * @param options.axis The axis or axes normalised together; default −1.
 * @param options.eps Default: the dtype's distance from 1 to the next number, as in PyTorch.
 * @throws AxisError for the axes; ShapeError where the weight does not fit; ValueError for an eps below 0.
 * @example
 * rmsNorm([[1, 1], [2, 2]]).toArray(); // about [[1, 1], [1, 1]]
 */
export const rmsNorm = typedOperator<Normalizer<"rmsNorm", LayerNormOptions>>(
  "rmsNorm",
  (draw) => drawLayer(draw, false),
  normalizer<LayerNormOptions>("rmsNorm", {}, (x, affine, { axis = -1, eps }, dtype) => {
    const { axes, own, along } = layerAxes("rmsNorm", x, axis);
    const y = div(x, rootMeanSquare(x, axes, checkEps("rmsNorm", eps ?? machineEpsilon[dtype])));
    return scaled("rmsNorm", y, affine, own, along);
  }),
);

/** The number of channels. @throws ShapeError where there is no axis 1. */
function channelsOf(name: string, x: Tensor): number {
  const channels = x.shape[1];
  if (channels !== undefined) return channels;
  throw new ShapeError(`${name}: x must be [N, C, ...], not ${showShape(x.shape)}.`);
}

const alongChannels = (x: Tensor): number[] => x.shape.slice(1).map((side, a) => (a === 0 ? side : 1));

/**
 * Each group of channels of each example less its mean, divided by √(variance + eps), then weighted by channel (Y. Wu, K. He, Group normalization, 2018). Called
 * as `groupNorm(x, weight?, bias?, { groups, eps? })`. One group is layer normalisation over all but N; as many as channels is instance normalisation.
 *
 * @param x [N, C, ...].
 * @param weight [C]; default: none.
 * @param bias [C]; default: none.
 * @param options.groups Into how many groups the channels fall.
 * @param options.eps Default 1e-5.
 * @throws ShapeError where x has no channels, the groups do not divide them, or weight or bias do not fit; ValueError for options that are no such numbers.
 * @example
 * groupNorm([[1, 3, 5, 7]], { groups: 2, eps: 0 }).toArray(); // [[-1, 1, -1, 1]]
 */
export const groupNorm = typedOperator<Normalizer<"groupNorm", GroupNormOptions>>(
  "groupNorm",
  (draw) => {
    const [groups, inGroup] = [draw.integer(1, 2), draw.integer(1, 2)];
    const sides = draw.shape({ maxRank: 1, minSide: 2, maxSide: 3 });
    const operands = [draw.tensor([draw.side(2), groups * inGroup, ...sides], { separation: 0.2 })];
    if (draw.boolean()) operands.push(draw.tensor([groups * inGroup]));
    if (operands.length === 2 && draw.boolean()) operands.push(draw.tensor([groups * inGroup]));
    return [...operands, { groups, eps: 0.1 }];
  },
  normalizer<GroupNormOptions>("groupNorm", { groups: 1 }, (x, affine, { groups, eps = 1e-5 }) => {
    const channels = channelsOf("groupNorm", x);
    if (!Number.isInteger(groups) || groups < 1) {
      throw new ValueError(`groupNorm: groups is ${String(groups)}; use an integer of 1 or more.`);
    }
    if (channels % groups !== 0) {
      throw new ShapeError(
        `groupNorm: ${groups} groups do not divide the ${channels} channels of ${showShape(x.shape)}.`,
      );
    }
    const parted = reshapeTo(x, [x.shape[0]!, groups, channels / groups, ...x.shape.slice(2)]);
    const axes = parted.shape.slice(2).map((_, a) => a + 2);
    const y = reshapeTo(standardized(parted, axes, checkEps("groupNorm", eps)), x.shape);
    return scaled("groupNorm", y, affine, [channels], alongChannels(x));
  }),
);

/**
 * (x − mean) / √(variance + eps) · weight + bias, channel by channel (S. Ioffe, C. Szegedy, Batch normalization, 2015). Called as
 * `batchNorm(x, weight?, bias?, options?)`. Without `mean` and `variance` those of the batch are used, as in training, the variance divided by n; running averages are the
 * caller's, so that the function has no state.
 *
 * @param x [N, C, ...].
 * @param weight [C]; default: none.
 * @param bias [C]; default: none.
 * @param options.mean [C], as in evaluation; default: that of the batch.
 * @param options.variance [C]; default: that of the batch.
 * @param options.eps Default 1e-5.
 * @throws ShapeError where x has no channels or another operand is not [C]; ValueError for an eps below 0.
 * @example
 * batchNorm([[1], [3]], { eps: 0 }).toArray(); // [[-1], [1]]
 */
export const batchNorm = typedOperator<Normalizer<"batchNorm", BatchNormOptions>>(
  "batchNorm",
  (draw) => {
    const channels = draw.integer(1, 2);
    const sides = draw.shape({ maxRank: 1, minSide: 2, maxSide: 3 });
    const operands = [draw.tensor([draw.side(3), channels, ...sides], { separation: 0.2 })];
    if (draw.boolean()) operands.push(draw.tensor([channels]));
    if (operands.length === 2 && draw.boolean()) operands.push(draw.tensor([channels]));
    const statistics = { mean: draw.tensor([channels]), variance: draw.tensor([channels], { min: 0.5 }) };
    return [...operands, draw.boolean() ? { eps: 0.1 } : { ...statistics, eps: 0.1 }];
  },
  normalizer<BatchNormOptions>("batchNorm", {}, (x, affine, { mean: ofMean, variance: ofVariance, eps = 1e-5 }) => {
    const name = "batchNorm";
    const channels = channelsOf(name, x);
    const axes = x.shape.map((_, a) => a).filter((a) => a !== 1);
    const given = (role: string, operand: TensorLike): Tensor => {
      const statistic = castTo(asTensor(name, operand), x.dtype);
      if (statistic.rank === 1 && statistic.shape[0] === channels) return reshapeTo(statistic, alongChannels(x));
      throw new ShapeError(`${name}: the ${role} has shape ${showShape(statistic.shape)}; x needs [${channels}].`);
    };
    const added = checkEps(name, eps);
    const centred = ofMean === undefined ? centre(x, axes) : sub(x, given("mean", ofMean));
    const ofBatch = (): Tensor => rootMeanSquare(ofMean === undefined ? centred : centre(x, axes), axes, added);
    const y =
      ofVariance === undefined
        ? div(centred, ofBatch())
        : mul(centred, rsqrt(add(given("variance", ofVariance), added)));
    return scaled(name, y, affine, [channels], alongChannels(x));
  }),
);
