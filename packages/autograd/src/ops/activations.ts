import { ValueError } from "../errors.js";
import { between, isUnsigned } from "../ir/element-code.js";
import * as scalar from "../ir/functions/index.js";
import { typedOperator } from "../primitive.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { DTypeOf, ResultDType, ShapeOf } from "../types/operand.js";
import { abs, div, square } from "./arithmetic.js";
import { greater, less, lessEqual, logicalAnd } from "./comparison.js";
import { full } from "./create.js";
import { add, elementwise, mul, type UnaryOperator } from "./elementwise.js";
import { parametric } from "./parametric.js";
import { tanh } from "./trigonometric.js";
import { where } from "./where.js";

/** x, but not below the least and not above the greatest; NaN stays. */
const betweenOf = (x: number, least: number, greatest: number): number => Math.min(Math.max(x, least), greatest);

/** Whether x lies strictly between two bounds: where PyTorch's hard activations have a derivative. */
const isBetween = (x: Tensor, least: number, greatest: number): Tensor =>
  logicalAnd(greater(x, least), less(x, greatest));

/**
 * max(x, 0), element by element; integers stay integers, NaN stays. The derivative at 0 is 0, as in PyTorch (Nair & Hinton, ICML 2010).
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * relu([-1, 0, 2]).toArray(); // [0, 0, 2]
 */
export const relu: UnaryOperator<"number"> = elementwise("relu", {
  value: (x: number) => Math.max(x, 0),
  code: (b, x) => (isUnsigned(x.type) ? x : b.max(x, b.like(x, 0))),
  integers: "keep",
  vjp: ({ inputs: [x], cotangent: g }) => [where(greater(x, 0), g, 0)],
  domain: { kinks: [0] },
});

/**
 * min(max(x, 0), 6), element by element; integers stay integers, NaN stays. The derivative at 0 and 6 is 0, as in PyTorch (Krizhevsky,
 * Convolutional Deep Belief Networks on CIFAR-10, 2010).
 *
 * @throws as `relu`.
 * @example
 * relu6([-1, 3, 8]).toArray(); // [0, 3, 6]
 */
export const relu6: UnaryOperator<"number"> = elementwise("relu6", {
  value: (x: number) => betweenOf(x, 0, 6),
  code: (b, x) => between(b, x, 0, 6),
  integers: "keep",
  vjp: ({ inputs: [x], cotangent: g }) => [where(isBetween(x, 0, 6), g, 0)],
  domain: { min: -3, max: 9, kinks: [0, 6] },
});

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  /** Slope below 0; default 0.01. */
  readonly negativeSlope?: number | undefined;
}

const leaky = parametric<{ readonly slope: number }>("leakyRelu", ({ slope }) => ({
  value: (x: number) => (x > 0 ? x : x * slope),
  code: (b, x) => b.select(b.gt(x, b.like(x, 0)), x, b.mul(x, b.like(x, slope))),
  derivative: (x) => where(greater(x, 0), full([], 1, { dtype: x.dtype }), slope),
}));

/**
 * x where it is positive, `negativeSlope` · x elsewhere. The derivative at 0 is the slope, as in PyTorch (Maas, Hannun & Ng, ICML 2013).
 *
 * @param options.negativeSlope Default 0.01.
 * @throws ValueError where the slope is no number.
 * @example
 * leakyRelu([-1, 2], { negativeSlope: 0.5 }).toArray(); // [-0.5, 2]
 */
export const leakyRelu = typedOperator<
  <X extends TensorLike>(x: X, options?: LeakyReluOptions) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>
