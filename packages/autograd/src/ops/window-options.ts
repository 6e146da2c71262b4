import { describeValue } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import { type WindowGeometry, windowCounts } from "../numbers/windows.js";
import type { Draw } from "../sampling.js";
import { type Shape, showShape } from "../shape.js";

/** How many zeros go around: one number, one for each axis, a [before, after] pair for each axis, or by name. */
export type Padding = number | readonly (number | readonly [number, number])[] | "same" | "valid";

/** Where windows lie. */
export interface WindowOptions {
  /** The distance between windows: one number for all axes, or one each; default 1. */
  readonly stride?: number | readonly number[] | undefined;
  /**
   * Zeros around each axis; default 0. "valid" is none; "same" keeps the sides (the odd one goes behind, as in PyTorch) and needs stride 1.
   */
  readonly padding?: Padding | undefined;
  /** The distance between neighbouring taps of a window; default 1. */
  readonly dilation?: number | readonly number[] | undefined;
}

type Pair = readonly [number, number];

/** One integer of at least `least` for each of `rank` axes. @throws ValueError for anything else. */
export function perAxis(
  name: string,
  option: string,
  value: number | readonly number[],
  rank: number,
  least: number,
): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const legal = Array.isArray(values) && values.every((each) => Number.isInteger(each) && each >= least);
  if (!legal || values.length !== rank) {
    const many = rank === 1 ? "an integer" : `an integer or ${rank} of them,`;
    throw new ValueError(`${name}: ${option} is ${showValue(value)}; use ${many} of ${least} or more.`);
  }
  return values;
}

const showValue = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value) : describeValue(value));

/** The padding of each axis as [before, after]. */
export function paddingPairs(
  name: string,
  padding: Padding,
  { kernel, stride, dilation }: Omit<WindowGeometry, "padding">,
): readonly Pair[] {
  if (padding === "valid") return kernel.map((): Pair => [0, 0]);
  if (padding === "same") {
    if (stride.some((step) => step !== 1)) {
      throw new ValueError(`${name}: padding "same" needs stride 1, not ${showValue(stride)}; give numbers instead.`);
    }
    return kernel.map((side, a): Pair => {
      const total = dilation[a]! * (side - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  const each = typeof padding === "number" ? kernel.map(() => padding) : padding;
  const pairs = Array.isArray(each) ? each.map((width) => (Array.isArray(width) ? width : [width, width])) : [];
  const isWidth = (width: unknown): boolean => Number.isInteger(width) && Number(width) >= 0;
  if (pairs.length !== kernel.length || !pairs.every((pair) => pair.length === 2 && pair.every(isWidth))) {
    throw new ValueError(
      `${name}: padding is ${showValue(padding)}; use an integer of 0 or more, one or a [before, after] pair for each of ${kernel.length} axes, "same" or "valid".`,
    );
  }
  return pairs.map(([low, high]): Pair => [low, high]);
}

/** The checked geometry of windows over axes with these sides. */
export function geometryOf(
  name: string,
  kernelSize: number | readonly number[],
  sides: Shape,
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions,
): WindowGeometry {
  const rank = sides.length;
  const plain = {
    kernel: perAxis(name, "kernelSize", kernelSize, rank, 1),
    stride: perAxis(name, "stride", stride, rank, 1),
    dilation: perAxis(name, "dilation", dilation, rank, 1),
  };
  return { ...plain, padding: paddingPairs(name, padding, plain) };
}

/** How many windows fit along each axis. @throws ShapeError where none does along one of them. */
export function requireWindows(name: string, shape: Shape, geometry: WindowGeometry): readonly number[] {
  const sides = shape.slice(shape.length - geometry.kernel.length);
  const counts = windowCounts(sides, geometry);
  const axis = counts.findIndex((count) => count < 1);
  if (axis >= 0) {
    const [low, high] = geometry.padding[axis]!;
    const reach = geometry.dilation[axis]! * (geometry.kernel[axis]! - 1) + 1;
    throw new ShapeError(
      `${name}: a window of ${reach} (kernel ${geometry.kernel[axis]}, dilation ${geometry.dilation[axis]}) is larger than axis ${axis - sides.length} of ${showShape(shape)}, ` +
        `which is ${sides[axis]} with padding ${low} + ${high}; pad more or use a smaller kernel.`,
    );
  }
  return counts;
}

/** Sides, a kernel that fits and options for samples. */
export function drawGeometry(
  draw: Draw,
  rank: number,
): {
  readonly sides: number[];
  readonly kernel: number[];
  readonly options: { stride: number[]; padding: [number, number][]; dilation: number[] };
} {
  const axes = Array.from({ length: rank }, () => {
    const [kernel, dilation] = [draw.integer(1, rank === 1 ? 3 : 2), draw.integer(1, 2)];
    const padding: [number, number] = [draw.integer(0, 1), draw.integer(0, 2)];
    const least = Math.max(1, dilation * (kernel - 1) + 1 - padding[0] - padding[1]);
    return { kernel, dilation, padding, stride: draw.integer(1, 3), side: least + draw.integer(0, rank === 1 ? 3 : 1) };
  });
  return {
    sides: axes.map(({ side }) => side),
    kernel: axes.map(({ kernel }) => kernel),
    options: {
      stride: axes.map(({ stride }) => stride),
      padding: axes.map(({ padding }) => padding),
      dilation: axes.map(({ dilation }) => dilation),
    },
  };
}
