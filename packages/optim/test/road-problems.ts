import { add, generator, matmul, mean, square, sub, sum, type Tensor, tensor, zeros } from "@glissade/autograd";

/** The parameters of `bowl`. */
export interface Params {
  readonly w: Tensor;
  readonly b: Tensor;
}

/** A bowl whose bottom, 0, is at w = (1, …, 1) and b = −2. */
export const bowl = ({ w, b }: Params): Tensor => add(sum(square(sub(w, 1))), square(add(b, 2)));
/** A start on its side. */
export const start: Params = { w: zeros([10]), b: tensor(0, { dtype: "float32" }) };

const inputs = generator(3).normal([40, 2]);
/** Forty examples of y = x · (1, −2). */
export const data = { x: inputs, y: matmul(inputs, tensor([1, -2])) };
/** The mean squared error of a line on a batch. */
export const line = (w: Tensor, { x, y }: { readonly x: Tensor; readonly y: Tensor }): Tensor =>
  mean(square(sub(matmul(x, w), y)));