>(
  "leakyRelu",
  (draw) => [draw.tensor(draw.shape(), { kinks: [0] }), draw.pick([{}, { negativeSlope: 0.2 }, { negativeSlope: -1 }])],
  (x: TensorLike, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Tensor => {
    if (typeof negativeSlope !== "number") {
      throw new ValueError(`leakyRelu: negativeSlope is ${typeof negativeSlope}, not a number.`);
    }
    return leaky({ slope: negativeSlope }, x);
  },
);

/**
 * x, cut off at −1 and 1, element by element; integers stay integers, NaN stays. The derivative at ±1 is 0, as in PyTorch.
 *
 * @throws as `relu`.
 * @example
 * hardTanh([-3, 0.5, 3]).toArray(); // [-1, 0.5, 1]
 */
export const hardTanh: UnaryOperator<"number"> = elementwise("hardTanh", {
  value: (x: number) => betweenOf(x, -1, 1),
  code: (b, x) => between(b, x, -1, 1),
  integers: "keep",
  vjp: ({ inputs: [x], cotangent: g }) => [where(isBetween(x, -1, 1), g, 0)],
  domain: { kinks: [-1, 1] },
});

/**
 * min(max(x + 3, 0), 6) / 6, element by element. The derivative at ±3 is 0, as in PyTorch.
 *
 * @throws as `relu`.
 * @example
 * hardSigmoid([-3, 0, 3]).toArray(); // [0, 0.5, 1]
 */
export const hardSigmoid: UnaryOperator<"float"> = elementwise("hardSigmoid", {
  value: (x: number) => betweenOf(x + 3, 0, 6) / 6,
  code: (b, x) => b.div(between(b, b.add(x, b.like(x, 3)), 0, 6), b.like(x, 6)),
  vjp: ({ inputs: [x], cotangent: g }) => [where(isBetween(x, -3, 3), mul(g, 1 / 6), 0)],
  domain: { min: -5, max: 5, kinks: [-3, 3] },
});

/**
 * x · hardSigmoid(x), element by element. The derivative is (2x + 3) / 6 between −3 and 3, 0 at −3 and 1 at 3, as in PyTorch since its
 * pull request 148049 (Howard et al., Searching for MobileNetV3, 2019).
 *
 * @throws as `relu`.
 * @example
 * hardSwish([-4, 0, 4]).toArray(); // [0, 0, 4]
 */
export const hardSwish: UnaryOperator<"float"> = elementwise("hardSwish", {
  // −0 and −∞ · 0 below −3 are 0.
  value: (x: number) => (x <= -3 ? 0 : (x * betweenOf(x + 3, 0, 6)) / 6),
  code(b, x) {
    const sixth = b.div(between(b, b.add(x, b.like(x, 3)), 0, 6), b.like(x, 6));
    return b.select(b.le(x, b.like(x, -3)), b.like(x, 0), b.mul(x, sixth));
  },
  vjp: ({ inputs: [x], cotangent: g }) => {
    const slope = where(less(x, 3), add(div(x, 3), 0.5), 1);
    return [where(lessEqual(x, -3), 0, mul(g, slope))];
  },
  domain: { min: -5, max: 5, kinks: [-3, 3] },
});

/**
 * x / (1 + |x|), element by element; ±1 at ±∞. The derivative 1 / (1 + |x|)² is smooth at 0 once.
 *
 * @throws as `relu`.
 * @example
 * softsign([-1, 0, 3]).toArray(); // [-0.5, 0, 0.75]
 */
export const softsign: UnaryOperator<"float"> = elementwise("softsign", {
  value: (x: number) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
  code(b, x) {
    const a = b.abs(x);
    const isInfinite = b.eq(a, b.like(x, Infinity));
    return b.select(isInfinite, b.copysign(b.like(x, 1), x), b.div(x, b.add(b.like(x, 1), a)));
  },
  vjp: ({ inputs: [x], cotangent: g }) => {
    const scale = add(1, abs(x));
    // Divided twice: the square of the scale would overflow.
    return [div(div(g, scale), scale)];
  },
  domain: { kinks: [0] },
});

/**
 * x − tanh x, element by element.
 *
 * @throws as `relu`.
 * @example
 * tanhshrink([0]).toArray(); // [0]
 */
export const tanhshrink: UnaryOperator<"float"> = elementwise("tanhshrink", {
  value: tanhshrinkOf,
  code: scalar.tanhshrink,
  // d(x − tanh x) = tanh² x dx
  derivative: (x) => square(tanh(x)),
});

/** x − tanh x; for small x by its series x³/3 − 2x⁵/15 + 17x⁷/315 − 62x⁹/2835 + …, since the difference cancels (DLMF 4.33.3). */
function tanhshrinkOf(x: number): number {
  if (Math.abs(x) > 0.05) return x - Math.tanh(x);
  const s = x * x;
  return x * s * (1 / 3 - s * (2 / 15 - s * (17 / 315 - s * (62 / 2835 - s * (1382 / 155925)))));
}
