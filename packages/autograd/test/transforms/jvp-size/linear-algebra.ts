import {
  abs,
  add,
  concat,
  diagonal,
  div,
  equal,
  expandDims,
  eye,
  lessEqual,
  linalg,
  matmul,
  max,
  min,
  mT,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  tril,
  triu,
  where,
  zerosLike,
} from "@glissade/autograd";
import { exactly, type ForwardRules, lengthRule, numbers } from "./rules.js";

const {
  cholesky,
  choleskySolve,
  cond,
  det,
  eigh,
  eigvalsh,
  expm,
  inv,
  lstsq,
  matrixNorm,
  matrixPower,
  pinv,
  qr,
  slogdet,
  solve,
  svd,
  svdvals,
  triangularSolve,
} = linalg;
const identity = eye(3, { dtype: "float64" });
const a = add(numbers([3, 3]), mul(3, identity));
const definite = add(a, mT(a));
const b = numbers([3, 2], { seed: 2 });
const tall = numbers([4, 3], { seed: 3 });
const symmetric = (x: Tensor): Tensor => {
  const half = mul(x, 0.5);
  return add(half, mT(half));
};

/** What to divide by: NaN for values that rounding cannot tell apart, ∞ on the diagonal. `greatest` is [1]. */
const repeatedAsNaN = (gap: Tensor, divisor: Tensor, greatest: Tensor): Tensor =>
  where(lessEqual(abs(gap), mul(reshape(greatest, [1, 1]), 3 * Number.EPSILON)), mul(identity, Infinity), divisor);

/** What is added to gaps, so that one may divide by their diagonal: nothing beside it. */
const beside = where(equal(identity, 1), Infinity, zerosLike(identity));

const repeated = [
  [mul(2, identity), a],
  [
    exactly([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 3],
    ]),
    a,
  ],
  // Equal but for rounding.
  [
    exactly([
      [1, 0, 0],
      [0, 1 + Number.EPSILON, 0],
      [0, 0, 3],
    ]),
    a,
  ],
];

function eighRule(x: Tensor, t: Tensor, divisor: (gap: Tensor, values: Tensor) => Tensor): Pair {
  const { eigenvalues: w, eigenvectors: v } = eigh(x);
  const turned = matmul(mT(v), matmul(symmetric(t), v));
  const gap = sub(expandDims(w, 0), expandDims(w, 1));
  return [
    [w, v],
    [diagonal(turned), matmul(v, div(turned, divisor(gap, w)))],
  ];
}

/** Q and R of dA R⁻¹ (S. Walter & L. Lehmann, 2010). */
function qrRule(x: Tensor, t: Tensor, divisor: Tensor): Pair {
  const { Q, R } = qr(x);
  const moved = triangularSolve(divisor, t, { upper: true, left: false });
  const turned = matmul(mT(Q), moved);
  const triangle = add(triu(turned), mT(tril(turned, { k: -1 })));
  return [
    [Q, R],
    [sub(moved, matmul(Q, triangle)), matmul(triangle, R)],
  ];
}

/** The derivative of the three factors of a square matrix (J. Townsend, 2016). */
function svdRule(x: Tensor, t: Tensor, divisor: (gap: Tensor, total: Tensor, s: Tensor) => Tensor): Pair {
  const { U, S, Vh } = svd(x, { fullMatrices: false });
  const turned = matmul(mT(U), matmul(t, mT(Vh)));
  const [row, column] = [expandDims(S, 0), expandDims(S, 1)];
  const gaps = divisor(sub(row, column), add(row, column), S);
  const [ofU, ofV] = [div(mul(turned, row), gaps), div(mul(turned, column), gaps)];
  // Both turn by skew matrices.
  return [
    [U, S, Vh],
    [matmul(U, sub(ofU, mT(ofU))), diagonal(turned), matmul(mT(sub(ofV, mT(ofV))), Vh)],
  ];
}

type Pair = readonly [value: readonly Tensor[], tangent: readonly Tensor[]];

