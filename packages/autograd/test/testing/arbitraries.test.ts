import { type Tensor, tensor } from "@glissade/autograd";
import { broadcastable, type Draw, drawn, shapes, tensors } from "@glissade/autograd/testing";
import { type Arbitrary, assert, check, property, sample } from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastShapes, sizeOf } from "../../src/shape.js";

/** The smallest value that breaks a predicate. */
function smallest<T>(arbitrary: Arbitrary<T>, holds: (value: T) => boolean): T {
  const { counterexample } = check(property(arbitrary, holds), { numRuns: 1000 });
  return counterexample === null ? expect.fail("nothing breaks it") : counterexample[0];
}

describe("shapes", () => {
  test("keep to the ranks and sides asked for", () => {
    const options = { minRank: 1, maxRank: 2, minSide: 2, maxSide: 5 };
    const isWithin = (shape: readonly number[]): boolean =>
      shape.length >= 1 && shape.length <= 2 && shape.every((side) => side >= 2 && side <= 5);
    assert(property(shapes(options), isWithin));
  });

  test("have rank 0 to 3 and sides 1 to 4 by default, each of them at times", () => {
    const drawnShapes = sample(shapes(), 500);
    expect([...new Set(drawnShapes.map((shape) => shape.length))].sort()).toEqual([0, 1, 2, 3]);
    expect([...new Set(drawnShapes.flat())].sort()).toEqual([1, 2, 3, 4]);
  });

  test("have sides of 0 where asked to", () => {
    expect(sample(shapes({ minSide: 0 }), 100).flat()).toContain(0);
    expect(sample(shapes(), 100).flat()).not.toContain(0);
  });

  test("shrink to fewer axes and smaller sides", () => {
    expect(smallest(shapes(), (shape) => shape.length < 2)).toEqual([1, 1]);
    expect(smallest(shapes({ maxRank: 2 }), (shape) => sizeOf(shape) < 6).sort()).toEqual([2, 3]);
    expect(smallest(shapes({ minRank: 1, maxRank: 1, maxSide: 9 }), ([side = 0]) => side < 7)).toEqual([7]);
  });
});

describe("broadcastable", () => {
  test("gives shapes that broadcast together", () => {
    const property3 = property(broadcastable(3), (group) => {
      const full = group.reduce<readonly number[]>((a, b) => broadcastShapes("test", a, b), []);
      return group.length === 3 && full.length <= 3;
    });
    assert(property3);
  });

  test("gives equal and unequal shapes", () => {
    const pairs = sample(broadcastable(2), 200).map(([a, b]) => String(a) === String(b));
    expect(new Set(pairs)).toEqual(new Set([true, false]));
  });

  test("keeps every rank at the least asked for", () => {
    assert(property(broadcastable(2, { minRank: 2 }), (group) => group.every((shape) => shape.length >= 2)));
  });

  test("shrinks to the smallest stretch", () => {
    const stretched = smallest(broadcastable(2), ([a = [], b = []]) => sizeOf(a) === sizeOf(b));
    expect(stretched.map((shape) => sizeOf(shape)).sort()).toEqual([1, 2]);
  });
});

