import { generator, mean, mul, square, sub, type Tensor, tensor, ValueError, variable } from "@glissade/autograd";
import { fit, Linear, Module, memoryStore, mseLoss } from "@glissade/nn";
import { minibatches, sgd } from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { type Batch, Net, problem, weightsOf } from "./problem.js";

/** w → mean (w − x)²: its gradient is 2 (w − mean x). */
class Shift extends Module {
  w = variable(tensor([0]));
  loss = (x: Tensor): Tensor => mean(square(sub(this.w.value, x)));
}

const values = (...numbers: number[]): Tensor => tensor(numbers);

describe("fit", () => {
  test("learns, and tells what happened in plain numbers", async () => {
    const { model, options } = problem();
    const { history, reason, steps, epochs, best } = await fit(model, { ...options, epochs: 40 });
    expect([reason, steps, epochs]).toEqual(["epochs", 240, 40]);
    expect(history.losses).toHaveLength(240);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    const { loss = 9, accuracy = 0 } = history.epochs[39]?.evaluation ?? {};
    expect(loss).toBeLessThan(0.45);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(best?.value).toBe(Math.min(...history.epochs.map((each) => each.evaluation?.loss ?? 9)));
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
  });

  test("takes the steps of the loop written out, compiled or not", async () => {
    const model = new Shift();
    const optimizer = sgd(model.parameters(), { lr: 0.1 });
    const byHand = [0];
    for (const mid of [1, 2, 1, 2]) byHand.push((byHand.at(-1) as number) - 0.2 * ((byHand.at(-1) as number) - mid));
    for (const compile of [true, false]) {
      model.w.assign(values(0));
      const data = [values(1, 1), values(2, 2)];
      const { history } = await fit(model, { data, loss: model.loss, optimizer, epochs: 2, compile });
      expect(model.w.value.item()).toBeCloseTo(byHand[4] as number, 5);
      expect(history.losses[0]).toBe(1);
      expect(history.epochs[0]?.loss).toBeCloseTo(
        ((history.losses[0] as number) + (history.losses[1] as number)) / 2,
        6,
      );
    }
  });

  test("accumulates gradients to those of the batches together, and steps on what is left at an epoch's end", async () => {
    const run = async (data: Tensor[], accumulate: number) => {
      const model = new Shift();
      const optimizer = sgd(model.parameters(), { lr: 0.1 });
      const { history } = await fit(model, { data, loss: model.loss, optimizer, epochs: 3, accumulate });
      return { w: model.w.value.item(), losses: history.losses.length };
    };
    const parts = await run([values(1, 3), values(5, 7), values(9, 9)], 2);
    const whole = await run([values(1, 3, 5, 7), values(9, 9)], 1);
    expect(parts.losses).toBe(6);
    expect(parts.w).toBeCloseTo(whole.w, 5);
  });

  test("clips the norm of all gradients together", async () => {
    const model = new Shift();
    const optimizer = sgd(model.parameters(), { lr: 1 });
    await fit(model, { data: [values(100)], loss: model.loss, optimizer, epochs: 1, clipNorm: 0.5 });
    expect(model.w.value.item()).toBeCloseTo(0.5, 5);
    await fit(model, { data: [values(0.5)], loss: model.loss, optimizer, epochs: 1, clipNorm: 0.5 });
    expect(model.w.value.item()).toBeCloseTo(0.5, 5);
  });

  test("sets the learning rate of each step", async () => {
    const model = new Shift();
    const optimizer = sgd(model.parameters(), { lr: 9 });
    const rates = [0.1, 0, 0.2];
    const seen: number[] = [];
    await fit(model, {
      data: [values(1), values(1), values(1)],
      loss: model.loss,
      optimizer,
      epochs: 1,
      schedule: (step) => rates[step] ?? 0,
      listeners: [{ onStep: () => void seen.push(optimizer.lr as number) }],
    });
    expect(seen).toEqual(rates);
    expect(model.w.value.item()).toBeCloseTo(1 - 0.8 * 0.6, 5);
  });

  test("averages weights, evaluates with them, and ends with them", async () => {
    const model = new Shift();
    const optimizer = sgd(model.parameters(), { lr: 0.1 });
    const seen: number[] = [];
    const data = [values(1), values(1)];
    await fit(model, {
      data,
      loss: (x) => model.loss(x),
      optimizer,
      epochs: 2,
      ema: 0.5,
      evaluation: { data: [values(0)], metrics: { w: () => mean(model.w.value) } },
      mode: "min",
      listeners: [{ onEpoch: ({ evaluation }) => void seen.push(evaluation?.w ?? 0) }],
    });
    let [w, average] = [0, 0];
    const expected: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for (let step = 0; step < 2; step++) {
        w -= 0.2 * (w - 1);
        average = 0.5 * average + 0.5 * w;
      }
      expected.push(average);
    }
    for (const [i, value] of expected.entries()) expect(seen[i]).toBeCloseTo(value, 5);
    expect(model.w.value.item()).toBeCloseTo(average, 5);
  });

  test("stops when evaluations get no better, with the best weights", async () => {
    const model = new Shift();
    const optimizer = sgd(model.parameters(), { lr: 0.25 });
    const run = (minDelta: number) =>
      fit(model, {
        data: [values(4)],
        loss: model.loss,
        optimizer,
        epochs: 100,
        evaluation: { data: [values(2)] },
        earlyStopping: { patience: 2, minDelta },
      });
    const { reason, epochs, best, history } = await run(0);
    // 2, 3, 3.5: the first evaluation is exact, and the two after it are worse.
    expect([reason, epochs, best?.epoch]).toEqual(["early stopping", 3, 0]);
    expect(model.w.value.item()).toBe(2);
    expect(history.epochs.map(({ evaluation }) => evaluation?.loss)).toEqual([0, 1, 2.25]);
  });

  test("weighs the batches of an evaluation by their examples", async () => {
    const model = new Shift();
    const optimizer = sgd(model.parameters(), { lr: 0 });
    const { history } = await fit(model, {
      data: [values(0)],
      loss: model.loss,
      optimizer,
      epochs: 1,
      evaluation: { data: [values(1, 1, 1), values(3)], metrics: { plain: (x) => mean(x) } },
    });
    expect(history.epochs[0]?.evaluation).toEqual({ loss: 3, plain: 1.5 });
  });

  test("ends where a signal or a listener says so", async () => {
    const { model, options } = problem();
    const controller = new AbortController();
    const stop = { onStep: ({ step }: { step: number }) => void (step === 7 && controller.abort()) };
    const stopped = await fit(model, { ...options, epochs: 9, signal: controller.signal, listeners: [stop] });
    expect([stopped.reason, stopped.steps, stopped.epochs]).toEqual(["aborted", 8, 1]);
    const early = await fit(model, { ...options, epochs: 9, signal: AbortSignal.abort() });
    expect([early.reason, early.steps]).toEqual(["aborted", 0]);
    const other = problem();
    const ended = await fit(other.model, {
      ...other.options,
      epochs: 9,
      listeners: [{ onEpoch: ({ epoch }) => epoch === 2 }],
    });
    expect([ended.reason, ended.epochs]).toEqual(["aborted", 3]);
  });

  test("puts modules back into their modes, and tells listeners the end, where it fails too", async () => {
    const { model, options } = problem();
    model.eval();
    model.norm.train();
    let ended = 0;
    const fails = fit(model, {
      ...options,
      epochs: 1,
      loss: (batch: Batch) => {
        expect(model.training).toBe(true);
        options.loss(batch);
        throw new RangeError("no loss");
      },
      listeners: [{ onEnd: () => void ended++ }],
    });
    await expect(fails).rejects.toThrow("no loss");
    expect([model.training, model.norm.training, model.dropout.training, ended]).toEqual([false, true, false, 1]);
  });

  test("works on data that arrive", async () => {
    const model = new Linear(1, 1, { generator: generator(1) });
    const source = {
      length: 8,
      load: async (rows: Int32Array) => tensor(Float32Array.from(rows), { shape: [rows.length, 1] }),
    };
    const { steps } = await fit(model, {
      data: minibatches(source, { batchSize: 4 }),
      loss: (x: Tensor) => mseLoss(model.forward(x), mul(x, 2)),
      optimizer: sgd(model.parameters(), { lr: 0.01 }),
      epochs: 3,
    });
    expect(steps).toBe(6);
  });

  test("refuses what makes no sense, before anything changes", async () => {
    const { model, options } = problem();
    const before = weightsOf(model);
    const bad: readonly [object, string][] = [
      [{ epochs: -1 }, "epochs is -1"],
      [{ data: 3 }, "data must be iterable"],
      [{ loss: 3 }, "loss must be a function"],
      [{ optimizer: {} }, "method step"],
      [{ accumulate: 0 }, "accumulate is 0"],
      [{ clipNorm: 0 }, "clipNorm is 0"],
      [{ ema: 1 }, "ema is 1"],
      [{ monitor: "f1" }, 'monitor is "f1"; an evaluation has loss, accuracy'],
      [{ evaluation: undefined, earlyStopping: { patience: 1 } }, "need an evaluation"],
      [{ earlyStopping: { patience: 0 } }, "patience is 0"],
      [{ mode: "most" }, 'mode is "most"; it must be "min" or "max"'],
      [{ checkpoints: { store: memoryStore(), keep: 0 } }, "keep is 0"],
      [{ checkpoints: { store: "folder" } }, "methods save, list, load and remove"],
      [{ loss: () => 3 }, "fit: the loss gave number in place of a scalar tensor"],
      [{ optimizer: { step: () => undefined }, schedule: () => 1 }, "this optimizer has none"],
    ];
    for (const [change, message] of bad) {
      const run = fit(model, { ...options, epochs: 1, ...change } as never);
      await expect(run).rejects.toThrow(ValueError);
      await expect(fit(model, { ...options, epochs: 1, ...change } as never)).rejects.toThrow(message);
    }
    await expect(fit(model, { ...options, data: [], epochs: 1 })).rejects.toThrow("no batch");
    const scores = ({ x }: Batch) => model.forward(x);
    await expect(fit(model, { ...options, loss: scores, epochs: 1 })).rejects.toThrow(
      "fit: the loss has shape [40, 2] and must be a scalar",
    );
    expect(weightsOf(model)).toEqual(before);
  });
});

test("generators of a model are found, each once", () => {
  const model = new Net(1);
  expect(model.generators()).toHaveLength(1);
});
