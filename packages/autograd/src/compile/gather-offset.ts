import { type Affine, constantIndex } from "../ir/affine.js";
import type { Expr, ExpressionBuilder } from "../ir/expression.js";
import type { Index } from "../ir/lowering.js";
import type { Shape } from "../shape.js";

/** Indices of which some are computed: the linear ones, 0 in place of the others, and the row-major offset that the others make. */
export function gatherOffset(
  b: ExpressionBuilder,
  indices: readonly Index[],
  shape: Shape,
): { readonly fixed: readonly Affine[]; readonly offset: Expr | undefined } {
  const fixed = indices.map((index) => ("terms" in index ? index : constantIndex(0)));
  let offset: Expr | undefined;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const index = indices[axis];
    if (index !== undefined && !("terms" in index)) {
      const step = b.mul(index, b.constant("i32", stride));
      offset = offset === undefined ? step : b.add(offset, step);
    }
    stride *= shape[axis] ?? 1;
  }
  return { fixed, offset };
}
