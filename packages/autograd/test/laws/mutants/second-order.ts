import {
  cos,
  div,
  exp,
  matmul,
  mul,
  neg,
  sin,
  softmax,
  stopGradient,
  sub,
  sum,
  tanh,
  variance,
} from "@glissade/autograd/functions";
import { sumTo } from "../../../src/ops/broadcast.js";
import { forwardOverReverseLaw, insideVjp, type Mutant, mutant, pulled, secondOrderLaw } from "./mutant.js";

/** First derivatives that are right, with further ones that are not. */
export const secondOrderMutants: readonly Mutant[] = [
  mutant({
    fault: "exp: its derivative counts as a constant",
    of: exp,
    breaks: () => ({ vjp: ({ output: y, cotangent: g }) => [mul(g, stopGradient(y))] }),
    law: secondOrderLaw,
  }),
  mutant({
    fault: "sin: its derivative is computed from numbers that were read",
    of: sin,
    breaks: () => ({ vjp: ({ inputs: [x], cotangent: g }) => [mul(g, stopGradient(cos(x)))] }),
    law: secondOrderLaw,
  }),
  mutant({
    fault: "div: the divisor counts as a constant in the dividend's derivative",
    of: div,
    breaks: (whole) => ({
      vjp(context) {
        const {
          inputs: [a, b],
          cotangent: g,
        } = context;
        return [sumTo(div(g, stopGradient(b)), a.shape), pulled(whole, context)[1]];
      },
    }),
    law: secondOrderLaw,
  }),
  mutant({
    fault: "matmul: the other factor counts as a constant",
    of: matmul,
    breaks: (whole) => ({
      vjp(context) {
        const {
          inputs: [a, b],
        } = context;
        const inputs = [stopGradient(a), stopGradient(b), b] as const;
        return pulled(whole, { ...context, inputs });
      },
    }),
    law: secondOrderLaw,
  }),
  mutant<{ readonly axis: number }>({
    fault: "softmax: the probabilities count as constants",
    of: softmax,
    breaks: () => ({
      vjp({ output, attributes: { axis }, cotangent: g }) {
        const y = stopGradient(output);
        return [mul(y, sub(g, sum(mul(y, g), { axis, keepDims: true })))];
      },
    }),
    law: secondOrderLaw,
  }),
  mutant({
    fault: "variance: the mean counts as a constant, which the first derivative does not notice",
    of: variance,
    primitive: "centre",
    breaks: () => ({ vjp: ({ cotangent: g }) => [g] }),
    law: secondOrderLaw,
  }),
  mutant({
    fault: "tanh: a product in its derivative is transposed with the wrong sign, in forward mode alone",
    of: tanh,
    breaks: insideVjp("mul", (whole) => ({
      transpose: (context) => pulled(whole, context).map((g) => g && neg(g)),
    })),
    law: forwardOverReverseLaw,
  }),
];
