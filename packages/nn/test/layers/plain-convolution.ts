/** Convolutions in plain numbers: one sum, or one addition, for each place. */
import type { Tensor } from "@glissade/autograd";
import type { PaddingMode } from "@glissade/nn";
import fc from "fast-check";
import { waves } from "./layer-laws.js";

/** An axis, and how windows lie along it. */
export interface Axis {
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly side: number;
}

/** One axis whose window fits, also without its padding. */
const axes: fc.Arbitrary<Axis> = fc
  .record({
    taps: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.integer({ min: 0, max: 2 }),
    after: fc.integer({ min: 0, max: 2 }),
    more: fc.integer({ min: 0, max: 4 }),
  })
  // A side of 3 bears every padding up to 2, by reflection too.
  .map(({ more, ...axis }) => ({ ...axis, side: Math.max(3, axis.dilation * (axis.taps - 1) + 1) + more }));

/** A convolution over so many axes, with its input. */
export const problems = (rank: number) =>
  fc.record({
    examples: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    groups: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 2 }),
    features: fc.integer({ min: 1, max: 2 }),
    bias: fc.boolean(),
    mode: fc.constantFrom<PaddingMode>("zeros", "reflect", "replicate", "circular"),
    axes: fc.array(axes, { minLength: rank, maxLength: rank }),
  });

/** What `problems` draws. */
export type Problem = ReturnType<typeof problems> extends fc.Arbitrary<infer P> ? P : never;

/** The place in the input that stands for place `i` of a padded axis; undefined where there are zeros. */
function source(i: number, side: number, mode: PaddingMode): number | undefined {
  if (i >= 0 && i < side) return i;
  if (mode === "zeros") return undefined;
  if (mode === "replicate") return i < 0 ? 0 : side - 1;
  if (mode === "circular") return (i + side) % side;
  return i < 0 ? -i : 2 * (side - 1) - i;
}

/** How many windows lie along an axis. */
export const windowCount = ({ side, before, after, taps, stride, dilation }: Axis): number =>
  Math.floor((side + before + after - dilation * (taps - 1) - 1) / stride) + 1;

/** Every place of a shape, last axis fastest. */
function* places(shape: readonly number[]): Generator<number[]> {
  const [first, ...rest] = shape;
  if (first === undefined) yield [];
  else for (let i = 0; i < first; i++) for (const place of places(rest)) yield [i, ...place];
}

const flat = (place: readonly number[], shape: readonly number[]): number =>
  place.reduce((at, i, a) => at * shape[a]! + i, 0);

/** y[n, f, o] = b[f] + Σ_{c, t} w[f, c, t] x[n, c, o · stride + t · dilation − before], c over the group of f. */
export function convolve(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  b: ArrayLike<number> | undefined,
  p: Problem,
): number[] {
  const taps = p.axes.map((axis) => axis.taps);
  const sides = p.axes.map((axis) => axis.side);
  const [channels, features] = [p.channels * p.groups, p.features * p.groups];
  return [...places([p.examples ?? 1, features, ...p.axes.map(windowCount)])].map(([n = 0, f = 0, ...o]) => {
    let sum = b?.[f] ?? 0;
    for (const [c = 0, ...t] of places([p.channels, ...taps])) {
      const channel = Math.floor(f / p.features) * p.channels + c;
      const at = t.map((tap, a) => {
        const { stride, dilation, before, side } = p.axes[a]!;
        return source(o[a]! * stride + tap * dilation - before, side, p.mode);
      });
      if (at.some((i) => i === undefined)) continue;
      const place = [n, channel, ...at.map((i) => i ?? 0)];
      sum += w[flat([f, c, ...t], [features, p.channels, ...taps])]! * x[flat(place, [0, channels, ...sides])]!;
    }
    return sum;
  });
}

/** A property of each axis. */
export const list = <K extends keyof Axis>(p: Problem, key: K): number[] => p.axes.map((axis) => axis[key]);

/** The input of a problem. */
export const inputOf = (p: Problem): Tensor =>
  waves([...(p.examples === undefined ? [] : [p.examples]), p.channels * p.groups, ...list(p, "side")]);

/** Each x[n, c, i] is laid over the result from i · stride − padding on, times w[c, f, t]. */
export function lay(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  b: ArrayLike<number> | undefined,
  p: Problem,
  sides: number[],
): number[] {
  const taps = list(p, "taps");
  const features = p.features * p.groups;
  const shape = [p.examples ?? 1, features, ...sides];
  const y = [...places(shape)].map(([, f = 0]) => b?.[f] ?? 0);
  const from = [p.examples ?? 1, p.channels * p.groups, ...list(p, "side")];
  for (const [n = 0, c = 0, ...i] of places(from)) {
    for (const [own = 0, ...t] of places([p.features, ...taps])) {
      const at = i.map((place, a) => place * p.axes[a]!.stride + t[a]! * p.axes[a]!.dilation - p.axes[a]!.before);
      if (at.some((place, a) => place < 0 || place >= sides[a]!)) continue;
      const f = Math.floor(c / p.channels) * p.features + own;
      y[flat([n, f, ...at], shape)]! +=
        w[flat([c, own, ...t], [0, p.features, ...taps])]! * x[flat([n, c, ...i], from)]!;
    }
  }
  return y;
}
