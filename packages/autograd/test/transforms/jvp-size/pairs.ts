import {
  add,
  atan2,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  div,
  dot,
  einsum,
  equal,
  floorDivide,
  greater,
  hypot,
  isInf,
  kron,
  lerp,
  less,
  lessEqual,
  log,
  logaddexp,
  logicalAnd,
  maskedFill,
  matmul,
  maximum,
  minimum,
  mT,
  mul,
  neg,
  outer,
  pow,
  remainder,
  scaledDotProductAttention,
  sigmoid,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tensordot,
  transpose,
  where,
  xlogy,
  zerosLike,
} from "@glissade/autograd";
import { bilinear, exactly, type ForwardRules, linear, numbers } from "./rules.js";

const shape = [3, 4];
const a = numbers(shape);
const b = numbers(shape, { low: 1.1, high: 2, seed: 2 });
const mask = greater(a, 0.5);

/** Operands pair by pair, with tangents of no pattern. */
function pairsOf(...each: readonly (readonly [number, number])[]): readonly Tensor[] {
  const tangents = [5, 6].map((seed) => numbers([each.length], { low: -1, high: 1, seed }));
  return [exactly(each.map(([x]) => x)), exactly(each.map(([, y]) => y)), ...tangents];
}

const lengths = [
  exactly([0, 0, 1e200, 1e-200, Infinity, NaN, -3]),
  exactly([0, 2, 1e200, 1e-200, 1, 1, 4]),
  exactly([1, 1, 1e200, 1, 1, 1, 1]),
  exactly([2, 1, 1e200, 2, 1, 1, 2]),
];

const orOne = (length: Tensor): Tensor => where(equal(length, 0), 1, length);

/** Either operand's derivative where it is taken, half of both where they tie, and both where one is NaN. */
const extreme = (
  of: (x: Tensor, y: Tensor) => Tensor,
  wins: (x: Tensor, y: Tensor) => Tensor,
): ForwardRules[string] => ({
  of,
  at: [a, b],
  rule: ([x, y], [s, t]) => {
    const both = add(s, t);
    const shared = where(equal(x, y), mul(0.5, both), both);
    return [of(x, y), where(wins(x, y), s, where(wins(y, x), t, shared))];
  },
  edges: [pairsOf([1, 1], [0, -0], [1, 2], [2, 1], [Infinity, Infinity], [NaN, 1], [1, NaN], [NaN, NaN])],
  tooShort: [([x, y], [s, t]) => [of(x, y), where(wins(x, y), s, where(equal(x, y), mul(0.5, add(s, t)), t))]],
});

type Two = readonly [value: Tensor, tangent: Tensor];

const powRule = (x: Tensor, y: Tensor, s: Tensor, t: Tensor, base: Tensor): Two => [
  pow(x, y),
  add(mul(s, mul(y, pow(base, sub(y, 1)))), mul(t, xlogy(pow(x, y), base))),
];

const xlogyRule = (x: Tensor, y: Tensor, s: Tensor, t: Tensor, argument: Tensor): Two => [
  xlogy(x, y),
  add(mul(s, log(argument)), mul(t, div(x, argument))),
];

