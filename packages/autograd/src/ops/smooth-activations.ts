import { asTensor } from "../convert.js";
import { ValueError } from "../errors.js";
import type { Expr, ExpressionBuilder } from "../ir/expression.js";
import * as scalar from "../ir/functions/index.js";
import { normalCdf as normalCdfOf } from "../numbers/error-function.js";
import { sigmoid as sigmoidOf, softplus as softplusOf } from "../numbers/stable.js";
import { typedOperator } from "../primitive.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { DTypeOf, ResultDType, ShapeOf } from "../types/operand.js";
import { maximum, minimum, neg, square, sub } from "./arithmetic.js";
import { greater } from "./comparison.js";
import { add, elementwise, mul, type UnaryOperator } from "./elementwise.js";
import { sigmoid, softplus } from "./logistic.js";
import { parametric } from "./parametric.js";
import { normalCdf, normalPdf } from "./special.js";
import { tanh } from "./trigonometric.js";
import { clip, where } from "./where.js";

/** The slope right of 0 is `scale`; left of 0 it falls at `rate` from scale · alpha · rate to 0. */
interface ExponentialUnit {
  readonly alpha: number;
  readonly scale: number;
  readonly rate: number;
}

const exponentialUnit = parametric<ExponentialUnit>("elu", ({ alpha, scale, rate }) => ({
  value: (x: number) => (x > 0 ? scale * x : scale * alpha * Math.expm1(rate * x)),
  code(b, x) {
    const left = b.mul(b.like(x, scale * alpha), scalar.expm1(b, b.mul(b.like(x, rate), x)));
    return b.select(b.gt(x, b.like(x, 0)), b.mul(b.like(x, scale), x), left);
  },
  derivative: (x, y) => where(greater(x, 0), scale, mul(rate, add(y, scale * alpha))),
}));

/** Options of `elu` and `celu`. */
export interface EluOptions {
  /** What the result falls to at −∞, negated; default 1. */
  readonly alpha?: number | undefined;
}

function checkAlpha(name: string, alpha: number, isLegal: boolean, legal: string): void {
  if (!isLegal) throw new ValueError(`${name}: alpha must be ${legal}, not ${String(alpha)}.`);
}

/**
 * x where it is positive, alpha · (eˣ − 1) elsewhere. The derivative at 0 is alpha, as in PyTorch (Clevert, Unterthiner & Hochreiter,
 * ICLR 2016).
 *
 * @param options.alpha Default 1.
 * @throws ValueError where alpha is no number.
 * @example
 * elu([-Infinity, 2]).toArray(); // [-1, 2]
 */
export const elu = typedOperator<
  <X extends TensorLike>(x: X, options?: EluOptions) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>
>(
  "elu",
  (draw) => [draw.tensor(draw.shape(), { kinks: [0] }), draw.pick([{}, { alpha: 0.5 }])],
  (x: TensorLike, { alpha = 1 }: EluOptions = {}): Tensor => {
    checkAlpha("elu", alpha, Number.isFinite(alpha), "a finite number");
    return exponentialUnit({ alpha, scale: 1, rate: 1 }, x);
  },
);

/**
 * max(x, 0) + min(0, alpha · (e^(x/alpha) − 1)): an elu whose derivative at 0 is 1 for every alpha (Barron, 2017).
 *
 * @param options.alpha Positive; default 1.
 * @throws ValueError where alpha is not positive.
 * @example
 * celu([-Infinity, 2], { alpha: 3 }).toArray(); // [-3, 2]
 */
export const celu = typedOperator<
  <X extends TensorLike>(x: X, options?: EluOptions) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>
>(
  "celu",
  (draw) => [draw.tensor(draw.shape(), { kinks: [0] }), draw.pick([{}, { alpha: 0.5 }, { alpha: 2 }])],
  (x: TensorLike, { alpha = 1 }: EluOptions = {}): Tensor => {
    checkAlpha("celu", alpha, Number.isFinite(alpha) && alpha > 0, "positive");
    return exponentialUnit({ alpha, scale: 1, rate: 1 / alpha }, asTensor("celu", x));
  },
);

/** Klambauer, Unterthiner, Mayr & Hochreiter, Self-Normalizing Neural Networks, 2017, equation 14, to float64. */
const seluConstants: ExponentialUnit = {
  alpha: 1.6732632423543772,
  scale: 1.0507009873554805,
  rate: 1,
};

/**
 * The scaled elu whose outputs keep mean 0 and variance 1 (Klambauer et al., Self-Normalizing Neural Networks, 2017). The derivative at 0
 * is the left one, 1.758…, as in PyTorch.
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * selu([0, 1]).toArray(); // [0, 1.0507010221481323]
 */
export const selu = typedOperator<<X extends TensorLike>(x: X) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>>(
  "selu",
  (draw) => [draw.tensor(draw.shape(), { kinks: [0] })],
  (x: TensorLike): Tensor => exponentialUnit(seluConstants, asTensor("selu", x)),
);

