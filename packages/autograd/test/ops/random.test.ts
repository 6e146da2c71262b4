import {
  add,
  DTypeError,
  type Generator,
  generator,
  grad,
  max,
  mean,
  min,
  mul,
  ShapeError,
  std,
  sum,
  type Tensor,
  tensor,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** One draw of each kind. */
const draws: readonly ((random: Generator) => Tensor)[] = [
  (random) => random.uniform([3]),
  (random) => random.uniform([2], { min: -1, max: 5, dtype: "float64" }),
  (random) => random.normal([2, 2], { mean: 1, std: 3 }),
  (random) => random.truncatedNormal([3]),
  (random) => random.randint([4], { min: -3, max: 3 }),
  (random) => random.bernoulli([5], { p: 0.3 }),
  (random) => random.permutation(6),
  (random) => random.categorical([4], { logits: [0, 1, 2] }),
  (random) => random.split(1)[0]?.normal([2]) ?? tensor([]),
];

describe("generator", () => {
  test("gives the same numbers for the same seed, others for another, and new ones each time", () => {
    for (const draw of draws) {
      const [a, b] = [generator(3), generator(3)];
      expect(draw(a).toArray()).toEqual(draw(b).toArray());
    }
    const random = generator(3);
    const first = random.uniform([8]).toArray();
    expect(random.uniform([8]).toArray()).not.toEqual(first);
    expect(generator(4).uniform([8]).toArray()).not.toEqual(first);
  });

  test("goes on exactly from a saved state, wherever it stopped", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(draws.length - 1), { maxLength: 6 }), fc.nat(draws.length - 1), (before, next) => {
        const random = generator(11);
        for (const i of before) draws[i]?.(random);
        const saved = JSON.parse(JSON.stringify(random.state()));
        const expected = draws[next]?.(random).toArray();
        const other = generator(0);
        other.setState(saved);
        expect(draws[next]?.(other).toArray()).toEqual(expected);
        random.setState(saved);
        expect(draws[next]?.(random).toArray()).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("a draw is computed once, and late draws do not change early ones", () => {
    const random = generator(5);
    const early = random.normal([3]);
    const late = random.normal([3]);
    const twice = add(early, early).toArray() as number[];
    expect(late.toArray()).toEqual(generatorAfter(5, 1).normal([3]).toArray());
    expect(twice).toEqual((early.toArray() as number[]).map((x) => 2 * x));
  });

  test("splits into streams that differ from each other and from its own", () => {
    const random = generator(6);
    const streams = [...random.split(2), ...random.split(1), random].map((each) => String(each.uniform([6]).toArray()));
    expect(new Set(streams).size).toBe(4);
  });

  test("has the moments and the bounds that it promises", () => {
    const random = generator(7);
    const n = 100_000;
    const moments = (x: Tensor): [number, number] => [mean(x).item(), std(x).item()];
    const [m, s] = moments(random.normal([n], { mean: 2, std: 3 }));
    expect(m).toBeCloseTo(2, 1);
    expect(s).toBeCloseTo(3, 1);
    const [half, spread] = moments(random.uniform([n]));
    expect(half).toBeCloseTo(0.5, 2);
    expect(spread).toBeCloseTo(Math.sqrt(1 / 12), 2);
    const cut = random.truncatedNormal([n], { std: 2, min: -1, max: 3 }).data();
    expect(cut.every((x) => x >= -1 && x <= 3)).toBe(true);
    const dice = random.randint([n], { min: 1, max: 7 }).data();
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(mean(random.bernoulli([n], { p: 0.2 })).item()).toBeCloseTo(0.2, 2);
    const classes = random.categorical([n], { logits: [Math.log(1), Math.log(3), -Infinity] }).data();
    expect(classes.filter((c) => c === 1).length / n).toBeCloseTo(0.75, 2);
    expect(classes.includes(2)).toBe(false);
  });

  test("permutes numbers and slices", () => {
    const order = generator(8).permutation(50).data();
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const rows = generator(8)
      .permutation(
        tensor([
          [1, 1],
          [2, 2],
          [3, 3],
        ]),
      )
      .toArray() as number[][];
    expect(rows.map(([a, b]) => a === b)).toEqual([true, true, true]);
    expect(generator(8).permutation(0).shape).toEqual([0]);
  });

  test("never gives max, nor a class of probability 0, where rounding would", () => {
    // With this seed the draw at this place is the greatest float32 below 1, and 1 + it rounds to 2.
    const [seed, place] = [35, 17_113];
    const size = place + 1;
    expect(generator(seed).uniform([size]).data()[place]).toBe(1 - 2 ** -24);
    expect(generator(seed).uniform([size], { min: 1, max: 2 }).data()[place]).toBe(1);
    expect(generator(12).uniform([1], { min: 3, max: 3 }).item()).toBe(3);
    const classes = generator(12).categorical([2 ** 14], { logits: [-Infinity, ...new Array<number>(7).fill(0)] });
    expect(min(classes).item()).toBe(1);
  });

  test("draws within grad are constants, differ from each other, and move the counter", () => {
    const random = generator(13);
    const [first, second, third] = [0, 1, 2].map((i) => generatorAfter(13, i).normal([3]).toArray());
    expect(grad((x: Tensor) => sum(mul(random.normal([3]), x)))(tensor([1, 2, 3])).toArray()).toEqual(first);
    expect(grad((x: Tensor) => sum(mul(random.normal([3]), x)))(tensor([1, 2, 3])).toArray()).toEqual(second);
    expect(random.normal([3]).toArray()).toEqual(third);
  });

  test("draws within vmap are shared by the examples; parameters may be mapped", () => {
    const rows = vmap((x: Tensor) => generator(14).normal([2], { mean: x }))(tensor([0, 100])).toArray() as number[][];
    const [[a = 0, b = 0] = [], second] = rows;
    expect(second).toEqual([Math.fround(a + 100), Math.fround(b + 100)]);
    expect(vmap((logits: Tensor) => generator(14).categorical([], { logits }))(zeros([3, 4])).shape).toEqual([3]);
  });

  test("takes parameters that broadcast to the shape, in the dtype of the draw", () => {
    const spread = generator(15).normal([2, 3], { mean: [[0], [1000]], std: [0, 0, 0], dtype: "float64" });
    expect([spread.dtype, spread.toArray()]).toEqual([
      "float64",
      [
        [0, 0, 0],
        [1000, 1000, 1000],
      ],
    ]);
    expect(
      generator(15)
        .bernoulli([2, 2], { p: [0, 1] })
        .toArray(),
    ).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const between = generator(15)
      .uniform([1000], { min: tensor(2), max: 3 })
      .data();
    expect(between.every((x) => x >= 2 && x <= 3)).toBe(true);
  });

  test("integers reach both ends of their dtype", () => {
    const bytes = generator(16).randint([10_000], { max: 256, dtype: "uint8" });
    expect([bytes.dtype, min(bytes).item(), max(bytes).item()]).toEqual(["uint8", 0, 255]);
    const words = generator(16)
      .randint([1000], { min: 2 ** 31, max: 2 ** 32, dtype: "uint32" })
      .data();
    expect(words.every((x) => x >= 2 ** 31)).toBe(true);
  });

  test("splitting goes on where it stopped, however often", () => {
    const whole = generator(17)
      .split(5)
      .map((each) => each.state().key);
    const random = generator(17);
    const parts = [...random.split(2), ...random.split(3)].map((each) => each.state().key);
    expect(parts).toEqual(whole);
  });

  test("parameters that are tensors take part in derivatives", () => {
    const g = grad((m: Tensor) => sum(mul(generator(9).normal([3], { mean: m, std: 2 }), tensor([1, 10, 100]))))(
      tensor(1),
    );
    expect(g.item()).toBe(111);
  });

  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    ["a seed", () => generator(0.5), ValueError, /seed 0.5 is no integer/],
    [
      "an interval",
      () => generator(1).uniform([1], { min: 2, max: 1 }),
      ValueError,
      /uniform: \[2, 1\) is no interval/,
    ],
    ["a deviation", () => generator(1).normal([1], { std: -1 }), ValueError, /normal: std is -1/],
    [
      "a deviation of 0",
      () => generator(1).truncatedNormal([1], { std: 0 }),
      ValueError,
      /std is 0; it must be greater/,
    ],
    ["bounds", () => generator(1).truncatedNormal([1], { min: 1, max: 0 }), ValueError, /min 1 is not below max 0/],
    ["a range", () => generator(1).randint([1], { max: 0 }), ValueError, /randint: \[0, 0\) is no range/],
    [
      "an integer dtype",
      () => generator(1).randint([1], { max: 2, dtype: "float32" }),
      DTypeError,
      /float32 holds no integers/,
    ],
    [
      "a real dtype",
      () => generator(1).normal([1], { dtype: "int32" as "float32" }),
      DTypeError,
      /int32 holds no real numbers/,
    ],
    [
      "an integer beyond the dtype",
      () => generator(1).randint([1], { max: 1000, dtype: "uint8" }),
      ValueError,
      /randint: \[0, 1000\) does not fit into uint8 \(0 … 255\)/,
    ],
    ["no range", () => generator(1).randint([1], undefined as never), ValueError, /\[0, undefined\) is no range/],
    ["no logits", () => generator(1).categorical([1], undefined as never), ValueError, /categorical: undefined is no/],
    [
      "a dtype's name",
      () => generator(1).uniform([1], { dtype: "float16" as "float32" }),
      DTypeError,
      /unknown dtype "float16"/,
    ],
    [
      "a parameter wider than the draw",
      // @ts-expect-error the compiler sees it too
      () => generator(1).normal([2], { mean: zeros([2, 2]) }),
      ShapeError,
      /normal: mean has shape \[2, 2\], which does not broadcast to the draw's \[2\]/,
    ],
    [
      "an interval too far out",
      () => generator(1).truncatedNormal([1], { min: 50, max: 60 }),
      ValueError,
      /more than 37 standard deviations/,
    ],
    ["a mean", () => generator(1).truncatedNormal([1], { mean: Infinity, min: 0, max: 1 }), ValueError, /mean is Inf/],
    ["a shape", () => generator(1).uniform([-1]), ValueError, /uniform: -1 in shape/],
    ["a probability", () => generator(1).bernoulli([1], { p: 2 }), ValueError, /p is 2/],
    ["a size", () => generator(1).permutation(-1), ValueError, /-1 is no number of elements/],
    [
      "a scalar to permute",
      // @ts-expect-error the compiler sees it too
      () => generator(1).permutation(tensor(1)),
      ShapeError,
      /scalar tensor has nothing to permute/,
    ],
    [
      "logits",
      () =>
        generator(1).categorical([3], {
          logits: [
            [0, 0],
            [0, 0],
          ],
        }),
      ShapeError,
      /logits \[2, 2\] do not give draws of shape \[3\]/,
    ],
    ["a number of generators", () => generator(1).split(-1), ValueError, /-1 is no number of generators/],
  ])("refuses %s that is wrong", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  test("refuses a foreign state and stays where it was", () => {
    const random = generator(10);
    const before = random.state();
    for (const state of [
      null,
      {},
      { key: [1], counter: 0, splits: 0 },
      { key: [1, 2 ** 32], counter: 0, splits: 0 },
      { key: [1, 2], counter: -1, splits: 0 },
    ]) {
      expect(() => random.setState(state as never)).toThrow(/is no state of a generator/);
    }
    expect(random.state()).toEqual(before);
  });
});

/** A generator that has drawn `count` times three normal numbers. */
function generatorAfter(seed: number, count: number): Generator {
  const random = generator(seed);
  for (let i = 0; i < count; i++) random.normal([3]);
  return random;
}
