import { argmax, equal, generator, mean, tensor } from "@glissade/autograd";
import { expect, test } from "vitest";
import { loadMnist } from "../support/mnist.js";
import { digitTensors } from "../support/mnist-tensors.js";
import { meanImages, nearestMeans, RowReader, trainRowReader } from "../support/vision/row-reader.js";

const mnist = loadMnist();
const held = digitTensors(mnist.test, 500);

test("the nearest of all mean images reads four of five digits, as is known; after one row, which is white, it cannot", () => {
  const guesses = nearestMeans(held.images, meanImages(digitTensors(mnist.train, 10_000)));
  expect(guesses.shape).toEqual([500, 28]);
  const share = (row: number): number => {
    const guess = guesses.slice({ start: [0, row], stop: [500, row + 1] }).reshape([500]);
    return mean(equal(guess, held.labels).cast("float32")).item();
  };
  expect(share(0)).toBeLessThan(0.2);
  expect(share(27)).toBeGreaterThan(0.75);
});

test("mean images are the means of their digits", () => {
  const images = tensor([
    [0, 255],
    [255, 255],
    [51, 0],
  ]);
  const means = meanImages({ images, labels: tensor(Int32Array.of(3, 3, 7)) }).data();
  expect([...means.slice(6, 8)]).toEqual([0.5, 1]);
  expect(means[14]).toBeCloseTo(0.2, 6);
});

test("two hundred steps read most digits in the end, and few at the start; no guess knows the rows to come", async () => {
  const random = generator(1);
  const model = new RowReader(random, 32);
  const { history } = await trainRowReader(model, {
    train: digitTensors(mnist.train, 6400),
    test: held,
    epochs: 2,
    batchSize: 64,
    rate: 2e-2,
    generator: random,
  });
  expect(history.losses).toHaveLength(200);
  const guesses = argmax(model.forward(held.images), { axis: 2 }).data();
  const right = (row: number): number =>
    Array.from({ length: 500 }, (_, i) => Number(guesses[28 * i + row] === mnist.test.labels[i])).reduce(
      (a, b) => a + b,
    ) / 500;
  expect(right(27)).toBeGreaterThan(0.6);
  expect(right(1)).toBeLessThan(0.25);

  const white = Uint8Array.from(mnist.test.images.subarray(0, 784)).fill(0, 14 * 28);
  const both = tensor(Uint8Array.from([...mnist.test.images.subarray(0, 784), ...white]), { shape: [2, 784] });
  const scores = model.forward(both).data();
  expect(scores.slice(0, 140)).toEqual(scores.slice(280, 420));
  expect(scores.slice(140, 280)).not.toEqual(scores.slice(420, 560));
});
