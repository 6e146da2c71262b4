import { asTensor } from "../convert.js";
import { ValueError } from "../errors.js";
import * as scalar from "../ir/functions/index.js";
import {
  erfc as erfcOf,
  erfinv as erfinvOf,
  erf as erfOf,
  normalCdf as normalCdfOf,
} from "../numbers/error-function.js";
import { lgamma as lgammaOf } from "../numbers/gamma.js";
import { digamma as digammaOf, polygamma as polygammaOf } from "../numbers/polygamma.js";
import { sincDerivative } from "../numbers/sinc-derivative.js";
import { typedOperator } from "../primitive.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { DTypeOf, ResultDType, ShapeOf } from "../types/operand.js";
import { neg, square } from "./arithmetic.js";
import { elementwise, mul, type UnaryOperator } from "./elementwise.js";
import { exp } from "./exponential.js";
import { type ParametricOperator, parametric } from "./parametric.js";

const rootPi = Math.sqrt(Math.PI);

/**
 * The error function 2/√π ∫₀ˣ e^(−t²) dt, element by element (DLMF 7.2.1), within 1 ulp in float64.
 *
 * @throws DTypeError, ShapeError for data that are no tensor.
 * @example
 * erf([0, Infinity]).toArray(); // [0, 1]
 */
export const erf: UnaryOperator<"float"> = elementwise("erf", {
  value: erfOf,
  code: scalar.erf,
  derivative: (x) => mul(2 / rootPi, exp(neg(square(x)))),
});

/**
 * 1 − erf x, element by element (DLMF 7.2.2), with full relative accuracy in the right tail.
 *
 * @throws as `erf`.
 * @example
 * erfc([0, Infinity]).toArray(); // [1, 0]
 */
export const erfc: UnaryOperator<"float"> = elementwise("erfc", {
  value: erfcOf,
  code: scalar.erfc,
  derivative: (x) => mul(-2 / rootPi, exp(neg(square(x)))),
});

/**
 * The inverse of erf on [−1, 1], element by element (DLMF 7.17): ±∞ at ±1, where the derivative is ∞ too; NaN beyond.
 *
 * @throws as `erf`.
 * @example
 * erfinv([0, 1]).toArray(); // [0, Infinity]
 */
export const erfinv: UnaryOperator<"float"> = elementwise("erfinv", {
  value: erfinvOf,
  code: scalar.erfinv,
  // The reciprocal of erf' at y = erfinv x.
  derivative: (_, y) => mul(rootPi / 2, exp(square(y))),
  domain: { min: -0.9, max: 0.9 },
});

/** Φ(x), the standard normal distribution function. */
export const normalCdf: UnaryOperator<"float"> = elementwise("normalCdf", {
  value: normalCdfOf,
  code: scalar.normalCdf,
  derivative: (x) => normalPdf(x),
});

/** φ(x) = e^(−x²/2) / √(2π), the standard normal density. */
export const normalPdf: UnaryOperator<"float"> = elementwise("normalPdf", {
  value: (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
  code: scalar.normalPdf,
  derivative: (x, y) => neg(mul(x, y)),
});

/**
 * log |Γ(x)|, element by element (DLMF 5.2): ∞ at 0 and the negative integers. Its derivative is `digamma`.
 *
 * @throws as `erf`.
 * @example
 * lgamma([1, 2]).toArray(); // [0, 0]
 */
export const lgamma: UnaryOperator<"float"> = elementwise("lgamma", {
  value: lgammaOf,
  code: scalar.lgamma,
  derivative: (x) => digamma(x),
  domain: { min: 0.3, max: 6 },
});

/**
 * ψ(x) = Γ′(x) / Γ(x), element by element (DLMF 5.2.2). ∓∞ at ±0 and NaN at the negative integers, as in PyTorch. Its derivative is
 * `polygamma(1, x)`.
 *
 * @throws as `erf`.
 * @example
 * digamma([1]).toArray(); // [-0.5772156715393066]
 */
export const digamma: UnaryOperator<"float"> = elementwise("digamma", {
  value: digammaOf,
  code: scalar.digamma,
  derivative: (x) => polygammaAt({ order: 1 }, x),
  domain: { min: 0.3, max: 6 },
});

/** An operator with a whole family of derivatives. */
interface Order {
  readonly order: number;
}

const polygammaAt: ParametricOperator<Order> = parametric("polygamma", ({ order }) => ({
  value: (x: number) => polygammaOf(order, x),
  ...scalar.polygamma(order),
  derivative: (x) => polygammaAt({ order: order + 1 }, x),
}));

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of `digamma`, element by element (DLMF 5.15); n = 0 is `digamma` itself. At 0 and the negative integers
 * odd orders are ∞ and even ones NaN, or ∓∞ at ±0.
 *
 * @param n An integer of 0 or more.
 * @throws ValueError where n is none.
 * @example
 * polygamma(1, [1]).toArray(); // [1.6449340581893921], π²/6
 */
export const polygamma = typedOperator<
  <X extends TensorLike>(n: number, x: X) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>
>(
  "polygamma",
  (draw) => [draw.integer(0, 3), draw.tensor(draw.shape(), { min: 0.5, max: 6 })],
  (n: number, x: TensorLike): Tensor => {
    if (!Number.isInteger(n) || n < 0) {
      throw new ValueError(
        `polygamma: the order is ${String(n)}; use an integer of 0 or more, and the tensor after it.`,
      );
    }
    const operand = asTensor("polygamma", x);
    return n === 0 ? digamma(operand) : polygammaAt({ order: n }, operand);
  },
);

const sincAt: ParametricOperator<Order> = parametric("sinc", ({ order }) => ({
  value: (x: number) => sincDerivative(order, x),
  ...scalar.sincDerivative(order),
  derivative: (x) => sincAt({ order: order + 1 }, x),
}));

/**
 * The normalised sinc, sin(πx) / (πx), element by element: 1 at 0. Smooth everywhere: derivatives of every order are right at 0 too.
 *
 * @throws as `erf`.
 * @example
 * sinc([0, 1]).toArray(); // [1, 0]
 */
export const sinc = typedOperator<<X extends TensorLike>(x: X) => Tensor<ShapeOf<X>, ResultDType<"float", DTypeOf<X>>>>(
  "sinc",
  (draw) => [draw.tensor(draw.shape())],
  (x: TensorLike): Tensor => sincAt({ order: 0 }, x),
);
