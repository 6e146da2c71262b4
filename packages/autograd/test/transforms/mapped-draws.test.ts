import {
  add,
  checkpoint,
  cond,
  type Generator,
  generator,
  grad,
  greater,
  jit,
  jvp,
  less,
  mean,
  mul,
  scan,
  square,
  stack,
  sum,
  type Tensor,
  tensor,
  ValueError,
  vmap,
  whileLoop,
  zeros,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A function of one example that draws. */
type Noisy = (random: Generator, x: Tensor) => Tensor;

const noisy: Readonly<Record<string, Noisy>> = {
  normal: (random, x) => add(x, random.normal([3])),
  uniform: (random, x) => mul(x, random.uniform([2, 2], { min: -1, max: 2 })),
  "uniform in float64": (random, x) => mul(x, random.uniform([3], { dtype: "float64" })),
  bernoulli: (random, x) => mul(x, random.bernoulli([5], { p: 0.4 })),
  randint: (random, x) => add(x, random.randint([4], { max: 1000 })),
  permutation: (random, x) => add(x, random.permutation(6)),
  truncatedNormal: (random, x) => add(x, random.truncatedNormal([3])),
  categorical: (random, x) => add(x, random.categorical([4], { logits: [0, 1, 2] })),
  "two draws": (random, x) => add(mul(x, random.normal([2])), random.uniform([2])),
  "a draw that depends on nothing mapped": (random) => random.normal([2]),
  "a draw with a mapped parameter": (random, x) => random.normal([2], { mean: x, std: 0.5 }),
  "draws in a scan": (random, x) =>
    scan((c: Tensor) => [add(mul(c, 0.5), random.normal([])), null], x, null as unknown as Tensor, { length: 3 })[0],
  "a stack of draws in a scan": (random, x) =>
    add(x, scan(() => [[], random.uniform([2])] as const, [], null as unknown as Tensor, { length: 3 })[1] as Tensor),
  "a draw in a checkpoint": (random, x) => checkpoint((y: Tensor) => square(add(y, random.normal([2]))))(x),
  "draws in branches": (random, x) =>
    cond(
      greater(x, 0.5),
      (y: Tensor) => add(y, random.normal([])),
      (y: Tensor) => mul(y, random.uniform([])),
      x,
    ),
  "draws in a loop of three steps": (random, x) =>
    whileLoop(
      ({ n }: { n: Tensor; y: Tensor }) => less(n, 3),
      ({ n, y }) => ({ n: add(n, 1), y: add(y, random.normal([])) }),
      { n: tensor(0), y: x },
    ).y,
  "a jitted draw": (() => {
    const inner = new WeakMap<Generator, (x: Tensor) => Tensor>();
    return (random: Generator, x: Tensor) => {
      const f = inner.get(random) ?? jit((y: Tensor) => add(y, random.normal([3])));
      inner.set(random, f);
      return f(x);
    };
  })(),
  "a gradient of what is drawn": (random, x) => grad((y: Tensor) => sum(mul(square(y), random.normal([2]))))(x),
  "a tangent of what is drawn": (random, x) =>
    jvp((y: Tensor) => mul(square(y), random.normal([2])), [x], [tensor(1)])[1],
};

/** The same, example by example: what `vmap` means. */
const loop = (f: Noisy, random: Generator, xs: Tensor): Tensor =>
  stack(
    Array.from({ length: xs.shape[0] ?? 0 }, (_, b) =>
      f(random.foldIn(b), xs.slice({ start: [b], stop: [b + 1] }).reshape([])),
    ),
  );

function expectClose(got: Tensor, expected: Tensor): void {
  expect(got.shape).toEqual(expected.shape);
  const [a, b] = [got.data(), expected.data()];
  for (let i = 0; i < b.length; i++) expect(a[i]).toBeCloseTo(b[i] as number, 5);
}

const examples = (size: number): Tensor => tensor(Float32Array.from({ length: size }, (_, i) => i / size));

describe("random draws under vmap", () => {
  test.each(Object.entries(noisy))("%s: those of foldIn(b) in example b", (_, f) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(1000), fc.boolean(), (size, seed, drawsBefore) => {
        const [a, b, c] = [generator(seed), generator(seed), generator(seed)];
        if (drawsBefore) for (const random of [a, b, c]) random.uniform([3]);
        const xs = examples(size);
        const expected = loop(f, b, xs);
        expectClose(vmap((x: Tensor) => f(a, x))(xs), expected);
        expectClose(jit((all: Tensor) => vmap((x: Tensor) => f(c, x))(all))(xs), expected);
      }),
      { numRuns: 8 },
    );
  });

  test.each(["normal", "two draws", "draws in a scan", "a jitted draw"])(
    "nested, %s: folded with both indices",
    (name) => {
      const f = noisy[name] as Noisy;
      const [a, b] = [generator(5), generator(5)];
      const xs = examples(6).reshape([2, 3]);
      const nested = vmap(vmap((x: Tensor) => f(a, x)))(xs);
      expectClose(
        nested,
        stack([0, 1].map((i) => loop(f, b.foldIn(i), xs.slice({ start: [i], stop: [i + 1] }).reshape([3])))),
      );
    },
  );

  test("move the generator on as for one example", () => {
    const [a, b] = [generator(8), generator(8)];
    const step = vmap((x: Tensor) => add(x, a.normal([3])));
    step(zeros([4]));
    b.normal([3]);
    expect(a.state()).toEqual(b.state());
    expect(a.normal([2]).data()).toEqual(b.normal([2]).data());
    const first = step(zeros([4])).data();
    expect(step(zeros([4])).data()).not.toEqual(first);
  });

  test("do not depend on the size of the batch", () => {
    const draw = (size: number) => {
      const random = generator(11);
      return vmap((x: Tensor) => add(x, random.normal([2])))(zeros([size])).data();
    };
    expect(draw(7).slice(0, 6)).toEqual(draw(3));
  });

  test("never repeat: between examples, steps, and what is drawn outside", () => {
    const random = generator(3);
    const words = [
      random.randint([500], { max: 2 ** 31 - 1 }),
      vmap((x: Tensor) => add(x, random.randint([100], { max: 2 ** 31 - 1 })))(zeros([40], { dtype: "int32" })),
      vmap((x: Tensor) => add(x, random.randint([100], { max: 2 ** 31 - 1 })))(zeros([40], { dtype: "int32" })),
    ].flatMap((each) => Array.from(each.data()));
    // Among 8,500 of 2³¹ a coincidence or two would be no wonder (the birthday problem); a repeated stream would give a hundred.
    expect(words.length - new Set(words).size).toBeLessThan(3);
  });

  test("are independent: no correlation between neighbouring examples", () => {
    const random = generator(17);
    const drawn = vmap((x: Tensor) => add(x, random.normal([2000])))(zeros([12]));
    const rows = Array.from({ length: 12 }, (_, b) =>
      drawn.slice({ start: [b, 0], stop: [b + 1, 2000] }).reshape([2000]),
    );
    for (const [b, row] of rows.entries()) {
      expect(Math.abs(mean(row).item())).toBeLessThan(4.5 / Math.sqrt(2000));
      const next = rows[(b + 1) % 12] as Tensor;
      expect(Math.abs(mean(mul(row, next)).item())).toBeLessThan(4.5 / Math.sqrt(2000));
    }
  });

  test("of a generator made inside are the same for every example, and one set to a mapped counter is a pure function of it", () => {
    const own = vmap((x: Tensor) => add(x, generator(2).normal([3])))(zeros([2]));
    const once = generator(2).normal([3]).data();
    expect(own.data()).toEqual(Float32Array.from([...once, ...once]));
    const random = generator(4);
    const counters = tensor(new Float64Array([0, 4, 10]));
    const at = vmap((counter: Tensor) => random.at(counter).normal([2]))(counters);
    expect(at.data()).toEqual(
      stack([0, 4, 10].map((n) => random.at(tensor(n, { dtype: "float64" })).normal([2]))).data(),
    );
  });

  test("of generators split inside differ too", () => {
    const random = generator(6);
    const drawn = vmap((x: Tensor) => add(x, (random.split(1)[0] as Generator).normal([])))(zeros([3])).data();
    expect(new Set(drawn).size).toBe(3);
  });

  test("a jitted function that was traced outside is traced again inside, and the other way round", () => {
    const [a, b] = [generator(9), generator(9)];
    const f = jit((x: Tensor) => add(x, a.normal([])));
    f(tensor(0));
    b.normal([]);
    expectClose(
      vmap((x: Tensor) => f(x))(zeros([3])),
      loop((random, x) => add(x, random.normal([])), b, zeros([3])),
    );
    b.normal([]);
    expect(f(tensor(0)).item()).toBe(b.normal([]).item());
  });

  test("foldIn takes whole numbers of 0 or more", () => {
    for (const index of [-1, 0.5, Number.NaN]) expect(() => generator(1).foldIn(index)).toThrow(ValueError);
    expect(generator(1).foldIn(0).normal([2]).data()).not.toEqual(generator(1).normal([2]).data());
  });
});
