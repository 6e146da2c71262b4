import { allocate } from "../../dtype.js";
import type { Primitive } from "../../graph.js";
import { orthonormalComplements } from "../../numbers/householder.js";
import { apply } from "../../primitive.js";
import * as routines from "../../routines/householder.js";
import { sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { scratchFor } from "../routine-layout.js";
import { concatenate } from "../slice.js";
import { batchOf, sidesOf } from "./matrices.js";
import { floats, lowerMatrices, routineFor } from "./matrix-routines.js";

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
    orthonormalComplements(0, sizeOf(batchOf(shape)), floats(q.data), floats(out), m, k);
    return out;
  },
  lower(context) {
    const [m, rest] = sidesOf(context.shape);
    const k = m - rest;
    return lowerMatrices(routineFor(routines.orthonormalComplements, context.dtype), context, batchOf(context.shape), {
      work: 8 * m * m * k,
      numbers: [m, k],
      scratch: scratchFor(m * k, m * rest, m * k, k, m),
    });
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
