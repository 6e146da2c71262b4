import { div, type Generator, reshape, sub, type Tensor } from "@glissade/autograd";
import {
  accuracy,
  Conv2d,
  crossEntropy,
  type FitListener,
  type FitResult,
  Flatten,
  fit,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "@glissade/nn";
import { adamw, minibatches, oneCycle } from "@glissade/optim";
import type { DigitTensors } from "../mnist-tensors.js";

/** How `trainCnn` goes about it. */
export interface CnnTraining {
  readonly train: DigitTensors;
  /** Looked at after every epoch. */
  readonly test: DigitTensors;
  readonly epochs: number;
  readonly batchSize: number;
  /** The highest rate of the cycle. */
  readonly rate: number;
  /** What the average of the weights keeps of itself at each step: 0.995 forgets over some 200 steps. */
  readonly averaging: number;
  readonly generator: Generator;
  readonly listeners?: readonly FitListener[];
}

/** Two convolutions of 3 × 3, each followed by a pool, and two dense layers: pixels 0 … 255 in, scores of the ten digits out. */
export class DigitCnn extends Module {
  readonly layers: Sequential;

  constructor(generator: Generator) {
    super();
    this.layers = new Sequential(
      new Conv2d(1, 16, 3, { padding: 1, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(16, 32, 3, { padding: 1, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(32 * 7 * 7, 128, { generator }),
      new ReLU(),
      new Linear(128, 10, { generator }),
    );
  }

  /** @param images [N, 784] */
  forward(images: Tensor): Tensor {
    // Mean and deviation of MNIST's pixels on the unit scale, for the input to lie round zero with variance one.
    const unit = div(sub(div(images, 255), 0.1307), 0.3081);
    return this.layers.forward(reshape(unit, [-1, 1, 28, 28]));
  }
}

/**
 * Trains by AdamW along one cycle of learning rates (L. N. Smith, "Super-convergence", 2018). The model is evaluated, and
 * ends, with a running average of its weights.
 */
export function trainCnn(model: DigitCnn, options: CnnTraining): Promise<FitResult> {
  const { train, test, epochs, batchSize, rate, averaging, generator, listeners = [] } = options;
  const data = minibatches(train, { batchSize, shuffle: true, dropLast: true, generator });
  const lr = oneCycle(rate, { steps: epochs * data.length });
  return fit(model, {
    data,
    loss: ({ images, labels }) => crossEntropy(model.forward(images), labels),
    optimizer: adamw(model.parameters(), { lr, weightDecay: 1e-2 }),
    epochs,
    ema: averaging,
    evaluation: {
      data: minibatches(test, { batchSize: Math.min(500, test.labels.shape[0] ?? 1) }),
      metrics: { accuracy: ({ images, labels }) => accuracy(model.forward(images), labels) },
    },
    listeners,
  });
}
