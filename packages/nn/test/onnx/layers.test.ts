import { generator } from "@glissade/autograd";
import { test } from "vitest";
import * as nn from "../../src/index.js";
import { expectSame } from "./runtime.js";

const draw = generator(3);
const x = (...shape: number[]) => draw.normal(shape);
const indices = (...shape: number[]) => draw.randint(shape, { min: 0, max: 5 });

/** Statistics that are not those of a fresh layer. */
function trained(model: nn.Module): nn.Module {
  for (const [name, buffer] of model.namedBuffers())
    if (name.endsWith("running_var")) buffer.assign(draw.uniform(buffer.shape, { min: 0.5, max: 2 }));
    else if (name.endsWith("running_mean")) buffer.assign(draw.normal(buffer.shape));
  return model.eval();
}

const layers: readonly [string, nn.Module, Parameters<typeof expectSame>[1]][] = [
  ["Linear", new nn.Linear(3, 4), [x(5, 3)]],
  ["Linear of more axes", new nn.Linear(3, 4), [x(2, 5, 3)]],
  ["Linear without bias", new nn.Linear(3, 4, { bias: false }), [x(5, 3)]],
  ["Conv1d", new nn.Conv1d(4, 6, 3, { stride: 2, padding: 1, groups: 2 }), [x(2, 4, 9)]],
  ["Conv2d", new nn.Conv2d(2, 3, 3, { padding: 1, dilation: 2 }), [x(2, 2, 8, 7)]],
  ["ConvTranspose2d", new nn.ConvTranspose2d(3, 2, 3, { stride: 2, padding: 1, outputPadding: 1 }), [x(2, 3, 4, 5)]],
  ["Embedding", new nn.Embedding(5, 3), [indices(2, 4)]],
  ["LayerNorm", new nn.LayerNorm(6), [x(2, 3, 6)]],
  ["RMSNorm", new nn.RMSNorm(6), [x(2, 3, 6)]],
  ["BatchNorm1d", trained(new nn.BatchNorm1d(4)), [x(5, 4)]],
  ["BatchNorm2d", trained(new nn.BatchNorm2d(4)), [x(2, 4, 3, 3)]],
  ["GroupNorm", new nn.GroupNorm(2, 4), [x(2, 4, 3, 3)]],
  ["Dropout", new nn.Dropout(0.5).eval(), [x(3, 3)]],
  ["MultiHeadAttention", new nn.MultiHeadAttention(8, 2).eval(), [x(2, 5, 8), x(2, 5, 8), x(2, 5, 8)]],
  ["TransformerBlock", new nn.TransformerBlock(8, 2, { dimFeedforward: 16 }).eval(), [x(2, 5, 8)]],
  ["RNN", new nn.RNN(3, 4), [x(5, 2, 3)]],
  ["LSTM", new nn.LSTM(3, 4, { numLayers: 2 }), [x(5, 2, 3)]],
  ["GRU", new nn.GRU(3, 4, { bidirectional: true }), [x(5, 2, 3)]],
  ["MaxPool2d", new nn.MaxPool2d(2), [x(2, 3, 6, 6)]],
  ["MaxPool2d with padding", new nn.MaxPool2d(3, { stride: 2, padding: 1 }), [x(2, 3, 7, 6)]],
  ["AvgPool2d", new nn.AvgPool2d(2), [x(2, 3, 6, 6)]],
  ["AvgPool2d with padding", new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }), [x(2, 3, 7, 6)]],
  ["Flatten", new nn.Flatten(), [x(2, 3, 4)]],
  ["Residual", new nn.Residual(new nn.Linear(3, 3)), [x(5, 3)]],
];

test.each(layers)("%s gives in ONNX what it gives here", async (_, layer, inputs) => {
  await expectSame(layer, inputs);
});
