import { FileFormatError, generator, type Tensor, tensor } from "@glissade/autograd";
import { type CheckpointStore, decodeSafetensors, fit, Linear, memoryStore, mseLoss } from "@glissade/nn";
import { sgd } from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packTree, unpackTree } from "../../src/fit/saved-tree.js";
import { problem, weightsOf } from "./problem.js";

const epochs = 4;
const settings = { epochs, ema: 0.9, clipNorm: 1 };

/** A run without any stop. */
async function undisturbed(extra: object = {}) {
  const { model, options } = problem();
  const { history } = await fit(model, { ...options, ...settings, ...extra });
  return { weights: weightsOf(model), history };
}

/** Runs that are stopped after these steps, each by new objects, as a new process has them. */
async function interrupted(stops: readonly number[], extra: object = {}) {
  const store = memoryStore();
  for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
    const { model, options } = problem();
    const signal = { aborted: false };
    const listener = {
      onStep: ({ step }: { step: number }) => {
        if (step + 1 >= stop) signal.aborted = true;
      },
    };
    const checkpoints = { store };
    const { history, reason } = await fit(model, {
      ...options,
      ...settings,
      ...extra,
      checkpoints,
      signal,
      listeners: [listener],
    });
    if (reason === "epochs") return { weights: weightsOf(model), history, store };
  }
  throw new Error("it never ended");
}

describe("checkpoints", () => {
  test("a run that was stopped anywhere ends in the bits of one that never was", async () => {
    const expected = await undisturbed();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 3 }),
        async (stops) => {
          const { weights, history } = await interrupted([...stops].sort((a, b) => a - b));
          expect(weights).toEqual(expected.weights);
          expect(history).toEqual(expected.history);
        },
      ),
      { numRuns: 8 },
    );
  });

  test("and so it is with accumulated gradients and a schedule", async () => {
    const extra = { accumulate: 4, schedule: (step: number) => 0.02 / (1 + step) };
    const expected = await undisturbed(extra);
    const { weights, history } = await interrupted([1, 2, 5], extra);
    expect(weights).toEqual(expected.weights);
    expect(history).toEqual(expected.history);
  });

  test("keeps the latest and the best", async () => {
    const store = memoryStore();
    const { model, options } = problem();
    const { best } = await fit(model, { ...options, ...settings, checkpoints: { store, every: 2, keep: 2 } });
    expect([...(await store.list())].sort()).toEqual([
      "best.safetensors",
      "step-0000000022.safetensors",
      "step-0000000024.safetensors",
    ]);
    const { tensors, metadata } = decodeSafetensors(await store.load("best.safetensors"));
    expect(metadata.epoch).toBe(String(best?.epoch));
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(model.stateDict()).sort());
    const latest = decodeSafetensors(await store.load("step-0000000024.safetensors"));
    expect(Object.keys(latest.tensors)).toContain("model.first.weight");
  });

  test("goes on for more epochs, and not when told so", async () => {
    const store = memoryStore();
    const run = async (count: number, resume?: boolean) => {
      const { model, options } = problem();
      return fit(model, { ...options, epochs: count, checkpoints: { store, ...(resume !== undefined && { resume }) } });
    };
    await run(2);
    expect((await run(3)).history.losses).toHaveLength(18);
    expect((await run(3)).steps).toBe(18);
    expect((await run(1, false)).steps).toBe(6);
    // What the run before kept is not taken for the latest of this one.
    expect((await run(2)).steps).toBe(12);
    expect((await run(2)).history.losses).toHaveLength(12);
  });

  test("that are all damaged are an error, unless told to start over", async () => {
    const store = memoryStore();
    await store.save("step-0000000012.safetensors", new Uint8Array(5));
    const run = (resume: boolean) => {
      const { model, options } = problem();
      return fit(model, { ...options, epochs: 1, checkpoints: { store, resume } });
    };
    await expect(run(true)).rejects.toThrow(FileFormatError);
    await expect(run(true)).rejects.toThrow(
      /no checkpoint of the store can be read.*resume: false\.\n {2}step-0000000012\.safetensors: /,
    );
    expect((await run(false)).steps).toBe(6);
    expect(await store.list()).toEqual(["best.safetensors", "step-0000000006.safetensors"]);
  });

  test("passes over checkpoints that are damaged", async () => {
    const expected = await undisturbed();
    const store = memoryStore();
    const first = problem();
    await fit(first.model, { ...first.options, ...settings, epochs: 2, checkpoints: { store, every: 1 } });
    const latest = await store.load("step-0000000012.safetensors");
    await store.save("step-0000000012.safetensors", latest.subarray(0, latest.length - 7));
    await store.save("step-0000000013.safetensors", new Uint8Array(5));
    const again = problem();
    await fit(again.model, { ...again.options, ...settings, checkpoints: { store } });
    expect(weightsOf(again.model)).toEqual(expected.weights);
  });

  test("of another model are an error, and nothing changes", async () => {
    const store = memoryStore();
    const { model, options } = problem();
    await fit(model, { ...options, epochs: 1, checkpoints: { store } });
    const other = new Linear(2, 1, { generator: generator(1) });
    const before = weightsOf(other);
    const run = fit(other, {
      data: [tensor([[1, 2]])],
      loss: (x: Tensor) => mseLoss(other.forward(x), tensor([[0]])),
      optimizer: sgd(other.parameters(), { lr: 0.1 }),
      epochs: 1,
      checkpoints: { store },
    });
    await expect(run).rejects.toThrow("Build the same model");
    expect(weightsOf(other)).toEqual(before);
  });

  test("a store that fails ends the run with its error", async () => {
    const store: CheckpointStore = { ...memoryStore(), save: () => Promise.reject(new Error("the disk is full")) };
    const { model, options } = problem();
    await expect(fit(model, { ...options, epochs: 1, checkpoints: { store } })).rejects.toThrow("the disk is full");
  });
});

describe("saved trees", () => {
  const leaf = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4 }),
      fc.array(fc.double(), { minLength: 30, maxLength: 40 }),
    ),
  }));

  test("come back to the bit", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const { tensors, text } = packTree({ value });
        expect(unpackTree(text, tensors)).toEqual({ value });
      }),
    );
  });

  test("that were not written by it are refused", () => {
    for (const text of [
      "",
      "{}",
      '["object"]',
      '["tensor","none"]',
      '["list",3]',
      '["object",[["a"]]]',
      '[["list"]]',
      '["__proto__",1]',
    ])
      expect(() => unpackTree(text, {})).toThrow(FileFormatError);
    expect(() => packTree({ f: () => 1 })).toThrow("f is a function");
  });
});
