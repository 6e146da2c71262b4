import { generator, grad, ones, type Tensor, tensor, valueAndGrad, zeros } from "@glissade/autograd";
import { type Cost, costOf } from "@glissade/autograd/debug";
import { crossEntropy, Linear, multiMarginLoss, ReLU, Sequential } from "@glissade/nn";
import { expect, test } from "vitest";
import { baInstances } from "../support/adbench/ba.js";
import { gmmInstances } from "../support/adbench/gmm.js";
import { handInstances } from "../support/adbench/hand.js";
import { lstmInstances } from "../support/adbench/lstm.js";
import { problems as unconstrained } from "../support/more-garbow-hillstrom/problems.js";
import { problems as regressions } from "../support/nist/problems.js";
import { landscapes } from "../support/race/landscapes.js";
import { nile } from "../support/toeplitz/nile.js";
import { negativeLogLikelihood, type Process } from "../support/toeplitz/process.js";

/** Counts what a function of one tree costs, and its gradient. */
type Counts = () => readonly [value: Cost, gradient: Cost];

const ofFunction =
  <X>(f: (x: X) => Tensor, x: X): Counts =>
  () => [costOf(f, x), costOf((at: X) => grad(f)(at), x)];

const column = (values: ArrayLike<number>): Tensor => tensor(Float64Array.from(values));
const scalar = (value: number): Tensor => tensor(value, { dtype: "float64" });

const perceptron = new Sequential(
  new Linear(784, 128, { generator: generator(1) }),
  new ReLU(),
  new Linear(128, 10, { generator: generator(2) }),
);

const digits: Counts = () => {
  const [images, labels] = [ones([128, 784]), zeros([128], { dtype: "int32" })];
  const loss = (x: Tensor, y: Tensor): Tensor => crossEntropy(perceptron.forward(x), y);
  const gradient = (x: Tensor, y: Tensor) => valueAndGrad(loss, { wrt: perceptron.parameters() })(x, y).grads;
  return [costOf(loss, images, labels), costOf(gradient, images, labels)];
};

const linear = (loss: (scores: Tensor, labels: Tensor) => Tensor): Counts =>
  ofFunction(
    ({ w, b }: { w: Tensor; b: Tensor }) => loss(ones([256, 784]).matmul(w).add(b), zeros([256], { dtype: "int32" })),
    { w: ones([784, 10]), b: ones([10]) },
  );

/** The models of every example: a line for each. */
const models: Readonly<Record<string, Counts>> = {
  "digits: a perceptron": digits,
  "roads-downhill, gradient-check: softmax": linear(crossEntropy),
  "roads-downhill, gradient-check: SVM": linear(multiMarginLoss),
  "your-own-operator: a process for the Nile": ofFunction(
    (process: Process) => negativeLogLikelihood(process, column(nile)),
    { mean: scalar(900), slow: scalar(4), noise: scalar(4), length: scalar(2) },
  ),
  ...Object.fromEntries(
    [...gmmInstances(), ...lstmInstances(), ...baInstances(), ...handInstances()].map(({ name, family, costs }) => [
      `adbench: ${family} ${name}`,
      costs,
    ]),
  ),
  ...Object.fromEntries(
    landscapes.map(({ name, height, start: [x, y] }) => [
      `race-downhill: ${name}`,
      ofFunction((p: { x: Tensor; y: Tensor }) => height(p), { x: scalar(x), y: scalar(y) }),
    ]),
  ),
  ...Object.fromEntries(
    unconstrained.map(({ name, f, start }) => [`minimisers: ${name}`, ofFunction(f, column(start))]),
  ),
  ...Object.fromEntries(
    regressions.map(({ name, fitted, x, y, start1 }) => [
      `nist: ${name}`,
      ofFunction((parameters: Tensor) => y.sub(fitted(parameters, x)).square().sum(), column(start1)),
    ]),
  ),
};

/**
 * Where it takes more than four times as many, and why. The gradient of a scan makes the carries again, and in each step what follows from them, in place of keeping
 * it: memory for two evaluations more. Where a step is elementwise alone, as these layers are, its derivative is dearer than twice the step by a little.
 */
const above: Readonly<Record<string, number>> = { "adbench: LSTM lstm_l4_c1024_first64": 4.2 };

test.each(Object.entries(models))("%s: the gradient takes at most four times the operations", (name, count) => {
  const [value, gradient] = count();
  expect(gradient.flops / value.flops).toBeLessThanOrEqual(above[name] ?? 4);
});
