import { generator, tensor } from "@glissade/autograd";
import { expect, test } from "vitest";
import { loadMnist } from "../support/mnist.js";
import { digitTensors } from "../support/mnist-tensors.js";
import { DigitVae, decodedSquare, fromSquare, toSquare, trainVae } from "../support/vision/vae.js";

test("the way into the square and back is that of the normal distribution", () => {
  const points = tensor(
    [
      [-1.96, 0],
      [0.6745, 2.3263],
    ],
    { dtype: "float64" },
  );
  const shares = toSquare(points).data();
  for (const [i, share] of [0.025, 0.5, 0.75, 0.99].entries()) expect(shares[i]).toBeCloseTo(share, 4);
  for (const [i, value] of fromSquare(toSquare(points)).data().entries())
    expect(value).toBeCloseTo(points.data()[i] ?? 0, 10);
});

test("two hundred steps learn to draw unseen digits, and spread them over the plane", async () => {
  const { train, test: held } = loadMnist();
  const random = generator(1);
  const model = new DigitVae(random, 64);
  const test = digitTensors(held, 500);
  const { history } = await trainVae(model, {
    train: digitTensors(train, 6400),
    test,
    epochs: 2,
    batchSize: 64,
    rate: 4e-3,
    generator: random,
  });
  // 544 nats are 784 pixels of even odds; 206 those of the mean image.
  expect(history.losses[0]).toBeGreaterThan(500);
  const { loss = Number.NaN, pixels = Number.NaN } = history.epochs[1]?.evaluation ?? {};
  expect(loss).toBeLessThan(195);
  expect(loss - pixels).toBeGreaterThan(1);

  model.eval();
  const places = toSquare(model.encode(test.images).mean).data();
  expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(0.5);
  const sheet = decodedSquare(model, 3);
  expect(sheet.shape).toEqual([84, 84]);
  // The tile in the middle is the picture of the origin.
  const middle = model.decode(tensor([[0, 0]])).data();
  const pixel = sheet.data()[(28 + 14) * 84 + 28 + 14] ?? Number.NaN;
  expect(pixel).toBeCloseTo(1 / (1 + Math.exp(-(middle[14 * 28 + 14] ?? 0))), 5);
});
