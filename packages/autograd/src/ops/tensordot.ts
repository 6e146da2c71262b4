import { asTensor } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { normalizeAxis, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Tensordot } from "../types/products.js";
import { einsum } from "./einsum.js";

/** Options of `tensordot`. */
export interface TensordotOptions {
  /** How many of the last axes of `a` and the first of `b` run together (default 2), or their axes, pair by pair. */
  readonly axes?: number | readonly [readonly number[], readonly number[]] | undefined;
}

/**
 * Sums products over pairs of axes; what is left of `a` comes first, then what is left of `b`.
 *
 * @param options.axes How many of the last axes of `a` and the first of `b` run together, default 2, or `[axes of a, axes of b]`.
 * @throws ShapeError where the axes of a pair differ in size; AxisError for an axis out of range; ValueError for another form of `axes`.
 * @example
 * tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]]).item(); // 5
 */
export const tensordot = typedOperator<Tensordot>(
  "tensordot",
  (draw) => {
    const [i, j, k] = [draw.side(3), draw.side(3), draw.side(3)];
    const [left, right, options] = draw.pick([
      [
        [i, j, k],
        [j, k, 2],
      ],
      [[i, j], [j, k], { axes: 1 }],
      [[i, j], [k], { axes: 0 }],
      [
        [i, j, k],
        [k, i],
        {
          axes: [
            [0, -1],
            [1, 0],
          ],
        },
      ],
    ] as const);
    return [draw.tensor(left), draw.tensor(right), ...(options === undefined ? [] : [options])];
  },
  (a: TensorLike, b: TensorLike, { axes = 2 }: TensordotOptions = {}): Tensor => {
    const [left, right] = [asTensor("tensordot", a), asTensor("tensordot", b)];
    const [ofLeft, ofRight] = pairedAxes(axes, left, right);
    const names = left.shape.map((_, axis) => String.fromCharCode(97 + axis));
    const others = right.shape.map((_, axis) => String.fromCharCode(65 + axis));
    for (const [n, axis] of ofLeft.entries()) {
      const partner = ofRight[n] ?? 0;
      if (left.shape[axis] !== right.shape[partner]) {
        throw new ShapeError(
          `tensordot: axis ${axis} of ${showShape(left.shape)} and axis ${partner} of ${showShape(right.shape)} differ in size (${left.shape[axis]} ≠ ${right.shape[partner]}).`,
        );
      }
      others[partner] = names[axis] ?? "";
    }
    const kept = [
      ...names.filter((_, axis) => !ofLeft.includes(axis)),
      ...others.filter((_, axis) => !ofRight.includes(axis)),
    ];
    return einsum(`${names.join("")},${others.join("")}->${kept.join("")}`, left, right);
  },
);

function pairedAxes(
  axes: number | readonly [readonly number[], readonly number[]],
  a: Tensor,
  b: Tensor,
): [number[], number[]] {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(a.rank, b.rank)) {
      throw new ValueError(
        `tensordot: axes is ${axes}; ${showShape(a.shape)} and ${showShape(b.shape)} can share 0 … ${Math.min(a.rank, b.rank)}.`,
      );
    }
    return [Array.from({ length: axes }, (_, i) => a.rank - axes + i), Array.from({ length: axes }, (_, i) => i)];
  }
  const [ofA, ofB] = axes;
  if (!Array.isArray(ofA) || !Array.isArray(ofB) || ofA.length !== ofB.length) {
    throw new ValueError(
      `tensordot: axes is ${JSON.stringify(axes)}; it must be a number, or [axes of a, axes of b] of equal length.`,
    );
  }
  return [
    ofA.map((axis) => normalizeAxis("tensordot", axis, a.rank)),
    ofB.map((axis) => normalizeAxis("tensordot", axis, b.rank)),
  ];
}
