/**
 * Reads handwritten digits: a multilayer perceptron, trained on the 60,000 images of MNIST and tried on 10,000 others. The first steps run as
 * they are written, the others compiled by `jit`, and the time of both is told.
 * Writes the loss curve and some misread digits to examples/out/digits.svg and .png.
 */
import { argmax, generator, jit, type Tensor, tensor, valueAndGrad } from "@glissade/autograd";
import { accuracy, crossEntropy, Linear, ReLU, Sequential } from "@glissade/nn";
import { minibatches, sgd } from "@glissade/optim";
import { type LabelledImages, loadMnist } from "./support/mnist.js";
import { type Figure, imageGrid, lineChart, outputPath, stacked, type Tile, writeFigure } from "./support/plot.js";
import { progressBar } from "./support/progress.js";

const epochs = 4;
const batchSize = 128;
const learningRate = 0.2;
const random = generator(1);

const mnist = loadMnist();
const train = asTensors(mnist.train);
const test = asTensors(mnist.test);
const started = performance.now();

const model = new Sequential(
  new Linear(784, 128, { generator: random }),
  new ReLU(),
  new Linear(128, 10, { generator: random }),
);
const optimizer = sgd(model.parameters(), { lr: learningRate, momentum: 0.9 });
const batches = minibatches(train, { batchSize, shuffle: true, generator: random, dropLast: true });

/** Scores of the ten digits for pixels 0 … 255, made to lie round zero. */
const scores = (images: Tensor): Tensor => model.forward(images.div(255).sub(0.13));

/** One step down the slope: forward, backward and the update of the parameters. */
function plainStep(images: Tensor, labels: Tensor): { loss: Tensor; hits: Tensor } {
  const lossAndLogits = (): [Tensor, Tensor] => {
    const logits = scores(images);
    return [crossEntropy(logits, labels), logits];
  };
  const { value, grads, aux } = valueAndGrad(lossAndLogits, { wrt: model.parameters(), hasAux: true })();
  optimizer.step(grads);
  return { loss: value, hits: accuracy(aux, labels) };
}

const compiledStep = jit(plainStep);
/** Steps that run without `jit`, to compare. */
const plainSteps = 20;

const stepCount = epochs * Math.floor(mnist.train.count / batchSize);
const losses: number[] = [];
const accuracies: number[] = [];
/** Milliseconds of each step. */
const stepTimes: number[] = [];
const bar = progressBar("digits");
bar.start(stepCount * batchSize);
for (let epoch = 0; epoch < epochs; epoch++) {
  for (const { images, labels } of batches) {
    optimizer.lr = learningRate * (1 - losses.length / stepCount);
    const stepStarted = performance.now();
    const { loss, hits } = (losses.length < plainSteps ? plainStep : compiledStep)(images, labels);
    losses.push(loss.item());
    accuracies.push(hits.item());
    stepTimes.push(performance.now() - stepStarted);
    const examples = losses.length * batchSize;
    bar.update(examples, {
      loss: mean(losses.slice(-50)),
      accuracy: mean(accuracies.slice(-50)),
      examplesPerSecond: (1000 * examples) / (performance.now() - started),
    });
  }
}
bar.stop();

const read = argmax(scores(test.images), { axis: 1 }).data();
const misread = [...read.keys()].filter((i) => read[i] !== mnist.test.labels[i]);
const testAccuracy = 1 - misread.length / mnist.test.count;
const seconds = (performance.now() - started) / 1000;

const { svg, png } = writeFigure(outputPath("digits"), picture());
console.log(
  `Read ${(100 * testAccuracy).toFixed(2)} % of ${mnist.test.count} test images right after ${epochs} epochs, ${seconds.toFixed(0)} seconds.`,
);
console.log(
  `A step takes ${median(stepTimes.slice(0, plainSteps)).toFixed(1)} ms as written, ${median(stepTimes.slice(plainSteps)).toFixed(1)} ms compiled.`,
);
console.log(`Loss curve and misread digits: ${png} and ${svg}`);
console.log(JSON.stringify({ example: "digits", testAccuracy, seconds: Number(seconds.toFixed(1)) }));

function asTensors({ images, labels, count }: LabelledImages): { images: Tensor; labels: Tensor } {
  return { images: tensor(images, { shape: [count, 784] }), labels: tensor(labels) };
}

function picture(): Figure {
  const steps = losses.map((_, i) => i + 1);
  const averaged = losses.map((_, i) => mean(losses.slice(Math.max(0, i - 49), i + 1)));
  const curve = lineChart({
    title: "Loss while learning",
    subtitle: "Cross entropy of each batch, and its average over 50 batches",
    x: { label: `steps of ${batchSize} images` },
    y: { label: "loss", scale: "log" },
    series: [
      { name: "batch", x: steps, y: losses, background: true },
      { name: "average", x: steps, y: averaged },
    ],
  });
  const tiles = misread.slice(0, 24).map((i): Tile => {
    const pixels = mnist.test.images.subarray(i * 784, (i + 1) * 784);
    return { pixels, caption: `${mnist.test.labels[i]} read as ${read[i]}` };
  });
  const title = `${(100 * testAccuracy).toFixed(2)} % of 10,000 unseen digits read right`;
  if (tiles.length === 0) return { ...curve, title };
  const grid = imageGrid({ title: "Some misread digits", subtitle: `${misread.length} in all`, tiles, perLine: 12 });
  return stacked([curve, grid], { title, subtitle: "MNIST, a multilayer perceptron 784-128-10, momentum SGD" });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
