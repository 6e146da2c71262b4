import { abs, add, cumprod, cumsum, div, equal, max, mul, norm, relu, where } from "@glissade/autograd/functions";
import { spread } from "../../../src/ops/reduce.js";
import { finiteLaw, kinkLaw, type Mutant, mutant, pulled } from "./mutant.js";

interface Axes {
  readonly axes: readonly number[];
}

/** Derivatives where operators are not smooth, or not defined. */
export const kinkMutants: readonly Mutant[] = [
  mutant({
    fault: "relu: the derivatives of both sides are added up at 0",
    of: relu,
    breaks: () => ({
      vjp: ({ inputs: [x], output: y, cotangent: g }) => [add(where(equal(y, x), g, 0), where(equal(x, 0), g, 0))],
    }),
    law: kinkLaw,
  }),
  mutant({
    fault: "abs: the derivative at 0 is that of x / |x|",
    of: abs,
    breaks: () => ({ vjp: ({ inputs: [x], output: y, cotangent: g }) => [mul(g, div(x, y))] }),
    law: kinkLaw,
  }),
  mutant<Axes>({
    fault: "max: equal elements get the whole cotangent each",
    of: max,
    breaks: () => ({
      vjp: ({ inputs: [x], output: y, attributes: { axes }, cotangent: g }) => [
        where(equal(x, spread(y, axes, x.shape)), spread(g, axes, x.shape), 0),
      ],
    }),
    law: kinkLaw,
  }),
  mutant<Axes>({
    fault: "norm: the derivative divides by the norm of the zero vector",
    of: norm,
    breaks: (whole) => ({
      vjp(context) {
        const {
          inputs: [x],
          output: y,
          attributes: { axes },
          cotangent: g,
        } = context;
        const [smooth] = pulled(whole, context);
        const isZero = equal(spread(y, axes, x.shape), 0);
        return [smooth && where(isZero, mul(spread(g, axes, x.shape), div(x, spread(y, axes, x.shape))), smooth)];
      },
    }),
    law: kinkLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "cumsum: the sums begin with NaN",
    of: cumsum,
    breaks: (whole) => ({ run: (context) => whole.run(context).map(() => Number.NaN) }),
    law: finiteLaw,
  }),
  mutant<{ readonly axis: number; readonly reverse: boolean }>({
    fault: "cumprod: the product of the others by a division, which is NaN at zeros",
    of: cumprod,
    breaks: () => ({
      vjp: ({ inputs: [x], output: y, attributes: { axis, reverse }, cotangent: g }) => [
        div(cumsum(mul(g, y), { axis, reverse: !reverse }), x),
      ],
    }),
    law: finiteLaw,
  }),
];
