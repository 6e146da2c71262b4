import { generator, relu, type Shape, type Tensor, tensor, ValueError, zeros } from "@glissade/autograd";
import * as nn from "@glissade/nn";
import { describe, expect, test } from "vitest";

class Net extends nn.Module {
  readonly features = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    relu,
    new nn.MaxPool2d(2),
  );
  readonly dropout = new nn.Dropout(0.5, { generator: generator(1) });
  readonly head = new nn.Linear(4 * 14 * 14, 10);

  forward(x: Tensor): Tensor {
    const y = this.features.forward(x);
    return this.head.forward(this.dropout.forward(y.reshape([y.shape[0]!, 4 * 14 * 14])));
  }
}

describe("summary", () => {
  test("tells shapes, parameters, operations and memory of each layer", () => {
    const { layers, ...totals } = new Net().summary([2, 1, 28, 28]);
    const pixels = 2 * 4 * 28 * 28;
    expect(layers.map(({ name, kind, depth, outputShapes: [shape] }) => [name, kind, depth, shape])).toEqual([
      ["", "Net", 0, [2, 10]],
      ["features", "Sequential", 1, [2, 4, 14, 14]],
      ["features.0", "Conv2d", 2, [2, 4, 28, 28]],
      ["features.1", "BatchNorm2d", 2, [2, 4, 28, 28]],
      ["features.3", "MaxPool2d", 2, [2, 4, 14, 14]],
      ["dropout", "Dropout", 1, [2, 784]],
      ["head", "Linear", 1, [2, 10]],
    ]);
    expect(layers.map(({ parameters }) => parameters)).toEqual([0, 0, 40, 17, 0, 0, 7850]);
    expect(layers.map(({ flops }) => flops)).toEqual([
      0,
      0,
      pixels * 19,
      pixels * 8,
      pixels,
      2 * 784,
      2 * 10 * (2 * 784 + 1),
    ]);
    expect(layers.map(({ activationBytes }) => activationBytes)).toEqual([
      0,
      0,
      4 * pixels,
      4 * pixels,
      pixels,
      pixels,
      80,
    ]);
    expect([totals.parameters, totals.trainableParameters, totals.parameterBytes]).toEqual([7907, 7898, 4 * 7907]);
    expect(totals.flops).toBe(layers.reduce((sum, { flops }) => sum + flops, 0));
    expect(totals.activationBytes).toBe(10 * pixels + 80);
  });

  test("prints a table", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4000, { dtype: "float64" }), new nn.ReLU());
    const summary = model.summary({ shape: [1, 3], dtype: "float64" });
    expect(String(summary).split("\n")).toEqual([
      "layer        output shape  parameters   FLOPs  activations",
      "──────────────────────────────────────────────────────────",
      "Sequential   [1, 4000]              0       0          0 B",
      "  0: Linear  [1, 4000]         16,000  28.0 k     31.3 KiB",
      "  1: ReLU    [1, 4000]              0  4.00 k     31.3 KiB",
      "──────────────────────────────────────────────────────────",
      "                               16,000  32.0 k     62.5 KiB",
      "trained: 16,000, not trained: 0, parameters: 125 KiB",
    ]);
  });

  test("runs, draws and assigns nothing, and leaves the modules as they were", () => {
    const [model, twin] = [new Net(), new Net()];
    twin.loadStateDict(model.stateDict());
    model.summary([2, 1, 28, 28]);
    expect(Object.hasOwn(model.head, "forward")).toBe(false);
    expect(model.stateDict()["features.1.num_batches_tracked"]?.item()).toBe(0);
    const x = zeros([2, 1, 28, 28]).add(1);
    expect(model.forward(x).data()).toEqual(twin.forward(x).data());
    class Reader extends nn.Module {
      readonly inner = new nn.Linear(1, 1);
      forward(input: Tensor): Tensor {
        return tensor(this.inner.forward(input).item());
      }
    }
    const reader = new Reader();
    expect(() => reader.summary([1])).toThrow("no value");
    expect(Object.hasOwn(reader.inner, "forward")).toBe(false);
  });

  test("counts shared parameters once, every call, operands of other dtypes, and several of both", () => {
    class Tied extends nn.Module {
      readonly embedding = new nn.Embedding(10, 4);
      readonly layer = new nn.Linear(4, 4);
      readonly lstm = new nn.LSTM(4, 3);
      forward(indices: Tensor, x: Tensor): readonly Tensor[] {
        const y = this.layer.forward(this.layer.forward(this.embedding.forward(indices).add(x)));
        const [output, [hidden]] = this.lstm.forward(y);
        return [output, hidden];
      }
    }
    const { layers, parameters } = new Tied().summary({ shape: [5, 2], dtype: "int32" }, [4]);
    expect(layers.map(({ name, parameters: own }) => [name, own])).toEqual([
      ["", 0],
      ["embedding", 40],
      ["layer", 20],
      ["layer", 0],
      ["lstm", 4 * 3 * (4 + 3 + 2)],
    ]);
    expect(layers[0]?.outputShapes).toEqual([
      [5, 2, 3],
      [1, 2, 3],
    ]);
    expect(parameters).toBe(40 + 20 + 108);
    expect(layers[4]?.flops).toBe(10 * (2 * 12 * 7 + 12 * 5));
  });

  test("of attention counts projections, scores and sums; the parts of a block add up", () => {
    const attention = new nn.MultiHeadAttention(8, 2, { batchFirst: true });
    const [own, , out] = attention.summary([3, 5, 8]).layers;
    const rows = 15;
    expect(own?.flops).toBe(3 * rows * 8 * 17 + rows * 5 * (4 * 8 + 6 * 2));
    expect(out?.flops).toBe(rows * 8 * 17);
    const block = new nn.TransformerBlock(8, 2, { dimFeedforward: 16, batchFirst: true }).eval();
    const { layers, flops, parameters } = block.summary([3, 5, 8]);
    expect(layers.map(({ kind }) => kind)).toEqual([
      "TransformerBlock",
      "MultiHeadAttention",
      "Dropout",
      "Linear",
      "Dropout",
      "LayerNorm",
      "Linear",
      "Dropout",
      "Linear",
      "Dropout",
      "LayerNorm",
    ]);
    const feed = rows * 16 * 17 + rows * 8 * 33 + rows * 16;
    expect(flops).toBe(own!.flops + out!.flops + feed + 2 * rows * 8 * 8 + 2 * rows * 8);
    expect(parameters).toBe(4 * 8 * 9 + 8 * 17 + 16 * 9 + 32);
  });

  test.each<[string, nn.Layer, Shape, number]>([
    ["Flatten", new nn.Flatten(), [2, 3, 4], 0],
    ["ReLU", new nn.ReLU(), [2, 3], 6],
    ["Dropout in evaluation", new nn.Dropout(0.5).eval(), [2, 3], 0],
    ["Conv1d", new nn.Conv1d(4, 6, 3, { groups: 2 }), [4, 5], 6 * 3 * (2 * 2 * 3 + 1)],
    ["ConvTranspose2d", new nn.ConvTranspose2d(2, 3, 2, { stride: 2 }), [2, 4, 4], 2 * (2 * 16) * (3 * 4) + 3 * 64],
    ["GroupNorm", new nn.GroupNorm(2, 4), [1, 4, 5], 20 * 8],
    ["LayerNorm", new nn.LayerNorm(4, { bias: false }), [5, 4], 20 * 7],
    ["RMSNorm", new nn.RMSNorm(4), [5, 4], 20 * 4],
    ["BatchNorm1d in evaluation", new nn.BatchNorm1d(4).eval(), [5, 4], 20 * 4],
    ["AvgPool2d", new nn.AvgPool2d([2, 3]), [1, 4, 6], 4 * 6],
    ["Residual", new nn.Residual(relu), [5, 4], 20],
  ])("counts the operations of %s", (_, layer, shape, flops) => {
    expect(layer.summary(shape).flops).toBe(flops);
  });

  test("puts back a forward that a module has of its own", () => {
    const layer = new nn.ReLU();
    const forward = (x: Tensor): Tensor => x.neg();
    Object.defineProperty(layer, "forward", { value: forward, configurable: true });
    expect(new nn.Sequential(layer).summary([3]).layers).toHaveLength(2);
    expect(layer.forward).toBe(forward);
  });

  test("takes what a layer says of itself", () => {
    class Square extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.matmul(x);
      }
      override cost([x = []]: readonly Shape[]): nn.LayerCost {
        return { flops: 2 * x[0]! ** 3, kept: 7 };
      }
    }
    const [layer] = new Square().summary([4, 4]).layers;
    expect([layer?.flops, layer?.activationBytes]).toEqual([128, 4 * (16 + 7)]);
  });

  test("refuses a module without forward, and passes on what forward refuses", () => {
    expect(() => new nn.Module().summary([1])).toThrow(ValueError);
    expect(() => new nn.Module().summary([1])).toThrow("summary: Module has no method forward.");
    expect(() => new Net().summary()).toThrow("summary: forward takes an input. Give its shape");
    expect(() => new Net().summary([2, 3, 28, 28])).toThrow("Conv2d: the input [2, 3, 28, 28] has 3 channels");
  });
});