describe("tensors", () => {
  const elements = (x: Tensor): number[] => Array.from(x.data());

  test("are float32 of any shape by default, between −4 and 4", () => {
    assert(property(tensors(), (x) => x.dtype === "float32" && elements(x).every((value) => Math.abs(value) < 4)));
  });

  test("keep to domain, kinks and shape", () => {
    const options = { min: 0, max: 2, kinks: [1], dtype: "float64", shape: [2, 3] } as const;
    const isWithin = (value: number): boolean => value > 0 && value < 2 && Math.abs(value - 1) >= 0.05;
    assert(property(tensors(options), (x) => x.size === 6 && x.rank === 2 && elements(x).every(isWithin)));
  });

  test.each([
    [{ min: 6 }, 6, 14],
    [{ max: -6 }, -14, -6],
    [{ min: 0.3, max: 0.4 }, 0.3, 0.4],
    [{ min: 0.7, max: 0.701, dtype: "float64" }, 0.7, 0.701],
  ] as const)("find room in a domain: %j", (options, least, greatest) => {
    assert(property(tensors(options), (x) => elements(x).every((value) => value >= least && value <= greatest)));
  });

  test("keep their elements apart", () => {
    const isApart = (x: Tensor): boolean => {
      const sorted = elements(x).sort((a, b) => a - b);
      return sorted.every((value, i) => i === 0 || value - (sorted[i - 1] ?? 0) >= 0.1);
    };
    assert(property(tensors({ separation: 0.1, shape: { maxSide: 3 } }), isApart));
  });

  test("find the plainest number of a narrow domain", () => {
    expect(smallest(tensors({ min: 0.72, max: 0.74, dtype: "float64" }), () => false).toArray()).toBeCloseTo(0.73, 2);
  });

  test("of integers and booleans hold what the dtype holds", () => {
    assert(property(tensors({ dtype: "uint8", max: 3 }), (x) => elements(x).every((value) => value <= 3)));
    assert(property(tensors({ dtype: "int32", min: -2, max: 2 }), (x) => elements(x).every((v) => Math.abs(v) <= 2)));
    const booleans = sample(tensors({ dtype: "bool", shape: [8] }), 20).flatMap(elements);
    expect(new Set(booleans)).toEqual(new Set([0, 1]));
  });

  test("have awkward values where asked to", () => {
    const values = sample(tensors({ awkward: true, shape: [8] }), 200).flatMap(elements);
    for (const awkward of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, Math.fround(1e-40)]) {
      expect(values.some((value) => Object.is(value, awkward))).toBe(true);
    }
    expect(
      sample(tensors({ shape: [8] }), 100)
        .flatMap(elements)
        .every(Number.isFinite),
    ).toBe(true);
  });

  test("have no elements where asked to", () => {
    assert(property(tensors({ zeroSize: true }), (x) => x.size === 0));
  });

  test("shrink to few elements and plain numbers", () => {
    const isSmall = (x: Tensor): boolean => elements(x).every((value) => value < 1.3);
    expect(smallest(tensors({ dtype: "float64" }), isSmall).toArray()).toBe(2);
    const hasNone = (x: Tensor): boolean => !elements(x).some(Number.isNaN);
    expect(smallest(tensors({ awkward: true }), hasNone).toArray()).toBe(Number.NaN);
    const isFlat = (x: Tensor): boolean => new Set(elements(x)).size < 3;
    const three = smallest(tensors(), isFlat);
    expect([three.shape, elements(three).sort()]).toEqual([[3], [0, 1, 2]]);
  });

  test("say so where no tensor is as asked", () => {
    const impossible = tensors({ zeroSize: true, shape: [2] });
    expect(() => sample(impossible, 1)).toThrow(/ValueError|nothing can be drawn like this/);
    expect(() => sample(tensors({ separation: 3, shape: [9] }), 1)).toThrow("nothing can be drawn like this");
    expect(() => sample(tensors({ dtype: "int32", min: 1, max: 0 }), 1)).toThrow("nothing can be drawn like this");
  });
});

