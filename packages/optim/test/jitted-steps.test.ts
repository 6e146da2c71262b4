import {
  add,
  expectCompilations,
  flattenTree,
  generator,
  jit,
  matmul,
  mean,
  square,
  sub,
  Tensor,
  tanh,
  tensor,
  variable,
  variableGrads,
} from "@glissade/autograd";
import { adam, adamw, type CommonOptions, type StepperFactory, sgd } from "@glissade/optim";
import { describe, expect, test } from "vitest";

const steppers: Readonly<Record<"sgd" | "adam" | "adamw", StepperFactory<CommonOptions>>> = { sgd, adam, adamw };

/** A small network with dropout-like noise, its own stepper, and the function of one training step. */
function training(name: keyof typeof steppers) {
  const random = generator(7);
  const w = variable(random.normal([3, 4]), { name: "w" });
  const v = variable(random.normal([4, 1]), { name: "v" });
  const optimizer = steppers[name]([w, v], { lr: 0.05 });
  const step = (x: Tensor, y: Tensor): Tensor => {
    const { value, grads } = variableGrads(() => {
      const noisy = add(x, random.normal([5, 3], { std: 0.01 }));
      return mean(square(sub(matmul(tanh(matmul(noisy, w.value)), v.value), y)));
    }, [w, v]);
    optimizer.step(grads);
    return value;
  };
  return { step, optimizer, w, v };
}

/** Equal, but for roundings, which a compiled step may do elsewhere. */
function expectClose(actual: Tensor, expected: Tensor): void {
  const [got, due] = [actual.data(), expected.data()];
  expect(got.length).toBe(due.length);
  for (const [i, value] of due.entries()) expect(got[i]).toBeCloseTo(value, 4);
}

describe.each(["sgd", "adam", "adamw"] as const)("a jitted step of %s", (name) => {
  test("replays what the step does, learning rates that change and random draws included", () => {
    const [plain, compiled] = [training(name), training(name)];
    const jitted = jit(compiled.step);
    const data = generator(1);
    for (let i = 0; i < 8; i++) {
      if (i === 4) plain.optimizer.lr = compiled.optimizer.lr = 0.01;
      const [x, y] = [data.normal([5, 3]), data.normal([5, 1])];
      expect(jitted(x, y).item()).toBeCloseTo(plain.step(x, y).item(), 4);
    }
    for (const key of ["w", "v"] as const) expectClose(compiled[key].value, plain[key].value);
    const [mine, other] = [compiled, plain].map(({ optimizer }) => flattenTree(optimizer.stateDict()).leaves);
    expect(mine?.map(({ path }) => path)).toEqual(other?.map(({ path }) => path));
    for (const [i, { value }] of (mine ?? []).entries()) {
      const expected = other?.[i]?.value;
      if (value instanceof Tensor && expected instanceof Tensor) expectClose(value, expected);
      else expect(value).toEqual(expected);
    }
    expectCompilations(jitted, 1);
  });

  test("compiles again where a Variable stops training", () => {
    const { step, w } = training(name);
    const jitted = jit(step);
    const [x, y] = [tensor([[1, 2, 3]]).broadcastTo([5, 3]), tensor([[1]]).broadcastTo([5, 1])];
    jitted(x, y);
    const before = w.value.data();
    w.trainable = false;
    jitted(x, y);
    expect(w.value.data()).toEqual(before);
    expectCompilations(jitted, 2);
  });
});
