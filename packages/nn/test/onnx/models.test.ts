import {
  add,
  cond,
  generator,
  linalg,
  matmul,
  mul,
  relu,
  sum,
  type Tensor,
  tensor,
  whileLoop,
  zeros,
} from "@glissade/autograd";
import { greater, less } from "@glissade/autograd/functions";
import { describe, expect, test } from "vitest";
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  TransformerBlock,
} from "../../src/index.js";
import { OnnxExportError, toOnnx } from "../../src/onnx/index.js";
import { expectSame, runOnnx } from "./runtime.js";

const draw = generator(5);
const x = (...shape: number[]): Tensor => draw.normal(shape);

const cnn = (): Module =>
  new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new BatchNorm2d(4),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(4 * 4 * 4, 10),
  ).eval();

describe("an open batch", () => {
  const models: readonly [string, Module, Tensor, Tensor][] = [
    ["a convolutional network", cnn(), x(2, 1, 8, 8), x(7, 1, 8, 8)],
    ["a transformer block", new TransformerBlock(8, 2, { dimFeedforward: 16 }).eval(), x(2, 5, 8), x(4, 5, 8)],
    ["an LSTM", new LSTM(3, 4, { batchFirst: true }), x(2, 5, 3), x(6, 5, 3)],
  ];
  test.each(models)("%s runs for another size than that of the example", async (_, model, example, input) => {
    await expectSame(model, [input], { examples: [example], dynamicBatch: true });
  });

  test("refuses what is no multiple of its size", async () => {
    const all = (batch: Tensor): Tensor => matmul(batch, batch.transpose()).reshape([-1]);
    await expect(toOnnx(all, [x(2, 3)], { dynamicBatch: true })).rejects.toThrow(/side that is 9 for a batch of 3/);
  });
});

describe("control flow", () => {
  test("a branch is taken by its condition", async () => {
    const f = (v: Tensor): Tensor =>
      cond(
        greater(sum(v), 0),
        (u: Tensor) => mul(u, 2),
        (u: Tensor) => add(u, 1),
        v,
      );
    for (const input of [tensor([1, 2]), tensor([-1, -2])]) await expectSame(f, [input]);
  });

  test("a loop goes on while its condition holds", async () => {
    await expectSame(
      (v: Tensor) =>
        whileLoop(
          (u: Tensor) => less(u, 100),
          (u: Tensor) => mul(u, 2),
          v,
        ),
      [tensor(3)],
    );
  });
});

describe("the file", () => {
  test("has the parameters under the names of stateDict, and inputs and outputs under those asked for", async () => {
    const model = cnn();
    const bytes = await toOnnx(model, [zeros([1, 1, 8, 8])], { inputNames: ["image"], outputNames: ["logits"] });
    const text = new TextDecoder("latin1").decode(bytes);
    const names = [...model.namedParameters().map(([name]) => name), "1.running_mean", "1.running_var"];
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
    const [output] = await runOnnx(bytes, [zeros([1, 1, 8, 8])]);
    expect(output?.name).toBe("logits");
    expect(text.includes("image")).toBe(true);
  });

  test.each([17, 18, 19, 20, 21, 22])("says opset %i and runs", async (opset) => {
    await expectSame(cnn(), [x(2, 1, 8, 8)], { opset });
  });

  test("is the same whatever mode the model is in, which stays what it is", async () => {
    const model = cnn();
    const wanted = await toOnnx(model, [zeros([1, 1, 8, 8])]);
    model.train();
    expect(await toOnnx(model, [zeros([1, 1, 8, 8])])).toEqual(wanted);
    expect(model.modules().every(({ training }) => training)).toBe(true);
  });
});

describe("errors", () => {
  class Whitening extends Module {
    before = new Linear(3, 3);
    forward(v: Tensor): Tensor {
      return relu(linalg.cholesky(add(matmul(v, v.transpose()), draw.uniform([3, 3]))));
    }
  }
  class Net extends Module {
    whitening = new Whitening();
    forward(v: Tensor): Tensor {
      return this.whitening.forward(v);
    }
  }

  test("name all operators without a counterpart, and the module that applies them", async () => {
    const error: unknown = await toOnnx(new Net(), [x(3, 3)]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OnnxExportError);
    if (!(error instanceof OnnxExportError)) return;
    expect(error.operators.map(({ operator, module }) => [operator, module])).toEqual([
      ["random", "whitening"],
      ["cholesky", "whitening"],
    ]);
    expect(error.message).toMatch(/random, in whitening[\s\S]*cholesky, in whitening/);
  });

  test.each([
    ["an opset that is none", { opset: 3 }, /opset is 3/],
    ["too many names", { inputNames: ["a", "b"] }, /inputNames .* 1 different names/],
    ["one name for two", { inputNames: ["a"], outputNames: ["a"] }, /"a" is there twice/],
  ])("%s", async (_, options, message) => {
    await expect(toOnnx(relu, [x(3)], options)).rejects.toThrow(message);
  });
});
