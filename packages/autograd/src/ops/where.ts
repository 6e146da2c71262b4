import { asTensor, commonDType } from "../convert.js";
import { allocate } from "../dtype.js";
import { DTypeError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { mapBroadcast } from "../numbers/broadcast-loops.js";
import { apply, operator } from "../primitive.js";
import { broadcastShapes, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { sumTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { alignBatch } from "./elementwise.js";

const wherePrimitive: Primitive<undefined> = {
  name: "where",
  linear: [1, 2],
  infer: ({ inputs: [condition, a, b] }) => ({
    shape: broadcastShapes("where", condition.shape, broadcastShapes("where", a.shape, b.shape)),
    dtype: a.dtype,
  }),
  run({ inputs, shape, dtype }) {
    const out = allocate(dtype, sizeOf(shape));
    mapBroadcast((condition: number, a: number, b: number) => (condition !== 0 ? a : b), inputs, shape, out);
    return out;
  },
  vjp: ({ inputs: [condition, a, b], cotangent }) => [
    undefined,
    sumTo(select(condition, cotangent, 0), a.shape),
    sumTo(select(condition, 0, cotangent), b.shape),
  ],
  batch: (context) => apply(wherePrimitive, alignBatch(context), undefined),
};

/** `where` of operands that need no check. */
function select(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const dtype = commonDType("where", [a, b]);
  const branch = (x: TensorLike): Tensor =>
    castTo(asTensor("where", x, typeof x === "number" ? dtype : undefined), dtype);
  return apply(wherePrimitive, [condition, branch(a), branch(b)], undefined);
}

/**
 * a where the condition holds, b elsewhere, element by element; all three broadcast. The cotangent goes to the branch taken and
 * to no other, so that an infinite or undefined value on the other side does no harm here; but b's own derivative still sees
 * a cotangent of 0 there, and 0 · ∞ is NaN: keep the operand of `log` or `sqrt` legal with a second `where`.
 *
 * @param condition A bool tensor.
 * @param a, b Take their common dtype; plain numbers follow the tensor beside them.
 * @throws DTypeError where the condition is not bool; ShapeError where the shapes do not broadcast.
 * @example
 * where([true, false], [1, 2], -1).toArray(); // [1, -1]
 */
export const where = operator(
  "where",
  (draw) => {
    const [condition = [], a = [], b = []] = draw.broadcastable(3);
    return [draw.tensor(condition, { dtype: "bool" }), draw.tensor(a), draw.tensor(b)];
  },
  (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor => select(asCondition("where", condition), a, b),
);

/** @throws DTypeError where a condition or mask is not bool. */
function asCondition(name: string, condition: TensorLike): Tensor {
  const tensor = asTensor(name, condition);
  if (tensor.dtype === "bool") return tensor;
  throw new DTypeError(
    `${name}: the ${name === "where" ? "condition" : "mask"} must be bool, not ${tensor.dtype}; use notEqual(x, 0) or cast(x, "bool").`,
  );
}
