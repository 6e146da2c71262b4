import { asTensor } from "../convert.js";
import { floatOf } from "../dtype.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { AdaptivePooling, Interpolate } from "../types/pool.js";
import { div } from "./arithmetic.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { castTo } from "./cast.js";
import { tensor } from "./create.js";
import { add, mul } from "./elementwise.js";
import { take } from "./take.js";
import { where } from "./where.js";
import { perAxis } from "./window-options.js";

/** Images on other grids: each axis on its own, by taking elements and weighing them. */

/** Options of `interpolate`; one of `size` and `scaleFactor`. */
export interface InterpolateOptions {
  /** The sides of the result: one number for all axes, or one each. */
  readonly size?: number | readonly number[] | undefined;
  /** What the sides are multiplied by, rounded down: one number for all axes, or one each. */
  readonly scaleFactor?: number | readonly number[] | undefined;
  /** Default "nearest". "linear" is for one axis, "bilinear" for two. */
  readonly mode?: "nearest" | "linear" | "bilinear" | undefined;
  /** Whether the first and last elements of both grids coincide, in place of their outer edges; not with "nearest". Default false. */
  readonly alignCorners?: boolean | undefined;
}

/** The axis by its place, its sides before and after, and source elements for one step of the result. */
interface Resampling {
  readonly axis: number;
  readonly side: number;
  readonly size: number;
  readonly scale: number;
}

function nearest(x: Tensor, { axis, side, size, scale }: Resampling): Tensor {
  // In float32, as PyTorch does, so that borderline places fall alike.
  const step = Math.fround(scale);
  const places = Array.from({ length: size }, (_, i) => Math.min(side - 1, Math.floor(Math.fround(i * step))));
  return take(x, Int32Array.from(places), { axis });
}

function linear(x: Tensor, { axis, side, size, scale }: Resampling, alignCorners: boolean): Tensor {
  if (side === size) return x;
  const step = alignCorners ? (size > 1 ? (side - 1) / (size - 1) : 0) : scale;
  const at = Array.from({ length: size }, (_, i) => (alignCorners ? i * step : Math.max(0, (i + 0.5) * step - 0.5)));
  const low = at.map((place) => Math.min(side - 1, Math.floor(place)));
  const high = low.map((place) => Math.min(side - 1, place + 1));
  const weights = at.map((place, i) => Math.min(1, place - low[i]!));
  const shape = x.shape.map((_, a) => (a === axis ? size : 1));
  const weighed = (places: readonly number[], by: readonly number[]): Tensor =>
    mul(take(x, Int32Array.from(places), { axis }), tensor([...by], { shape, dtype: x.dtype }));
  return add(
    weighed(
      low,
      weights.map((weight) => 1 - weight),
    ),
    weighed(high, weights),
  );
}

/** The sides of the result and the source elements for one of its steps, axis by axis. */
function resamplings(x: Tensor, { size, scaleFactor }: InterpolateOptions): readonly Resampling[] {
  const name = "interpolate";
  const sides = x.shape.slice(2);
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ValueError(`${name}: give either size or scaleFactor${size === undefined ? "." : ", not both."}`);
  }
  if (size !== undefined) {
    const sizes = perAxis(name, "size", size, sides.length, 1);
    return sides.map((side, a) => ({ axis: a + 2, side, size: sizes[a]!, scale: side / sizes[a]! }));
  }
  const factors = typeof scaleFactor === "number" ? sides.map(() => scaleFactor) : (scaleFactor ?? []);
  const isLegal = (factor: number): boolean => Number.isFinite(factor) && factor > 0;
  if (factors.length !== sides.length || !factors.every(isLegal)) {
    throw new ValueError(
      `${name}: scaleFactor is ${JSON.stringify(scaleFactor)}; use a number above 0, or ${sides.length} of them.`,
    );
  }
  return sides.map((side, a) => {
    const resized = Math.floor(side * factors[a]!);
    if (resized < 1) {
      throw new ShapeError(
        `${name}: scaleFactor ${factors[a]} leaves nothing of axis ${a + 2} of ${showShape(x.shape)}.`,
      );
    }
    return { axis: a + 2, side, size: resized, scale: 1 / factors[a]! };
  });
}

function drawInterpolation(draw: Draw): readonly unknown[] {
  const rank = draw.integer(1, 2);
  const shape = [draw.side(2), draw.side(2), ...Array.from({ length: rank }, () => draw.integer(1, 4))];
  const grid = draw.pick([{ size: draw.integer(1, 5) }, { scaleFactor: draw.pick([1, 1.5, 2]) }]);
  const mode = draw.pick(["nearest", rank === 1 ? "linear" : "bilinear"]);
  return [draw.tensor(shape), { ...grid, mode, alignCorners: mode !== "nearest" && draw.boolean() }];
}

