import { asTensor, describeValue } from "../convert.js";
import { AxisError, ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { axisList, normalizeAxis, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Repeat, Tile } from "../types/cut.js";
import type { Roll } from "../types/keep.js";
import type { Meshgrid } from "../types/parts.js";
import { reshapeTo, stretch } from "./broadcast.js";
import { concatenate, sliceAxis } from "./slice.js";
import { take } from "./take.js";

/** Operators that repeat tensors or turn them round: stretches between two reshapes. */

function checkRepeats(name: string, repeats: unknown): asserts repeats is readonly number[] {
  if (Array.isArray(repeats) && repeats.every((count) => Number.isInteger(count) && count >= 0)) return;
  throw new ValueError(
    `${name}: ${Array.isArray(repeats) ? JSON.stringify(repeats) : describeValue(repeats)} is no number of repetitions; use integers of 0 or more.`,
  );
}

/**
 * `x` put side by side as often as `repeats` says for each axis. Counts are aligned with the last axis; axes are added in front where there are
 * more counts than axes (NumPy's rule).
 *
 * @param repeats A count for the last axis, or an array of counts.
 * @throws ValueError where a count is no integer of 0 or more.
 * @example
 * tile([1, 2], 2).toArray(); // [1, 2, 1, 2]
 * tile([1, 2], [2, 1]).toArray(); // [[1, 2], [1, 2]]
 */
export const tile = typedOperator<Tile>(
  "tile",
  (draw) => [
    draw.tensor(draw.shape()),
    draw.boolean() ? draw.integer(0, 3) : Array.from({ length: draw.integer(0, 4) }, () => draw.pick([1, 2, 3])),
  ],
  (x: TensorLike, repeats: number | readonly number[]): Tensor => {
    const operand = asTensor("tile", x);
    const given = typeof repeats === "number" ? [repeats] : repeats;
    checkRepeats("tile", given);
    const rank = Math.max(operand.rank, given.length);
    const filled = (sides: readonly number[]): number[] => [
      ...new Array<number>(rank - sides.length).fill(1),
      ...sides,
    ];
    const [sides, counts] = [filled(operand.shape), filled(given)];
    const apart = reshapeTo(
      operand,
      sides.flatMap((side) => [1, side]),
    );
    const stretched = stretch(
      apart,
      sides.flatMap((side, axis) => [counts[axis]!, side]),
    );
    return reshapeTo(
      stretched,
      sides.map((side, axis) => side * counts[axis]!),
    );
  },
);

/** Options of `repeat` and `roll`. */
export interface FlatAxisOption {
  /** Default: the flattened tensor. */
  readonly axis?: number | undefined;
}

/**
 * Every element of `x` repeated in its place along an axis.
 *
 * @param repeats One count for all elements, or a count for each element along the axis.
 * @param options.axis Default: the flattened tensor, as in NumPy.
 * @throws AxisError for the axis; ValueError where a count is no integer of 0 or more; ShapeError where the number of counts is not the side.
 * @example
 * repeat([1, 2], 2).toArray(); // [1, 1, 2, 2]
 * repeat([1, 2], [1, 3]).toArray(); // [1, 2, 2, 2]
 */
export const repeat = typedOperator<Repeat>(
  "repeat",
  (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const axis = draw.integer(0, shape.length - 1);
    const counts = Array.from({ length: shape[axis]! }, () => draw.integer(0, 2));
    return draw.boolean()
      ? [draw.tensor(shape), draw.integer(0, 3)]
      : [draw.tensor(shape), draw.pick([2, counts]), { axis: draw.pick([axis, axis - shape.length]) }];
  },
  (x: TensorLike, repeats: number | readonly number[], { axis }: FlatAxisOption = {}): Tensor => {
    const given = asTensor("repeat", x);
    const operand = axis === undefined ? reshapeTo(given, [given.size]) : given;
    const along = normalizeAxis("repeat", axis === undefined ? 0 : axis, operand.rank);
    const side = operand.shape[along]!;
    checkRepeats("repeat", typeof repeats === "number" ? [repeats] : repeats);
    const [before, after] = [operand.shape.slice(0, along), operand.shape.slice(along + 1)];
    if (typeof repeats === "number") {
      const apart = reshapeTo(operand, [...before, side, 1, ...after]);
      return reshapeTo(stretch(apart, [...before, side, repeats, ...after]), [...before, side * repeats, ...after]);
    }
    if (repeats.length !== side) {
      throw new ShapeError(
        `repeat: ${repeats.length} counts for axis ${along} of ${showShape(operand.shape)}; give ${side}, or one number for all.`,
      );
    }
    const indices = repeats.flatMap((count, index) => new Array<number>(count).fill(index));
    return take(operand, Int32Array.from(indices), { axis: along });
  },
);

/** Options of `roll`. */
export interface RollOptions {
  /** The axis, or one for each shift; default: the flattened tensor. */
  readonly axis?: number | readonly number[] | undefined;
}

/**
 * `x` with its elements moved on along axes; what goes over an end comes in at the other.
 *
 * @param shift How far, forwards where positive: a number, or one for each axis.
 * @param options.axis The axis or axes; default: the flattened tensor, with its shape restored (NumPy's rule).
 * @throws AxisError for an axis, or where there are not as many axes as shifts; ValueError where a shift is no integer.
 * @example
 * roll([1, 2, 3], 1).toArray(); // [3, 1, 2]
 */
export const roll = typedOperator<Roll>(
  "roll",
  (draw) => {
    const shape = draw.shape();
    if (draw.boolean()) return [draw.tensor(shape), draw.integer(-5, 5)];
    const axis = draw.axes(shape.length, 0);
    return [draw.tensor(shape), axis.map(() => draw.integer(-5, 5)), { axis }];
  },
  (x: TensorLike, shift: number | readonly number[], { axis }: RollOptions = {}): Tensor => {
    const operand = asTensor("roll", x);
    const shifts = Array.isArray(shift) ? shift : [shift];
    const bad = shifts.find((by) => !Number.isInteger(by));
    if (bad !== undefined) throw new ValueError(`roll: the shift ${String(bad)} is no integer.`);
    const axes = axis === undefined ? [0] : axisList("roll", axis);
    if (axes.length !== shifts.length) {
      throw new AxisError(`roll: ${shifts.length} shifts for ${axes.length} axes; give one shift for each axis.`);
    }
    const start = axis === undefined ? reshapeTo(operand, [operand.size]) : operand;
    const rolled = axes
      .map((a) => normalizeAxis("roll", a, start.rank))
      .reduce((turned, along, i) => rollAxis(turned, along, shifts[i]!), start);
    return reshapeTo(rolled, operand.shape);
  },
);

function rollAxis(x: Tensor, axis: number, shift: number): Tensor {
  const side = x.shape[axis]!;
  if (side === 0 || shift % side === 0) return x;
  const cut = ((-shift % side) + side) % side;
  return concatenate([sliceAxis(x, axis, cut, side), sliceAxis(x, axis, 0, cut)], axis);
}

/** Options of `meshgrid`. */
export interface MeshgridOptions {
  /** "xy" (default): the first two axes exchanged, as pictures have them; "ij": axis i for the i-th vector. */
  readonly indexing?: "xy" | "ij" | undefined;
}

/**
 * The coordinates of a grid: each vector repeated along the axes of the others.
 *
 * @param vectors Tensors with one axis each, or scalars.
 * @param options.indexing "xy" (default, NumPy's): results have shape [n1, n0, n2, …]; "ij": [n0, n1, n2, …].
 * @returns As many tensors as vectors, all of one shape.
 * @throws ShapeError where an operand has more than one axis; ValueError for what is no array, or an unknown indexing.
 * @example
 * const [x, y] = meshgrid([[1, 2, 3], [10, 20]]); // [[1, 2, 3], [1, 2, 3]] and [[10, 10, 10], [20, 20, 20]]
 */
export const meshgrid = typedOperator<Meshgrid>(
  "meshgrid",
  (draw) => [
    Array.from({ length: draw.integer(1, 3) }, () => draw.tensor(draw.shape({ minRank: 1, maxRank: 1 }))),
    { indexing: draw.pick(["xy", "ij"] as const) },
  ],
  (vectors: readonly TensorLike[], { indexing = "xy" }: MeshgridOptions = {}): Tensor[] => {
    if (!Array.isArray(vectors)) {
      throw new ValueError(
        `meshgrid: takes an array of vectors, not ${describeValue(vectors)}; write meshgrid([x, y]).`,
      );
    }
    if (indexing !== "xy" && indexing !== "ij") {
      throw new ValueError(`meshgrid: unknown indexing ${describeValue(indexing)}; use "xy" or "ij".`);
    }
    const operands = vectors.map((vector, i) => {
      const operand = asTensor("meshgrid", vector);
      if (operand.rank <= 1) return operand;
      throw new ShapeError(`meshgrid: operand ${i} has shape ${showShape(operand.shape)}; flatten it to one axis.`);
    });
    const axes = [...operands.keys()];
    if (indexing === "xy" && axes.length > 1) axes.splice(0, 2, 1, 0);
    const shape = axes.map((i) => operands[i]!.size);
    return operands.map((operand, i) => {
      const own = axes.map((other) => (other === i ? operand.size : 1));
      return stretch(reshapeTo(operand, own), shape);
    });
  },
);
