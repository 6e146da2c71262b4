import { ones, ShapeError, type Tensor, tanh, zeros } from "@glissade/autograd";
import { recordOrigins } from "@glissade/autograd/debug";
import { expect, test } from "vitest";
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  ctcLoss,
  Embedding,
  GRU,
  GroupNorm,
  LayerNorm,
  Linear,
  LSTM,
  MaxPool2d,
  MultiHeadAttention,
  mseLoss,
  multiMarginLoss,
  Residual,
  TransformerBlock,
  tripletMarginLoss,
} from "../src/index.js";

const odd = (): Tensor => tanh(ones([2, 7]));

/** Each takes `odd` where it has no place. */
const calls: Readonly<Record<string, (x: Tensor) => unknown>> = {
  Linear: (x) => new Linear(3, 4).forward(x),
  Conv2d: (x) => new Conv2d(3, 4, 3).forward(x),
  MaxPool2d: (x) => new MaxPool2d(2).forward(x),
  BatchNorm2d: (x) => new BatchNorm2d(3).forward(x),
  LayerNorm: (x) => new LayerNorm(5).forward(x),
  GroupNorm: (x) => new GroupNorm(2, 4).forward(x),
  Embedding: (x) => Embedding.fromPretrained(x.reshape([14])),
  LSTM: (x) => new LSTM(3, 4).forward(x),
  GRU: (x) => new GRU(3, 4).forward(zeros([5, 2, 3]), x),
  MultiHeadAttention: (x) => new MultiHeadAttention(8, 2).forward(x, x, x),
  TransformerBlock: (x) => new TransformerBlock(8, 2).forward(x),
  // @ts-expect-error the compiler sees it too
  Residual: (x) => new Residual(new Linear(7, 3)).forward(x),
  mseLoss: (x) => mseLoss(x, zeros([2, 6])),
  crossEntropy: (x) => crossEntropy(x, zeros([3], { dtype: "int32" })),
  "crossEntropy, weights": (x) => crossEntropy(zeros([4, 3]), zeros([4], { dtype: "int32" }), { weight: x }),
  // @ts-expect-error the compiler sees it too
  multiMarginLoss: (x) => multiMarginLoss(x.reshape([2, 7, 1]), zeros([2, 1], { dtype: "int32" })),
  tripletMarginLoss: (x) => tripletMarginLoss(x, x, zeros([2, 6])),
  // @ts-expect-error the compiler sees it too
  ctcLoss: (x) => ctcLoss(x.reshape([14]), zeros([1], { dtype: "int32" }), 1, 1),
};

test.each(Object.keys(calls))("%s: an error of shape says where the operands were made", (name) => {
  let error: unknown;
  try {
    recordOrigins(() => calls[name]?.(odd()));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ShapeError);
  expect(error instanceof ShapeError ? error.message : "").toMatch(
    /operand \d, \[[\d, ]*\], is the result of (tanh|reshape|matmul|add) at .*shape-error-origins\.test\.ts/,
  );
});