/**
 * Images on a finer or coarser grid, as torch.nn.functional.interpolate without antialiasing. With `scaleFactor` the factor given is the one
 * used, also where the sides are rounded down.
 *
 * @param x [N, C, L] or [N, C, H, W]; "nearest" takes any number of axes behind C.
 * @param options.size The sides of the result.
 * @param options.scaleFactor What the sides are multiplied by, rounded down.
 * @param options.mode "nearest" (default), "linear" for one axis, "bilinear" for two.
 * @param options.alignCorners Whether the first and last elements of both grids coincide; default false.
 * @throws ShapeError where x has too few axes, other than the mode's, or an empty one; ValueError for the options.
 * @example
 * interpolate([[[1, 2]]], { scaleFactor: 2 }).toArray(); // [[[1, 1, 2, 2]]]
 * interpolate([[[1, 3]]], { size: 3, mode: "linear", alignCorners: true }).toArray(); // [[[1, 2, 3]]]
 */
export const interpolate = typedOperator<Interpolate<InterpolateOptions>>(
  "interpolate",
  drawInterpolation,
  (x: TensorLike, options: InterpolateOptions): Tensor => {
    const { mode = "nearest", alignCorners = false } = options;
    const operand = asTensor("interpolate", x);
    const expected = { nearest: operand.rank, linear: 3, bilinear: 4 }[mode];
    if (expected === undefined) {
      throw new ValueError(`interpolate: unknown mode ${JSON.stringify(mode)}; use "nearest", "linear" or "bilinear".`);
    }
    if (operand.rank < 3 || operand.rank !== expected || operand.shape.slice(2).includes(0)) {
      throw new ShapeError(
        `interpolate: x ${showShape(operand.shape)} is no ${mode === "linear" ? "[N, C, L]" : mode === "bilinear" ? "[N, C, H, W]" : "[N, C, L] or [N, C, H, W]"} with elements along the last axes.`,
      );
    }
    if (mode === "nearest") {
      if (alignCorners) throw new ValueError('interpolate: alignCorners has no meaning with mode "nearest".');
      return resamplings(operand, options).reduce(nearest, operand);
    }
    const image = castTo(operand, floatOf(operand.dtype));
    return resamplings(image, options).reduce((y, resampling) => linear(y, resampling, alignCorners), image);
  },
);

/** Options of `adaptiveAvgPool2d`. */
export interface AdaptivePoolOptions {
  /** The sides of the result: one number for both axes, or one each. */
  readonly outputSize: number | readonly number[];
}

/** Means along one axis: bin i holds the elements from ⌊i · side / size⌋ to ⌈(i + 1) · side / size⌉, the last not included. */
function averageBins(x: Tensor, axis: number, size: number): Tensor {
  const side = x.shape[axis]!;
  const starts = Array.from({ length: size }, (_, i) => Math.floor((i * side) / size));
  const lengths = starts.map((start, i) => Math.ceil(((i + 1) * side) / size) - start);
  const widest = Math.max(...lengths);
  const bins = starts.flatMap((start) => Array.from({ length: widest }, (_, k) => Math.min(side - 1, start + k)));
  const inside = lengths.flatMap((length) => Array.from({ length: widest }, (_, k) => k < length));
  const laid = x.shape.flatMap((_, a) => (a === axis ? [size, widest] : [1]));
  const taken = reshapeTo(
    take(x, Int32Array.from(bins), { axis }),
    x.shape.flatMap((other, a) => (a === axis ? [size, widest] : [other])),
  );
  const sums = sumAxes(where(reshapeTo(tensor(inside), laid), taken, 0), [axis + 1]);
  const counts = tensor(lengths, { shape: x.shape.map((_, a) => (a === axis ? size : 1)), dtype: x.dtype });
  return div(sums, counts);
}

/**
 * The means of as many windows as the result has elements, as torch.nn.functional.adaptive_avg_pool2d: window i along an axis runs from ⌊i · side / size⌋ to
 * ⌈(i + 1) · side / size⌉. Integers give float32.
 *
 * @param x [N, C, H, W] or [C, H, W].
 * @param options.outputSize The sides of the result.
 * @throws ShapeError where x has other axes or an empty image; ValueError for sizes that are no integers of 1 or more.
 * @example
 * adaptiveAvgPool2d([[[1, 2, 3]]], { outputSize: [1, 2] }).toArray(); // [[[1.5, 2.5]]]
 */
export const adaptiveAvgPool2d = typedOperator<AdaptivePooling<"adaptiveAvgPool2d", AdaptivePoolOptions>>(
  "adaptiveAvgPool2d",
  (draw) => {
    const lead = draw.boolean() ? [draw.side(2), draw.side(2)] : [draw.side(2)];
    const outputSize = [draw.integer(1, 4), draw.integer(1, 3)];
    return [draw.tensor([...lead, draw.integer(1, 5), draw.integer(1, 4)]), { outputSize }];
  },
  (x: TensorLike, { outputSize }: AdaptivePoolOptions): Tensor => {
    const name = "adaptiveAvgPool2d";
    const operand = asTensor(name, x);
    if ((operand.rank !== 3 && operand.rank !== 4) || operand.shape.slice(-2).includes(0)) {
      throw new ShapeError(
        `${name}: x must be [N, C, H, W] or [C, H, W] with elements along the last axes, not ${showShape(operand.shape)}.`,
      );
    }
    const [rows, columns] = perAxis(name, "outputSize", outputSize, 2, 1);
    const image = castTo(operand, floatOf(operand.dtype));
    return averageBins(averageBins(image, operand.rank - 2, rows!), operand.rank - 1, columns!);
  },
);
