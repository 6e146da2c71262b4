/**
 * The roads of the lecture note, side by side: the linear softmax classifier and the multi-class SVM on MNIST, trained by random search,
 * random local search and following the gradient — numerically, on all examples, on a few, on one — from one start, with the same time each.
 * Writes the loss against time to examples/out/roads-downhill.svg and .png. `npm start -- roads-downhill SECONDS` sets the time of each road.
 */
import { argmax, equal, generator, mean, realize, type Tensor, tensor, zeros } from "@glissade/autograd";
import { crossEntropy, multiMarginLoss } from "@glissade/nn";
import {
  gradientDescentSync,
  minibatchGradientDescentSync,
  type RoadOptions,
  type RoadResult,
  randomLocalSearchSync,
  randomSearchSync,
  stochasticGradientDescentSync,
} from "@glissade/optim";
import { CLASSES, type LabelledImages, loadMnist, toUnit } from "./support/mnist.js";
import { lineChart, outputPath, stacked, writeFigure } from "./support/plot.js";
import { progressBar } from "./support/progress.js";
import { formatTable } from "./support/table.js";

type Weights = { readonly w: Tensor; readonly b: Tensor };
type Batch = { readonly images: Tensor; readonly labels: Tensor };
type Loss = (x: Weights, batch: Batch) => Tensor;

const budget = Number(process.argv[2] ?? 10);
const mnist = loadMnist();
const average = meanImage(toUnit(mnist.train.images));
const train = centred(mnist.train, mnist.train.count);
const test = centred(mnist.test, mnist.test.count);
// A search learns one bit from an evaluation: fewer images buy it more candidates.
const some = centred(mnist.train, 5000);
const probe = centred(mnist.train, 2000);
const few = centred(mnist.train, 500);
const blocks: Batch = { images: coarse(few.images), labels: few.labels };

const scores = ({ w, b }: Weights, images: Tensor): Tensor => images.matmul(w).add(b);
// A classifier of 7 × 7 blocks of pixels, the only one whose numerical gradient is affordable; spread over its pixels it is everybody's start.
const coarseStart: Weights = { w: generator(1).normal([49, CLASSES], { std: 0.01 }), b: zeros([CLASSES]) };
const start = spread(coarseStart);
// Everything there before the clocks run.
for (const { images, labels } of [train, test, some, probe, blocks]) realize(images, labels);

interface Outcome {
  readonly road: string;
  /** How the gradient was taken, where it was not automatic. */
  readonly gradient?: "central";
  readonly loss: number;
  readonly testAccuracy: number;
  readonly updates: number;
  readonly examples: number;
  readonly seconds: number;
  readonly curve: { readonly x: number[]; readonly y: number[] };
}

interface Classifier {
  readonly title: string;
  readonly loss: Loss;
  /** Step sizes for all examples, for 256 and for one. */
  readonly steps: readonly [number, number, number];
}

// The note's SVM loss sums over the wrong classes; multiMarginLoss divides that by the number of classes, hence the larger steps.
const classifiers: readonly Classifier[] = [
  {
    title: "Softmax classifier",
    loss: (x, { images, labels }) => crossEntropy(scores(x, images), labels),
    steps: [1, 0.5, 0.01],
  },
  {
    title: "Multi-class SVM",
    loss: (x, { images, labels }) => multiMarginLoss(scores(x, images), labels),
    steps: [2, 1, 0.02],
  },
];

const bar = progressBar("roads-downhill");
bar.start(classifiers.length * 6 * budget);
let driven = 0;
const results = classifiers.map((classifier) => ({ ...classifier, outcomes: race(classifier) }));
bar.stop();

for (const { title, outcomes } of results) {
  console.log(`\n${title}, ${budget} seconds for each road, from the same start:\n`);
  const columns = ["road", "training loss", "test accuracy", "updates", "examples seen", "seconds"];
  const rows = outcomes.map(({ loss, testAccuracy, updates, examples, seconds, ...outcome }) => [
    nameOf(outcome),
    loss.toFixed(4),
    `${(100 * testAccuracy).toFixed(2)} %`,
    updates,
    examples,
    seconds.toFixed(1),
  ]);
  console.log(formatTable(columns, rows));
}
const secondsOfNumericalGradient = costOfNumericalGradient();
const panels = results.map(({ title, outcomes }) =>
  lineChart({
    title,
    x: { label: "seconds" },
    y: { label: "loss on 2,000 training images", scale: "log" },
    series: outcomes.map(({ curve, ...outcome }) => ({ name: nameOf(outcome), ...curve })),
    height: 340,
  }),
);
const { svg, png } = writeFigure(
  outputPath("roads-downhill"),
  stacked(panels, {
    title: "Roads downhill",
    subtitle: "Linear classifiers of MNIST: one start, the same time for every road",
  }),
);
console.log(`\nLoss against time: ${png} and ${svg}`);
const automatic = results.map(({ outcomes }) => summaries(outcomes.filter(({ gradient }) => gradient === undefined)));
const numerical = results.map(
  ({ outcomes }) => summaries(outcomes.filter(({ gradient }) => gradient !== undefined))[0],
);
console.log(
  JSON.stringify({
    example: "roads-downhill",
    roads: automatic[0],
    numericalGradient: {
      ...numerical[0],
      parameters: 50 * CLASSES,
      secondsForAllParameters: secondsOfNumericalGradient,
    },
    svm: { roads: automatic[1], numericalGradient: numerical[1] },
  }),
);

