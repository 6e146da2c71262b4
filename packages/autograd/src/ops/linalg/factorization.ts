import { allocate } from "../../dtype.js";
import type { Primitive, VjpRule } from "../../graph.js";
import { apply } from "../../primitive.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { batchOf, forEachMatrix, sidesOf } from "./matrices.js";

/**
 * How a decomposition with several results stands in a graph whose nodes have one. A factorisation packs its factors
 * into one array, once for each matrix, and primitives read their parts. They take the matrix beside the packed factors
 * and carry the derivative with respect to it; the packed array itself passes none on, so that nothing is counted twice
 * and no derivative factorises again.
 */

/**
 * Computes packed factors of matrices; the result is float64 whatever the operand, so that nothing is rounded on the
 * way.
 */
export function factorization(
  name: string,
  packedSides: (rows: number, columns: number) => readonly [number, number],
  /** Undefined where there are no factors: they are NaN then, as they are where the matrix holds NaN. */
  factor: (matrix: Float64Array<ArrayBuffer>, rows: number, columns: number) => Float64Array | undefined,
): (x: Tensor) => Tensor {
  const primitive: Primitive<undefined> = {
    name,
    linear: "none",
    infer: ({ inputs: [x] }) => ({
      shape: [...batchOf(x.shape), ...packedSides(...sidesOf(x.shape))],
      dtype: "float64",
    }),
    run({ inputs: [x], shape, dtype }) {
      const out = allocate(dtype, sizeOf(shape));
      const size = sizeOf(shape.slice(-2));
      const [rows, columns] = sidesOf(x.shape);
      forEachMatrix(batchOf(x.shape), [x], ([matrix], index) => {
        const factors = matrix.some(Number.isNaN) ? undefined : factor(matrix, rows, columns);
        if (factors === undefined) out.fill(Number.NaN, index * size, (index + 1) * size);
        else out.set(factors, index * size);
      });
      return out;
    },
    vjp: () => [undefined],
    batch: ({ inputs: [x] }) => apply(primitive, [x], undefined),
  };
  return (x) => apply(primitive, [x], undefined);
}

/** Arrays one after another, as packed factors hold them. */
export function packed(...parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const own of parts) {
    whole.set(own, at);
    at += own.length;
  }
  return whole;
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
    vjp,
    batch: ({ inputs: [x, factors] }) => apply(primitive, [x, factors], undefined),
  };
  return (x, factors) => apply(primitive, [x, factors], undefined);
}
