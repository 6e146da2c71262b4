import {
  abs,
  add,
  atan,
  cos,
  div,
  exp,
  mul,
  neg,
  pow,
  sin,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from "@glissade/autograd";
import { at, column, type ResidualFunction, scalars, times, total } from "./vectors.js";

const meyerData = [
  34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872,
];
const bardData = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
const gaussianData = [
  0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 0.0044, 0.0009,
];
const kowalikData = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
const kowalikPlaces = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];

/** The angle of (x, y) as a share of a full turn, in (−1/4, 3/4). */
const turn = (x: Tensor, y: Tensor): Tensor => {
  const angle = div(atan(div(y, x)), 2 * Math.PI);
  return where(x.greater(0), angle, add(angle, 0.5));
};

/** e^(−t a) − e^(−t b) */
const gap = (t: Tensor, a: Tensor, b: Tensor): Tensor => sub(exp(neg(mul(t, a))), exp(neg(mul(t, b))));

/** The residuals of problems 1 to 16 of Moré, Garbow & Hillstrom, "Testing Unconstrained Optimization Software" (1981), by name. */
export const smallProblems: Readonly<Record<string, ResidualFunction>> = {
  rosenbrock: scalars((x1, x2) => [mul(10, sub(x2, square(x1))), sub(1, x1)]),
  freudenstein_roth: scalars((x1, x2) => [
    add(sub(x1, 13), mul(sub(mul(sub(5, x2), x2), 2), x2)),
    add(sub(x1, 29), mul(sub(mul(add(x2, 1), x2), 14), x2)),
  ]),
  powell_badly_scaled: scalars((x1, x2) => [
    sub(mul(1e4, mul(x1, x2)), 1),
    sub(add(exp(neg(x1)), exp(neg(x2))), 1.0001),
  ]),
  brown_badly_scaled: scalars((x1, x2) => [sub(x1, 1e6), sub(x2, 2e-6), sub(mul(x1, x2), 2)]),
  beale: scalars((x1, x2) => [
    sub(1.5, mul(x1, sub(1, x2))),
    sub(2.25, mul(x1, sub(1, square(x2)))),
    sub(2.625, mul(x1, sub(1, pow(x2, 3)))),
  ]),
  jennrich_sampson(x) {
    const i = times(10);
    return sub(add(2, mul(2, i)), add(exp(mul(i, at(x, 0))), exp(mul(i, at(x, 1)))));
  },
  helical_valley: scalars((x1, x2, x3) => [
    mul(10, sub(x3, mul(10, turn(x1, x2)))),
    mul(10, sub(sqrt(add(square(x1), square(x2))), 1)),
    x3,
  ]),
  bard(x) {
    const u = times(15);
    const v = sub(16, u);
    const w = column(u.data().map((value) => Math.min(value, 16 - value)));
    return sub(column(bardData), add(at(x, 0), div(u, add(mul(v, at(x, 1)), mul(w, at(x, 2))))));
  },
  gaussian(x) {
    const t = div(sub(8, times(15)), 2);
    return sub(mul(at(x, 0), exp(mul(mul(-0.5, at(x, 1)), square(sub(t, at(x, 2)))))), column(gaussianData));
  },
  meyer(x) {
    const t = add(45, mul(5, times(16)));
    return sub(mul(at(x, 0), exp(div(at(x, 1), add(t, at(x, 2))))), column(meyerData));
  },
  gulf_m10(x) {
    const t = div(times(10), 100);
    const y = column(t.data().map((share) => 25 + (-50 * Math.log(share)) ** (2 / 3)));
    return sub(exp(div(neg(pow(abs(sub(at(x, 1), y)), at(x, 2))), at(x, 0))), t);
  },
  box_3d(x) {
    const t = div(times(10), 10);
    return sub(gap(t, at(x, 0), at(x, 1)), mul(at(x, 2), sub(exp(neg(t)), exp(mul(-10, t)))));
  },
  powell_singular: scalars((x1, x2, x3, x4) => [
    add(x1, mul(10, x2)),
    mul(Math.sqrt(5), sub(x3, x4)),
    square(sub(x2, mul(2, x3))),
    mul(Math.sqrt(10), square(sub(x1, x4))),
  ]),
  wood: scalars((x1, x2, x3, x4) => [
    mul(10, sub(x2, square(x1))),
    sub(1, x1),
    mul(Math.sqrt(90), sub(x4, square(x3))),
    sub(1, x3),
    mul(Math.sqrt(10), sub(add(x2, x4), 2)),
    mul(Math.sqrt(0.1), sub(x2, x4)),
  ]),
  kowalik_osborne(x) {
    const u = column(kowalikPlaces);
    const above = mul(at(x, 0), add(square(u), mul(u, at(x, 1))));
    return sub(column(kowalikData), div(above, total(square(u), mul(u, at(x, 2)), at(x, 3))));
  },
  brown_dennis(x) {
    const t = div(times(20), 5);
    const first = sub(add(at(x, 0), mul(t, at(x, 1))), exp(t));
    return add(square(first), square(sub(add(at(x, 2), mul(sin(t), at(x, 3))), cos(t))));
  },
};
