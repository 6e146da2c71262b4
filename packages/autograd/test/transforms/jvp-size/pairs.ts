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
  kron,
  lerp,
  less,
  log,
  logaddexp,
  maskedFill,
  matmul,
  maximum,
  minimum,
  mT,
  mul,
  outer,
  pow,
  remainder,
  scaledDotProductAttention,
  sigmoid,
  softmax,
  square,
  sub,
  sum,
  tensordot,
  transpose,
  where,
  xlogy,
  zerosLike,
} from "@glissade/autograd";
import { allow, bilinear, type ForwardRules, linear, numbers } from "./rules.js";

const shape = [3, 4];
const a = numbers(shape);
const b = numbers(shape, { low: 1.1, high: 2, seed: 2 });
const mask = greater(a, 0.5);

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
  pow: allow(
    {
      of: (x, y) => pow(x, y),
      at: [a, b],
      rule: ([x, y], [s, t]) => [pow(x, y), add(mul(s, mul(y, pow(x, sub(y, 1)))), mul(t, mul(pow(x, y), log(x))))],
    },
    7,
    "0 to the power of 0 and negative bases are told apart, where log x is not finite",
  ),
  xlogy: allow(
    {
      of: (x, y) => xlogy(x, y),
      at: [a, b],
      rule: ([x, y], [s, t]) => [xlogy(x, y), add(mul(s, log(y)), mul(t, div(x, y)))],
    },
    4,
    "0 · log 0 and 0 / 0 would be NaN",
  ),
  hypot: allow(
    {
      of: (x, y) => hypot(x, y),
      at: [a, b],
      rule: ([x, y], [s, t]) => [hypot(x, y), add(mul(s, div(x, hypot(x, y))), mul(t, div(y, hypot(x, y))))],
    },
    2,
    "0 / 0 would be NaN where both are 0",
  ),
  atan2: allow(
    {
      of: (y, x) => atan2(y, x),
      at: [a, b],
      rule: ([y, x], [s, t]) => {
        const length = add(square(x), square(y));
        return [atan2(y, x), sub(mul(s, div(x, length)), mul(t, div(y, length)))];
      },
    },
    1,
    "squares overflow, and 0 / 0 would be NaN",
  ),
  logaddexp: allow(
    {
      of: (x, y) => logaddexp(x, y),
      at: [a, b],
      rule: ([x, y], [s, t]) => [logaddexp(x, y), add(mul(s, sigmoid(sub(x, y))), mul(t, sigmoid(sub(y, x))))],
    },
    8,
    "the difference of equal infinities would be NaN",
  ),
  maximum: allow(
    {
      of: (x, y) => maximum(x, y),
      at: [a, b],
      rule: ([x, y], [s, t]) => [maximum(x, y), where(greater(x, y), s, where(equal(x, y), mul(0.5, add(s, t)), t))],
    },
    4,
    "where both are NaN, both have the whole cotangent",
  ),
  minimum: allow(
    {
      of: (x, y) => minimum(x, y),
      at: [a, b],
      rule: ([x, y], [s, t]) => [minimum(x, y), where(less(x, y), s, where(equal(x, y), mul(0.5, add(s, t)), t))],
    },
    4,
    "where both are NaN, both have the whole cotangent",
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
