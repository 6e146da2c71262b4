import { readdirSync } from "node:fs";
import {
  add,
  generator,
  grad,
  ones,
  reshape,
  square,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "@glissade/autograd";
import { type Cost, costOf } from "@glissade/autograd/debug";
import { crossEntropy, Linear, type Module, multiMarginLoss, ReLU, Sequential } from "@glissade/nn";
import { expect, test } from "vitest";
import { baInstances } from "../support/adbench/ba.js";
import { gmmInstances } from "../support/adbench/gmm.js";
import { handInstances } from "../support/adbench/hand.js";
import { lstmInstances } from "../support/adbench/lstm.js";
import { CharGpt } from "../support/gpt/model.js";
import { type Ecology, logarithms, residuals, start } from "../support/lynx-hare/fit.js";
import { problems as unconstrained } from "../support/more-garbow-hillstrom/problems.js";
import { problems as regressions } from "../support/nist/problems.js";
import { landscapes } from "../support/race/landscapes.js";
import { nile } from "../support/toeplitz/nile.js";
import { negativeLogLikelihood, type Process } from "../support/toeplitz/process.js";
import { DigitCnn } from "../support/vision/cnn.js";
import { RowReader } from "../support/vision/row-reader.js";
import { DigitVae } from "../support/vision/vae.js";

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

/** Counts a model's loss, and its gradient with respect to the parameters. */
const ofModel =
  (model: Module, loss: (...batch: Tensor[]) => Tensor, batch: () => readonly Tensor[]): Counts =>
  () => {
    const gradient = (...given: Tensor[]) => valueAndGrad(loss, { wrt: model.parameters() })(...given).grads;
    return [costOf(loss, ...batch()), costOf(gradient, ...batch())];
  };

const classes = (shape: readonly number[]): Tensor => zeros(shape, { dtype: "int32" });

const digitsCnn = new DigitCnn(generator(1));
const rowReader = new RowReader(generator(1));
const digitVae = new DigitVae(generator(1));
const charGpt = new CharGpt(
  { characters: 80, context: 128, width: 128, layers: 4, heads: 4, dropout: 0 },
  generator(1),
);

const linear = (loss: (scores: Tensor, labels: Tensor) => Tensor): Counts =>
  ofFunction(
    ({ w, b }: { w: Tensor; b: Tensor }) => loss(ones([256, 784]).matmul(w).add(b), zeros([256], { dtype: "int32" })),
    { w: ones([784, 10]), b: ones([10]) },
  );

/** The models of every example: a line for each. */
const models: Readonly<Record<string, Counts>> = {
  "digits: a perceptron": ofModel(
    perceptron,
    (x, y) => crossEntropy(perceptron.forward(x), y),
    () => [ones([128, 784]), classes([128])],
  ),
  "digits-cnn: a convolutional network": ofModel(
    digitsCnn,
    (x, y) => crossEntropy(digitsCnn.forward(x), y),
    () => [ones([64, 784]), classes([64])],
  ),
  "lstm: digits row by row": ofModel(
    rowReader,
    (x, y) => crossEntropy(reshape(rowReader.forward(x), [-1, 10]), y),
    () => [ones([32, 784]), classes([32 * 28])],
  ),
  "vae: a plane of digits": ofModel(
    digitVae,
    (x) => {
      const { pixels, divergence } = digitVae.nats(x);
      return add(pixels, divergence);
    },
    () => [ones([128, 784])],
  ),
  "neural-ode: lynxes and hares": ofFunction((ecology: Ecology) => sum(square(residuals(ecology))), logarithms(start)),
  "char-gpt: a transformer": ofModel(
    charGpt,
    (text, next) => crossEntropy(reshape(charGpt.forward(text), [-1, 80]), next),
    () => [classes([8, 128]), classes([8 * 128])],
  ),
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

test.each(Object.entries(models))("%s: the gradient takes at most four times the operations", (_name, count) => {
  const [value, gradient] = count();
  expect(gradient.flops / value.flops).toBeLessThanOrEqual(4);
});

test("every example is there, or has no model", () => {
  const examples = readdirSync(new URL("..", import.meta.url)).flatMap(
    (file) => /^([\w-]+)\.ts$/.exec(file)?.[1] ?? [],
  );
  const counted = Object.keys(models).flatMap((name) => name.split(":")[0]?.split(", ") ?? []);
  expect(examples.filter((name) => !counted.includes(name))).toEqual([]);
});
