import { relu, type Tensor, tensor, type Variable, zeros } from "@glissade/autograd";
import {
  accuracy,
  BatchNorm1d,
  bceWithLogits,
  Conv2d,
  crossEntropy,
  Flatten,
  GRU,
  GroupNorm,
  init,
  type Layer,
  LayerNorm,
  Linear,
  type LoadResult,
  LSTM,
  type ModelSummary,
  Module,
  MultiHeadAttention,
  mseLoss,
  multiMarginLoss,
  type Reduction,
  ReLU,
  Residual,
  RNN,
  Sequential,
  type StateDict,
  TransformerBlock,
} from "@glissade/nn";
import { describe, expectTypeOf, test } from "vitest";

describe("modules", () => {
  test("give Variables, tensors and themselves", () => {
    const layer = new Linear(2, 3);
    expectTypeOf(layer.parameters()).toEqualTypeOf<Variable[]>();
    expectTypeOf(layer.namedParameters()).toEqualTypeOf<[string, Variable][]>();
    expectTypeOf(layer.buffers()).toEqualTypeOf<Variable[]>();
    expectTypeOf(layer.stateDict()).toEqualTypeOf<StateDict>();
    expectTypeOf(layer.loadStateDict({})).toEqualTypeOf<LoadResult>();
    expectTypeOf(layer.eval()).toEqualTypeOf<Linear<2, 3>>();
    expectTypeOf(layer.forward([[1, 2]])).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(layer.bias).toEqualTypeOf<Variable<[3]> | undefined>();
    expectTypeOf(layer.training).toEqualTypeOf<boolean>();
  });

  test("keep what their subclasses say of forward", () => {
    class Pair extends Module {
      forward(x: Tensor, y: Tensor): { sum: Tensor } {
        return { sum: x.add(y) };
      }
    }
    expectTypeOf(new Pair().forward).parameters.toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(new Pair().train()).toEqualTypeOf<Pair>();
    // @ts-expect-error Only modules from tensor to tensor are layers.
    new Sequential(new Pair());
  });

  test("of Sequential take modules and functions", () => {
    expectTypeOf(new Sequential(new Flatten(), new Linear(4, 2), (x) => x.mul(2), new ReLU())).toExtend<Layer>();
    // @ts-expect-error A class is no layer.
    new Sequential(ReLU);
    // @ts-expect-error The function returns a number.
    new Sequential((x: Tensor) => x.size);
  });

  test("refuse options that do not exist", () => {
    // @ts-expect-error There is no option biass.
    new Linear(2, 3, { biass: false });
    // @ts-expect-error Parameters are floats.
    new Linear(2, 3, { dtype: "int32" });
    // @ts-expect-error training is changed by train() and eval().
    new Linear(2, 3).training = false;
    // @ts-expect-error A state holds tensors.
    new Linear(2, 3).loadStateDict({ weight: 1 });
  });
});

describe("layers", () => {
  test("give tensors, or tuples of them, and have the Variables that their options leave", () => {
    expectTypeOf(new Conv2d(1, 2, [3, 3], { padding: "same" }).forward(zeros([1, 4, 4])).shape).toEqualTypeOf<
      [2, 4, 4]
    >();
    expectTypeOf(new MultiHeadAttention(4, 2).forward(zeros([3, 4])).shape).toEqualTypeOf<[3, 4]>();
    expectTypeOf(new GRU(2, 3).forward(zeros([4, 2]))[1].shape).toEqualTypeOf<[1, 3]>();
    expectTypeOf(new LSTM(2, 3).forward(zeros([4, 2]))[1][1].shape).toEqualTypeOf<[1, 3]>();
    expectTypeOf(new BatchNorm1d(2).runningMean).toEqualTypeOf<Variable | undefined>();
    expectTypeOf(new Residual(new ReLU()).summary([2, 3])).toEqualTypeOf<ModelSummary>();
    expectTypeOf(new Sequential(new TransformerBlock(4, 2), new Residual((x) => x.mul(2)))).toExtend<Layer>();
  });

  test("refuse what they do not take", () => {
    // @ts-expect-error A recurrent layer gives a tuple: it is no layer of Sequential.
    new Sequential(new GRU(2, 3));
    // @ts-expect-error Strings are no padding, but for two of them.
    new Conv2d(1, 2, 3, { padding: "full" });
    // @ts-expect-error The states of an LSTM are two.
    new LSTM(2, 3).forward(zeros([4, 2]), zeros([1, 3]));
    // @ts-expect-error The number of groups comes first, and both are needed.
    new GroupNorm(2);
    // @ts-expect-error There is no option batch_first.
    new RNN(2, 3, { batch_first: true });
  });
});