/** Operators of two operands or three that work element by element. */
export const pairs: ForwardRules = {
  add: linear((x, y) => add(x, y), a, b),
  sub: linear((x, y) => sub(x, y), a, b),
  where: linear((x, y) => where(mask, x, y), a, b),
  maskedFill: {
    of: (x) => maskedFill(x, mask, 3),
    at: [a],
    rule: ([x], [t]) => [maskedFill(x, mask, 3), maskedFill(t, mask, 0)],
  },
  mul: bilinear((x, y) => mul(x, y), a, b),
  div: {
    of: (x, y) => div(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => [div(x, y), div(sub(s, mul(div(x, y), t)), y)],
  },
  pow: {
    of: (x, y) => pow(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => powRule(x, y, s, t, where(logicalAnd(equal(x, 0), equal(y, 0)), 1, x)),
    edges: [pairsOf([0, 0], [0, 2], [0, -1], [2, 0], [-1, 2], [-1, 0.5], [NaN, 0], [Infinity, -1], [1, NaN])],
    tooShort: [
      ([x, y], [s, t]) => powRule(x, y, s, t, x),
      // Loses the derivative of y xʸ⁻¹ in y.
      ([x, y], [s, t]) => powRule(x, y, s, t, where(equal(y, 0), 1, x)),
    ],
  },
  xlogy: {
    of: (x, y) => xlogy(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => xlogyRule(x, y, s, t, where(logicalAnd(equal(x, 0), lessEqual(y, 0)), 1, y)),
    edges: [pairsOf([0, 0], [0, -1], [0, 2], [2, 0], [-1, 0], [0, NaN], [2, -1], [NaN, 1], [0, Infinity])],
    tooShort: [
      ([x, y], [s, t]) => xlogyRule(x, y, s, t, y),
      ([x, y], [s, t]) => xlogyRule(x, y, s, t, where(equal(x, 0), 1, y)),
    ],
  },
  hypot: {
    of: (x, y) => hypot(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => {
      const length = orOne(hypot(x, y));
      return [hypot(x, y), add(mul(s, div(x, length)), mul(t, div(y, length)))];
    },
    edges: [lengths],
    tooShort: [
      ([x, y], [s, t]) => [hypot(x, y), add(mul(s, div(x, hypot(x, y))), mul(t, div(y, hypot(x, y))))],
      // The products overflow.
      ([x, y], [s, t]) => [hypot(x, y), div(add(mul(s, x), mul(t, y)), orOne(hypot(x, y)))],
    ],
  },
  atan2: {
    of: (y, x) => atan2(y, x),
    at: [a, b],
    rule: ([y, x], [s, t]) => {
      const length = orOne(hypot(y, x));
      return [atan2(y, x), div(sub(mul(s, div(x, length)), mul(t, div(y, length))), length)];
    },
    edges: [lengths],
    tooShort: [
      ([y, x], [s, t]) => {
        const length = hypot(y, x);
        return [atan2(y, x), div(sub(mul(s, div(x, length)), mul(t, div(y, length))), length)];
      },
      // The squares overflow.
      ([y, x], [s, t]) => {
        const length = add(square(x), square(y));
        return [atan2(y, x), sub(mul(s, div(x, length)), mul(t, div(y, length)))];
      },
    ],
  },
  logaddexp: {
    of: (x, y) => logaddexp(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => {
      const ahead = where(logicalAnd(isInf(x), equal(x, y)), 0, sub(x, y));
      return [logaddexp(x, y), add(mul(s, sigmoid(ahead)), mul(t, sigmoid(neg(ahead))))];
    },
    edges: [
      pairsOf([1, 1], [Infinity, Infinity], [-Infinity, -Infinity], [Infinity, -Infinity], [1, -Infinity], [NaN, 1]),
      [exactly([100]), exactly([0]), exactly([1]), exactly([1e20])],
    ],
    tooShort: [
      ([x, y], [s, t]) => [logaddexp(x, y), add(mul(s, sigmoid(sub(x, y))), mul(t, sigmoid(sub(y, x))))],
      // Loses the second derivative of equal operands.
      ([x, y], [s, t]) => {
        const ahead = where(equal(x, y), 0, sub(x, y));
        return [logaddexp(x, y), add(mul(s, sigmoid(ahead)), mul(t, sigmoid(neg(ahead))))];
      },
      // Cancels.
      ([x, y], [s, t]) => {
        const ahead = where(logicalAnd(isInf(x), equal(x, y)), 0, sub(x, y));
        return [logaddexp(x, y), add(t, mul(sigmoid(ahead), sub(s, t)))];
      },
    ],
  },
  maximum: extreme(
    (x, y) => maximum(x, y),
    (x, y) => greater(x, y),
  ),
  minimum: extreme(
    (x, y) => minimum(x, y),
    (x, y) => less(x, y),
  ),
  remainder: {
    of: (x, y) => remainder(x, y),
    at: [b, a],
    rule: ([x, y], [s, t]) => [remainder(x, y), sub(s, mul(t, floorDivide(x, y)))],
  },
  floorDivide: { of: (x, y) => floorDivide(x, y), at: [b, a], rule: ([x, y]) => [floorDivide(x, y), zerosLike(x)] },
  lerp: {
    of: (x, y, w) => lerp(x, y, w),
    at: [a, b, numbers(shape, { seed: 3 })],
    rule: ([x, y, w], [s, t, u]) => [lerp(x, y, w), add(add(mul(s, sub(1, w)), mul(t, w)), mul(u, sub(y, x)))],
  },
};

const left = numbers([3, 4], { low: -1, high: 1 });
const right = numbers([4, 2], { low: -1, high: 1, seed: 2 });
const vector = numbers([4], { seed: 3 });
const signal = numbers([2, 3, 8], { low: -1, high: 1 });
const image = numbers([2, 3, 5, 5], { low: -1, high: 1 });

/** Operators that multiply and sum. */
export const products: ForwardRules = {
  matmul: bilinear((x, y) => matmul(x, y), left, right),
  "matmul, a transpose": bilinear((x, y) => matmul(x, transpose(y)), left, numbers([5, 4], { seed: 4 })),
  dot: bilinear((x, y) => dot(x, y), vector, numbers([4], { seed: 5 })),
  outer: bilinear((x, y) => outer(x, y), vector, numbers([3], { seed: 6 })),
  kron: bilinear((x, y) => kron(x, y), left, right),
  tensordot: bilinear((x, y) => tensordot(x, y, { axes: 1 }), left, right),
  einsum: bilinear((x, y) => einsum("ij,jk->ik", x, y), left, right),
  "einsum, a trace": bilinear((x, y) => einsum("bij,jk->b", x, y), numbers([2, 3, 4]), right),
  "einsum, three": {
    of: (x, y, z) => einsum("ij,jk,kl->il", x, y, z),
    at: [left, right, numbers([2, 3])],
    rule: ([x, y, z], [s, t, u]) => {
      const of = (p: typeof x, q: typeof x, r: typeof x) => einsum("ij,jk,kl->il", p, q, r);
      return [of(x, y, z), add(add(of(s, y, z), of(x, t, z)), of(x, y, u))];
    },
  },
  conv1d: bilinear((x, w) => conv1d(x, w), signal, numbers([4, 3, 3], { seed: 7 })),
  conv2d: bilinear((x, w) => conv2d(x, w, { padding: 1, stride: 2 }), image, numbers([4, 3, 3, 3], { seed: 7 })),
  convTranspose1d: bilinear((x, w) => convTranspose1d(x, w), signal, numbers([3, 4, 3], { seed: 7 })),
  convTranspose2d: bilinear((x, w) => convTranspose2d(x, w, { stride: 2 }), image, numbers([3, 4, 3, 3], { seed: 7 })),
  scaledDotProductAttention: {
    of: (q, k, v) => scaledDotProductAttention(q, k, v),
    at: [numbers([2, 3, 4]), numbers([2, 3, 4], { seed: 2 }), numbers([2, 3, 4], { seed: 3 })],
    rule: ([q, k, v], [dq, dk, dv]) => {
      const weights = softmax(mul(matmul(q, mT(k)), 0.5));
      const scores = mul(add(matmul(dq, mT(k)), matmul(q, mT(dk))), 0.5);
      const moved = mul(weights, scores);
      const turned = sub(moved, mul(weights, sum(moved, { axis: -1, keepDims: true })));
      return [scaledDotProductAttention(q, k, v), add(matmul(turned, v), matmul(weights, dv))];
    },
  },
};
