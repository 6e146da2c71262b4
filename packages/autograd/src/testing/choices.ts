import type { ShapeChoice } from "../sampling.js";
import { broadcastsTo, type Shape } from "../shape.js";
import type { RandomSource } from "./random-source.js";

/** The weight of a choice, by which shrinking descends: elements first, then structure, then the numbers themselves. */
export type Weight = readonly [elements: number, structure: number, numbers: number];

/**
 * A kind of choice: how it is drawn, how a recorded value is adapted when an earlier choice has changed what may be chosen, and what is
 * simpler than a value.
 */
export interface ChoiceKind<Q, V> {
  draw(request: Q, random: RandomSource): V;
  /** Legal for the request, and as close to `recorded` as that allows; the simplest where nothing was recorded. */
  fit(request: Q, recorded: V | undefined): V;
  simpler(request: Q, value: V): Iterable<V>;
  weight(request: Q, value: V): Weight;
}

/** Thrown where a sampler asks for what does not exist: an integer from 0 to −1, an element of nothing. */
export class Undrawable extends Error {
  override name = "Undrawable";
}

/** A copy of `items` without item `index`. */
export const without = <T>(items: readonly T[], index: number): T[] => items.filter((_, i) => i !== index);

/** A copy of `items` with another item at `index`. */
export const replaced = <T>(items: readonly T[], index: number, item: T): T[] =>
  items.map((each, i) => (i === index ? item : each));

export interface IntegerRequest {
  readonly min: number;
  readonly max: number;
}

const clamp = ({ min, max }: IntegerRequest, value: number): number => Math.min(max, Math.max(min, value));

export const integerKind: ChoiceKind<IntegerRequest, number> = {
  draw: ({ min, max }, random) => random.integer(min, max),
  fit: (request, recorded) => clamp(request, recorded ?? 0),
  *simpler(request, value) {
    const target = clamp(request, 0);
    for (let step = value - target; step !== 0; step = Math.trunc(step / 2)) yield value - step;
    if (value < 0 && -value <= request.max) yield -value;
  },
  weight: (request, value) => [0, 2 * Math.abs(value - clamp(request, 0)) + (value < 0 ? 1 : 0), 0],
};

/** How shapes are drawn where the choice leaves it open: `zeroSize` also draws sides of 0, `long` sides of up to 9 and more often many axes. */
export interface ShapeRequest {
  readonly choice: ShapeChoice;
  readonly zeroSize: boolean;
  readonly long: boolean;
}

/** The greatest side that is drawn, and that of long ones: some vectors of four elements or two, and a rest. */
export const [usualSide, longSide] = [4, 9];

interface ShapeLimits {
  readonly rank: IntegerRequest;
  readonly side: IntegerRequest;
}

function limits({ choice, zeroSize, long }: ShapeRequest): ShapeLimits {
  const minRank = choice.minRank ?? 0;
  const minSide = choice.minSide ?? (zeroSize ? 0 : 1);
  return {
    rank: { min: minRank, max: choice.maxRank ?? Math.max(3, minRank) },
    side: { min: minSide, max: choice.maxSide ?? Math.max(long ? longSide : usualSide, minSide) },
  };
}

function drawSide({ min, max }: IntegerRequest, random: RandomSource): number {
  if (min === 0 && random.oneIn(3)) return 0;
  if (min <= 1 && max >= 1 && random.oneIn(4)) return 1;
  // Long sides are for variety: most are short, or a few axes would make many elements.
  return random.integer(min, max === longSide && !random.oneIn(3) ? Math.max(min, usualSide) : max);
}

/** A side of 0 counts more than a side of 1: it is what a law about zero-size tensors is after, and nothing to shrink to. */
const sideWeight = (side: number): number => (side === 0 ? 1 : 2 * (side - 1));

const shapeWeight = (shape: Shape): number => shape.reduce((sum, side) => sum + 3 + sideWeight(side), 0);

const simplerSides = (side: number, { min }: IntegerRequest): number[] =>
  [Math.max(1, min), Math.max(min, side >> 1), side - 1].filter(
    (s, i, all) => s >= 1 && s < side && all.indexOf(s) === i,
  );

export const shapeKind: ChoiceKind<ShapeRequest, Shape> = {
  draw(request, random) {
    const { rank, side } = limits(request);
    // A scalar says less than a tensor with axes: it comes half as often.
    const drawn = random.integer(rank.min, rank.max);
    const again = request.long || (drawn === 0 && random.oneIn(2));
    const length = again ? Math.max(drawn, random.integer(rank.min, rank.max)) : drawn;
    return Array.from({ length }, () => drawSide(side, random));
  },
  fit(request, recorded = []) {
    const { rank, side } = limits(request);
    const kept = recorded.slice(Math.max(0, recorded.length - rank.max));
    const lead = new Array<number>(Math.max(0, rank.min - kept.length)).fill(1);
    return [...lead, ...kept].map((each) => clamp(side, each));
  },
  *simpler(request, shape) {
    const { rank, side } = limits(request);
    yield shapeKind.fit(request, undefined);
    for (let drop = shape.length - rank.min; drop > 1; drop--) yield shape.slice(drop);
    if (shape.length > rank.min) for (const axis of shape.keys()) yield without(shape, axis);
    for (const [axis, own] of shape.entries())
      for (const smaller of simplerSides(own, side)) yield replaced(shape, axis, smaller);
  },
  weight: (_request, shape) => [0, shapeWeight(shape), 0],
};