describe("losses and metrics", () => {
  test("take whatever a tensor can be made of, and give tensors", () => {
    const logits = zeros([2, 3]);
    expectTypeOf(crossEntropy(logits, [0, 1])).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(crossEntropy(logits, tensor(new Int32Array(2)), { weight: [1, 2, 3] })).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(multiMarginLoss(new Linear(3, 3).weight, [0, 1, 2], { p: 2 })).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(mseLoss([1], new Float64Array(1), { reduction: "sum" })).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(bceWithLogits([1], [0], { posWeight: 2 })).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(accuracy(logits, [0, 1])).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf<Reduction>().toEqualTypeOf<"mean" | "sum" | "none">();
  });

  test("refuse unknown options", () => {
    // @ts-expect-error No such reduction.
    mseLoss([1], [1], { reduction: "average" });
    // @ts-expect-error The power is 1 or 2.
    multiMarginLoss([[1]], [0], { p: 3 });
    // @ts-expect-error Strings are no targets.
    crossEntropy([[1]], ["a"]);
  });
});

describe("initialisers", () => {
  test("take a shape and options, and give a tensor", () => {
    expectTypeOf(init.kaimingUniform([2, 3], { nonlinearity: "relu", mode: "fanOut" })).toEqualTypeOf<Tensor>();
    expectTypeOf(init.gain("tanh")).toEqualTypeOf<number>();
    // @ts-expect-error No such nonlinearity.
    init.gain("swish");
    // @ts-expect-error Parameters are floats.
    init.zeros([2], { dtype: "bool" });
  });
});

describe("layers of which nothing is known", () => {
  test("hold any layer of their class, whatever its sizes and options", () => {
    const conv: Conv2d = new Conv2d(3, 8, 3, { stride: 2 });
    expectTypeOf(conv.forward(zeros([1, 3, 8, 8])).shape).toEqualTypeOf<[1, number, number, number]>();
    expectTypeOf(new LSTM(2, 3, { batchFirst: true })).toExtend<LSTM>();
    expectTypeOf(new LayerNorm(3)).toExtend<LayerNorm>();
    expectTypeOf(new TransformerBlock(4, 2, { batchFirst: true })).toExtend<TransformerBlock>();
    expectTypeOf(new Residual(new Linear(3, 4), { shortcut: new Linear(3, 4) })).toExtend<Residual>();
    expectTypeOf(new MultiHeadAttention(4, 2, { kdim: 3 })).toExtend<MultiHeadAttention>();
  });

  test("stand in lists beside each other without an annotation", () => {
    const layers = [new Linear(2, 3), new Linear(3, 4)];
    let x: Tensor = zeros([5, 2]);
    for (const layer of layers) x = layer.forward(x);
    expectTypeOf(x).toEqualTypeOf<Tensor>();
  });
});

describe("features", () => {
  const unknown = (x: Tensor): Tensor => x;

  test("go from layer to layer, and stay permissive where they are not known", () => {
    const [wide, any] = [new Linear(784, 100), new Linear(784 as number, 10)];
    expectTypeOf(wide.forward(zeros([32, 784])).shape).toEqualTypeOf<[32, 100]>();
    expectTypeOf(wide.forward(zeros([2, 3, 784])).shape).toEqualTypeOf<[2, 3, 100]>();
    expectTypeOf(any.forward(zeros([32, 784])).shape).toEqualTypeOf<[32, 10]>();
    expectTypeOf<Linear<784, 100>>().toExtend<Linear>();
    new Sequential(wide, relu, new ReLU(), new Linear(100, 10));
    new Sequential(wide, unknown, new Linear(99, 10), any);
    const model: Sequential = new Sequential(wide, new Linear(100, 10));
    expectTypeOf(model.forward([1])).toEqualTypeOf<Tensor>();
  });

  test("must agree between neighbours", () => {
    // @ts-expect-error the last axis of [32, 100] must have 784 features
    new Linear(784, 10).forward(zeros([32, 100]));
    // @ts-expect-error a layer gives 100 features and the next takes 99
    new Sequential(new Linear(784, 100), new Linear(99, 10));
    // @ts-expect-error the same through relu, as a function
    new Sequential(new Linear(784, 100), relu, new Linear(99, 10));
    // @ts-expect-error the same through ReLU, as a module
    new Sequential(new Linear(784, 100), new ReLU(), new Linear(99, 10));
  });
});
