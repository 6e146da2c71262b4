import {
  expectCompilations,
  generator,
  jit,
  mean,
  mul,
  sub,
  type Tensor,
  tensor,
  variableGrads,
} from "@glissade/autograd";
import {
  accuracy,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Dropout,
  Embedding,
  Flatten,
  GRU,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Residual,
  Sequential,
  TransformerBlock,
} from "@glissade/nn";
import { expect, test } from "vitest";

/** Gradient descent in one compiled step; the accuracy in evaluation afterwards. */
function learn<M extends Module & { forward(x: Tensor): Tensor }>(
  model: M,
  [x, labels]: readonly [Tensor, Tensor],
  { steps, rate }: { readonly steps: number; readonly rate: number },
): number {
  const step = jit((a: Tensor, b: Tensor) => {
    const { value, grads } = variableGrads(() => crossEntropy(model.forward(a), b), model.parameters());
    for (const [i, parameter] of model.parameters().entries()) {
      parameter.assign(sub(parameter.value, mul(rate, grads[i]!)));
    }
    return value;
  });
  for (let i = 0; i < steps; i++) step(x, labels).item();
  expectCompilations(step, 1);
  return accuracy(model.eval().forward(x), labels).item();
}

test("a network of convolutions with running statistics tells bars that stand from bars that lie", () => {
  const source = generator(1);
  const noise = source.normal([40, 1, 8, 8], { std: 0.3 }).data();
  const images = noise.map((v, i) => {
    const [n, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
    return v + ((n % 2 === 0 ? row : column) === 1 + (n % 5) ? 1 : 0);
  });
  const model = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1, bias: false, generator: source }),
    new BatchNorm2d(4),
    new ReLU(),
    new Residual(new Conv2d(4, 4, 3, { padding: "same", generator: source })),
    new MaxPool2d(4),
    new Flatten(),
    new Dropout(0.1, { generator: source }),
    new Linear(16, 2, { generator: source }),
  );
  const labels = tensor(Int32Array.from({ length: 40 }, (_, n) => n % 2));
  const right = learn(model, [tensor(images, { shape: [40, 1, 8, 8] }), labels], { steps: 60, rate: 0.2 });
  expect(right).toBeGreaterThan(0.9);
});

/** Sequences of letters 0 … 3, and for each the letter that is asked for. */
function letters(pick: (row: readonly number[]) => number): readonly [Tensor, Tensor] {
  const values = generator(5).randint([64, 6], { min: 0, max: 4 }).data();
  const rows = Array.from({ length: 64 }, (_, n) => Array.from(values.slice(6 * n, 6 * n + 6)));
  const labels = Int32Array.from(rows, pick);
  return [tensor(Int32Array.from(rows.flat()), { shape: [64, 6] }), tensor(labels)];
}

test("gated units remember the second letter to the end of a sequence", () => {
  class Reader extends Module {
    readonly embedding = new Embedding(4, 8, { generator: generator(2) });
    readonly gru = new GRU(8, 16, { batchFirst: true, generator: generator(3) });
    readonly head = new Linear(16, 4, { generator: generator(4) });
    forward(x: Tensor): Tensor {
      const [, hidden] = this.gru.forward(this.embedding.forward(x));
      return this.head.forward(hidden.reshape([x.shape[0]!, 16]));
    }
  }
  expect(
    learn(
      new Reader(),
      letters((row) => row[1]!),
      { steps: 300, rate: 0.5 },
    ),
  ).toBeGreaterThan(0.9);
});

test("a transformer counts which of two letters comes more often", () => {
  class Reader extends Module {
    readonly embedding = new Embedding(4, 16, { generator: generator(2) });
    readonly block = new TransformerBlock(16, 2, {
      batchFirst: true,
      normFirst: true,
      dropout: 0,
      dimFeedforward: 32,
      generator: generator(3),
    });
    readonly head = new Linear(16, 2, { generator: generator(4) });
    forward(x: Tensor): Tensor {
      return this.head.forward(mean(this.block.forward(this.embedding.forward(x)), { axis: 1 }));
    }
  }
  const count = (row: readonly number[], letter: number): number => row.filter((each) => each === letter).length;
  const data = letters((row) => (count(row, 0) > count(row, 1) ? 1 : 0));
  expect(learn(new Reader(), data, { steps: 100, rate: 0.3 })).toBeGreaterThan(0.95);
});
