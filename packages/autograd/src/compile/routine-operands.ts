import { constantIndex } from "../ir/affine.js";
import type { RoutineLowering } from "../ir/lowering.js";
import { type Shape, sameShape } from "../shape.js";
import { derived, operandOf } from "./open-loops.js";
import type { Value } from "./values.js";

/** The values that a routine reads. */
export function routineOperands(value: Value, { operands }: RoutineLowering): readonly Value[] {
  if (operands === undefined) return value.inputs;
  return operands.map(({ operand, shape }) => {
    const x = operandOf(value, operand);
    return shape === undefined || sameShape(shape, x.shape) ? x : stretched(x, shape);
  });
}

/** A value repeated along new axes and sides of 1. */
function stretched(x: Value, shape: Shape): Value {
  const lead = shape.length - x.shape.length;
  return derived(x, shape, x.dtype, x, {
    kind: "view",
    source: (indices) =>
      x.shape.map((side, axis) => (side === 1 ? constantIndex(0) : (indices[axis + lead] ?? constantIndex(0)))),
  });
}
