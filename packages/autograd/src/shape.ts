import { AxisError, ShapeError, ValueError } from "./errors.js";

/** The sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** A shape in words: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws ValueError where a side is not an integer of 0 or more; ShapeError where `shape` is no array. */
export function checkShape(operator: string, shape: unknown): asserts shape is Shape {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${operator}: a shape is an array of sizes such as [2, 3], not ${String(shape)}.`);
  }
  for (const side of shape) {
    if (!Number.isInteger(side) || side < 0) {
      throw new ValueError(
        `${operator}: ${String(side)} in shape ${showShape(shape)} is no size; use integers of 0 or more.`,
      );
    }
  }
  if (!Number.isSafeInteger(sizeOf(shape))) {
    throw new ValueError(`${operator}: shape ${showShape(shape)} has more elements than can be counted.`);
  }
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] ?? 1;
  }
  return strides;
}

/**
 * The shape that both broadcast to: aligned at the last axis, a side of 1 stretches (NumPy's rule).
 *
 * @throws ShapeError where two sides differ and neither is 1.
 */
export function broadcastShapes(operator: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const left = a[a.length - i] ?? 1;
    const right = b[b.length - i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${operator}: cannot broadcast ${showShape(a)} with ${showShape(b)}: axis ${-i} is ${left} on the left and ${right} on the right. ` +
          "Sides must be equal or 1, counted from the last axis; reshape or expandDims one of them.",
      );
    }
    shape[rank - i] = left === 1 ? right : left;
  }
  return shape;
}

/** Whether a tensor of shape `from` can be broadcast to `to`. */
export function broadcastsTo(from: Shape, to: Shape): boolean {
  if (from.length > to.length) return false;
  for (let i = 1; i <= from.length; i++) {
    const side = from[from.length - i];
    if (side !== 1 && side !== to[to.length - i]) return false;
  }
  return true;
}

/**
 * An axis counted from the front; negative ones count from the end.
 *
 * @throws AxisError where it is no integer in −rank … rank − 1.
 */
export function normalizeAxis(operator: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const legal = rank === 0 ? "a scalar has no axes" : `use ${-rank} … ${rank - 1}`;
    throw new AxisError(`${operator}: axis ${String(axis)} is out of range for rank ${rank}; ${legal}.`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** One axis or several as a list. @throws AxisError for what is neither a number nor an array. */
export function axisList(operator: string, axis: number | readonly number[]): readonly number[] {
  if (typeof axis === "number") return [axis];
  if (Array.isArray(axis)) return axis;
  throw new AxisError(`${operator}: ${JSON.stringify(axis)} names no axis; use an integer or an array of integers.`);
}

/**
 * Axes counted from the front, ascending; `undefined` means all.
 *
 * @throws AxisError where one is out of range or named twice.
 */
export function normalizeAxes(operator: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = axisList(operator, axis).map((a) => normalizeAxis(operator, a, rank));
  axes.sort((a, b) => a - b);
  for (let i = 1; i < axes.length; i++) {
    if (axes[i] === axes[i - 1]) {
      throw new AxisError(
        `${operator}: axis ${axes[i]} is named twice in ${JSON.stringify(axis)}; name each axis once.`,
      );
    }
  }
  return axes;
}

/** The shape left when `axes` (normalised) are reduced. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  if (keepDims) return shape.map((side, i) => (axes.includes(i) ? 1 : side));
  return shape.filter((_, i) => !axes.includes(i));
}
