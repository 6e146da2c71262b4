/**
 * Reads handwritten digits from top to bottom, row by row: a long short-term memory, run by `scan`, guesses after each row what the digit will turn out to be. Beside it
 * the digit whose mean image is nearest in the rows seen. Another number of epochs than 3 may follow the name.
 * Writes how many are read right after each row, and from which row on, to examples/out/lstm.svg and .png.
 */
import { argmax, generator, jit, type Tensor } from "@glissade/autograd";
import { loadMnist } from "./support/mnist.js";
import { type DigitTensors, digitTensors } from "./support/mnist-tensors.js";
import { type Figure, imageGrid, lineChart, outputPath, stacked, type Tile, writeFigure } from "./support/plot.js";
import { formatDuration, progressBar } from "./support/progress.js";
import { meanImages, nearestMeans, RowReader, trainRowReader } from "./support/vision/row-reader.js";

const epochs = Number(process.argv[2] ?? 3);
const batchSize = 128;
const rows = 28;
const random = generator(1);

const mnist = loadMnist();
const train = digitTensors(mnist.train);
const test = digitTensors(mnist.test);
const model = new RowReader(random);

const stepCount = epochs * Math.floor(mnist.train.count / batchSize);
const bar = progressBar("lstm");
const started = performance.now();
await trainRowReader(model, {
  train,
  test,
  epochs,
  batchSize,
  rate: 5e-3,
  generator: random,
  listeners: [
    {
      onStart: () => bar.start(stepCount * batchSize),
      onStep({ step, loss }) {
        const examples = (step + 1) * batchSize;
        bar.update(examples, { loss, examplesPerSecond: (1000 * examples) / (performance.now() - started) });
      },
      onEnd: () => bar.stop(),
    },
  ],
});
const seconds = (performance.now() - started) / 1000;

model.eval();
const means = meanImages(train);
const guesses = guessAll(test, (images) => argmax(model.forward(images), { axis: 2 }));
const [ours, nearest] = [sharesRight(guesses), sharesRight(guessAll(test, (images) => nearestMeans(images, means)))];
const testAccuracy = ours.at(-1) ?? Number.NaN;
/** Rows after which nine of ten are read right. */
const enough = ours.findIndex((share) => share >= 0.9) + 1;

const { svg, png } = writeFigure(outputPath("lstm"), picture());
console.log(
  `Read ${percent(testAccuracy)} of ${mnist.test.count} test images right, and 90 % after ${enough} of 28 rows;`,
);
console.log(
  `the nearest mean image reads ${percent(nearest.at(-1))}. ${epochs} epochs, ${formatDuration(1000 * seconds)}.`,
);
console.log(`Row by row: ${png} and ${svg}`);
console.log(
  JSON.stringify({ example: "lstm", testAccuracy, baseline: nearest.at(-1), enough, seconds: Math.round(seconds) }),
);

/** Guesses after each row of each image: image by image, 28 of each. */
function guessAll({ images }: DigitTensors, guess: (images: Tensor) => Tensor): number[] {
  const compiled = jit(guess);
  return Array.from({ length: mnist.test.count / 500 }, (_, part) => {
    const some = images.slice({ start: [500 * part, 0], stop: [500 * (part + 1), 784] });
    return Array.from(compiled(some).data());
  }).flat();
}

/** How many are right after 1, 2, … rows. */
function sharesRight(all: readonly number[]): number[] {
  const { labels, count } = mnist.test;
  return Array.from(
    { length: rows },
    (_, row) => labels.reduce((sum, label, i) => sum + Number(all[i * rows + row] === label), 0) / count,
  );
}

function percent(share = Number.NaN): string {
  return `${(100 * share).toFixed(1)} %`;
}

function picture(): Figure {
  const seen = ours.map((_, row) => row + 1);
  const chart = lineChart({
    title: "Read right after so many rows",
    subtitle: "10,000 unseen digits, from top to bottom",
    x: { label: "rows seen, of 28", ticks: [1, 4, 8, 12, 16, 20, 24, 28] },
    y: { label: "per cent", domain: [0, 100] },
    series: [
      { name: "LSTM", x: seen, y: ours.map((share) => 100 * share) },
      { name: "nearest mean image", x: seen, y: nearest.map((share) => 100 * share) },
    ],
    height: 340,
  });
  const grid = imageGrid({
    title: "As much as it needs to see",
    subtitle: "The rows from which on its guess is right and stays right",
    tiles: Array.from({ length: 60 }, (_, i) => tileOf(i))
      .flatMap((tile) => tile ?? [])
      .slice(0, 36),
    perLine: 12,
  });
  return stacked([chart, grid], {
    title: `After ${enough} rows of 28, nine of ten digits are known`,
    subtitle: "MNIST, a long short-term memory of 96 cells that reads row by row",
  });
}

/** An image down to the row after which its digit is known for good; undefined where it is misread in the end. */
function tileOf(image: number): Tile | undefined {
  const label = mnist.test.labels[image];
  const isRight = guesses.slice(image * rows, (image + 1) * rows).map((guess) => guess === label);
  const wrong = isRight.lastIndexOf(false);
  if (wrong === rows - 1) return undefined;
  const needed = wrong + 2;
  const pixels = mnist.test.images.slice(image * 784, (image + 1) * 784).fill(0, needed * 28);
  return { pixels, caption: `${label}: ${needed}` };
}
