import {
  abs,
  add,
  atan,
  broadcastTo,
  concat,
  cos,
  cosh,
  cumsum,
  div,
  erf,
  exp,
  expm1,
  jvp,
  log,
  log1p,
  logsumexp,
  matmul,
  mean,
  mul,
  neg,
  ones,
  pow,
  relu,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  where,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { simplify } from "../../src/compile/values.js";
import { trace } from "../../src/transforms/trace.js";

/** How many primitives a function comes to, common ones once and constants none. */
function primitives(f: (...args: Tensor[]) => readonly Tensor[], args: readonly Tensor[]): string[] {
  const { body } = trace("f", f as (...args: never[]) => unknown, args);
  const { values } = simplify(
    body.inputs,
    [...new Set(body.outputs)].filter((node) => node.symbolic),
  );
  return values.flatMap(({ input, data, primitive }) =>
    input === undefined && data === undefined ? [primitive.name] : [],
  );
}

type Rule = (x: Tensor, t: Tensor) => readonly [value: Tensor, tangent: Tensor];

/** Forward rules of one operand, as one writes them by hand. */
const unary: Readonly<Record<string, readonly [(x: Tensor) => Tensor, Rule]>> = {
  neg: [neg, (x, t) => [neg(x), neg(t)]],
  exp: [exp, (x, t) => [exp(x), mul(t, exp(x))]],
  expm1: [expm1, (x, t) => [expm1(x), mul(t, exp(x))]],
  log: [log, (x, t) => [log(x), div(t, x)]],
  log1p: [log1p, (x, t) => [log1p(x), div(t, add(1, x))]],
  sin: [sin, (x, t) => [sin(x), mul(t, cos(x))]],
  cos: [cos, (x, t) => [cos(x), mul(t, neg(sin(x)))]],
  sinh: [sinh, (x, t) => [sinh(x), mul(t, cosh(x))]],
  cosh: [cosh, (x, t) => [cosh(x), mul(t, sinh(x))]],
  tanh: [tanh, (x, t) => [tanh(x), mul(t, sub(1, square(tanh(x))))]],
  atan: [atan, (x, t) => [atan(x), div(t, add(1, square(x)))]],
  sqrt: [sqrt, (x, t) => [sqrt(x), div(t, mul(2, sqrt(x)))]],
  square: [square, (x, t) => [square(x), mul(t, mul(2, x))]],
  abs: [abs, (x, t) => [abs(x), mul(t, sign(x))]],
  relu: [relu, (x, t) => [relu(x), where(x.greater(0), t, 0)]],
  sigmoid: [sigmoid, (x, t) => [sigmoid(x), mul(t, mul(sigmoid(x), sub(1, sigmoid(x))))]],
  erf: [erf, (x, t) => [erf(x), mul(t, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))))]],
  "pow 3": [(x) => pow(x, 3), (x, t) => [pow(x, 3), mul(t, mul(3, pow(x, 2)))]],
  sum: [(x) => sum(x, { axis: 0 }), (x, t) => [sum(x, { axis: 0 }), sum(t, { axis: 0 })]],
  mean: [(x) => mean(x, { axis: 1 }), (x, t) => [mean(x, { axis: 1 }), mean(t, { axis: 1 })]],
  cumsum: [(x) => cumsum(x, { axis: 0 }), (x, t) => [cumsum(x, { axis: 0 }), cumsum(t, { axis: 0 })]],
  transpose: [(x) => transpose(x), (x, t) => [transpose(x), transpose(t)]],
  reshape: [(x) => x.reshape([12]), (x, t) => [x.reshape([12]), t.reshape([12])]],
  broadcastTo: [(x) => broadcastTo(x, [2, 3, 4]), (x, t) => [broadcastTo(x, [2, 3, 4]), broadcastTo(t, [2, 3, 4])]],
  slice: [(x) => slice(x, { start: [1] }), (x, t) => [slice(x, { start: [1] }), slice(t, { start: [1] })]],
  concat: [(x) => concat([x, x]), (x, t) => [concat([x, x]), concat([t, t])]],
  softmax: [
    (x) => softmax(x, { axis: 1 }),
    (x, t) => {
      const y = softmax(x, { axis: 1 });
      return [y, mul(y, sub(t, sum(mul(y, t), { axis: 1, keepDims: true })))];
    },
  ],
  logsumexp: [
    (x) => logsumexp(x, { axis: 1 }),
    (x, t) => [logsumexp(x, { axis: 1 }), sum(mul(softmax(x, { axis: 1 }), t), { axis: 1 })],
  ],
};

const binary: Readonly<
  Record<
    string,
    readonly [
      (a: Tensor, b: Tensor) => Tensor,
      (a: Tensor, b: Tensor, s: Tensor, t: Tensor) => readonly [Tensor, Tensor],
    ]
  >
> = {
  add: [add, (a, b, s, t) => [add(a, b), add(s, t)]],
  sub: [sub, (a, b, s, t) => [sub(a, b), sub(s, t)]],
  mul: [mul, (a, b, s, t) => [mul(a, b), add(mul(s, b), mul(a, t))]],
  div: [div, (a, b, s, t) => [div(a, b), div(sub(s, mul(div(a, b), t)), b)]],
  matmul: [
    (a, b) => matmul(a, transpose(b)),
    (a, b, s, t) => [matmul(a, transpose(b)), add(matmul(s, transpose(b)), matmul(a, transpose(t)))],
  ],
};

const operand = ones([3, 4]);

/**
 * Operators whose forward mode takes more, and how many: negations and additions that would be differences, a product with a reciprocal for a
 * quotient, padded summands for a concatenation, and choices at kinks, which a rule by hand leaves out.
 */
const excess: Readonly<Record<string, number>> = {
  sub: 1,
  div: 1,
  atan: 1,
  abs: 2,
  "pow 3": 3,
  broadcastTo: 1,
  concat: 2,
  softmax: 2,
};

describe("forward mode takes no more primitives than a rule written by hand, but for those listed", () => {
  test.each(Object.entries(unary))("%s", (name, [op, rule]) => {
    const made = primitives(
      (x = operand, t = operand) => {
        const [value, tangent] = jvp((y: Tensor) => op(y), [x], [t]);
        return [value, tangent];
      },
      [operand, operand],
    );
    const byHand = primitives((x = operand, t = operand) => rule(x, t), [operand, operand]);
    expect(made.length, `${made.join(" ")} against ${byHand.join(" ")}`).toBeLessThanOrEqual(
      byHand.length + (excess[name] ?? 0),
    );
  });

  test.each(Object.entries(binary))("%s", (name, [op, rule]) => {
    const operands = [operand, operand, operand, operand];
    const made = primitives((a = operand, b = operand, s = operand, t = operand) => {
      const [value, tangent] = jvp((x: Tensor, y: Tensor) => op(x, y), [a, b], [s, t]);
      return [value, tangent];
    }, operands);
    const byHand = primitives((a = operand, b = operand, s = operand, t = operand) => rule(a, b, s, t), operands);
    expect(made.length, `${made.join(" ")} against ${byHand.join(" ")}`).toBeLessThanOrEqual(
      byHand.length + (excess[name] ?? 0),
    );
  });
});