/** Linear algebra: the rules of M. Giles, "Collected matrix derivative results", 2008. */
export const linearAlgebra: ForwardRules = {
  "linalg.inv": { of: (x) => inv(x), at: [a], rule: ([x], [t]) => [inv(x), neg(matmul(inv(x), matmul(t, inv(x))))] },
  "linalg.det": { of: (x) => det(x), at: [a], rule: ([x], [t]) => [det(x), mul(det(x), sum(mul(mT(inv(x)), t)))] },
  "linalg.slogdet": {
    of: (x) => slogdet(x).logabsdet,
    at: [a],
    rule: ([x], [t]) => [slogdet(x).logabsdet, sum(mul(mT(inv(x)), t))],
  },
  "linalg.solve": {
    of: (x, y) => solve(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => [solve(x, y), solve(x, sub(t, matmul(s, solve(x, y))))],
  },
  "linalg.triangularSolve": {
    of: (x, y) => triangularSolve(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => [
      triangularSolve(x, y),
      triangularSolve(x, sub(t, matmul(tril(s), triangularSolve(x, y)))),
    ],
  },
  "linalg.choleskySolve": {
    of: (x, y) => choleskySolve(x, y),
    at: [a, b],
    rule: ([x, y], [s, t]) => {
      const own = tril(s);
      const half = triangularSolve(x, y);
      const whole = choleskySolve(x, y);
      const moved = triangularSolve(x, sub(t, matmul(own, half)));
      return [whole, triangularSolve(mT(x), sub(moved, matmul(mT(own), whole)), { upper: true })];
    },
  },
  "linalg.cholesky": {
    of: (x) => cholesky(x),
    at: [definite],
    rule: ([x], [t]) => {
      const l = cholesky(x);
      const inner = triangularSolve(l, mT(triangularSolve(l, symmetric(t))));
      return [l, matmul(l, div(tril(inner), add(1, identity)))];
    },
  },
  "linalg.matrixPower": {
    of: (x) => matrixPower(x, 3),
    at: [a],
    rule: ([x], [t]) => {
      const squared = matmul(x, x);
      return [matrixPower(x, 3), add(matmul(t, squared), matmul(x, add(matmul(t, x), matmul(x, t))))];
    },
  },
  "linalg.eigvalsh": {
    of: (x) => eigvalsh(x),
    at: [definite],
    rule: ([x], [t]) => {
      const { eigenvectors: v } = eigh(x);
      return [eigvalsh(x), sum(mul(v, matmul(symmetric(t), v)), { axis: 0 })];
    },
  },
  "linalg.svdvals": {
    of: (x) => svdvals(x),
    at: [tall],
    rule: ([x], [t]) => {
      const { U, Vh } = svd(x, { fullMatrices: false });
      return [svdvals(x), sum(mul(U, matmul(t, mT(Vh))), { axis: 0 })];
    },
  },
  "linalg.matrixNorm": lengthRule((x) => matrixNorm(x), {}, a),
  "linalg.expm": {
    of: (x) => expm(x),
    at: [a],
    rule: ([x], [t]) => {
      const whole = expm(concat([concat([x, t], { axis: 1 }), concat([zerosLike(x), x], { axis: 1 })]));
      return [expm(x), slice(whole, { start: [0, 3], stop: [3, 6] })];
    },
  },
  "linalg.pinv": {
    of: (x) => pinv(x),
    at: [tall],
    rule: ([x], [t]) => {
      const own = pinv(x);
      const turned = mT(t);
      const beyond = matmul(matmul(own, mT(own)), matmul(turned, sub(eye(4, { dtype: "float64" }), matmul(x, own))));
      const within = matmul(sub(identity, matmul(own, x)), matmul(turned, matmul(mT(own), own)));
      return [own, add(sub(beyond, matmul(own, matmul(t, own))), within)];
    },
  },
  "linalg.lstsq": {
    // The derivative along matrices of one rank, full or not (G. Golub & V. Pereyra, 1973).
    of: (x, y) => lstsq(x, y).solution,
    at: [tall, numbers([4, 2])],
    rule: ([x, y], [s, t]) => {
      const own = lstsq(x, y).solution;
      const inner = pinv(x);
      const beyond = matmul(mT(s), matmul(mT(inner), own));
      const moved = add(sub(t, matmul(s, own)), matmul(mT(inner), matmul(mT(s), sub(y, matmul(x, own)))));
      return [own, add(matmul(inner, sub(moved, matmul(x, beyond))), beyond)];
    },
    edges: [
      [
        exactly([
          [1, 2],
          [2, 4],
          [3, 6],
        ]),
        exactly([[1], [0], [2]]),
        exactly([
          [1, 0],
          [0, 1],
          [2, 1],
        ]),
        exactly([[1], [2], [0]]),
      ],
    ],
    tooShort: [
      ([x, y], [s, t]) => {
        const own = lstsq(x, y).solution;
        const inner = pinv(x);
        const moved = matmul(inner, sub(t, matmul(s, own)));
        const rest = sub(y, matmul(x, own));
        return [own, add(moved, matmul(inner, matmul(mT(inner), matmul(mT(s), rest))))];
      },
    ],
  },
  "linalg.cond": {
    of: (x) => cond(x),
    at: [a],
    rule: ([x], [t]) => {
      const { U, S, Vh } = svd(x, { fullMatrices: false });
      const moved = sum(mul(U, matmul(t, mT(Vh))), { axis: 0 });
      const at = (from: Tensor, i: number): Tensor => reshape(slice(from, { start: [i], stop: [i + 1] }), []);
      const ratio = div(at(S, 0), at(S, 2));
      return [cond(x), div(sub(at(moved, 0), mul(at(moved, 2), ratio)), at(S, 2))];
    },
    edges: [[mul(identity, 0), a]],
  },
  "linalg.eigh": {
    of: (x) => [eigh(x).eigenvalues, eigh(x).eigenvectors],
    at: [definite],
    rule: ([x], [t]) => eighRule(x, t, (gap, w) => repeatedAsNaN(gap, gap, max(abs(w), { keepDims: true }))),
    edges: repeated,
    tooShort: [([x], [t]) => eighRule(x, t, (gap) => add(gap, beside))],
  },
  "linalg.qr": {
    of: (x) => [qr(x).Q, qr(x).R],
    at: [a],
    rule: ([x], [t]) => {
      const { R } = qr(x);
      const pivots = diagonal(R);
      const isDeficient = lessEqual(min(pivots), mul(max(pivots), 3 * Number.EPSILON));
      return qrRule(x, t, where(reshape(isDeficient, [1, 1]), NaN, R));
    },
    edges: [
      [
        exactly([
          [1, 2, 3],
          [2, 4, 6],
          [1, 0, 1],
        ]),
        a,
      ],
    ],
    tooShort: [([x], [t]) => qrRule(x, t, qr(x).R)],
  },
  "linalg.svd": {
    of: (x) => {
      const { U, S, Vh } = svd(x, { fullMatrices: false });
      return [U, S, Vh];
    },
    at: [a],
    rule: ([x], [t]) => svdRule(x, t, (gap, total, s) => repeatedAsNaN(gap, mul(gap, total), slice(s, { stop: [1] }))),
    edges: repeated,
    tooShort: [([x], [t]) => svdRule(x, t, (gap, total) => add(mul(gap, total), beside))],
  },
};
