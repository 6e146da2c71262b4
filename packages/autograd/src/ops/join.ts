import { asTensor, commonDType, describeValue } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { normalizeAxis, sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Concat, Stack } from "../types/join.js";
import type { Chunk, Split } from "../types/parts.js";
import { reshapeTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { concatenate, sliceAxis } from "./slice.js";

/** Options of operators that work along one axis. */
export interface AxisOption {
  /** Default 0, the first. */
  readonly axis?: number | undefined;
}

/** The operands as tensors of one dtype. */
function alike(name: string, tensors: readonly TensorLike[]): [Tensor, ...Tensor[]] {
  if (!Array.isArray(tensors)) {
    throw new ValueError(`${name}: takes an array of tensors, not ${describeValue(tensors)}; write ${name}([a, b]).`);
  }
  const dtype = tensors.length === 0 ? "float32" : commonDType(name, tensors);
  const [first, ...rest] = tensors.map((x) =>
    castTo(asTensor(name, x, typeof x === "number" ? dtype : undefined), dtype),
  );
  if (first === undefined) throw new ValueError(`${name}: got no tensor; give at least one.`);
  return [first, ...rest];
}

/**
 * Tensors joined along an axis that they have. Dtypes are promoted to one that holds them all.
 *
 * @param tensors At least one; all sides but those along the axis are equal.
 * @param options.axis Default 0.
 * @throws ShapeError where shapes do not fit; AxisError where the axis is out of range; ValueError for no tensors.
 * @example
 * concat([[1, 2], [3]]).toArray(); // [1, 2, 3]
 * concat([zeros([2, 1]), zeros([2, 3])], { axis: 1 }).shape; // [2, 4]
 */
export const concat = typedOperator<Concat>(
  "concat",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const axis = draw.integer(0, shape.length - 1);
    const parts = Array.from({ length: draw.integer(1, 3) }, () =>
      draw.tensor(shape.map((side, i) => (i === axis ? draw.integer(0, 3) : side))),
    );
    return [parts, axis === 0 ? {} : { axis: draw.pick([axis, axis - shape.length]) }];
  },
  (tensors: readonly TensorLike[], { axis = 0 }: AxisOption = {}): Tensor => {
    const operands = alike("concat", tensors);
    const { shape, rank } = operands[0];
    const along = normalizeAxis("concat", axis, rank);
    for (const [i, other] of operands.entries()) {
      if (other.rank !== rank || !other.shape.every((side, k) => k === along || side === shape[k])) {
        throw new ShapeError(
          `concat: tensor ${i} has shape ${showShape(other.shape)} and tensor 0 ${showShape(shape)}; all sides but that of axis ${along} must be equal. ` +
            "For a new axis use stack.",
        );
      }
    }
    return concatenate(operands, along);
  },
);

/**
 * Tensors of one shape side by side along a new axis. Dtypes are promoted to one that holds them all.
 *
 * @param options.axis Where the new axis is in the result; default 0.
 * @throws ShapeError where shapes differ; AxisError where the axis is out of range; ValueError for no tensors.
 * @example
 * stack([[1, 2], [3, 4]], { axis: 1 }).toArray(); // [[1, 3], [2, 4]]
 */
export const stack = typedOperator<Stack>(
  "stack",
  (draw) => {
    const shape = draw.shape();
    const parts = Array.from({ length: draw.integer(1, 3) }, () => draw.tensor(shape));
    return [parts, draw.boolean() ? {} : { axis: draw.integer(-shape.length - 1, shape.length) }];
  },
  (tensors: readonly TensorLike[], { axis = 0 }: AxisOption = {}): Tensor => {
    const operands = alike("stack", tensors);
    const { shape, rank } = operands[0];
    const along = normalizeAxis("stack", axis, rank + 1);
    const wide = [...shape.slice(0, along), 1, ...shape.slice(along)];
    const parts = operands.map((other, i) => {
      if (sameShape(other.shape, shape)) return reshapeTo(other, wide);
      throw new ShapeError(
        `stack: tensor ${i} has shape ${showShape(other.shape)} and tensor 0 ${showShape(shape)}; all shapes must be equal. Along an axis that they have use concat.`,
      );
    });
    return concatenate(parts, along);
  },
);

