import {
  type FloatDType,
  type Generator,
  shapeError,
  type Tensor,
  ValueError,
  type Variable,
  variable,
} from "@glissade/autograd";
import { freshGenerator } from "../init/drawing.js";
import { uniform } from "../init/fill.js";
import { kaimingUniform } from "../init/variance.js";
import { checkCount, checkFloat, countsOf, showSetting, showShape, sizeOf } from "../operand.js";

/** What all convolutions take. */
export interface KernelOptions {
  /** The distance between windows: a number, or one for each axis; default 1. */
  readonly stride?: number | readonly number[];
  /** The distance between taps: a number, or one for each axis; default 1. */
  readonly dilation?: number | readonly number[];
  /** Parts of channels that do not meet; divides both numbers of channels. Default 1. */
  readonly groups?: number;
  /** Whether to add a bias; default true. */
  readonly bias?: boolean;
  /** Draws the first values; default: a generator with a fresh random seed. */
  readonly generator?: Generator;
  /** Of weight and bias; default float32. */
  readonly dtype?: FloatDType;
}

/** The checked settings and the first parameters of a convolution. */
export interface Kernels {
  readonly weight: Variable;
  readonly bias: Variable | undefined;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/**
 * Settings and parameters over `rank` axes. The weight is [out, in / groups, …window], or [in, out / groups, …window] where
 * transposed; both parameters start uniform on ±1/√(axis 1 · window), as `_ConvNd.reset_parameters` of PyTorch.
 */
export function makeKernels(
  layer: string,
  rank: number,
  transposed: boolean,
  [inChannels, outChannels, kernelSize]: readonly [number, number, number | readonly number[]],
  { stride = 1, dilation = 1, groups = 1, bias = true, generator, dtype = "float32" }: KernelOptions,
): Kernels {
  checkCount(layer, "inChannels", inChannels);
  checkCount(layer, "outChannels", outChannels);
  checkCount(layer, "groups", groups);
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ValueError(
      `${layer}: groups ${groups} must divide inChannels ${inChannels} and outChannels ${outChannels}. Use a common divisor.`,
    );
  }
  checkFloat(layer, dtype);
  const window = countsOf(layer, "kernelSize", kernelSize, rank, 1);
  const shape = transposed
    ? [inChannels, outChannels / groups, ...window]
    : [outChannels, inChannels / groups, ...window];
  const drawing = { generator: generator ?? freshGenerator(), dtype };
  const bound = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  return {
    kernelSize: window,
    stride: countsOf(layer, "stride", stride, rank, 1),
    dilation: countsOf(layer, "dilation", dilation, rank, 1),
    groups,
    weight: variable(kaimingUniform(shape, { ...drawing, a: Math.sqrt(5) }), { name: "weight" }),
    bias: bias
      ? variable(uniform([outChannels], { ...drawing, min: -bound, max: bound }), { name: "bias" })
      : undefined,
  };
}

/** What goes around the input: as many for each end, one for each axis, a [before, after] pair for each axis, or by name. */
export type ConvPadding = number | readonly (number | readonly [number, number])[] | "same" | "valid";

/** How much goes around each axis, as [before, after]. @throws ValueError for what is no padding. */
export function paddingOf(
  layer: string,
  padding: ConvPadding,
  { kernelSize, stride, dilation }: Pick<Kernels, "kernelSize" | "stride" | "dilation">,
): readonly (readonly [number, number])[] {
  if (padding === "valid") return kernelSize.map(() => [0, 0]);
  if (padding === "same") {
    if (stride.some((step) => step !== 1)) {
      throw new ValueError(
        `${layer}: padding "same" needs stride 1, not ${showSetting(stride)}. Give numbers instead.`,
      );
    }
    return kernelSize.map((taps, a) => {
      const total = (dilation[a] ?? 1) * (taps - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  const rank = kernelSize.length;
  const each: unknown = typeof padding === "number" ? new Array<number>(rank).fill(padding) : padding;
  const pairs = (Array.isArray(each) ? each : []).map((width: unknown) =>
    Array.isArray(width) ? width : [width, width],
  );
  const legal = pairs.map(([before, after, ...rest]: unknown[]): [number, number] | undefined =>
    isWidth(before) && isWidth(after) && rest.length === 0 ? [before, after] : undefined,
  );
  const found = legal.filter((pair) => pair !== undefined);
  if (found.length === rank && pairs.length === rank) return found;
  throw new ValueError(
    `${layer}: padding is ${showSetting(padding)}; it must be a whole number of at least 0, one or a [before, after] pair for each of ${rank} axes, "same" or "valid".`,
  );
}

const isWidth = (width: unknown): width is number => Number.isSafeInteger(width) && Number(width) >= 0;

/** @throws ShapeError where the input is not [N, C, …] or [C, …] with as many channels as the layer takes. */
export function checkImage(layer: string, input: Tensor, axes: readonly string[], channels: number): void {
  const { shape, rank } = input;
  const forms = `[N, ${channels}, ${axes.join(", ")}] or [${channels}, ${axes.join(", ")}]`;
  const at = rank - axes.length - 1;
  if ((at === 0 || at === 1) && shape[at] === channels) return;
  const reason = at === 0 || at === 1 ? `has ${shape[at]} channels in axis ${at}, not ${channels}` : `has ${rank} axes`;
  throw shapeError(`${layer}: the input ${showShape(shape)} ${reason}; it must be ${forms}. Reshape or transpose it.`, [
    input,
  ]);
}
