import { concat, flatten, grad, jvp, linalg, mul, numericalGradient, sum, type Tensor } from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { difference, float64, matrix } from "./matrices.js";

/** Well conditioned, with singular values and eigenvalues of the symmetric part that lie apart. */
const square = float64([
  [3, 0.5, -0.2],
  [0.4, 1.8, 0.3],
  [0.1, -0.3, 0.9],
]);
const tall = float64([
  [2, 0.3],
  [-0.4, 1],
  [0.5, 0.2],
]);

const all = (...parts: readonly Tensor[]): Tensor => concat(parts.map((x) => flatten(x)));

const functions: readonly (readonly [string, Tensor, (a: Tensor) => Tensor])[] = [
  ["inv", square, linalg.inv],
  ["solve", square, (a) => linalg.solve(a, a.mT)],
  ["triangularSolve", square, (a) => linalg.triangularSolve(a, a.mT)],
  ["choleskySolve", square, (a) => linalg.choleskySolve(a, a.mT)],
  ["det", square, linalg.det],
  ["slogdet", square, (a) => linalg.slogdet(a).logabsdet],
  ["cholesky", square, (a) => linalg.cholesky(a)],
  ["qr, tall", tall, (a) => all(linalg.qr(a).Q, linalg.qr(a).R)],
  ["qr, wide", tall.mT, (a) => all(linalg.qr(a).Q, linalg.qr(a).R)],
  ["svd, tall", tall, (a) => all(...Object.values(linalg.svd(a, { fullMatrices: false })))],
  ["svd, wide", tall.mT, (a) => all(...Object.values(linalg.svd(a, { fullMatrices: false })))],
  ["svd, square", square, (a) => all(...Object.values(linalg.svd(a)))],
  ["eigh", square, (a) => all(linalg.eigh(a).eigenvalues, linalg.eigh(a).eigenvectors)],
  ["pinv", tall, (a) => linalg.pinv(a)],
  ["lstsq", tall, (a) => all(linalg.lstsq(a, [1, 2, 3]).solution, linalg.lstsq(a, [1, 2, 3]).residuals)],
  ["expm", square, linalg.expm],
  ["matrixPower", square, (a) => linalg.matrixPower(a, -3)],
  ["matrixNorm", square, (a) => linalg.matrixNorm(a, { ord: "nuc" })],
  ["cond", square, (a) => linalg.cond(a)],
];

const like = ([m = 1, n = 1]: readonly number[], phase: number): Tensor =>
  matrix(m, n, (i, j) => Math.sin(phase + 2.1 * i + 3.7 * j));

describe("third derivatives agree with differences of second ones", () => {
  test.each(functions)("%s", (_, at, f) => {
    const weighted = (a: Tensor): Tensor => {
      const y = f(a);
      return sum(mul(flatten(y), flatten(like([1, y.size], 1))));
    };
    const [u, v, w] = [like(at.shape, 2), like(at.shape, 3), like(at.shape, 4)];
    const second = (a: Tensor): Tensor => sum(mul(v, grad((x: Tensor) => sum(mul(u, grad(weighted)(x))))(a)));
    const third = grad(second)(at);
    const numerical = numericalGradient(second, at);
    expect(difference(third, numerical)).toBeLessThan(2e-6);
    // Forward over reverse over reverse.
    const [, along] = jvp(second, [at], [w]);
    expect(Math.abs(along.item() - sum(mul(third, w)).item())).toBeLessThan(1e-9 * Math.max(1, Math.abs(along.item())));
  });
});
