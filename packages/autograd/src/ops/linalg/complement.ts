import { allocate } from "../../dtype.js";
import type { Primitive } from "../../graph.js";
import { orthonormalComplement } from "../../numbers/householder.js";
import { apply } from "../../primitive.js";
import { sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { concatenate } from "../slice.js";
import { batchOf, forEachMatrix, sidesOf } from "./matrices.js";

const complementPrimitive: Primitive<undefined> = {
  name: "orthonormalComplement",
  linear: "none",
  infer({ inputs: [q] }) {
    const [m, k] = sidesOf(q.shape);
    return { shape: [...batchOf(q.shape), m, m - k], dtype: q.dtype };
  },
  run({ inputs: [q], shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    const [m, k] = sidesOf(q.shape);
    forEachMatrix(batchOf(shape), [q], ([matrix], index) => {
      const start = index * m * (m - k);
      if (matrix.some(Number.isNaN)) out.fill(Number.NaN, start, start + m * (m - k));
      else out.set(orthonormalComplement(matrix, m, k), start);
    });
    return out;
  },
  vjp: {
    none: 'the columns that complete a basis are not determined by the matrix. Leave them out: linalg.svd with fullMatrices: false, linalg.qr with mode: "reduced"',
  },
  batch: ({ inputs: [q] }) => apply(complementPrimitive, [q], undefined),
};

/** Orthonormal columns, [..., m, k], completed to a basis, [..., m, m]. */
export function completed(q: Tensor): Tensor {
  const [m, k] = sidesOf(q.shape);
  return m === k ? q : concatenate([q, apply(complementPrimitive, [q], undefined)], q.rank - 1);
}
