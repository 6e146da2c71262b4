import { asTensor, commonDType } from "../convert.js";
import { allocate, isFloat, range } from "../dtype.js";
import { DTypeError, ValueError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { mapBroadcast } from "../numbers/broadcast-loops.js";
import { apply, typedOperator } from "../primitive.js";
import { broadcastShapes, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { BinaryDType, Broadcastable, Broadcastable3, TernaryShape } from "../types/elementwise.js";
import type { Clip, Keeps, MaskedFill } from "../types/keep.js";
import { sumTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { greater, isFinite, isNaN, less } from "./comparison.js";
import { alignBatch } from "./elementwise.js";

export const wherePrimitive: Primitive<undefined> = {
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
    sumTo(select("where", condition, cotangent, 0), a.shape),
    sumTo(select("where", condition, 0, cotangent), b.shape),
  ],
  batch: (context) => apply(wherePrimitive, alignBatch(context), undefined),
  element: () => (b, condition, x, y) => b.select(condition, x, y),
};

/** `where` for the operator `name`, which has checked the condition. */
function select(name: string, condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const dtype = commonDType(name, [a, b]);
  const branch = (x: TensorLike): Tensor => castTo(asTensor(name, x, typeof x === "number" ? dtype : undefined), dtype);
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
export const where = typedOperator<
  <C extends TensorLike, A extends TensorLike, B extends TensorLike>(
    condition: C,
    a: Broadcastable<"where", C, A>,
    b: Broadcastable3<"where", C, A, B>,
  ) => Tensor<TernaryShape<"where", C, A, B>, BinaryDType<"keep", A, B>>
>(
  "where",
  (draw) => {
    const [condition = [], a = [], b = []] = draw.broadcastable(3);
    return [draw.tensor(condition, { dtype: "bool" }), draw.tensor(a), draw.tensor(b)];
  },
  (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor =>
    select("where", asCondition("where", condition), a, b),
);

/** @throws DTypeError where a condition or mask is not bool. */
function asCondition(name: string, condition: TensorLike): Tensor {
  const tensor = asTensor(name, condition);
  if (tensor.dtype === "bool") return tensor;
  throw new DTypeError(
    `${name}: the ${name === "where" ? "condition" : "mask"} must be bool, not ${tensor.dtype}; use notEqual(x, 0) or cast(x, "bool").`,
  );
}

/**
 * x with `value` where the mask holds, element by element; all broadcast. No derivative reaches x where it is masked.
 *
 * @param mask A bool tensor.
 * @param value A number follows the dtype of x; a tensor promotes with it.
 * @throws DTypeError where the mask is not bool; ShapeError where the shapes do not broadcast.
 * @example
 * maskedFill([1, 2, 3], [false, true, false], -Infinity).toArray(); // [1, -Infinity, 3]
 */
export const maskedFill = typedOperator<MaskedFill>(
  "maskedFill",
  (draw) => {
    const [x = [], mask = []] = draw.broadcastable(2);
    return [
      draw.tensor(x),
      draw.tensor(mask, { dtype: "bool" }),
      draw.boolean() ? draw.integer(-3, 3) : draw.tensor([]),
    ];
  },
  (x: TensorLike, mask: TensorLike, value: TensorLike): Tensor => {
    const operand = asTensor("maskedFill", x);
    const condition = asCondition("maskedFill", mask);
    const fill = typeof value === "number" ? value : asTensor("maskedFill", value);
    const masked = broadcastShapes("maskedFill", operand.shape, condition.shape);
    broadcastShapes("maskedFill", masked, typeof fill === "number" ? [] : fill.shape);
    return select("maskedFill", condition, fill, typeof x === "number" ? x : operand);
  },
);

/** Options of `clip`. */
export interface ClipOptions {
  /** Least result; default none. */
  readonly min?: TensorLike | undefined;
  /** Greatest result; default none. */
  readonly max?: TensorLike | undefined;
}

/**
 * x, but not below `min` and not above `max`, element by element; the bounds broadcast. Where `min` > `max` the result is `max`. NaN
 * stays. The derivative in x is 1 from bound to bound, both included, and 0 beyond, as in PyTorch; a bound that is a tensor
 * gets the derivative where it is the result and x lies beyond it.
 *
 * @throws ValueError where neither bound is given; ShapeError where the shapes do not broadcast.
 * @example
 * clip([-2, 0.5, 3], { min: -1, max: 1 }).toArray(); // [-1, 0.5, 1]
 */
export const clip = typedOperator<Clip>(
  "clip",
  (draw) => {
    const x = draw.tensor(draw.shape(), { kinks: [-1, 2] });
    return [x, draw.pick([{ min: -1, max: 2 }, { min: -1 }, { max: 2 }])];
  },
  (x: TensorLike, { min, max }: ClipOptions = {}): Tensor => {
    if (min === undefined && max === undefined) throw new ValueError("clip: give min, max or both.");
    const bounds = [min, max].filter((bound) => bound !== undefined);
    const dtype = commonDType("clip", [x, ...bounds]);
    const cast = (operand: TensorLike): Tensor =>
      castTo(asTensor("clip", operand, typeof operand === "number" ? dtype : undefined), dtype);
    let result = cast(x);
    if (min !== undefined) {
      const least = cast(min);
      broadcastShapes("clip", result.shape, least.shape);
      result = select("clip", less(result, least), least, result);
    }
    if (max !== undefined) {
      const most = cast(max);
      broadcastShapes("clip", result.shape, most.shape);
      result = select("clip", greater(result, most), most, result);
    }
    return result;
  },
);

/** Options of `nanToNum`. */
export interface NanToNumOptions {
  /** In place of NaN; default 0. */
  readonly nan?: number | undefined;
  /** In place of ∞; default the greatest finite number of the dtype. */
  readonly posInf?: number | undefined;
  /** In place of −∞; default the least finite number of the dtype. */
  readonly negInf?: number | undefined;
}

/**
 * x with numbers in place of NaN and ±∞, element by element; integers stay. The derivative is 1 where x is finite and 0 elsewhere, as in
 * PyTorch.
 *
 * @param options.nan Default 0. `posInf`, `negInf`: default the greatest and least finite numbers of the dtype.
 * @throws ValueError for a replacement that is no number.
 * @example
 * nanToNum([NaN, 1, -Infinity], { negInf: -9 }).toArray(); // [0, 1, -9]
 */
export const nanToNum = typedOperator<Keeps<"keep", [options?: NanToNumOptions]>>(
  "nanToNum",
  (draw) => [draw.tensor(draw.shape())],
  (x: TensorLike, options: NanToNumOptions = {}): Tensor => {
    const operand = asTensor("nanToNum", x);
    const { least, greatest } = range(operand.dtype);
    const { nan = 0, posInf = greatest, negInf = least } = options;
    for (const [name, value] of Object.entries({ nan, posInf, negInf })) {
      if (typeof value !== "number") throw new ValueError(`nanToNum: ${name} is ${typeof value}, not a number.`);
    }
    if (!isFloat(operand.dtype)) return operand;
    const infinite = select("nanToNum", greater(operand, 0), asTensor("nanToNum", posInf, operand.dtype), negInf);
    const other = select("nanToNum", isNaN(operand), nan, infinite);
    return select("nanToNum", isFinite(operand), operand, other);
  },
);
