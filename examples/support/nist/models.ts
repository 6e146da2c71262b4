// The models of the 27 problems, written as NIST writes them (StRD, Nonlinear Regression: https://www.itl.nist.gov/div898/strd).
import { add, atan, cos, div, exp, mul, neg, pow, sin, square, sub, type Tensor } from "@glissade/autograd";

/** From the predictors, each of shape [n], and then the parameters b₁, b₂, …, each a scalar, to the responses, of shape [n]. */
export type Model = (...predictorsAndParameters: Tensor[]) => Tensor;

const total = (first: Tensor, ...rest: readonly Tensor[]): Tensor => rest.reduce((sum, term) => add(sum, term), first);

/** b e^(−c x) */
const decay = (x: Tensor, b: Tensor, c: Tensor): Tensor => mul(b, exp(neg(mul(c, x))));

/** b e^(−(x − c)² / d²) */
const bell = (x: Tensor, b: Tensor, c: Tensor, d: Tensor): Tensor =>
  mul(b, exp(neg(div(square(sub(x, c)), square(d)))));

/** b cos(2πx / period) + c sin(2πx / period) */
const wave = (x: Tensor, period: Tensor | number, b: Tensor, c: Tensor): Tensor => {
  const angle = div(mul(2 * Math.PI, x), period);
  return add(mul(b, cos(angle)), mul(c, sin(angle)));
};

/** c₀ + c₁ x + c₂ x² + …, by Horner's rule */
const polynomial = (x: Tensor, first: Tensor | number, ...rest: readonly Tensor[]): Tensor => {
  const [second, ...others] = rest;
  return second === undefined ? add(first, mul(0, x)) : add(first, mul(x, polynomial(x, second, ...others)));
};

const saturation: Model = (x, b1, b2) => mul(b1, sub(1, exp(neg(mul(b2, x)))));
const quotient: Model = (x, b1, b2, b3) => div(exp(neg(mul(b1, x))), add(b2, mul(b3, x)));
const bells: Model = (x, b1, b2, b3, b4, b5, b6, b7, b8) =>
  total(decay(x, b1, b2), bell(x, b3, b4, b5), bell(x, b6, b7, b8));
const cubics: Model = (x, b1, b2, b3, b4, b5, b6, b7) =>
  div(polynomial(x, b1, b2, b3, b4), polynomial(x, 1, b5, b6, b7));
const decays: Model = (x, b1, b2, b3, b4, b5, b6) => total(decay(x, b1, b2), decay(x, b3, b4), decay(x, b5, b6));

/** By the problem's name. */
export const models: Readonly<Record<string, Model>> = {
  Bennett5: (x, b1, b2, b3) => mul(b1, pow(add(b2, x), div(-1, b3))),
  BoxBOD: saturation,
  Chwirut1: quotient,
  Chwirut2: quotient,
  DanWood: (x, b1, b2) => mul(b1, pow(x, b2)),
  ENSO: (x, b1, b2, b3, b4, b5, b6, b7, b8, b9) =>
    total(b1, wave(x, 12, b2, b3), wave(x, b4, b5, b6), wave(x, b7, b8, b9)),
  Eckerle4: (x, b1, b2, b3) => mul(div(b1, b2), exp(mul(-0.5, square(div(sub(x, b3), b2))))),
  Gauss1: bells,
  Gauss2: bells,
  Gauss3: bells,
  Hahn1: cubics,
  Kirby2: (x, b1, b2, b3, b4, b5) => div(polynomial(x, b1, b2, b3), polynomial(x, 1, b4, b5)),
  Lanczos1: decays,
  Lanczos2: decays,
  Lanczos3: decays,
  MGH09: (x, b1, b2, b3, b4) => div(mul(b1, add(square(x), mul(x, b2))), total(square(x), mul(x, b3), b4)),
  MGH10: (x, b1, b2, b3) => mul(b1, exp(div(b2, add(x, b3)))),
  MGH17: (x, b1, b2, b3, b4, b5) => total(b1, decay(x, b2, b4), decay(x, b3, b5)),
  Misra1a: saturation,
  Misra1b: (x, b1, b2) => mul(b1, sub(1, pow(add(1, div(mul(b2, x), 2)), -2))),
  Misra1c: (x, b1, b2) => mul(b1, sub(1, pow(add(1, mul(2, mul(b2, x))), -0.5))),
  Misra1d: (x, b1, b2) => div(mul(mul(b1, b2), x), add(1, mul(b2, x))),
  // The response is log y.
  Nelson: (x1, x2, b1, b2, b3) => sub(b1, mul(mul(b2, x1), exp(neg(mul(b3, x2))))),
  Rat42: (x, b1, b2, b3) => div(b1, add(1, exp(sub(b2, mul(b3, x))))),
  Rat43: (x, b1, b2, b3, b4) => div(b1, pow(add(1, exp(sub(b2, mul(b3, x)))), div(1, b4))),
  Roszman1: (x, b1, b2, b3, b4) => sub(sub(b1, mul(b2, x)), div(atan(div(b3, sub(x, b4))), Math.PI)),
  Thurber: cubics,
};
