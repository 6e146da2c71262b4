import {
  abs,
  add,
  cos,
  div,
  exp,
  log,
  logSigmoid,
  maximum,
  mul,
  neg,
  pow,
  reshape,
  sigmoid,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  tanh,
  where,
} from "@glissade/autograd/functions";
import { sumTo } from "../../../src/ops/broadcast.js";
import { type Mutant, mutant, pulled, reverseLaw, spoiled } from "./mutant.js";

/** The first elements of `x` in another shape, which is not what summing it to that shape gives. */
const cropped = (x: Tensor, { shape, size }: Tensor): Tensor =>
  reshape(slice(reshape(x, [-1]), { stop: [size] }), shape);

/** Derivatives of operators that work element by element. */
export const elementwiseMutants: readonly Mutant[] = [
  mutant({
    fault: "sub: the second operand's cotangent has the wrong sign",
    of: sub,
    breaks: spoiled((g, _, k) => (k === 1 ? neg(g) : g)),
    law: reverseLaw,
  }),
  mutant({
    fault: "cos: the derivative has the wrong sign",
    of: cos,
    breaks: spoiled((g) => neg(g)),
    law: reverseLaw,
  }),
  mutant({
    fault: "square: the factor 2 is missing",
    of: square,
    breaks: () => ({ vjp: ({ inputs: [x], cotangent: g }) => [mul(g, x)] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "sqrt: the factor 1/2 is missing",
    of: sqrt,
    breaks: () => ({ vjp: ({ output: y, cotangent: g }) => [div(g, y)] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "div: the divisor's cotangent is divided once, not twice",
    of: div,
    breaks: () => ({
      vjp: ({ inputs: [a, b], output: y, cotangent: g }) => [sumTo(div(g, b), a.shape), sumTo(neg(mul(g, y)), b.shape)],
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "log: the derivative is x in place of 1/x",
    of: log,
    breaks: () => ({ vjp: ({ inputs: [x], cotangent: g }) => [mul(g, x)] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "exp: the derivative is taken from the operand, not from the result",
    of: exp,
    breaks: () => ({ vjp: ({ inputs: [x], cotangent: g }) => [mul(g, x)] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "tanh: 1 − y in place of 1 − y²",
    of: tanh,
    breaks: () => ({ vjp: ({ output: y, cotangent: g }) => [mul(g, sub(1, y))] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "sigmoid: σ in place of σ (1 − σ)",
    of: sigmoid,
    breaks: () => ({ vjp: ({ output: y, cotangent: g }) => [mul(g, y)] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "logSigmoid: σ(x) in place of σ(−x)",
    of: logSigmoid,
    breaks: () => ({ vjp: ({ inputs: [x], cotangent: g }) => [mul(g, sigmoid(x))] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "abs: the sign is forgotten",
    of: abs,
    breaks: () => ({ vjp: ({ cotangent: g }) => [g] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "maximum: both operands get the whole cotangent",
    of: maximum,
    breaks: () => ({
      vjp: ({ inputs: [a, b], cotangent: g }) => [sumTo(g, a.shape), sumTo(g, b.shape)],
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "mul: the operands have changed places in the derivative",
    of: mul,
    breaks: () => ({
      vjp: ({ inputs: [a, b], cotangent: g }) => [sumTo(mul(g, a), a.shape), sumTo(mul(g, b), b.shape)],
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "add: the cotangent of a broadcast operand is not summed",
    of: add,
    breaks: () => ({ vjp: ({ cotangent: g }) => [g, g] }),
    law: reverseLaw,
    throws: /the vjp of add made a cotangent of shape/,
  }),
  mutant({
    fault: "mul: the cotangent of a broadcast operand is cut off in place of summed",
    of: mul,
    breaks: () => ({
      vjp: ({ inputs: [a, b], cotangent: g }) => [cropped(mul(g, b), a), cropped(mul(g, a), b)],
    }),
    law: reverseLaw,
  }),
  mutant({
    fault: "pow: the exponent counts as a constant",
    of: pow,
    breaks: (whole) => ({ vjp: (context) => [pulled(whole, context)[0], undefined] }),
    law: reverseLaw,
  }),
  mutant({
    fault: "where: the branches have changed places in the derivative",
    of: where,
    breaks: () => ({
      vjp: ({ inputs: [condition, a, b], cotangent: g }) => [
        undefined,
        sumTo(where(condition, 0, g), a.shape),
        sumTo(where(condition, g, 0), b.shape),
      ],
    }),
    law: reverseLaw,
  }),
];
