import { asTensor } from "../convert.js";
import { isUnsigned } from "../ir/element-code.js";
import type { Expr, ExpressionBuilder } from "../ir/expression.js";
import * as scalar from "../ir/functions/index.js";
import type { Sampler } from "../sampling.js";
import type { Tensor } from "../tensor.js";
import { equal, greater, less } from "./comparison.js";
import { type BinaryOperator, elementwise, mul, type TernaryOperator, type UnaryOperator } from "./elementwise.js";
import { where } from "./where.js";

/**
 * a − b, element by element, broadcast. Integers wrap.
 *
 * @throws ShapeError where the shapes do not broadcast; DTypeError for booleans.
 * @example
 * sub([3, 2], 1).toArray(); // [2, 1]
 */
export const sub: BinaryOperator<"sub", "number"> = elementwise("sub", {
  value: (a: number, b: number) => a - b,
  code: (b, x, y) => b.sub(x, y),
  integers: "keep",
  booleans: "error",
  linear: "jointly",
  vjp: ({ cotangent: g }) => [g, neg(g)],
});

/**
 * −x, element by element. Integers wrap.
 *
 * @throws DTypeError for booleans.
 * @example
 * neg([1, -2]).toArray(); // [-1, 2]
 */
export const neg: UnaryOperator<"number"> = elementwise("neg", {
  value: (x: number) => -x,
  code: (b, x) => b.neg(x),
  integers: "keep",
  booleans: "error",
  linear: "jointly",
  vjp: ({ cotangent: g }) => [neg(g)],
});

/**
 * a / b, element by element, broadcast: true division, so that integers give float32.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * div([1, 2], 2).toArray(); // [0.5, 1]
 */
export const div: BinaryOperator<"div", "float"> = elementwise("div", {
  value: (a: number, b: number) => a / b,
  code: (b, x, y) => b.div(x, y),
  linear: [0],
  vjp: ({ inputs: [, b], output: y, cotangent: g }) => {
    // d(a/b) = da/b − (a/b) db/b
    const part = div(g, b);
    return [part, mul(neg(part), y)];
  },
  domain: [{}, { min: 0.5, max: 4 }],
});

/**
 * 1/x, element by element: ±∞ at ±0. Integers give float32.
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * reciprocal([2, -4]).toArray(); // [0.5, -0.25]
 */
export const reciprocal: UnaryOperator<"float"> = elementwise("reciprocal", {
  value: (x: number) => 1 / x,
  code: (b, x) => b.div(b.like(x, 1), x),
  // d(1/x) = −dx/x²
  vjp: ({ output: y, cotangent: g }) => [neg(mul(mul(g, y), y))],
  domain: { min: 0.4, max: 4 },
});

/**
 * x², element by element. Integers wrap.
 *
 * @throws as `reciprocal`.
 * @example
 * square([3, -2]).toArray(); // [9, 4]
 */
export const square: UnaryOperator<"number"> = elementwise("square", {
  value: (x: number) => x * x,
  code: (b, x) => b.mul(x, x),
  integers: "keep",
  integerValue: (x: number) => Math.imul(x, x),
  derivative: (x) => mul(2, x),
});

/**
 * √x, element by element: NaN below 0. The derivative at 0 is ∞, as in PyTorch.
 *
 * @throws as `reciprocal`.
 * @example
 * sqrt([4, 9]).toArray(); // [2, 3]
 */
export const sqrt: UnaryOperator<"float"> = elementwise("sqrt", {
  value: Math.sqrt,
  code: (b, x) => b.sqrt(x),
  vjp: ({ output: y, cotangent: g }) => [div(g, mul(2, y))],
  domain: { min: 0.2, max: 6 },
});

/**
 * 1/√x, element by element: ∞ at 0, NaN below.
 *
 * @throws as `reciprocal`.
 * @example
 * rsqrt([4, 0.25]).toArray(); // [0.5, 2]
 */
export const rsqrt: UnaryOperator<"float"> = elementwise("rsqrt", {
  value: (x: number) => 1 / Math.sqrt(x),
  code: (b, x) => b.div(b.like(x, 1), b.sqrt(x)),
  // d x^(−½) = −½ x^(−3/2) dx
  derivative: (_, y) => mul(-0.5, mul(y, square(y))),
  domain: { min: 0.3, max: 6 },
});

/**
 * The real cube root, element by element. The derivative at 0 is ∞.
 *
 * @throws as `reciprocal`.
 * @example
 * cbrt([8, -27]).toArray(); // [2, -3]
 */
export const cbrt: UnaryOperator<"float"> = elementwise("cbrt", {
  value: Math.cbrt,
  code: scalar.cbrt,
  vjp: ({ output: y, cotangent: g }) => [div(g, mul(3, square(y)))],
  domain: { min: 0.2, max: 6 },
});

