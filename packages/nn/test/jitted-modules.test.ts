import { expectCompilations, generator, jit, type Tensor, tensor } from "@glissade/autograd";
import { Dropout, Linear, Module } from "@glissade/nn";
import { expect, test } from "vitest";

class Net extends Module {
  readonly first = new Linear(3, 8, { generator: generator(1) });
  readonly dropout = new Dropout(0.5, { generator: generator(2) });
  readonly last = new Linear(8, 1, { generator: generator(3) });

  forward(x: Tensor): Tensor {
    return this.last.forward(this.dropout.forward(this.first.forward(x)));
  }
}

test("a jitted model drops anew at each call, as the model does, and goes between training and evaluation", () => {
  const [plain, compiled] = [new Net(), new Net()];
  const forward = jit((x: Tensor) => compiled.forward(x));
  const x = tensor([
    [1, 2, 3],
    [-1, 0, 1],
  ]);
  const expectSame = (): void => {
    const [due, got] = [plain.forward(x).data(), forward(x).data()];
    for (const [i, value] of due.entries()) expect(got[i]).toBeCloseTo(value, 5);
  };
  for (let i = 0; i < 3; i++) expectSame();
  expectCompilations(forward, 1);
  plain.eval();
  compiled.eval();
  expectSame();
  expect(forward.stats().lastReason).toBe("a guard gives boolean false, before boolean true");
  plain.train();
  compiled.train();
  expectSame();
  expectCompilations(forward, 2);
});
