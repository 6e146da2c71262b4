import { allocate } from "../../dtype.js";
import type { Primitive, VjpRule } from "../../graph.js";
import { constantIndex, flatIndex, shiftIndex } from "../../ir/affine.js";
import { scalarTypeOf } from "../../ir/expression.js";
import type { RoutineOfFloats } from "../../ir/routine.js";
import type { Floats } from "../../numbers/numeric-array.js";
import { apply } from "../../primitive.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { batchOf, sidesOf } from "./matrices.js";
import { floats, lowerMatrices, routineFor } from "./matrix-routines.js";

/**
 * How a decomposition with several results stands in a graph whose nodes have one. A factorisation packs its factors
 * into one array, once for each matrix, and primitives read their parts. They take the matrix beside the packed factors
 * and carry the derivative with respect to it; the packed array itself passes none on, so that nothing is counted twice
 * and no derivative factorises again.
 */

/** Writes the packed factors of matrices one behind the other, from the `first` to before the `end`. */
export type FactorMatrices = (
  first: number,
  end: number,
  matrices: Floats,
  out: Float64Array,
  rows: number,
  columns: number,
) => void;

/** What compiled programs run in its place. */
export interface CompiledFactors {
  readonly routines: RoutineOfFloats;
  /** Of the sides of a matrix: about how many operations it takes, and how many elements its arrays have. */
  readonly work: (rows: number, columns: number) => number;
  /** How many of a matrix's sides it is told: 1 of square ones. */
  readonly sides: 1 | 2;
  readonly scratch: (rows: number, columns: number) => number;
}

/**
 * Computes packed factors of matrices; the result is float64 whatever the operand, so that nothing is rounded on the
 * way.
 */
export function factorization(
  name: string,
  packedSides: (rows: number, columns: number) => readonly [number, number],
  factor: FactorMatrices,
  compiled: CompiledFactors,
): (x: Tensor) => Tensor {
  const primitive: Primitive<undefined> = {
    name,
    linear: "none",
    infer: ({ inputs: [x] }) => ({
      shape: [...batchOf(x.shape), ...packedSides(...sidesOf(x.shape))],
      dtype: "float64",
    }),
    run({ inputs: [x], shape }) {
      const out = new Float64Array(sizeOf(shape));
      factor(0, sizeOf(batchOf(x.shape)), floats(x.data), out, ...sidesOf(x.shape));
      return out;
    },
    lower(context) {
      const [x] = context.inputs;
      if (x === undefined) return undefined;
      const sides = sidesOf(x.shape);
      return lowerMatrices(routineFor(compiled.routines, x.dtype), context, batchOf(x.shape), {
        work: compiled.work(...sides),
        numbers: sides.slice(0, compiled.sides),
        scratch: compiled.scratch(...sides),
      });
    },
    vjp: () => [undefined],
    batch: ({ inputs: [x] }) => apply(primitive, [x], undefined),
  };
  return (x) => apply(primitive, [x], undefined);
}

/** Where a part stands in the packed factors of one matrix, and its shape. */
export interface Part {
  readonly start: number;
  readonly shape: Shape;
}

/** Reads one part of packed factors, in the dtype of the matrix: a function of the matrix and its factors. */
export function part(
  name: string,
  partOf: (rows: number, columns: number) => Part,
  vjp: VjpRule<undefined>,
): (x: Tensor, factors: Tensor) => Tensor {
  const primitive: Primitive<undefined> = {
    name,
    linear: "none",
    infer: ({ inputs: [x] }) => ({
      shape: [...batchOf(x.shape), ...partOf(...sidesOf(x.shape)).shape],
      dtype: x.dtype,
    }),
    run({ inputs: [x, factors], shape, dtype }) {
      const out = allocate(dtype, sizeOf(shape));
      const own = partOf(...sidesOf(x.shape));
      const size = sizeOf(own.shape);
      const packedSize = sizeOf(factors.shape.slice(-2));
      for (let at = 0, from = own.start; at < out.length; at += size, from += packedSize) {
        out.set(factors.data.subarray(from, from + size), at);
      }
      return out;
    },
    lower({ inputs: [x, factors], dtype }) {
      const [rows, columns] = sidesOf(factors?.shape ?? []);
      const own = partOf(...sidesOf(x?.shape ?? []));
      return {
        kind: "map",
        element({ b, indices, operand }) {
          const batch = indices.slice(0, indices.length - own.shape.length);
          const at = shiftIndex(flatIndex(indices.slice(batch.length), own.shape), own.start);
          // A place in the packed matrix may lie beyond the end of a row: rows lie one behind the other.
          const place = columns === 1 && rows !== 1 ? [at, constantIndex(0)] : [constantIndex(0), at];
          return b.convert(operand(1, [...batch, ...place]), scalarTypeOf(dtype));
        },
      };
    },
    vjp,
    batch: ({ inputs: [x, factors] }) => apply(primitive, [x, factors], undefined),
  };
  return (x, factors) => apply(primitive, [x, factors], undefined);
}
