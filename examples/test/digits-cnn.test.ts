import { generator } from "@glissade/autograd";
import { accuracy } from "@glissade/nn";
import { expect, test } from "vitest";
import { loadMnist } from "../support/mnist.js";
import { digitTensors } from "../support/mnist-tensors.js";
import { DigitCnn, trainCnn } from "../support/vision/cnn.js";

test("a hundred steps of the convolutional network read more than nine in ten of unseen digits", async () => {
  const { train, test: held } = loadMnist();
  const random = generator(1);
  const model = new DigitCnn(random);
  const test = digitTensors(held, 500);
  const { history, steps, best } = await trainCnn(model, {
    train: digitTensors(train, 3200),
    test,
    epochs: 1,
    batchSize: 32,
    rate: 3e-3,
    averaging: 0.95,
    generator: random,
  });
  expect(steps).toBe(100);
  expect(history.losses[0]).toBeGreaterThan(2);
  // The model is left with the averaged weights that were evaluated.
  model.eval();
  expect(accuracy(model.forward(test.images), test.labels).item()).toBeCloseTo(
    history.epochs[0]?.evaluation?.accuracy ?? Number.NaN,
    6,
  );
  expect(history.epochs[0]?.evaluation?.accuracy).toBeGreaterThan(0.9);
  expect(best?.epoch).toBe(0);
});
