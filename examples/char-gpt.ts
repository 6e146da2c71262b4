/**
 * Reads Moby-Dick character by character: a transformer of four layers learns to guess the next one, and writes samples as it learns.
 * Writes the curve of training and validation loss to examples/out/char-gpt.svg and .png.
 */
import {
  add,
  arange,
  expandDims,
  type Generator,
  generator,
  jit,
  reshape,
  type Tensor,
  take,
  tensor,
} from "@glissade/autograd";
import { crossEntropy, fit } from "@glissade/nn";
import { adamw, muon, oneCycle } from "@glissade/optim";
import { loadBook } from "./support/gpt/book.js";
import { CharGpt } from "./support/gpt/model.js";
import { writer } from "./support/gpt/sample.js";
import { lineChart, outputPath, writeFigure } from "./support/plot.js";
import { formatDuration, progressBar } from "./support/progress.js";

/** A batch: where its windows begin in a text. */
interface Batch {
  readonly text: Tensor;
  readonly starts: Tensor;
}

const stepCount = Number(process.argv[2] ?? 3000);
const evaluations = Math.min(10, stepCount);
const [batchSize, context] = [8, 128];
const beginning = "Call me ";

const { alphabet, train, validation } = loadBook();
const texts = { train: tensor(train), validation: tensor(validation) };
const random = generator(1);
const model = new CharGpt(
  { characters: alphabet.length, context, width: 128, layers: 4, heads: 4, dropout: 0 },
  random,
);
const optimizer = mixedOptimizer(model);
const write = writer(model, alphabet, generator(2));

const bar = progressBar("char-gpt");
const started = performance.now();
const { history } = await fit(model, {
  data: trainingWindows(random),
  loss,
  optimizer,
  epochs: evaluations,
  clipNorm: 1,
  evaluation: { data: { [Symbol.iterator]: () => validationWindows(16) } },
  listeners: [
    {
      onStart: () => bar.start(stepCount),
      onStep({ step, loss: value }) {
        const charactersPerSecond = (1000 * (step + 1) * batchSize * context) / (performance.now() - started);
        bar.update(step + 1, { loss: value, examplesPerSecond: charactersPerSecond });
      },
      onEpoch: ({ evaluation }) => tell(evaluation?.loss),
      onEnd: () => bar.stop(),
    },
  ],
});
const seconds = (performance.now() - started) / 1000;

const validationLoss = wholeValidation();
const { svg, png } = writeFigure(outputPath("char-gpt"), picture());
console.log(`\n${beginning}${write(beginning, 600)}\n`);
console.log(
  `${validationLoss.toFixed(3)} nats per character on the last tenth of the book, after ${formatDuration(1000 * seconds)} of training.`,
);
console.log(`Curve of the loss: ${png} and ${svg}`);
console.log(
  JSON.stringify({
    example: "char-gpt",
    validationLoss: Number(validationLoss.toFixed(4)),
    seconds: Math.round(seconds),
  }),
);

/** Muon for the matrices of the blocks, AdamW for all else: embeddings, the head, norms and biases. */
function mixedOptimizer({ blocks }: CharGpt) {
  const all = model.parameters();
  const inBlocks = new Set(blocks.flatMap((block) => block.parameters()));
  const isMatrix = all.map((parameter) => inBlocks.has(parameter) && parameter.shape.length === 2);
  const pick = <T>(list: readonly T[], matrices: boolean): T[] => list.filter((_, i) => isMatrix[i] === matrices);
  const rate = (peak: number) => oneCycle(peak, { steps: stepCount, pctStart: 0.05 });
  const [orthogonal, adaptive] = [
    muon(pick(all, true), { lr: rate(0.02), weightDecay: 0.05 }),
    adamw(pick(all, false), { lr: rate(3e-3), betas: [0.9, 0.99], weightDecay: 0.05 }),
  ];
  return {
    step(grads: readonly Tensor[]) {
      orthogonal.step(pick(grads, true));
      adaptive.step(pick(grads, false));
    },
  };
}

/** The mean of −log p of each next character, in nats. */
function loss({ text, starts }: Batch): Tensor {
  const places = add(expandDims(starts, 1), arange(context + 1));
  const characters = take(text, places);
  const scores = model.forward(characters.slice({ start: [0, 0], stop: [batchSize, context] }));
  const next = characters.slice({ start: [0, 1], stop: [batchSize, context + 1] });
  return crossEntropy(reshape(scores, [-1, alphabet.length]), reshape(next, [-1]));
}

/** Windows of the training text, wherever they are drawn; between two evaluations an epoch. */
function trainingWindows(draw: Generator): Iterable<Batch> & { readonly length: number } {
  const length = Math.ceil(stepCount / evaluations);
  return {
    length,
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++)
        yield { text: texts.train, starts: draw.randint([batchSize], { max: train.length - context }) };
    },
  };
}

/** Batches of windows of the validation text, side by side: so many at most. */
function* validationWindows(most = Number.POSITIVE_INFINITY): Iterator<Batch> & Iterable<Batch> {
  const count = Math.floor((validation.length - 1) / (context * batchSize));
  for (let batch = 0; batch < Math.min(most, count); batch++) {
    const starts = Int32Array.from({ length: batchSize }, (_, i) => (batch * batchSize + i) * context);
    yield { text: texts.validation, starts: tensor(starts) };
  }
}

/** The loss over the whole validation text. */
function wholeValidation(): number {
  model.eval();
  const measure = jit(loss);
  const losses = Array.from(validationWindows(), (batch) => measure(batch).item());
  return losses.reduce((sum, each) => sum + each, 0) / losses.length;
}

function tell(value: number | undefined): void {
  const sample = write(beginning, 120).replaceAll(/\s+/g, " ");
  const time = formatDuration(performance.now() - started);
  console.log(`\n${time}  validation loss ${value?.toFixed(3)}  ${beginning}${sample}`);
}

function picture() {
  const { losses, epochs } = history;
  const window = Math.max(1, Math.round(losses.length / 80));
  const averages = losses.map((_, i) => {
    const part = losses.slice(Math.max(0, i + 1 - window), i + 1);
    return part.reduce((sum, each) => sum + each, 0) / part.length;
  });
  const perEpoch = losses.length / epochs.length;
  return lineChart({
    title: `${validationLoss.toFixed(2)} nats per character of unseen text`,
    subtitle: "Moby-Dick, a transformer of 4 layers and 0.8 million parameters",
    x: { label: `steps of ${batchSize} × ${context} characters` },
    y: { label: "loss" },
    series: [
      { name: "batch", x: losses.map((_, i) => i + 1), y: losses, background: true },
      { name: "average", x: losses.map((_, i) => i + 1), y: averages },
      {
        name: "validation",
        x: epochs.map((_, i) => (i + 1) * perEpoch),
        y: epochs.map(({ evaluation }) => evaluation?.loss ?? Number.NaN),
      },
    ],
  });
}
