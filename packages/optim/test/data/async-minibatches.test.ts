import { generator, ValueError } from "@glissade/autograd";
import { type BatchSource, minibatches } from "@glissade/optim";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Loads the numbers of the examples themselves, later batches sooner than earlier ones. */
function source(length: number): BatchSource<number[]> & { readonly asked: number[][] } {
  const asked: number[][] = [];
  return {
    length,
    asked,
    async load(indices) {
      asked.push([...indices]);
      for (let i = indices[0] ?? 0; i < length; i++) await Promise.resolve();
      return [...indices];
    },
  };
}

async function epochOf(batches: AsyncIterable<number[]>): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const batch of batches) seen.push(batch);
  return seen;
}

describe("batches of a source", () => {
  test("come in order, whatever loads first", async () => {
    const batches = minibatches(source(5), { batchSize: 2, prefetch: 3 });
    expect(await epochOf(batches)).toEqual([[0, 1], [2, 3], [4]]);
    expect([batches.length, batches.epoch]).toEqual([3, 1]);
  });

  test("are the rows that the same options give of tensors", async () => {
    const options = { batchSize: 3, shuffle: true, dropLast: true };
    const batches = minibatches(source(8), { ...options, generator: generator(5) });
    const order = generator(5).split(1)[0]?.permutation(8).data() ?? [];
    expect(await epochOf(batches)).toEqual([[...order].slice(0, 3), [...order].slice(3, 6)]);
  });

  test.each([0, 1, 2])("are asked for %s ahead", async (prefetch) => {
    const from = source(10);
    let used = 0;
    for await (const _ of minibatches(from, { batchSize: 1, prefetch })) {
      used++;
      expect(from.asked.length).toBe(Math.min(10, used + prefetch));
    }
  });

  test("fail the loop where one fails to load, and only then", async () => {
    const broken: BatchSource<number> = {
      length: 4,
      load: async (indices) => {
        if (indices[0] === 2) throw new RangeError("shard 2 is gone");
        return indices[0] ?? -1;
      },
    };
    const seen: number[] = [];
    const act = async (): Promise<void> => {
      for await (const batch of minibatches(broken, { batchSize: 1, prefetch: 3 })) seen.push(batch);
    };
    await expect(act()).rejects.toThrow(new RangeError("shard 2 is gone"));
    expect(seen).toEqual([0, 1]);
  });

  test("go on from any place to the bit, though more was on its way", async () => {
    const drawn = fc.record({
      n: fc.integer({ min: 1, max: 12 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      shuffle: fc.boolean(),
      dropLast: fc.boolean(),
      prefetch: fc.nat({ max: 4 }),
      seed: fc.nat(),
      stop: fc.nat({ max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ n, part, seed, stop, ...options }) => {
        const batchSize = Math.max(1, Math.ceil(part * n));
        const make = () => minibatches(source(n), { ...options, batchSize, generator: generator(seed) });
        const whole = make();
        const all = [...(await epochOf(whole)), ...(await epochOf(whole))];
        const until = stop % (whole.length + 1);
        const first = make();
        let taken = 0;
        let saved = first.state();
        if (until > 0) {
          for await (const _ of first) {
            saved = first.state();
            if (++taken === until) break;
          }
        }
        const second = make();
        second.setState(JSON.parse(JSON.stringify(saved)) as typeof saved);
        const rest = [...(await epochOf(second)), ...(await epochOf(second))];
        expect(rest.slice(0, all.length - until)).toEqual(all.slice(until));
      }),
    );
  });

  test("want a whole number of examples and of batches ahead", () => {
    expect(() => minibatches(source(0), { batchSize: 1 })).toThrow(
      /minibatches: the source's length must be a whole number of 1 or more/,
    );
    expect(() => minibatches(source(3), { batchSize: 1, prefetch: -1 })).toThrow(ValueError);
    expect(() => minibatches(source(3), { batchSize: 4 })).toThrow(/batchSize 4 is more than the 3 examples/);
  });
});