describe("drawn", () => {
  const rowAndAxis = (draw: Draw): { x: Tensor; axes: number[] } => {
    const shape = draw.shape({ minRank: 1 });
    return { axes: draw.axes(shape.length), x: draw.tensor(shape) };
  };

  test("makes values that depend on each other", () => {
    assert(
      property(drawn(rowAndAxis), ({ x, axes }) => {
        const front = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
        return axes.length >= 1 && new Set(front).size === axes.length && front.every((axis) => axis < x.rank);
      }),
    );
  });

  test("shrinks them together", () => {
    const { x, axes } = smallest(drawn(rowAndAxis), (value) => !value.axes.some((axis) => axis < 0));
    expect([x.toArray(), axes]).toEqual([[0], [-1]]);
    const several = smallest(drawn(rowAndAxis), (value) => value.axes.length < 2);
    expect([several.x.toArray(), several.axes]).toEqual([[[0]], [0, 1]]);
  });

  test("keeps the elements that matter when a shape shrinks", () => {
    const withThree = tensors({ dtype: "int32", min: 0, max: 3, shape: { minRank: 2, maxRank: 2 } });
    expect(smallest(withThree, (x) => !Array.from(x.data()).includes(3)).toArray()).toEqual([[3]]);
  });

  test("keeps elements apart when a shape and a separation change", () => {
    const apart = drawn((draw) => {
      const separation = draw.integer(1, 3) / 2;
      return { separation, x: draw.tensor([draw.integer(1, 4)], { separation }) };
    });
    const { x, separation } = smallest(apart, (value) => value.x.size < 3);
    const sorted = Array.from(x.data()).sort((a, b) => a - b);
    expect(x.size).toBe(3);
    expect(sorted.every((value, i) => i === 0 || value - (sorted[i - 1] ?? 0) >= separation)).toBe(true);
  });

  test("adapts elements to a domain that an earlier choice has changed", () => {
    const below = drawn((draw) => {
      const max = draw.integer(1, 9);
      return { max, x: draw.tensor([2], { dtype: "int32", min: 0, max }) };
    });
    assert(property(below, ({ max, x }) => Array.from(x.data()).every((value) => value <= max)));
    expect(smallest(below, ({ x }) => !Array.from(x.data()).includes(1)).max).toBe(1);
  });

  test("shrinks integers, booleans and picks to the plainest", () => {
    const choices = drawn((draw) => [draw.integer(-9, 9), draw.boolean(), draw.pick(["a", "b", "c"])] as const);
    expect(smallest(choices, () => false)).toEqual([0, false, "a"]);
    expect(smallest(choices, ([n]) => n > -3)).toEqual([-3, false, "a"]);
    expect(smallest(choices, ([, , letter]) => letter !== "c")).toEqual([0, false, "c"]);
  });

  test("replays by seed and path", () => {
    const fails = property(drawn(rowAndAxis), ({ x }) => x.size < 4);
    const first = check(fails, { numRuns: 500 });
    const again = check(fails, { seed: first.seed, path: first.counterexamplePath ?? "", numRuns: 1 });
    const text = (run: typeof first): string => JSON.stringify(run.counterexample);
    expect(text(again)).toBe(text(first));
  });

  test("hands on what the function throws, and names impossible choices", () => {
    const broken = drawn(() => {
      throw new RangeError("no such thing");
    });
    expect(() => sample(broken, 1)).toThrow("no such thing");
    expect(() =>
      sample(
        drawn((draw) => draw.integer(1, 0)),
        1,
      ),
    ).toThrow("nothing can be drawn like this");
    expect(() =>
      sample(
        drawn((draw) => draw.pick([])),
        1,
      ),
    ).toThrow("nothing can be drawn like this");
    expect(() =>
      sample(
        drawn((draw) => draw.integer(0.5, 1)),
        1,
      ),
    ).toThrow("draw.integer(0.5, 1) needs integers");
    expect(() =>
      sample(
        drawn((draw) => draw.tensor([-1])),
        1,
      ),
    ).toThrow("-1 in shape [-1] is no size");
  });

  test("draws tensors of float64 that float32 holds exactly", () => {
    const isExact = (x: Tensor): boolean => Array.from(x.data()).every((value) => Math.fround(value) === value);
    assert(
      property(
        drawn((draw) => draw.tensor(draw.shape())),
        (x) => x.dtype === "float64" && isExact(x),
      ),
    );
    expect(tensor([1]).dtype).toBe("float32");
  });
});