/** Shapes that broadcast together: how many, and how each is drawn. */
export interface GroupRequest extends ShapeRequest {
  readonly count: number;
}

/** The shape that a group broadcasts to. */
export function groupShape(shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sides = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sides.find((side) => side !== 1) ?? 1;
  });
}

/** Changes every shape of a group at one axis of the shape that they broadcast to; `undefined` takes the axis out. */
function changeAxis(shapes: readonly Shape[], axis: number, rank: number, side: number | undefined): Shape[] {
  return shapes.map((shape) => {
    const own = axis - rank + shape.length;
    if (own < 0) return shape;
    if (side === undefined) return without(shape, own);
    return shape[own] === 1 ? shape : replaced(shape, own, side);
  });
}

export const groupKind: ChoiceKind<GroupRequest, readonly Shape[]> = {
  draw(request, random) {
    const { rank, side } = limits(request);
    const full = shapeKind.draw(request, random);
    if (request.count === 1) return [full];
    return Array.from({ length: request.count }, () => {
      const spare = full.length - rank.min;
      const drop = spare > 0 && random.oneIn(2) ? random.integer(1, spare) : 0;
      return full.slice(drop).map((own) => (side.min <= 1 && random.oneIn(4) ? 1 : own));
    });
  },
  fit(request, recorded) {
    const { rank, side } = limits(request);
    const full = groupShape(recorded ?? []);
    const isKept =
      recorded?.length === request.count &&
      recorded.every(
        (shape) =>
          shape.length >= rank.min &&
          shape.length <= rank.max &&
          shape.every((own) => own >= side.min && own <= side.max) &&
          broadcastsTo(shape, full),
      );
    if (isKept) return recorded;
    return new Array<Shape>(request.count).fill(shapeKind.fit(request, full));
  },
  *simpler(request, shapes) {
    const { rank, side } = limits(request);
    yield groupKind.fit(request, undefined);
    const full = groupShape(shapes);
    for (let keep = rank.min; keep < full.length - 1; keep++)
      yield shapes.map((shape) => shape.slice(Math.max(0, shape.length - keep)));
    for (const axis of full.keys()) {
      const without = changeAxis(shapes, axis, full.length, undefined);
      if (without.every((shape) => shape.length >= rank.min)) yield without;
    }
    for (const [axis, own] of full.entries())
      for (const smaller of simplerSides(own, side)) yield changeAxis(shapes, axis, full.length, smaller);
    for (const [i, shape] of shapes.entries()) {
      if (shape.length > rank.min) yield replaced(shapes, i, shape.slice(1));
      if (side.min > 1) continue;
      for (const [axis, own] of shape.entries()) if (own > 1) yield replaced(shapes, i, replaced(shape, axis, 1));
    }
  },
  weight: (_request, shapes) => [0, shapes.reduce((sum, shape) => sum + shapeWeight(shape), 0), 0],
};

export interface AxesRequest {
  readonly rank: number;
  readonly least: number;
}

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const axesKind: ChoiceKind<AxesRequest, readonly number[]> = {
  draw({ rank, least }, random) {
    const left = Array.from({ length: rank }, (_, axis) => axis);
    const count = random.integer(Math.min(least, rank), rank);
    return Array.from({ length: count }, () => {
      const [axis = 0] = left.splice(random.integer(0, left.length - 1), 1);
      return random.oneIn(3) ? axis - rank : axis;
    });
  },
  fit({ rank, least }, recorded = []) {
    const kept = new Map<number, number>();
    for (const axis of recorded) {
      // An axis that is gone becomes the nearest one, counted from the same end.
      const own = axis < 0 ? Math.max(axis, -rank) : Math.min(axis, rank - 1);
      const front = fromFront(own, rank);
      if (front >= 0 && !kept.has(front)) kept.set(front, own);
    }
    for (let axis = 0; axis < rank && kept.size < least; axis++) if (!kept.has(axis)) kept.set(axis, axis);
    return [...kept.values()];
  },
  *simpler({ rank, least }, axes) {
    if (axes.length > least) for (const i of axes.keys()) yield without(axes, i);
    yield [...axes].sort((a, b) => fromFront(a, rank) - fromFront(b, rank));
    for (const [i, axis] of axes.entries()) if (axis < 0) yield replaced(axes, i, axis + rank);
    for (const [i, axis] of axes.entries()) {
      for (let lower = 0; lower < fromFront(axis, rank); lower++)
        if (axes.every((other) => fromFront(other, rank) !== lower)) yield replaced(axes, i, lower);
    }
  },
  weight: ({ rank }, axes) => [
    0,
    axes.reduce((sum, axis, i) => {
      const descends = i > 0 && fromFront(axes[i - 1] ?? 0, rank) > fromFront(axis, rank);
      return sum + 3 + fromFront(axis, rank) + (axis < 0 ? 0.5 : 0) + (descends ? 0.25 : 0);
    }, 0),
    0,
  ],
};