/** x · p where p falls to 0 at −∞ faster than any power of x. */
const gated = (x: number, p: number): number => (x === -Infinity ? -0 : x * p);

/** The same as code. */
const gatedCode = (b: ExpressionBuilder, x: Expr, p: Expr): Expr =>
  b.select(b.eq(x, b.like(x, Number.NEGATIVE_INFINITY)), b.like(x, -0), b.mul(x, p));

/**
 * x · σ(x), element by element, also called swish (Elfwing, Uchibe & Doya, Neural Networks 107, 2018).
 *
 * @throws as `selu`.
 * @example
 * silu([-1000, 0, 1000]).toArray(); // [-0, 0, 1000]
 */
export const silu: UnaryOperator<"float"> = elementwise("silu", {
  value: (x: number) => gated(x, sigmoidOf(x)),
  code: (b, x) => gatedCode(b, x, scalar.sigmoid(b, x)),
  // σ' = σ(x) σ(−x), so that d(xσ) = σ + (xσ) σ(−x)
  derivative: (x, y) => add(sigmoid(x), mul(y, sigmoid(neg(x)))),
});

/**
 * x · tanh(softplus(x)), element by element (Misra, BMVC 2020).
 *
 * @throws as `selu`.
 * @example
 * mish([-1000, 0, 1000]).toArray(); // [-0, 0, 1000]
 */
export const mish: UnaryOperator<"float"> = elementwise("mish", {
  value: (x: number) => gated(x, Math.tanh(softplusOf(x))),
  code: (b, x) => gatedCode(b, x, scalar.tanhOfSoftplus(b, x)),
  derivative: (x) => {
    const t = tanh(softplus(x));
    // Beyond ±750 the second term is 0 to the last bit, and without the bound its derivative would overflow on the way.
    const bounded = minimum(maximum(x, -750), 750);
    return add(t, mul(bounded, mul(sub(1, square(t)), sigmoid(x))));
  },
});

const exactGelu: UnaryOperator<"float"> = elementwise("gelu", {
  value: (x: number) => gated(x, normalCdfOf(x)),
  code: (b, x) => gatedCode(b, x, scalar.normalCdf(b, x)),
  // d(xΦ) = Φ + xφ
  derivative: (x) => add(normalCdf(x), mul(x, normalPdf(x))),
});

/** 2u for ½x (1 + tanh u) = x σ(2u), with u = √(2/π) (x + 0.044715 x³). */
const tanhGeluSteepness = 2 * Math.sqrt(2 / Math.PI);
const tanhGeluCubic = 0.044715;

const tanhGelu: UnaryOperator<"float"> = elementwise("tanhGelu", {
  value: (x: number) => gated(x, sigmoidOf(tanhGeluSteepness * x * (1 + tanhGeluCubic * x * x))),
  code(b, x) {
    const factor = b.add(b.like(x, 1), b.mul(b.mul(b.like(x, tanhGeluCubic), x), x));
    return gatedCode(b, x, scalar.sigmoid(b, b.mul(b.mul(b.like(x, tanhGeluSteepness), x), factor)));
  },
  derivative(x) {
    // Beyond ±30, σ(2u) is 0 or 1 to the last bit, and without the bound x³ would overflow.
    const bounded = clip(x, { min: -30, max: 30 });
    const cubic = mul(tanhGeluCubic, square(bounded));
    const s = sigmoid(mul(tanhGeluSteepness, mul(bounded, add(1, cubic))));
    // d(xσ) = σ + x σ (1 − σ) d(2u)
    const slope = mul(mul(tanhGeluSteepness, bounded), add(1, mul(3, cubic)));
    return add(s, mul(slope, mul(s, sub(1, s))));
  },
});

/** Options of `gelu`. */
export interface GeluOptions {
  /** "none" (default) for the exact function, "tanh" for the approximation of Hendrycks & Gimpel. */
  readonly approximate?: "none" | "tanh" | undefined;
}

/**
 * x · Φ(x), with the normal distribution function Φ (Hendrycks & Gimpel, Gaussian Error Linear Units, 2016).
 *
 * @param options.approximate "none" (default), or "tanh" for ½x (1 + tanh(√(2/π) (x + 0.044715 x³))).
 * @throws ValueError for another approximation.
 * @example
 * gelu([-1000, 0, 1000]).toArray(); // [-0, 0, 1000]
 */
export const gelu = typedOperator<
  <X extends TensorLike>(x: X, options?: GeluOptions) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>
>(
  "gelu",
  (draw) => [draw.tensor(draw.shape()), draw.pick([{}, { approximate: "tanh" }])],
  (x: TensorLike, { approximate = "none" }: GeluOptions = {}): Tensor => {
    if (approximate === "none") return exactGelu(x);
    if (approximate === "tanh") return tanhGelu(asTensor("gelu", x));
    throw new ValueError(`gelu: approximate is ${JSON.stringify(approximate)}; use "none" or "tanh".`);
  },
);
