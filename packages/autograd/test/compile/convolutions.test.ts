import { conv1d, conv2d, convTranspose2d, generator, jit, sum, type Tensor, tensor, valueAndGrad, vmap } from "@glissade/autograd";
import { expect, test } from "vitest";

type Options = NonNullable<Parameters<typeof conv2d>[2]> & object;

interface Case {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly options: Options;
}

/** Sides round every edge of vectors, tiles and blocks. */
const cases: readonly Case[] = [
  { x: [1, 1, 1, 4], w: [1, 1, 1, 2], options: {} },
  { x: [2, 3, 5, 7], w: [4, 3, 3, 3], options: { padding: "same" } },
  { x: [3, 1, 9, 14], w: [7, 1, 3, 3], options: { padding: 1 } },
  { x: [2, 16, 14, 14], w: [32, 16, 3, 3], options: { padding: "same" } },
  { x: [1, 60, 6, 11], w: [13, 60, 3, 3], options: {} },
  { x: [1, 3, 7, 130], w: [2, 3, 2, 5], options: { padding: [[0, 2], [3, 1]] } },
  { x: [2, 4, 30, 31], w: [6, 2, 3, 2], options: { groups: 2, padding: 2 } },
  { x: [2, 5, 8, 9], w: [5, 1, 3, 3], options: { groups: 5, padding: 1 } },
  { x: [2, 2, 11, 12], w: [3, 2, 3, 3], options: { dilation: 2, padding: 3 } },
  { x: [2, 2, 11, 12], w: [3, 2, 3, 3], options: { stride: [2, 1], padding: 1 } },
  { x: [2, 2, 11, 12], w: [3, 2, 3, 3], options: { stride: [1, 2], padding: 1 } },
  { x: [2, 2, 12, 13], w: [9, 2, 3, 3], options: { stride: 3, dilation: [1, 2] } },
  { x: [2, 3, 6, 6], w: [4, 3, 1, 1], options: {} },
  { x: [2, 3, 4, 5], w: [4, 3, 4, 5], options: {} },
  { x: [1, 2, 40, 40], w: [3, 2, 2, 2], options: {} },
  { x: [0, 2, 5, 5], w: [3, 2, 2, 2], options: {} },
];

/** Value and both gradients of a weighted sum of a function's results. */
const slopesOf = (f: (x: Tensor, w: Tensor) => Tensor) => (x: Tensor, w: Tensor) => {
  const scored = (a: Tensor, b: Tensor): Tensor => {
    const y = f(a, b);
    return sum(y.mul(generator(5).normal(y.shape, { dtype: "float64" }).cast(y.dtype)));
  };
  const { value, grad: slopes } = valueAndGrad(scored, [0, 1] as never)(x, w) as never as { value: Tensor; grad: Tensor[] };
  return [f(x, w), value, ...slopes];
};
