import {
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atanh,
  broadcastTo,
  cbrt,
  clip,
  concat,
  cos,
  cosh,
  cumsum,
  diagonal,
  diff,
  digamma,
  div,
  erf,
  erfc,
  exp,
  exp2,
  expandDims,
  expm1,
  flip,
  greaterEqual,
  hypot,
  jvp,
  lessEqual,
  lgamma,
  log,
  log1p,
  log2,
  log10,
  logicalAnd,
  logsumexp,
  matmul,
  mean,
  moveaxis,
  mul,
  neg,
  ones,
  pad,
  pow,
  reciprocal,
  relu,
  roll,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  stack,
  sub,
  sum,
  swapaxes,
  type Tensor,
  take,
  tan,
  tanh,
  tile,
  transpose,
  tril,
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
  asin: [asin, (x, t) => [asin(x), div(t, sqrt(mul(sub(1, x), add(1, x))))]],
  acos: [acos, (x, t) => [acos(x), neg(div(t, sqrt(mul(sub(1, x), add(1, x)))))]],
  asinh: [asinh, (x, t) => [asinh(x), div(t, hypot(x, 1))]],
  acosh: [acosh, (x, t) => [acosh(x), mul(t, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1))))]],
  atanh: [atanh, (x, t) => [atanh(x), div(t, mul(sub(1, x), add(1, x)))]],
  tan: [tan, (x, t) => [tan(x), mul(t, add(1, square(tan(x))))]],
  cbrt: [cbrt, (x, t) => [cbrt(x), div(t, mul(3, square(cbrt(x))))]],
  rsqrt: [rsqrt, (x, t) => [rsqrt(x), mul(t, mul(-0.5, mul(rsqrt(x), square(rsqrt(x)))))]],
  reciprocal: [reciprocal, (x, t) => [reciprocal(x), neg(mul(t, square(reciprocal(x))))]],
  exp2: [exp2, (x, t) => [exp2(x), mul(t, mul(Math.LN2, exp2(x)))]],
  log2: [log2, (x, t) => [log2(x), div(t, mul(Math.LN2, x))]],
  log10: [log10, (x, t) => [log10(x), div(t, mul(Math.LN10, x))]],
  erfc: [erfc, (x, t) => [erfc(x), mul(t, mul(-2 / Math.sqrt(Math.PI), exp(neg(square(x)))))]],
  softplus: [softplus, (x, t) => [softplus(x), mul(t, sigmoid(x))]],
  lgamma: [lgamma, (x, t) => [lgamma(x), mul(t, digamma(x))]],
  clip: [
    (x) => clip(x, { min: -1, max: 1 }),
    (x, t) => [clip(x, { min: -1, max: 1 }), where(logicalAnd(greaterEqual(x, -1), lessEqual(x, 1)), t, 0)],
  ],
  "pow 3": [(x) => pow(x, 3), (x, t) => [pow(x, 3), mul(t, mul(3, pow(x, 2)))]],
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

/** Linear operators: the tangent of the result is the operator of the tangent. */
const linear: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  sum: (x) => sum(x, { axis: 0 }),
  "sum, last axis": (x) => sum(x, { axis: 1 }),
  "sum of all": (x) => sum(x),
  mean: (x) => mean(x, { axis: 1 }),
  cumsum: (x) => cumsum(x, { axis: 0 }),
  transpose: (x) => transpose(x),
  swapaxes: (x) => swapaxes(x, 0, 1),
  moveaxis: (x) => moveaxis(x, 0, 1),
  reshape: (x) => x.reshape([12]),
  expandDims: (x) => expandDims(x, 1),
  broadcastTo: (x) => broadcastTo(x, [2, 3, 4]),
  "broadcastTo, inner axis": (x) => broadcastTo(expandDims(x, 1), [3, 2, 4]),
  slice: (x) => slice(x, { start: [1] }),
  flip: (x) => flip(x),
  roll: (x) => roll(x, 1, { axis: 1 }),
  pad: (x) => pad(x, { widths: 1 }),
  tile: (x) => tile(x, [2, 1]),
  diff: (x) => diff(x),
  tril: (x) => tril(x),
  diagonal: (x) => diagonal(x),
  take: (x) => take(x, [2, 0], { axis: 0 }),
  concat: (x) => concat([x, x]),
  stack: (x) => stack([x, x]),
  matmul: (x) => matmul(x, ones([4, 2])),
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
 * Operators whose forward mode takes more, and how many. abs asks whether it is at its kink: 0 · ∞ would be NaN there, which a rule by hand risks. softmax adds a
 * negation where a rule by hand subtracts, and stretches the sum along the axis, which costs nothing compiled.
 */
const excess: Readonly<Record<string, number>> = { abs: 2, softmax: 2 };

describe("forward mode takes no more primitives than a rule written by hand, but for those listed", () => {
  const linearRules = Object.entries(linear).map(
    ([name, op]) =>
      [name, [op, (x, t) => [op(x), op(t)]]] as const satisfies readonly [string, readonly [typeof op, Rule]],
  );

  test.each([...Object.entries(unary), ...linearRules])("%s", (name, [op, rule]) => {
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
