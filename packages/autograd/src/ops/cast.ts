import { asTensor, copyInto } from "../convert.js";
import { checkDType, type DType, floatOf } from "../dtype.js";
import type { Primitive } from "../graph.js";
import { scalarTypeOf } from "../ir/expression.js";
import { apply, typedOperator } from "../primitive.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { ShapeOf } from "../types/operand.js";

const castPrimitive: Primitive<{ readonly dtype: DType }> = {
  name: "cast",
  linear: "jointly",
  infer: ({ inputs: [x], attributes }) => ({ shape: x.shape, dtype: attributes.dtype }),
  run: ({ inputs: [x], dtype }) => copyInto(dtype, x.data),
  vjp: ({ inputs: [x], cotangent }) => [castTo(cotangent, x.dtype)],
  batch: ({ inputs: [x], attributes }) => castTo(x, attributes.dtype),
  element:
    ({ dtype }) =>
    (b, x) =>
      b.convert(x, scalarTypeOf(dtype)),
};

/** `x` in another dtype, or `x` itself. */
export const castTo = (x: Tensor, dtype: DType): Tensor =>
  x.dtype === dtype ? x : apply(castPrimitive, [x], { dtype });

/** The operand in the float dtype in which operators on reals compute: integers and booleans become float32. */
export function asFloat(operator: string, x: TensorLike): Tensor {
  const operand = asTensor(operator, x);
  return castTo(operand, floatOf(operand.dtype));
}

/**
 * The same numbers in another dtype. To an integer dtype fractions are cut off towards zero and the rest wraps (ECMAScript's typed
 * arrays; NaN becomes 0); to bool, everything but 0 is true. Between floats the cotangent is cast back; integers and booleans
 * carry no derivative.
 *
 * @throws DTypeError where `dtype` is none.
 * @example
 * cast([1.7, -1.7], "int32").toArray(); // [1, -1]
 */
export const cast = typedOperator<<X extends TensorLike, To extends DType>(x: X, dtype: To) => Tensor<ShapeOf<X>, To>>(
  "cast",
  (draw) => [draw.tensor(draw.shape()), draw.pick(["float32", "float64"] as const)],
  (x: TensorLike, dtype: DType): Tensor => {
    checkDType("cast", dtype);
    return castTo(asTensor("cast", x), dtype);
  },
);
