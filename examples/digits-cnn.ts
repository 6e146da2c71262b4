/**
 * Reads handwritten digits better than `digits`: a small convolutional network, trained by `fit` on the 60,000 images of MNIST with AdamW, one cycle of
 * learning rates and averaged weights, in compiled steps; tried on 10,000 others. Another number of epochs than 5 may follow the name.
 * Writes loss, accuracy and all misread digits to examples/out/digits-cnn.svg and .png.
 */
import { argmax, generator, type Tensor } from "@glissade/autograd";
import { loadMnist } from "./support/mnist.js";
import { digitTensors } from "./support/mnist-tensors.js";
import {
  beside,
  type Figure,
  imageGrid,
  lineChart,
  outputPath,
  stacked,
  type Tile,
  writeFigure,
} from "./support/plot.js";
import { formatDuration, progressBar } from "./support/progress.js";
import { DigitCnn, trainCnn } from "./support/vision/cnn.js";

const epochs = Number(process.argv[2] ?? 5);
const batchSize = 64;
const random = generator(1);

const mnist = loadMnist();
const test = digitTensors(mnist.test);
const model = new DigitCnn(random);
console.log(String(model.summary([batchSize, 784])));

const stepCount = epochs * Math.floor(mnist.train.count / batchSize);
const bar = progressBar("digits-cnn");
const started = performance.now();
const { history } = await trainCnn(model, {
  train: digitTensors(mnist.train),
  test,
  epochs,
  batchSize,
  rate: 3e-3,
  averaging: 0.995,
  generator: random,
  listeners: [
    {
      onStart: () => bar.start(stepCount * batchSize),
      onStep({ step, loss }) {
        const examples = (step + 1) * batchSize;
        bar.update(examples, { loss, examplesPerSecond: (1000 * examples) / (performance.now() - started) });
      },
      onEpoch({ epoch, evaluation }) {
        const time = formatDuration(performance.now() - started);
        console.log(`\n${time}  epoch ${epoch + 1}: ${percent(evaluation?.accuracy)} of the test images read right`);
      },
      onEnd: () => bar.stop(),
    },
  ],
});
const seconds = (performance.now() - started) / 1000;

const read = await readAll(test.images);
const misread = [...read.keys()].filter((i) => read[i] !== mnist.test.labels[i]);
const testAccuracy = 1 - misread.length / mnist.test.count;

const { svg, png } = writeFigure(outputPath("digits-cnn"), picture());
console.log(
  `Read ${percent(testAccuracy)} of ${mnist.test.count} test images right after ${epochs} epochs, ${formatDuration(1000 * seconds)}.`,
);
console.log(`Loss, accuracy and misread digits: ${png} and ${svg}`);
console.log(JSON.stringify({ example: "digits-cnn", testAccuracy, seconds: Math.round(seconds) }));

/** The digit with the highest score of each image, 500 images at a time. */
async function readAll(images: Tensor): Promise<number[]> {
  model.eval();
  const digits: number[] = [];
  for (let from = 0; from < mnist.test.count; from += 500) {
    const part = images.slice({ start: [from, 0], stop: [from + 500, 784] });
    digits.push(...(await argmax(model.forward(part), { axis: 1 }).read()));
  }
  return digits;
}

function percent(share = Number.NaN): string {
  return `${(100 * share).toFixed(2)} %`;
}

function picture(): Figure {
  const title = `${percent(testAccuracy)} of 10,000 unseen digits read right`;
  const subtitle = "MNIST, two convolutions and two dense layers; AdamW, one cycle of learning rates, averaged weights";
  const tiles = misread.slice(0, 96).map((i): Tile => {
    const pixels = mnist.test.images.subarray(i * 784, (i + 1) * 784);
    return { pixels, caption: `${mnist.test.labels[i]} as ${read[i]}` };
  });
  const curves = beside([lossCurve(), accuracyCurve()], { title: "" });
  if (tiles.length === 0) return { ...curves, title, subtitle };
  const grid = imageGrid({ title: "Misread digits", subtitle: `${misread.length} in all`, tiles, perLine: 16 });
  return stacked([curves, grid], { title, subtitle });
}

function lossCurve(): Figure {
  const { losses } = history;
  const steps = losses.map((_, i) => i + 1);
  const average = losses.map((_, i) => {
    const part = losses.slice(Math.max(0, i - 99), i + 1);
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  });
  return lineChart({
    title: "Loss while learning",
    subtitle: "Cross entropy of each batch, and its average over 100",
    x: { label: `steps of ${batchSize} images` },
    y: { label: "loss", scale: "log", domain: [1e-3, 3] },
    series: [
      { name: "batch", x: steps, y: losses, background: true },
      { name: "average", x: steps, y: average },
    ],
    width: 438,
    height: 320,
  });
}

function accuracyCurve(): Figure {
  const { epochs: records } = history;
  return lineChart({
    title: "Test images read right",
    subtitle: "After each epoch, with averaged weights",
    x: { label: "epochs", ticks: records.map(({ epoch }) => epoch + 1) },
    y: { label: "per cent" },
    series: [
      {
        name: "read right",
        x: records.map(({ epoch }) => epoch + 1),
        y: records.map(({ evaluation }) => 100 * (evaluation?.accuracy ?? Number.NaN)),
        dots: true,
      },
    ],
    rules: [{ axis: "y", value: 99, label: "99 %" }],
    width: 438,
    height: 320,
  });
}
