import { generator, mul, sub, type Tensor, tanh, tensor, variableGrads } from "@glissade/autograd";
import { accuracy, crossEntropy, Linear, Module, mseLoss, ReLU, Sequential } from "@glissade/nn";
import { describe, expect, test } from "vitest";

/** Gradient descent by hand: every parameter moves against its gradient. */
function descend(model: Module, loss: () => Tensor, { steps, rate }: { steps: number; rate: number }): number {
  let last = Number.NaN;
  for (let step = 0; step < steps; step++) {
    const { value, grads } = variableGrads(loss, model.parameters());
    model.parameters().forEach((variable, i) => {
      variable.assign(sub(variable.value, mul(rate, grads[i]!)));
    });
    last = value.item();
  }
  return last;
}

describe("training by hand", () => {
  test("a linear layer finds the line that data lie on", () => {
    const layer = new Linear(2, 1, { generator: generator(1), dtype: "float64" });
    const x = generator(2).normal([50, 2], { dtype: "float64" });
    const y = x.matmul(tensor(new Float64Array([2, -3]), { shape: [2, 1] })).add(0.5);
    const loss = descend(layer, () => mseLoss(layer.forward(x), y), { steps: 300, rate: 0.1 });
    expect(loss).toBeLessThan(1e-12);
    expect(layer.weight.value.data()[0]).toBeCloseTo(2, 6);
    expect(layer.weight.value.data()[1]).toBeCloseTo(-3, 6);
    expect(layer.bias?.value.item()).toBeCloseTo(0.5, 6);
  });

  test("a model with two layers learns exclusive or", () => {
    class Net extends Module {
      readonly hidden = new Linear(2, 8, { generator: generator(3) });
      readonly out = new Linear(8, 2, { generator: generator(4) });
      forward(x: Tensor): Tensor {
        return this.out.forward(tanh(this.hidden.forward(x)));
      }
    }
    const net = new Net();
    const x = tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const labels = [0, 1, 1, 0];
    const loss = descend(net, () => crossEntropy(net.forward(x), labels), { steps: 400, rate: 0.5 });
    expect(loss).toBeLessThan(0.05);
    expect(accuracy(net.forward(x), labels).item()).toBe(1);
  });

  test("the same seeds give the same losses to the bit", () => {
    const run = (): number => {
      const source = generator(7);
      const net = new Sequential(
        new Linear(3, 5, { generator: source }),
        new ReLU(),
        new Linear(5, 2, { generator: source }),
      );
      const x = generator(8).normal([20, 3]);
      return descend(net, () => crossEntropy(net.forward(x), new Int32Array(20)), { steps: 20, rate: 0.1 });
    };
    expect(run()).toBe(run());
  });
});
