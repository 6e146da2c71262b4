import * as scalar from "../ir/functions/index.js";
import { hypot as hypotOf } from "../numbers/stable.js";
import type { Tensor } from "../tensor.js";
import { div, neg, rsqrt, sqrt, square, sub } from "./arithmetic.js";
import { equal } from "./comparison.js";
import { add, type BinaryOperator, elementwise, mul, type UnaryOperator } from "./elementwise.js";
import { where } from "./where.js";

/**
 * sin x, element by element; x in radians. Integers give float32.
 *
 * @example
 * sin([0]).toArray(); // [0]
 */
export const sin: UnaryOperator<"float"> = elementwise("sin", {
  value: Math.sin,
  code: scalar.sin,
  derivative: (x) => cos(x),
});

/**
 * cos x, element by element; x in radians. Integers give float32.
 *
 * @example
 * cos([0]).toArray(); // [1]
 */
export const cos: UnaryOperator<"float"> = elementwise("cos", {
  value: Math.cos,
  code: scalar.cos,
  derivative: (x) => neg(sin(x)),
});

/**
 * tan x, element by element; x in radians. Integers give float32.
 *
 * @example
 * tan([0]).toArray(); // [0]
 */
export const tan: UnaryOperator<"float"> = elementwise("tan", {
  value: Math.tan,
  code: scalar.tan,
  derivative: (_, y) => add(1, square(y)),
  domain: { min: -1.3, max: 1.3 },
});

/**
 * arcsin x in [−π/2, π/2], element by element: NaN outside [−1, 1]; the derivative at ±1 is ∞.
 *
 * @example
 * asin([0]).toArray(); // [0]
 */
export const asin: UnaryOperator<"float"> = elementwise("asin", {
  value: Math.asin,
  code: scalar.asin,
  // (1 − x)(1 + x) keeps accuracy near ±1, where 1 − x² would cancel.
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, sqrt(mul(sub(1, x), add(1, x))))],
  domain: { min: -0.9, max: 0.9 },
});

/**
 * arccos x in [0, π], element by element: NaN outside [−1, 1]; the derivative at ±1 is −∞.
 *
 * @example
 * acos([1]).toArray(); // [0]
 */
export const acos: UnaryOperator<"float"> = elementwise("acos", {
  value: Math.acos,
  code: scalar.acos,
  vjp: ({ inputs: [x], cotangent: g }) => [neg(div(g, sqrt(mul(sub(1, x), add(1, x)))))],
  domain: { min: -0.9, max: 0.9 },
});

/**
 * arctan x in (−π/2, π/2), element by element.
 *
 * @example
 * atan([0]).toArray(); // [0]
 */
export const atan: UnaryOperator<"float"> = elementwise("atan", {
  value: Math.atan,
  code: scalar.atan,
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, add(1, square(x)))],
});

/**
 * √(a² + b²), element by element, broadcast, without overflow or underflow. At the origin both derivatives are 0.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * hypot([3, 5], [4, 12]).toArray(); // [5, 13]
 */
export const hypot: BinaryOperator<"hypot", "float"> = elementwise("hypot", {
  value: hypotOf,
  code: scalar.hypot,
  derivative: [(a, _b, y) => div(a, orOne(y)), (_a, b, y) => div(b, orOne(y))],
  domain: [{ min: 0.3, max: 3 }, {}],
});

/** A length to divide by: 1 in place of 0. */
const orOne = (length: Tensor): Tensor => where(equal(length, 0), 1, length);

/**
 * The angle of the point (b, a) in [−π, π], element by element, broadcast: a is the ordinate, the sign of zeros counts. At the origin both
 * derivatives are 0.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * atan2([1], [1]).toArray(); // [0.7853981852531433]
 */
export const atan2: BinaryOperator<"atan2", "float"> = elementwise("atan2", {
  value: Math.atan2,
  code: scalar.atan2,
  vjp({ inputs: [a, b], cotangent: g }) {
    // Divided twice by the distance: its square would overflow.
    const distance = orOne(hypot(a, b));
    const part = div(g, distance);
    return [mul(part, div(b, distance)), neg(mul(part, div(a, distance)))];
  },
  domain: [{}, { min: 0.3, max: 3 }],
});

/**
 * sinh x, element by element.
 *
 * @example
 * sinh([0]).toArray(); // [0]
 */
export const sinh: UnaryOperator<"float"> = elementwise("sinh", {
  value: Math.sinh,
  code: scalar.sinh,
  derivative: (x) => cosh(x),
});

/**
 * cosh x, element by element.
 *
 * @example
 * cosh([0]).toArray(); // [1]
 */
export const cosh: UnaryOperator<"float"> = elementwise("cosh", {
  value: Math.cosh,
  code: scalar.cosh,
  derivative: (x) => sinh(x),
});

/**
 * tanh x, element by element.
 *
 * @example
 * tanh([0]).toArray(); // [0]
 */
export const tanh: UnaryOperator<"float"> = elementwise("tanh", {
  value: Math.tanh,
  code: scalar.tanh,
  derivative: (_, y) => sub(1, square(y)),
});

/**
 * arsinh x, element by element.
 *
 * @example
 * asinh([0]).toArray(); // [0]
 */
export const asinh: UnaryOperator<"float"> = elementwise("asinh", {
  value: Math.asinh,
  code: scalar.asinh,
  // The square of x would overflow.
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, hypot(x, 1))],
});

/**
 * arcosh x, element by element: NaN below 1; the derivative at 1 is ∞.
 *
 * @example
 * acosh([1]).toArray(); // [0]
 */
export const acosh: UnaryOperator<"float"> = elementwise("acosh", {
  value: Math.acosh,
  code: scalar.acosh,
  derivative: (x) => mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1))),
  domain: { min: 1.3, max: 5 },
});

/**
 * artanh x, element by element: ±∞ at ±1, NaN outside.
 *
 * @example
 * atanh([0]).toArray(); // [0]
 */
export const atanh: UnaryOperator<"float"> = elementwise("atanh", {
  value: Math.atanh,
  code: scalar.atanh,
  vjp: ({ inputs: [x], cotangent: g }) => [div(g, mul(sub(1, x), add(1, x)))],
  domain: { min: -0.9, max: 0.9 },
});
