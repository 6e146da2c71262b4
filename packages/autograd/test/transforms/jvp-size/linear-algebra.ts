import {
  add,
  concat,
  diagonal,
  div,
  equal,
  expandDims,
  eye,
  linalg,
  matmul,
  mT,
  mul,
  neg,
  slice,
  sub,
  sum,
  type Tensor,
  tril,
  where,
  zerosLike,
} from "@glissade/autograd";
import { allow, type ForwardRules, numbers } from "./rules.js";

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
  "linalg.choleskySolve": allow(
    {
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
    1,
    "takes the triangle twice: of the matrix and of its transpose",
  ),
  "linalg.cholesky": allow(
    {
      of: (x) => cholesky(x),
      at: [definite],
      rule: ([x], [t]) => {
        const l = cholesky(x);
        const inner = triangularSolve(l, mT(triangularSolve(l, symmetric(t))));
        return [l, matmul(l, div(tril(inner), add(1, identity)))];
      },
    },
    2,
    "what is above the diagonal of a cotangent counts nothing, were it infinite",
  ),
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
  "linalg.matrixNorm": allow(
    {
      of: (x) => matrixNorm(x),
      at: [a],
      rule: ([x], [t]) => [matrixNorm(x), div(sum(mul(x, t)), matrixNorm(x))],
    },
    8,
    "elements are divided first, so that no product overflows, and 0 / 0 would be NaN",
  ),
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
  "linalg.lstsq": allow(
    {
      of: (x, y) => lstsq(x, y).solution,
      at: [tall, numbers([4, 2])],
      rule: ([x, y], [s, t]) => {
        const own = lstsq(x, y).solution;
        const rest = sub(y, matmul(x, own));
        const inner = pinv(x);
        const moved = matmul(inner, sub(t, matmul(s, own)));
        return [own, add(moved, matmul(inner, matmul(mT(inner), matmul(mT(s), rest))))];
      },
    },
    3,
    "the derivative holds for matrices of any rank",
  ),
  "linalg.cond": allow(
    {
      of: (x) => cond(x),
      at: [a],
      rule: ([x], [t]) => {
        const { U, S, Vh } = svd(x, { fullMatrices: false });
        const moved = sum(mul(U, matmul(t, mT(Vh))), { axis: 0 });
        const [most, least] = [slice(S, { stop: [1] }), slice(S, { start: [2] })].map((each) => each.reshape([]));
        const [up, down] = [slice(moved, { stop: [1] }), slice(moved, { start: [2] })].map((each) => each.reshape([]));
        if (most === undefined || least === undefined || up === undefined || down === undefined) return [S, moved];
        return [cond(x), div(sub(up, mul(down, div(most, least))), least)];
      },
    },
    1,
    "a choice: the condition of a singular matrix is infinite",
  ),
  "linalg.eigh": allow(
    {
      of: (x) => [eigh(x).eigenvalues, eigh(x).eigenvectors],
      at: [definite],
      rule: ([x], [t]) => {
        const { eigenvalues: w, eigenvectors: v } = eigh(x);
        const turned = matmul(mT(v), matmul(symmetric(t), v));
        const gaps = add(sub(expandDims(w, 0), expandDims(w, 1)), identity);
        return [
          [w, v],
          [diagonal(turned), matmul(v, div(where(equal(identity, 1), 0, turned), gaps))],
        ];
      },
    },
    10,
    "repeated eigenvalues give NaN, up to rounding",
  ),
  "linalg.qr": allow(
    {
      of: (x) => [qr(x).Q, qr(x).R],
      at: [a],
      rule: ([x], [t]) => {
        const { Q, R } = qr(x);
        const moved = mT(triangularSolve(mT(R), mT(t)));
        const turned = matmul(mT(Q), moved);
        const below = tril(turned, { k: -1 });
        const skew = sub(below, mT(below));
        return [
          [Q, R],
          [add(matmul(Q, skew), sub(moved, matmul(Q, turned))), matmul(sub(turned, skew), R)],
        ];
      },
    },
    13,
    "a matrix without full rank gives NaN, up to rounding, and Q and R have a rule each",
  ),
  "linalg.svd": allow(
    {
      of: (x) => {
        const { U, S, Vh } = svd(x, { fullMatrices: false });
        return [U, S, Vh];
      },
      at: [a],
      rule: ([x], [t]) => {
        const { U, S, Vh } = svd(x, { fullMatrices: false });
        const turned = matmul(mT(U), matmul(t, mT(Vh)));
        const row = expandDims(S, 0);
        const column = expandDims(S, 1);
        const gaps = add(mul(sub(row, column), add(row, column)), identity);
        const left = mul(turned, row);
        const right = mul(turned, column);
        const ofU = div(where(equal(identity, 1), 0, add(left, mT(left))), gaps);
        const ofV = div(where(equal(identity, 1), 0, add(right, mT(right))), gaps);
        return [
          [U, S, Vh],
          [matmul(U, ofU), diagonal(turned), neg(matmul(ofV, Vh))],
        ];
      },
    },
    14,
    "repeated singular values give NaN, up to rounding, and U and V have a rule each",
  ),
};
