import {
  add,
  checkpoint,
  conv2d,
  exp,
  grad,
  hvp,
  jit,
  matmul,
  mean,
  mul,
  ones,
  scan,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import { describe, expect, test } from "vitest";

describe("the cost of a function", () => {
  test("counts products, elementwise operators and terms of reductions", () => {
    expect(costOf((a: Tensor, b: Tensor) => matmul(a, b), ones([2, 3]), ones([3, 4]))).toMatchObject({
      flops: 48,
      bytes: 4 * (6 + 12 + 8),
      peakBytes: 0,
      kernels: [{ kind: "product", name: "matmul [2, 3] · [3, 4]" }],
    });
    expect(costOf((a: Tensor, b: Tensor) => matmul(a, b), ones([5, 2, 3]), ones([5, 3, 4])).flops).toBe(5 * 48);
    expect(costOf((x: Tensor) => add(exp(x), mul(x, x)), ones([10])).flops).toBe(30);
    expect(costOf((x: Tensor) => sum(square(x)), ones([100])).flops).toBeLessThanOrEqual(201);
    expect(costOf((x: Tensor) => x.reshape([4, 5]).transpose(), ones([20])).flops).toBe(0);
  });

  test("is that of the whole function, fused: common work is done once", () => {
    const twice = costOf((x: Tensor) => add(softmax(x, { axis: 1 }), softmax(x, { axis: 1 })), ones([8, 16]));
    const once = costOf((x: Tensor) => softmax(x, { axis: 1 }), ones([8, 16]));
    expect(twice.flops).toBeLessThanOrEqual(once.flops + 8 * 16);
    expect(once.kernels.length).toBeLessThanOrEqual(2);
  });

  test("counts a scan's body for each step, and the steps of its derivative", () => {
    const run = (length: number) => (x: Tensor) => scan((c: Tensor) => [tanh(mul(c, 2)), null], x, null, { length })[0];
    expect(costOf(run(10), ones([7])).flops).toBe(10 * 7 * 2);
    const slopes = costOf(
      grad((x: Tensor) => sum(run(10)(x))),
      ones([7]),
    ).flops;
    expect(slopes).toBeGreaterThan(10 * 7 * 4);
    expect(slopes).toBeLessThan(10 * 7 * 12);
  });

  test("of a scan does not grow in anything but operations with its steps", () => {
    const slope = (length: number) =>
      grad((x: Tensor) => sum(scan((c: Tensor) => [tanh(c), null], x, null, { length })[0]));
    const [short, long] = [costOf(slope(10), ones([7])), costOf(slope(10_000), ones([7]))];
    expect(long.kernels.map(({ name }) => name)).toEqual(short.kernels.map(({ name }) => name));
    expect(long.flops / short.flops).toBeCloseTo(1000, -1);
  });

  test("plans memory at most a quarter above what is alive", () => {
    const layers = Array.from({ length: 12 }, (_, i) => ones([64 + 8 * i, 64 + 8 * (i + 1)]));
    const loss = (x: Tensor, weights: Tensor[]): Tensor =>
      mean(square(weights.reduce((y, w) => tanh(matmul(y, w)), x)));
    const cost = costOf(grad(loss, { argnums: 1 }), ones([32, 64]), layers);
    expect(cost.liveBytes).toBeGreaterThan(10_000);
    expect(cost.peakBytes).toBeLessThanOrEqual(1.25 * cost.liveBytes);
  });

  test("refuses what is no function", () => {
    expect(() => costOf(3 as never)).toThrow("costOf: takes a function, not number 3.");
  });
});

test("checkpoint takes less memory and more operations, for the same bits", () => {
  const weights = Array.from({ length: 8 }, (_, i) => mul(0.1, ones([64, 64])).add(0.01 * i));
  const block = (y: Tensor, w: Tensor): Tensor => {
    let z = y;
    for (let k = 0; k < 4; k++) z = tanh(matmul(z, w));
    return z;
  };
  const loss = (step: typeof block) => (x: Tensor) => mean(square(weights.reduce((y, w) => step(y, w), x)));
  const [plain, saved] = [grad(loss(block)), grad(loss(checkpoint(block)))];
  const x = tensor(Float32Array.from({ length: 128 * 64 }, (_, i) => Math.sin(i))).reshape([128, 64]);
  const [before, after] = [costOf(plain, x), costOf(saved, x)];
  expect(after.peakBytes).toBeLessThan(0.6 * before.peakBytes);
  expect(after.flops).toBeGreaterThan(before.flops);
  expect(jit(saved)(x).data()).toEqual(jit(plain)(x).data());
});

/** A multilayer perceptron with about so many parameters, as a function of them. */
function perceptron(width: number) {
  const sizes = [width, width, width, 1] as const;
  const weights = sizes.slice(1).map((size, i) => mul(0.1, ones([sizes[i] ?? 1, size])));
  const x = ones([32, width]);
  const loss = (ws: Tensor[]): Tensor => {
    const out = ws.reduce((y, w, i) => (i < ws.length - 1 ? tanh(matmul(y, w)) : matmul(y, w)), x);
    return mean(square(sub(out, 1)));
  };
  return { weights, loss, parameters: weights.reduce((count, w) => count + w.size, 0) };
}

test.each([22, 70, 223, 707])(
  "a gradient costs at most 4 functions, a Hessian-vector product 4 gradients: width %i",
  (width) => {
    const { weights, loss, parameters } = perceptron(width);
    expect(parameters).toBeGreaterThan(900);
    const value = costOf(loss, weights).flops;
    const gradient = costOf((ws: Tensor[]) => grad(loss)(ws), weights).flops;
    const product = costOf((ws: Tensor[], vs: Tensor[]) => hvp(loss, [ws], [vs]), weights, weights).flops;
    expect(gradient / value).toBeLessThanOrEqual(4);
    expect(product / gradient).toBeLessThanOrEqual(4);
  },
);

test("a gradient of a convolutional network costs at most 4 functions", () => {
  const images = ones([4, 1, 12, 12]);
  const kernels = [ones([6, 1, 3, 3]), ones([8, 6, 3, 3]), zeros([8 * 8 * 8, 10])];
  const loss = ([first, second, last]: Tensor[]): Tensor => {
    const features = tanh(conv2d(tanh(conv2d(images, first!)), second!));
    return mean(square(matmul(features.reshape([4, -1]), last!)));
  };
  const value = costOf(loss, kernels).flops;
  expect(costOf((ks: Tensor[]) => grad(loss)(ks), kernels).flops / value).toBeLessThanOrEqual(4);
});
