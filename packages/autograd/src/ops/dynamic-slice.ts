import { asIndices, asTensor, commonDType } from "../convert.js";
import { ShapeError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { checkShape, type Shape, sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { DynamicSlice, DynamicUpdateSlice } from "../types/gather.js";
import { sub } from "./arithmetic.js";
import { reshapeTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { greaterEqual, less, logicalAnd } from "./comparison.js";
import { add } from "./elementwise.js";
import { counting } from "./scatter.js";
import { take } from "./take.js";
import { clip, where } from "./where.js";

/** The start of a slice along each axis, moved so that the slice lies inside, as in XLA. */
function clampedStarts(name: string, starts: TensorLike, shape: Shape, sizes: Shape): Tensor[] {
  const given = asIndices(name, starts);
  if (!sameShape(given.shape, [shape.length])) {
    throw new ShapeError(
      `${name}: starts has shape ${showShape(given.shape)}; x ${showShape(shape)} needs one start for each of its ${shape.length} axes.`,
    );
  }
  const fits =
    sizes.length === shape.length &&
    sizes.every((size, i) => Number.isInteger(size) && size >= 0 && size <= (shape[i] ?? 0));
  if (!fits) throw new ShapeError(`${name}: a slice of ${showShape(sizes)} does not lie inside ${showShape(shape)}.`);
  const all = castTo(given, "int32");
  return shape.map((side, i) => clip(take(all, [i], { axis: 0 }), { min: 0, max: side - (sizes[i] ?? 0) }));
}

const drawStarts = (draw: Draw, shape: Shape): Tensor =>
  draw.tensor([shape.length], { dtype: "int32", min: -1, max: 4 });

/**
 * The slice of `x` of the given sizes from `starts` on. The starts may be computed; they are moved so that the slice lies inside, as in XLA.
 *
 * @param starts One integer for each axis.
 * @param sizes The shape of the result, known beforehand.
 * @throws ShapeError where starts or sizes do not fit `x`; DTypeError for starts that are no integers.
 * @example
 * dynamicSlice([1, 2, 3, 4], [1], [2]).toArray(); // [2, 3]
 */
export const dynamicSlice = typedOperator<DynamicSlice>(
  "dynamicSlice",
  (draw) => {
    const shape = draw.shape();
    return [draw.tensor(shape), drawStarts(draw, shape), shape.map((side) => draw.integer(1, side))];
  },
  (x: TensorLike, starts: TensorLike, sizes: Shape): Tensor => {
    const operand = asTensor("dynamicSlice", x);
    checkShape("dynamicSlice", sizes);
    const from = clampedStarts("dynamicSlice", starts, operand.shape, sizes);
    return from.reduce(
      (part: Tensor, start, axis) => take(part, add(start, counting(sizes[axis] ?? 0)), { axis }),
      operand,
    );
  },
);

/**
 * `x` with `update` in place of the slice from `starts` on. The starts may be computed; they are moved so that the slice lies inside, as in XLA.
 * What was replaced has derivative zero.
 *
 * @param starts One integer for each axis.
 * @throws ShapeError where starts or the update do not fit `x`; DTypeError for starts that are no integers.
 * @example
 * dynamicUpdateSlice([1, 2, 3, 4], [8, 9], [1]).toArray(); // [1, 8, 9, 4]
 */
export const dynamicUpdateSlice = typedOperator<DynamicUpdateSlice>(
  "dynamicUpdateSlice",
  (draw) => {
    const shape = draw.shape();
    return [draw.tensor(shape), draw.tensor(shape.map((side) => draw.integer(1, side))), drawStarts(draw, shape)];
  },
  (x: TensorLike, update: TensorLike, starts: TensorLike): Tensor => {
    const dtype = commonDType("dynamicUpdateSlice", [x, update]);
    const operand = castTo(asTensor("dynamicUpdateSlice", x), dtype);
    const part = castTo(asTensor("dynamicUpdateSlice", update), dtype);
    const from = clampedStarts("dynamicUpdateSlice", starts, operand.shape, part.shape);
    if (part.size === 0) return operand;
    let placed = part;
    let inside: Tensor | undefined;
    for (const [axis, start] of from.entries()) {
      const [side = 0, size = 0] = [operand.shape[axis], part.shape[axis]];
      const offset = sub(counting(side), start);
      placed = take(placed, clip(offset, { min: 0, max: size - 1 }), { axis });
      const covered = logicalAnd(greaterEqual(offset, 0), less(offset, size));
      const aligned = reshapeTo(
        covered,
        operand.shape.map((_, i) => (i === axis ? side : 1)),
      );
      inside = inside === undefined ? aligned : logicalAnd(inside, aligned);
    }
    return inside === undefined ? placed : where(inside, placed, operand);
  },
);
