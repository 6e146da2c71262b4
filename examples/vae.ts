/**
 * Lays handwritten digits out on a plane: a variational autoencoder, trained by `fit` on the 60,000 images of MNIST without being told what they show. Another
 * number of epochs than 15 may follow the name.
 * Writes what it draws all over the plane, and where it puts 5,000 unseen digits, to examples/out/vae.svg and .png.
 */
import { generator } from "@glissade/autograd";
import { loadMnist } from "./support/mnist.js";
import { digitTensors } from "./support/mnist-tensors.js";
import {
  beside,
  type Figure,
  imageGrid,
  lineChart,
  outputPath,
  scatter,
  stacked,
  writeFigure,
} from "./support/plot.js";
import { formatDuration, progressBar } from "./support/progress.js";
import { DigitVae, decodedSquare, toSquare, trainVae } from "./support/vision/vae.js";

const epochs = Number(process.argv[2] ?? 15);
const batchSize = 128;
const shown = 5000;
const perLine = 20;
const colours = [
  "#0072b2",
  "#d55e00",
  "#008a64",
  "#b5478a",
  "#b07700",
  "#2b9bd6",
  "#5b5b5b",
  "#7a3b00",
  "#c0202a",
  "#6a51c9",
];

const random = generator(1);
const mnist = loadMnist();
const model = new DigitVae(random);

const stepCount = epochs * Math.floor(mnist.train.count / batchSize);
const bar = progressBar("vae");
const started = performance.now();
const { history } = await trainVae(model, {
  train: digitTensors(mnist.train),
  test: digitTensors(mnist.test),
  epochs,
  batchSize,
  rate: 3e-3,
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
const last = history.epochs.at(-1);
const testNats = last?.evaluation?.loss ?? Number.NaN;
const { svg, png } = writeFigure(outputPath("vae"), picture());
console.log(
  `${testNats.toFixed(1)} nats for an unseen digit, decoded from the middle of its cloud, after ${epochs} epochs, ${formatDuration(1000 * seconds)}.`,
);
console.log(`The plane of digits: ${png} and ${svg}`);
console.log(JSON.stringify({ example: "vae", testNats: Number(testNats.toFixed(2)), seconds: Math.round(seconds) }));

function picture(): Figure {
  const pixels = decodedSquare(model, perLine).data();
  const drawn = imageGrid({
    title: "What it draws",
    subtitle: "One digit for each place of the plane",
    tiles: [{ pixels: Float32Array.from(pixels), caption: "" }],
    rows: 28 * perLine,
    columns: 28 * perLine,
    perLine: 1,
    width: 560,
  });
  const panels = beside([drawn, seen()], { title: "" });
  return stacked([panels, curve()], {
    title: "Handwritten digits on a plane",
    subtitle: "MNIST, a variational autoencoder with two hidden numbers, stretched so that the plane fills a square",
    gap: 16,
  });
}

/** Where unseen digits lie, coloured by what they show, which the model was never told. */
function seen(): Figure {
  const { images, labels } = digitTensors(mnist.test, shown);
  const places = toSquare(model.encode(images).mean).data();
  const digits = labels.data();
  const groups = colours.map((colour, digit) => {
    const indices = [...digits.keys()].filter((i) => digits[i] === digit);
    const points = indices.map((i) => [places[2 * i] ?? Number.NaN, places[2 * i + 1] ?? Number.NaN] as const);
    return { name: String(digit), points, colour };
  });
  return scatter({
    title: "Where it puts unseen digits",
    subtitle: `${shown.toLocaleString("en-US")} test images, coloured by what they show, which it was never told`,
    groups,
    x: [0, 1],
    y: [0, 1],
    ticks: false,
    width: 560,
    height: 560,
  });
}

function curve(): Figure {
  const at = history.epochs.map(({ epoch }) => epoch + 1);
  return lineChart({
    title: "Nats for a digit",
    subtitle:
      "Log loss of all pixels, and divergence of the cloud from the normal distribution; training draws from the cloud, the test takes its middle",
    x: { label: "epochs" },
    y: { label: "nats" },
    series: [
      { name: "training", x: at, y: history.epochs.map(({ loss }) => loss) },
      { name: "test", x: at, y: history.epochs.map(({ evaluation }) => evaluation?.loss ?? Number.NaN) },
    ],
    width: 1156,
    height: 300,
  });
}
