import { generator, ShapeError, type Tensor, tensor, ValueError, zeros } from "@glissade/autograd";
import { minibatches } from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Examples 0 … n − 1: x is [n, 2], y is [n]. */
function examples(n: number): { readonly x: Tensor; readonly y: Tensor } {
  const y = Int32Array.from({ length: n }, (_, i) => i);
  const x = Float32Array.from({ length: 2 * n }, (_, i) => i);
  return { x: tensor(x, { shape: [n, 2] }), y: tensor(y) };
}

const rowsOf = (batch: { readonly y: Tensor }): number[] => [...batch.y.data()];

const settings = fc.record({
  n: fc.integer({ min: 1, max: 30 }),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
  shuffle: fc.boolean(),
  dropLast: fc.boolean(),
  seed: fc.nat(),
});

describe("an epoch", () => {
  test("hands out rows in order, of every tensor of the tree alike", () => {
    const batches = minibatches(examples(5), { batchSize: 2 });
    const seen = [...batches].map(({ x, y }) => [x.toArray(), y.toArray()]);
    expect(seen).toEqual([
      [
        [
          [0, 1],
          [2, 3],
        ],
        [0, 1],
      ],
      [
        [
          [4, 5],
          [6, 7],
        ],
        [2, 3],
      ],
      [[[8, 9]], [4]],
    ]);
    expect([batches.length, batches.epoch]).toEqual([3, 1]);
  });

  test("without its last smaller batch under dropLast", () => {
    const batches = minibatches([tensor([1, 2, 3])], { batchSize: 2, dropLast: true });
    expect([...batches].map(([x]) => x?.toArray())).toEqual([[1, 2]]);
    expect(batches.length).toBe(1);
  });

  test("keeps the dtype", () => {
    const [batch] = minibatches(tensor(new Uint8Array([7, 8])), { batchSize: 2 });
    expect([batch?.dtype, batch?.toArray()]).toEqual(["uint8", [7, 8]]);
  });

  test("shuffled has every example once, in another order each time", () => {
    const batches = minibatches(examples(50), { batchSize: 7, shuffle: true });
    const epochs = [1, 2, 3].map(() => [...batches].flatMap(rowsOf));
    for (const rows of epochs) expect([...rows].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  test("follows from the generator's seed, and draws from it later change nothing", () => {
    const rows = (seed: number, disturb: boolean): number[] => {
      const source = generator(seed);
      const batches = minibatches(examples(20), { batchSize: 20, shuffle: true, generator: source });
      if (disturb) source.uniform([3]).data();
      return [...batches].flatMap(rowsOf);
    };
    expect(rows(1, false)).toEqual(rows(1, true));
    expect(rows(1, false)).not.toEqual(rows(2, false));
  });

  test("begins anew with each for … of, also after break", () => {
    const batches = minibatches(examples(4), { batchSize: 2 });
    for (const _ of batches) break;
    expect(batches.state()).toEqual({ epoch: 0, position: 2 });
    expect([...batches].map(rowsOf)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(batches.state()).toEqual({ epoch: 2, position: 0 });
  });
});

describe("state and setState", () => {
  test("go on from any place to the bit", () => {
    fc.assert(
      fc.property(settings, fc.nat(), ({ n, part, seed, ...options }, stopAt) => {
        const batchSize = Math.max(1, Math.ceil(part * n));
        const make = () => minibatches(examples(n), { ...options, batchSize, generator: generator(seed) });
        const take = (batches: ReturnType<typeof make>, epochs: number, stop: number): [number[][], unknown] => {
          const seen: number[][] = [];
          let saved = stop === 0 ? batches.state() : undefined;
          while (batches.epoch < epochs) {
            for (const batch of batches) {
              seen.push(rowsOf(batch));
              if (seen.length === stop) saved = batches.state();
            }
          }
          return [seen, saved];
        };
        const whole = make();
        const stop = stopAt % (3 * whole.length + 1);
        const [all, saved] = take(whole, 3, stop);
        const resumed = make();
        for (const _ of resumed) break;
        resumed.setState(structuredClone(saved) as ReturnType<typeof resumed.state>);
        expect(take(resumed, 3, -1)[0]).toEqual(all.slice(stop));
        expect(resumed.state()).toEqual(whole.state());
      }),
    );
  });

  test("tell the last batch of an epoch from the epoch's end", () => {
    const batches = minibatches(examples(4), { batchSize: 2 });
    let inLastBatch = batches.state();
    for (const _ of batches) inLastBatch = batches.state();
    batches.setState(inLastBatch);
    expect([batches.epoch, [...batches].length, batches.epoch, [...batches].length]).toEqual([0, 0, 1, 2]);
  });

  test("refuse what is no state of these batches, and change nothing", () => {
    const ordered = minibatches(examples(4), { batchSize: 2 });
    const shuffled = minibatches(examples(4), { batchSize: 2, shuffle: true });
    const set = (state: unknown) => () => Reflect.apply(ordered.setState, ordered, [state]);
    expect(set(undefined)).toThrow(/minibatches.setState: the state is undefined, not what state\(\) gave/);
    expect(set({ epoch: -1, position: 0 })).toThrow(/epoch must be a whole number of 0 or more, not -1/);
    expect(set({ epoch: 0, position: 0.5 })).toThrow(ValueError);
    expect(set({ epoch: 0, position: 5 })).toThrow(/position 5 is past the 4 examples of an epoch/);
    expect(set(shuffled.state())).toThrow(/saved with shuffle, and these batches are in order/);
    expect(() => shuffled.setState(ordered.state())).toThrow(/saved without shuffle, and these batches are shuffled/);
    expect(ordered.state()).toEqual({ epoch: 0, position: 0 });
  });
});

describe("what is refused", () => {
  test("tensors without a common leading size", () => {
    expect(() => minibatches({ x: zeros([4, 2]), y: zeros([3]) }, { batchSize: 1 })).toThrow(
      new ShapeError(
        "minibatches: data at y has shape [3], and the first tensor [4, 2]: 3 examples ≠ 4. All leading axes must have the same size.",
      ),
    );
    expect(() => minibatches([zeros([])], { batchSize: 1 })).toThrow(/minibatches: data at \[0\] is a scalar/);
  });

  test("data without tensors", () => {
    expect(() => minibatches({}, { batchSize: 1 })).toThrow(/minibatches: the data hold no tensor/);
    expect(() => minibatches({ x: [1, 2] }, { batchSize: 1 })).toThrow(
      /minibatches: data at x\[0\] is a number, not a tensor/,
    );
  });

  test.each([0, -1, 1.5, Number.NaN, 5])("batchSize %s of 4 examples", (batchSize) => {
    expect(() => minibatches(examples(4), { batchSize })).toThrow(ValueError);
    expect(() => minibatches(examples(4), { batchSize })).toThrow(/minibatches: batchSize/);
  });
});
