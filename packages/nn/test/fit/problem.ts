import { generator, relu, type Tensor, tensor } from "@glissade/autograd";
import { accuracy, BatchNorm1d, crossEntropy, Dropout, Linear, Module } from "@glissade/nn";
import { adam, minibatches } from "@glissade/optim";

/** Whether points of a plane lie in a ring: something that a small network learns and a line does not. */
function points(count: number, seed: number): { x: Tensor; y: Tensor } {
  const x = generator(seed).uniform([count, 2], { min: -1, max: 1 });
  const values = x.data();
  const y = Int32Array.from({ length: count }, (_, i) => {
    const radius = Math.hypot(values[2 * i] as number, values[2 * i + 1] as number);
    return radius > 0.4 && radius < 0.8 ? 1 : 0;
  });
  return { x, y: tensor(y) };
}

/** Everything that a checkpoint must carry: dropout draws, normalisation has buffers. */
export class Net extends Module {
  first: Linear;
  norm = new BatchNorm1d(24);
  dropout: Dropout;
  last: Linear;

  constructor(seed: number) {
    super();
    const random = generator(seed);
    this.first = new Linear(2, 24, { generator: random });
    this.dropout = new Dropout(0.1, { generator: random });
    this.last = new Linear(24, 2, { generator: random });
  }

  forward(x: Tensor): Tensor {
    return this.last.forward(this.dropout.forward(relu(this.norm.forward(this.first.forward(x)))));
  }
}

export type Batch = { readonly x: Tensor; readonly y: Tensor };

/** A model with its data and optimiser, the same at every call. */
export function problem(seed = 1) {
  const model = new Net(seed);
  const train = points(240, 2);
  const test = points(200, 3);
  return {
    model,
    options: {
      data: minibatches(train, { batchSize: 40, shuffle: true, generator: generator(4) }),
      loss: ({ x, y }: Batch) => crossEntropy(model.forward(x), y),
      optimizer: adam(model.parameters(), { lr: 0.02 }),
      evaluation: { data: [test], metrics: { accuracy: ({ x, y }: Batch) => accuracy(model.forward(x), y) } },
    },
  };
}

/** All weights and buffers as numbers. */
export const weightsOf = (model: Module): Record<string, number[]> =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, Array.from(value.data())]));