/** Sends every road down one loss. */
function race({ loss, steps: [full, few, one] }: Classifier): Outcome[] {
  const onSome = (x: Weights): Tensor => loss(x, some);
  const onBlocks = (x: Weights): Tensor => loss(x, blocks);
  const onAll = (x: Weights): Tensor => loss(x, train);
  const random = generator(7);
  return [
    travel("randomSearch", 5000, loss, (o) => randomSearchSync(onSome, start, { scale: 0.1, generator: random, ...o })),
    travel("randomLocalSearch", 5000, loss, (o) =>
      randomLocalSearchSync(onSome, start, { stepSize: 0.02, generator: random, ...o }),
    ),
    {
      ...travel(
        "gradientDescent",
        500,
        loss,
        (o) => gradientDescentSync(onBlocks, coarseStart, { stepSize: full, gradient: "central", ...o }),
        spread,
      ),
      gradient: "central",
    },
    travel("gradientDescent", 60_000, loss, (o) => gradientDescentSync(onAll, start, { stepSize: full, ...o })),
    travel("minibatchGradientDescent", 256, loss, (o) =>
      minibatchGradientDescentSync(loss, start, train, { stepSize: few, batchSize: 256, generator: random, ...o }),
    ),
    travel("stochasticGradientDescent", 1, loss, (o) =>
      stochasticGradientDescentSync(loss, start, train, { stepSize: one, generator: random, ...o }),
    ),
  ];
}

/** Drives one road for its time, looking at the loss on the probe now and then; looking does not count. */
function travel(
  road: string,
  examplesEach: number,
  loss: Loss,
  drive: (options: RoadOptions<Weights>) => RoadResult<Weights>,
  toPixels: (x: Weights) => Weights = (x) => x,
): Outcome {
  const curve = { x: [] as number[], y: [] as number[] };
  let nextLook = 0;
  let seconds = 0;
  const result = drive({
    seconds: budget,
    recordEvery: 1_000_000,
    callback: (progress) => {
      seconds = progress.seconds;
      if (seconds < nextLook) return;
      nextLook = seconds + budget / 100;
      curve.x.push(seconds);
      curve.y.push(loss(toPixels(progress.x), probe).item());
      bar.update(driven + Math.min(seconds, budget));
    },
  });
  driven += budget;
  const x = toPixels(result.x);
  return {
    road,
    loss: round(loss(x, train).item(), 4),
    testAccuracy: round(mean(equal(argmax(scores(x, test.images), { axis: 1 }), test.labels)).item(), 4),
    updates: result.iterations,
    examples: result.evaluations * examplesEach,
    seconds: round(seconds, 2),
    curve,
  };
}

/** How long one numerical gradient of the whole classifier would take, in seconds: two evaluations for each parameter. */
function costOfNumericalGradient(): number {
  const parameters = 785 * CLASSES;
  const begun = performance.now();
  classifiers[0]?.loss(start, train).item();
  const seconds = round((2 * parameters * (performance.now() - begun)) / 1000, 0);
  console.log(
    `\nA numerical gradient takes two evaluations for each parameter. The road above affords it with ${50 * CLASSES} parameters (7 × 7 blocks of pixels) ` +
      `on 500 images.\nOnce for all ${parameters} parameters and 60,000 images it would take ${(seconds / 3600).toFixed(1)} hours; automatically it takes a few evaluations' time.`,
  );
  return seconds;
}

function nameOf({ road, gradient }: Pick<Outcome, "road" | "gradient">): string {
  return gradient === undefined ? road : `${road}, numerical`;
}

function summaries(outcomes: readonly Outcome[]): Omit<Outcome, "curve">[] {
  return outcomes.map(({ curve, ...summary }) => summary);
}

/** The same classifier for pixels: each has a sixteenth of its block's weight. */
function spread({ w, b }: Weights): Weights {
  const blocks = w.div(16).reshape([7, 1, 7, 1, CLASSES]);
  return { w: blocks.broadcastTo([7, 4, 7, 4, CLASSES]).reshape([784, CLASSES]), b };
}

/** The means of 4 × 4 pixels. */
function coarse(images: Tensor): Tensor {
  return images
    .reshape([-1, 7, 4, 7, 4])
    .mean({ axis: [2, 4] })
    .reshape([-1, 49]);
}

function meanImage(pixels: Float32Array): Tensor {
  return tensor(pixels, { shape: [-1, 784] }).mean({ axis: 0 });
}

/** The first images, in [0, 1] with the mean training image subtracted, and their labels. */
function centred({ images, labels }: LabelledImages, count: number): Batch {
  const pixels = tensor(toUnit(images.subarray(0, count * 784)), { shape: [count, 784] });
  return { images: pixels.sub(average), labels: tensor(labels.subarray(0, count)) };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