/**
 * −1, 0 or 1 with the sign of x, element by element; ±0 and NaN stay. The derivative is 0 everywhere, as in PyTorch.
 *
 * @throws DTypeError for booleans.
 * @example
 * sign([-3, 0, 2]).toArray(); // [-1, 0, 1]
 */
export const sign: UnaryOperator<"number"> = elementwise("sign", {
  value: Math.sign,
  code: signOf,
  integers: "keep",
  booleans: "error",
  vjp: () => [undefined],
  domain: { kinks: [0] },
});

/**
 * |x|, element by element. Integers wrap: |−2³¹| is −2³¹. The derivative at 0 is 0, as in PyTorch.
 *
 * @throws DTypeError for booleans.
 * @example
 * abs([-1, 2]).toArray(); // [1, 2]
 */
export const abs: UnaryOperator<"number"> = elementwise("abs", {
  value: Math.abs,
  code: (b, x) => (isUnsigned(x.type) ? x : b.abs(x)),
  integers: "keep",
  booleans: "error",
  vjp: ({ inputs: [x], cotangent: g }) => [where(equal(x, 0), 0, mul(g, sign(x)))],
  domain: { kinks: [0] },
});

/** −1, 0 or 1; ±0 and NaN stay. */
function signOf(b: ExpressionBuilder, x: Expr): Expr {
  const zero = b.like(x, 0);
  const belowOrZero = isUnsigned(x.type) ? x : b.select(b.lt(x, zero), b.like(x, -1), x);
  return b.select(b.gt(x, zero), b.like(x, 1), belowOrZero);
}

/** Operands without ties: one of them lies below the other. */
const apart: Sampler = (draw) => {
  const [a = [], b = []] = draw.broadcastable(2);
  const low = { min: -4, max: 0 };
  const high = { min: 0.2, max: 4 };
  return draw.boolean() ? [draw.tensor(a, low), draw.tensor(b, high)] : [draw.tensor(a, high), draw.tensor(b, low)];
};

/** The cotangents of two operands of which one is taken: none where another was, half of it where they tie. */
function shareOut(a: Tensor, b: Tensor, aLoses: Tensor, bLoses: Tensor, g: Tensor): [Tensor, Tensor] {
  const share = mul(g, where(equal(a, b), asTensor("maximum", 0.5, g.dtype), 1));
  return [where(aLoses, 0, share), where(bLoses, 0, share)];
}

/**
 * The greater of a and b, element by element, broadcast; NaN if either is. Equal operands get half of the derivative each, as in PyTorch.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * maximum([1, 5], [3, 2]).toArray(); // [3, 5]
 */
export const maximum: BinaryOperator<"maximum", "keep"> = elementwise("maximum", {
  value: (a: number, b: number) => Math.max(a, b),
  code: (b, x, y) => (x.type === "bool" ? b.or(x, y) : b.max(x, y)),
  integers: "keep",
  booleans: "keep",
  vjp: ({ inputs: [a, b], cotangent: g }) => shareOut(a, b, less(a, b), greater(a, b), g),
  samples: apart,
});

/**
 * The lesser of a and b, element by element, broadcast; NaN if either is. Equal operands get half of the derivative each, as in PyTorch.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * minimum([1, 5], [3, 2]).toArray(); // [1, 2]
 */
export const minimum: BinaryOperator<"minimum", "keep"> = elementwise("minimum", {
  value: (a: number, b: number) => Math.min(a, b),
  code: (b, x, y) => (x.type === "bool" ? b.and(x, y) : b.min(x, y)),
  integers: "keep",
  booleans: "keep",
  vjp: ({ inputs: [a, b], cotangent: g }) => shareOut(a, b, greater(a, b), less(a, b), g),
  samples: apart,
});

/**
 * a + weight · (b − a), element by element, all three broadcast: exactly a at weight 0 and b at weight 1. Integers give float32.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * lerp([0, 10], [10, 20], 0.5).toArray(); // [5, 15]
 */
export const lerp: TernaryOperator<"lerp", "float"> = elementwise("lerp", {
  // From the nearer end, so that both ends are exact (as PyTorch does it).
  value: (a: number, b: number, weight: number) => (weight < 0.5 ? a + weight * (b - a) : b - (1 - weight) * (b - a)),
  code(b, from, to, weight) {
    const rest = b.sub(b.like(weight, 1), weight);
    const way = b.sub(to, from);
    const isNearer = b.lt(weight, b.like(weight, 0.5));
    return b.select(isNearer, b.add(from, b.mul(weight, way)), b.sub(to, b.mul(rest, way)));
  },
  linear: [0, 1],
  derivative: [(_a, _b, weight) => sub(1, weight), (_a, _b, weight) => weight, (a, b) => sub(b, a)],
});
