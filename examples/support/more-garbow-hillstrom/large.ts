import {
  add,
  cos,
  div,
  exp,
  matmul,
  mul,
  neg,
  pow,
  prod,
  reshape,
  sin,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@glissade/autograd";
import { at, column, join, part, type ResidualFunction, strided, times, total } from "./vectors.js";

const osborne1Data = [
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.58,
  0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414, 0.411, 0.406,
];
const osborne2Data = [
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602,
  0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.5, 0.423, 0.395, 0.375,
  0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591,
  0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
];

/** b e^(−t c) */
const decay = (t: Tensor, b: Tensor, c: Tensor): Tensor => mul(b, exp(neg(mul(t, c))));

/** b e^(−(t − d)² c) */
const bell = (t: Tensor, b: Tensor, c: Tensor, d: Tensor): Tensor => mul(b, exp(neg(mul(square(sub(t, d)), c))));

/** The matrix with these entries, by row and column from 0 on. */
const matrix = (rows: number, columns: number, entry: (row: number, column: number) => number): Tensor =>
  tensor(Float64Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns))).reshape([
    rows,
    columns,
  ]);

const applied = (a: Tensor, x: Tensor): Tensor => reshape(matmul(a, reshape(x, [-1, 1])), [-1]);

const shrink = Math.sqrt(1e-5);

/** T₁(z), T₂(z), … Tₙ(z), Chebyshev's polynomials of the first kind. */
function chebyshev(z: Tensor, n: number): Tensor[] {
  const values = [z];
  let before: Tensor = add(mul(0, z), 1);
  while (values.length < n) {
    const last = values.at(-1) ?? z;
    values.push(sub(mul(2, mul(z, last)), before));
    before = last;
  }
  return values;
}

/** The residuals of problems 17 to 35 of Moré, Garbow & Hillstrom, "Testing Unconstrained Optimization Software" (1981), by name. */
export const largeProblems: Readonly<Record<string, ResidualFunction>> = {
  osborne_1(x) {
    const t = mul(10, sub(times(33), 1));
    return sub(column(osborne1Data), total(at(x, 0), decay(t, at(x, 1), at(x, 3)), decay(t, at(x, 2), at(x, 4))));
  },
  biggs_exp6(x) {
    const t = div(times(13), 10);
    const y = total(exp(neg(t)), mul(-5, exp(mul(-10, t))), mul(3, exp(mul(-4, t))));
    return sub(total(decay(t, at(x, 2), at(x, 0)), neg(decay(t, at(x, 3), at(x, 1))), decay(t, at(x, 5), at(x, 4))), y);
  },
  osborne_2(x) {
    const t = div(sub(times(65), 1), 10);
    const bells = [1, 2, 3].map((i) => bell(t, at(x, i), at(x, i + 4), at(x, i + 7)));
    return sub(column(osborne2Data), total(decay(t, at(x, 0), at(x, 4)), ...bells));
  },
  watson_n6(x) {
    const slopes = matrix(29, 6, (i, j) => (j === 0 ? 0 : j * ((i + 1) / 29) ** (j - 1)));
    const powers = matrix(29, 6, (i, j) => ((i + 1) / 29) ** j);
    const rows = sub(sub(applied(slopes, x), square(applied(powers, x))), 1);
    return join(rows, at(x, 0), sub(sub(at(x, 1), square(at(x, 0))), 1));
  },
  extended_rosenbrock_n10(x) {
    const [odd, even] = [strided(x, 0, 2), strided(x, 1, 2)];
    return join(mul(10, sub(even, square(odd))), sub(1, odd));
  },
  extended_powell_n8(x) {
    const [a, b, c, d] = [strided(x, 0, 4), strided(x, 1, 4), strided(x, 2, 4), strided(x, 3, 4)];
    return join(
      add(a, mul(10, b)),
      mul(Math.sqrt(5), sub(c, d)),
      square(sub(b, mul(2, c))),
      mul(Math.sqrt(10), square(sub(a, d))),
    );
  },
  penalty_1_n4: (x) => join(mul(shrink, sub(x, 1)), sub(sum(square(x)), 0.25)),
  penalty_2_n4(x) {
    const grown = exp(div(x, 10));
    const known = exp(div(times(4), 10));
    const pairs = (v: Tensor): Tensor => add(part(v, 1, 4), part(v, 0, 3));
    return join(
      sub(at(x, 0), 0.2),
      mul(shrink, sub(pairs(grown), pairs(known))),
      mul(shrink, sub(part(grown, 1, 4), Math.exp(-0.1))),
      sub(sum(mul(sub(5, times(4)), square(x))), 1),
    );
  },
  variably_dimensioned_n6(x) {
    const away = sub(x, 1);
    const weighted = sum(mul(times(6), away));
    return join(away, weighted, square(weighted));
  },
  trigonometric_n4: (x) => sub(add(sub(4, sum(cos(x))), mul(times(4), sub(1, cos(x)))), sin(x)),
  brown_almost_linear_n5: (x) => join(sub(add(part(x, 0, 4), sum(x)), 6), sub(prod(x), 1)),
  discrete_boundary_value_n5(x) {
    const h = 1 / 6;
    const edge = column([0]);
    const neighbours = add(join(edge, part(x, 0, 4)), join(part(x, 1, 5), edge));
    return add(sub(mul(2, x), neighbours), mul((h * h) / 2, pow(total(x, mul(h, times(5)), column([1])), 3)));
  },
  broyden_tridiagonal_n5(x) {
    const edge = column([0]);
    const neighbours = add(join(edge, part(x, 0, 4)), mul(2, join(part(x, 1, 5), edge)));
    return add(sub(mul(sub(3, mul(2, x)), x), neighbours), 1);
  },
  chebyquad_n8(x) {
    const means = chebyshev(sub(mul(2, x), 1), 8).map((values) => div(sum(values), 8));
    const integrals = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 0 : -1 / ((i + 1) ** 2 - 1)));
    return sub(join(...means), column(integrals));
  },
};
