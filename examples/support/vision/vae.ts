import {
  add,
  arange,
  broadcastTo,
  div,
  erf,
  erfinv,
  exp,
  expandDims,
  flip,
  type Generator,
  mul,
  reshape,
  sigmoid,
  split,
  square,
  stack,
  sub,
  sum,
  swapaxes,
  type Tensor,
} from "@glissade/autograd";
import { bceWithLogits, type FitListener, type FitResult, fit, Linear, Module, Sequential, SiLU } from "@glissade/nn";
import { adam, minibatches, oneCycle } from "@glissade/optim";
import type { DigitTensors } from "../mnist-tensors.js";

/** How `trainVae` goes about it. */
export interface VaeTraining {
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

/** Where the encoder sees images: a normal distribution over the plane for each. */
export interface Cloud {
  /** [N, 2] */
  readonly mean: Tensor;
  /** Logarithm of the variance, [N, 2]. */
  readonly logVariance: Tensor;
}

/** A variational autoencoder of digits over a plane (D. P. Kingma, M. Welling, "Auto-Encoding Variational Bayes", 2014). */
export class DigitVae extends Module {
  readonly encoder: Sequential;
  readonly decoder: Sequential;
  /** Draws points of the clouds; saved with checkpoints. */
  readonly random: Generator;

  constructor(generator: Generator, hidden = 256) {
    super();
    this.random = generator;
    this.encoder = new Sequential(
      new Linear(784, hidden, { generator }),
      new SiLU(),
      new Linear(hidden, 64, { generator }),
      new SiLU(),
      new Linear(64, 4, { generator }),
    );
    this.decoder = new Sequential(
      new Linear(2, 64, { generator }),
      new SiLU(),
      new Linear(64, hidden, { generator }),
      new SiLU(),
      new Linear(hidden, 784, { generator }),
    );
  }

  /** @param images [N, 784], pixels 0 … 255 */
  encode(images: Tensor): Cloud {
    const [mean, logVariance] = split(this.encoder.forward(div(images, 255)), 2, { axis: -1 });
    return { mean, logVariance };
  }

  /** Log odds of ink, [N, 784], at points of the plane [N, 2]. */
  decode(points: Tensor): Tensor {
    return this.decoder.forward(points);
  }

  /**
   * The mean over images of the nats that they cost: log loss of all pixels, decoded from a point drawn of the image's cloud, in evaluation mode from its mean; and
   * the divergence of the cloud from the unit normal distribution.
   */
  nats(images: Tensor): { readonly pixels: Tensor; readonly divergence: Tensor } {
    const { mean, logVariance } = this.encode(images);
    const points = this.training ? add(mean, mul(exp(mul(0.5, logVariance)), this.random.normal(mean.shape))) : mean;
    const count = images.shape[0] ?? 1;
    const logLoss = bceWithLogits(this.decode(points), div(images, 255), { reduction: "sum" });
    // Appendix B of the paper: KL = ½ Σ (μ² + σ² − log σ² − 1)
    const divergence = mul(0.5, sum(sub(add(square(mean), exp(logVariance)), add(logVariance, 1))));
    return { pixels: div(logLoss, count), divergence: div(divergence, count) };
  }
}

/** Trains by Adam along one cycle of learning rates. */
export function trainVae(model: DigitVae, options: VaeTraining): Promise<FitResult> {
  const { train, test, epochs, batchSize, rate, generator, listeners = [] } = options;
  const data = minibatches(train, { batchSize, shuffle: true, dropLast: true, generator });
  const loss = ({ images }: { images: Tensor }): Tensor => {
    const { pixels, divergence } = model.nats(images);
    return add(pixels, divergence);
  };
  return fit(model, {
    data,
    loss,
    optimizer: adam(model.parameters(), { lr: oneCycle(rate, { steps: epochs * data.length }) }),
    epochs,
    evaluation: {
      data: minibatches(test, { batchSize: Math.min(500, test.labels.shape[0] ?? 1) }),
      metrics: { pixels: ({ images }) => model.nats(images).pixels },
    },
    listeners,
  });
}

/** Where a plane of normal coordinates lies in the unit square: each coordinate's share of the normal distribution below it. */
export function toSquare(points: Tensor): Tensor {
  return mul(0.5, add(1, erf(div(points, Math.SQRT2))));
}

/** The way back from the square, whose edges are infinitely far away. */
export function fromSquare(shares: Tensor): Tensor {
  return mul(Math.SQRT2, erfinv(sub(mul(2, shares), 1)));
}

/**
 * Decodes points spread evenly over the square into one picture.
 *
 * @param perLine so many from left to right, and from bottom to top
 * @returns [perLine · 28, perLine · 28], shares of ink; what lies at the top of the square is at the top
 */
export function decodedSquare(model: DigitVae, perLine: number): Tensor {
  const shares = div(add(arange(perLine), 0.5), perLine);
  const along = broadcastTo(shares, [perLine, perLine]);
  const down = broadcastTo(expandDims(flip(shares), 1), [perLine, perLine]);
  const points = fromSquare(reshape(stack([along, down], { axis: -1 }), [-1, 2]));
  const tiles = reshape(sigmoid(model.decode(points)), [perLine, perLine, 28, 28]);
  return reshape(swapaxes(tiles, 1, 2), [perLine * 28, perLine * 28]);
}
