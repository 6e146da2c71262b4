import {
  argmin,
  broadcastTo,
  cumsum,
  div,
  expandDims,
  type Generator,
  matmul,
  oneHot,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
} from "@glissade/autograd";
import { crossEntropy, type FitListener, type FitResult, fit, Linear, LSTM, Module } from "@glissade/nn";
import { adam, minibatches, oneCycle } from "@glissade/optim";
import type { DigitTensors } from "../mnist-tensors.js";

const rows = 28;

/** How `trainRowReader` goes about it. */
export interface RowReaderTraining {
  readonly train: DigitTensors;
  /** Looked at after every epoch. */
  readonly test: DigitTensors;
  readonly epochs: number;
  readonly batchSize: number;
  /** The highest rate of the cycle. */
  readonly rate: number;
  readonly generator: Generator;
  readonly listeners?: readonly FitListener[];
}

/** Reads a digit from top to bottom, a row of pixels at a time, and guesses after each row: a long short-term memory with a dense layer on its state. */
export class RowReader extends Module {
  readonly memory: LSTM;
  readonly head: Linear;

  constructor(generator: Generator, hidden = 96) {
    super();
    this.memory = new LSTM(28, hidden, { batchFirst: true, generator });
    this.head = new Linear(hidden, 10, { generator });
  }

  /**
   * @param images [N, 784], pixels 0 … 255
   * @returns scores of the ten digits after each row, [N, 28, 10]
   */
  forward(images: Tensor): Tensor {
    const [states] = this.memory.forward(reshape(div(images, 255), [-1, rows, 28]));
    return this.head.forward(states);
  }
}

/** Trains by Adam along one cycle of learning rates; the guesses after all rows count alike. */
export function trainRowReader(model: RowReader, options: RowReaderTraining): Promise<FitResult> {
  const { train, test, epochs, batchSize, rate, generator, listeners = [] } = options;
  const data = minibatches(train, { batchSize, shuffle: true, dropLast: true, generator });
  const loss = ({ images, labels }: { images: Tensor; labels: Tensor }): Tensor => {
    const scores = model.forward(images);
    const every = broadcastTo(expandDims(labels, 1), scores.shape.slice(0, 2));
    return crossEntropy(reshape(scores, [-1, 10]), reshape(every, [-1]));
  };
  return fit(model, {
    data,
    loss,
    optimizer: adam(model.parameters(), { lr: oneCycle(rate, { steps: epochs * data.length }) }),
    epochs,
    clipNorm: 1,
    evaluation: { data: minibatches(test, { batchSize: Math.min(500, test.labels.shape[0] ?? 1) }) },
    listeners,
  });
}

/** The mean image of each digit, [10, 784]. */
export function meanImages({ images, labels }: DigitTensors): Tensor {
  const members = oneHot(labels, 10);
  return div(matmul(members.mT, div(images, 255)), expandDims(sum(members, { axis: 0 }), 1));
}

/**
 * What the simplest reader guesses after each row: the digit whose mean image is nearest in the rows seen.
 *
 * @param images [N, 784], pixels 0 … 255
 * @param means [10, 784]
 * @returns digits, [N, 28]
 */
export function nearestMeans(images: Tensor, means: Tensor): Tensor {
  const differences = sub(expandDims(div(images, 255), 1), means);
  const ofRows = sum(reshape(square(differences), [-1, 10, rows, 28]), { axis: -1 });
  return argmin(cumsum(ofRows, { axis: 2 }), { axis: 1 });
}
