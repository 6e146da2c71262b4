import * as scalar from "../ir/functions/index.js";
import {
  logaddexp as logaddexpOf,
  logSigmoid as logSigmoidOf,
  sigmoid as sigmoidOf,
  softplus as softplusOf,
} from "../numbers/stable.js";
import type { Tensor } from "../tensor.js";
import { neg, sub } from "./arithmetic.js";
import { equal, isInf, logicalAnd } from "./comparison.js";
import { type BinaryOperator, elementwise, mul, type UnaryOperator } from "./elementwise.js";
import { where } from "./where.js";

/**
 * The logistic function 1 / (1 + e⁻ˣ), element by element, without overflow. Integers give float32.
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * sigmoid([-1000, 0, 1000]).toArray(); // [0, 0.5, 1]
 */
export const sigmoid: UnaryOperator<"float"> = elementwise("sigmoid", {
  value: sigmoidOf,
  code: scalar.sigmoid,
  // σ′ = σ (1 − σ)
  derivative: (_, y) => mul(y, sub(1, y)),
});

/**
 * log σ(x) = −log(1 + e⁻ˣ), element by element, without overflow. Integers give float32.
 *
 * @throws as `sigmoid`.
 * @example
 * logSigmoid([-1000, 0]).toArray(); // [-1000, -0.6931471824645996]
 */
export const logSigmoid: UnaryOperator<"float"> = elementwise("logSigmoid", {
  value: logSigmoidOf,
  code: scalar.logSigmoid,
  derivative: (x) => sigmoid(neg(x)),
});

/**
 * log(1 + eˣ), element by element, without overflow: a smooth relu. Integers give float32.
 *
 * @throws as `sigmoid`.
 * @example
 * softplus([-1000, 0, 1000]).toArray(); // [0, 0.6931471824645996, 1000]
 */
export const softplus: UnaryOperator<"float"> = elementwise("softplus", {
  value: softplusOf,
  code: scalar.softplus,
  derivative: (x) => sigmoid(x),
});

/**
 * log(eᵃ + eᵇ), element by element, broadcast, without overflow; −∞ for two operands of −∞. Equal operands get half of the derivative
 * each, infinite ones too.
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * logaddexp(1000, [1000, 0]).toArray(); // [1000.693115234375, 1000]
 */
export const logaddexp: BinaryOperator<"logaddexp", "float"> = elementwise("logaddexp", {
  value: logaddexpOf,
  code: scalar.logaddexp,
  vjp({ inputs: [a, b], cotangent: g }) {
    const ahead = difference(a, b);
    return [mul(g, sigmoid(ahead)), mul(g, sigmoid(neg(ahead)))];
  },
});

/** a − b, and 0 for two equal infinities. */
const difference = (a: Tensor, b: Tensor): Tensor => where(logicalAnd(isInf(a), equal(a, b)), 0, sub(a, b));