/** The parts of `x` between neighbouring points along an axis. */
const between = (x: Tensor, axis: number, points: readonly number[]): Tensor[] =>
  points.slice(1).map((stop, i) => sliceAxis(x, axis, Math.min(points[i]!, stop), stop));

/**
 * A tensor cut into parts along an axis (NumPy's rule).
 *
 * @param parts How many parts of equal size, or the indices at which to cut: `[2, 5]` gives 0…2, 2…5 and the rest; negative ones count from the end.
 * @param options.axis Default 0.
 * @throws ShapeError where the axis does not divide into equal parts; AxisError for the axis; ValueError for `parts`.
 * @example
 * const [head, tail] = split([1, 2, 3, 4], 2); // [1, 2] and [3, 4]
 */
export const split = typedOperator<Split>(
  "split",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const axis = draw.integer(0, shape.length - 1);
    const side = shape[axis]!;
    const points = [draw.integer(0, side), draw.integer(0, side)];
    return [draw.tensor(shape), draw.pick([1, Math.max(1, side), points]), { axis }];
  },
  (x: TensorLike, parts: number | readonly number[], { axis = 0 }: AxisOption = {}): Tensor[] => {
    const operand = asTensor("split", x);
    const along = normalizeAxis("split", axis, operand.rank);
    const side = operand.shape[along]!;
    if (typeof parts !== "number") {
      const bad = Array.isArray(parts) ? parts.find((point) => !Number.isInteger(point)) : parts;
      if (bad !== undefined || !Array.isArray(parts)) {
        throw new ValueError(
          `split: ${describeValue(bad)} is no index to cut at; give a number of parts, or integers.`,
        );
      }
      const points = parts.map((point) => Math.min(side, Math.max(0, point < 0 ? point + side : point)));
      return between(operand, along, [0, ...points, side]);
    }
    checkCount("split", parts);
    if (side % parts !== 0) {
      throw new ShapeError(
        `split: axis ${along} of ${showShape(operand.shape)} has ${side} elements, which do not divide into ${parts} equal parts. Use chunk, or give the indices to cut at.`,
      );
    }
    return between(
      operand,
      along,
      Array.from({ length: parts + 1 }, (_, i) => (i * side) / parts),
    );
  },
);

function checkCount(name: string, parts: number): void {
  if (Number.isInteger(parts) && parts > 0) return;
  throw new ValueError(`${name}: ${parts} is no number of parts; use an integer of 1 or more.`);
}

/**
 * A tensor cut into at most so many parts of one size along an axis; the last part may be smaller (PyTorch's rule).
 *
 * @param options.axis Default 0.
 * @throws AxisError for the axis; ValueError where the number of parts is no integer of 1 or more.
 * @example
 * chunk([1, 2, 3, 4, 5], 2); // [1, 2, 3] and [4, 5]
 */
export const chunk = typedOperator<Chunk>(
  "chunk",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    return [draw.tensor(shape), draw.integer(1, 3), { axis: draw.integer(-shape.length, shape.length - 1) }];
  },
  (x: TensorLike, parts: number, { axis = 0 }: AxisOption = {}): Tensor[] => {
    const operand = asTensor("chunk", x);
    const along = normalizeAxis("chunk", axis, operand.rank);
    checkCount("chunk", parts);
    const side = operand.shape[along]!;
    // An axis without elements is cut into as many parts as asked for, all empty.
    const size = Math.ceil(side / parts);
    const count = size === 0 ? parts : Math.ceil(side / size);
    return between(
      operand,
      along,
      Array.from({ length: count + 1 }, (_, i) => Math.min(side, i * size)),
    );
  },
);
