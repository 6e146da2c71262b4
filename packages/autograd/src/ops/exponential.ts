import { asTensor } from "../convert.js";
import { constant } from "../graph.js";
import { isReal } from "../ir/element-code.js";
import * as scalar from "../ir/functions/index.js";
import { integerPower, power } from "../numbers/power.js";
import { exp2 as exp2Of, xlogy as xlogyOf } from "../numbers/stable.js";
import { typedOperator } from "../primitive.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { BinaryDType, BinaryShape, Broadcastable } from "../types/elementwise.js";
import { div, square, sub } from "./arithmetic.js";
import { equal, lessEqual, logicalAnd } from "./comparison.js";
import { add, type BinaryOperator, elementwise, mul, type UnaryOperator } from "./elementwise.js";
import { where } from "./where.js";

/**
 * eˣ, element by element. Integers give float32.
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * exp([0, 1]).toArray(); // [1, 2.7182817459106445]
 */
export const exp: UnaryOperator<"float"> = elementwise("exp", {
  value: Math.exp,
  code: scalar.exp,
  derivative: (_, y) => y,
});

/**
 * 2ˣ, element by element, exact for integers. Integers give float32.
 *
 * @throws as `exp`.
 * @example
 * exp2([0, 3]).toArray(); // [1, 8]
 */
export const exp2: UnaryOperator<"float"> = elementwise("exp2", {
  value: exp2Of,
  code: scalar.exp2,
  derivative: (_, y) => mul(Math.LN2, y),
});

/**
 * eˣ − 1, element by element, accurate near 0. Integers give float32.
 *
 * @throws as `exp`.
 * @example
 * expm1([0, 1e-9]).toArray(); // [0, 9.999999717180685e-10]
 */
export const expm1: UnaryOperator<"float"> = elementwise("expm1", {
  value: Math.expm1,
  code: scalar.expm1,
  derivative: (_, y) => add(y, 1),
});

/**
 * The natural logarithm, element by element: −∞ at 0, NaN below. Integers give float32.
 *
 * @throws as `exp`.
 * @example
 * log([1, Math.E]).toArray(); // [0, 0.9999999403953552]
 */
export const log: UnaryOperator<"float"> = elementwise("log", {
  value: Math.log,
  code: scalar.log,
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, x)],
  domain: { min: 0.2, max: 6 },
});

/**
 * The logarithm to base 2, element by element: −∞ at 0, NaN below. Integers give float32.
 *
 * @throws as `exp`.
 * @example
 * log2([1, 8]).toArray(); // [0, 3]
 */
export const log2: UnaryOperator<"float"> = elementwise("log2", {
  value: Math.log2,
  code: scalar.log2,
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, mul(Math.LN2, x))],
  domain: { min: 0.2, max: 6 },
});

/**
 * The logarithm to base 10, element by element: −∞ at 0, NaN below. Integers give float32.
 *
 * @throws as `exp`.
 * @example
 * log10([1, 100]).toArray(); // [0, 2]
 */
export const log10: UnaryOperator<"float"> = elementwise("log10", {
  value: Math.log10,
  code: scalar.log10,
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, mul(Math.LN10, x))],
  domain: { min: 0.2, max: 6 },
});

/**
 * log(1 + x), element by element, accurate near 0: −∞ at −1, NaN below. Integers give float32.
 *
 * @throws as `exp`.
 * @example
 * log1p([0, 1e-9]).toArray(); // [0, 9.999999717180685e-10]
 */
export const log1p: UnaryOperator<"float"> = elementwise("log1p", {
  value: Math.log1p,
  code: scalar.log1p,
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, add(1, x))],
  domain: { min: -0.8, max: 5 },
});

/** Whether a tensor is one number, there already, other than 0: exponents mostly are. */
const isKnownNonzero = ({ node: { primitive, value } }: Tensor): boolean =>
  primitive === constant && value !== undefined && value.length === 1 && value[0] !== 0;

const powBinary: BinaryOperator<"pow", "number"> = elementwise("pow", {
  value: power,
  code: (b, x, y) => (isReal(x.type) ? scalar.power(b, x, y) : scalar.integerPower(b, x, y)),
  integers: "keep",
  integerValue: integerPower,
  vjp({ inputs: [a, b], output: y, cotangent: g }) {
    // Where a = b = 0 the formulas b · aᵇ⁻¹ and aᵇ · log a are taken at a = 1: they would be 0 · ∞, and vanish there with all that is
    // derived from them. Where aᵇ = 0 so is the second.
    const base = isKnownNonzero(b) ? a : where(logicalAnd(equal(a, 0), equal(b, 0)), 1, a);
    return [mul(g, mul(b, powBinary(base, sub(b, 1)))), mul(g, xlogy(y, base))];
  },
});

/**
 * aᵇ, element by element, broadcast (IEEE 754: x⁰ = 1 and 1ˣ = 1 for every x, NaN too). Integers stay integers and wrap; with a negative
 * exponent they give 0, or ±1 for ±1. As in PyTorch the derivative in a is 0 where b = 0, the one in b is 0 where a = 0 and
 * b ≥ 0, and NaN where a < 0 and aᵇ is not 0.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * pow([2, 3], 2).toArray(); // [4, 9]
 */
export const pow = typedOperator<
  <A extends TensorLike, B extends TensorLike>(
    a: A,
    b: Broadcastable<"pow", A, B>,
  ) => Tensor<BinaryShape<"pow", A, B>, BinaryDType<"number", A, B>>
>(
  "pow",
  (draw) => {
    const [a = [], b = []] = draw.broadcastable(2);
    return [draw.tensor(a, { min: 0.3, max: 3 }), draw.tensor(b, { min: -2, max: 3 })];
  },
  (a: TensorLike, b: TensorLike): Tensor => (b === 2 ? square(asTensor("pow", a)) : powBinary(a, b)),
);

/**
 * x · log y, element by element, broadcast; 0 where x = 0, whatever y is but NaN. Where x = 0 and y ≤ 0 both derivatives are 0.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * xlogy([0, 2], [0, 1]).toArray(); // [0, 0]
 */
export const xlogy: BinaryOperator<"xlogy", "float"> = elementwise("xlogy", {
  value: xlogyOf,
  code: (b, x, y) =>
    b.select(b.and(b.eq(x, b.like(x, 0)), b.not(b.isNaN(y))), b.like(x, 0), b.mul(x, scalar.log(b, y))),
  linear: [0],
  vjp({ inputs: [x, y], cotangent: g }) {
    // Taken at y = 1 where it would be 0 · ∞: log y and x / y vanish there.
    const argument = where(logicalAnd(equal(x, 0), lessEqual(y, 0)), 1, y);
    return [mul(g, log(argument)), mul(g, div(x, argument))];
  },
  domain: [{}, { min: 0.2, max: 5 }],
});
