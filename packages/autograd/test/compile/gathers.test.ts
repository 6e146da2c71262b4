import {
  abs,
  add,
  argmax,
  argmin,
  cast,
  dynamicSlice,
  dynamicUpdateSlice,
  grad,
  IndexError,
  jit,
  maxPool2d,
  mul,
  oneHot,
  reshape,
  scan,
  scatterAdd,
  scatterSet,
  segmentSum,
  sin,
  sum,
  type Tensor,
  take,
  takeAlongAxis,
  tensor,
  withBackend,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const numbers = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(2.1 * i)),
    { shape },
  );
const places = (shape: readonly number[], size: number, seed: number): Tensor =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * seed + seed) % (2 * size)) - size),
    { shape },
  );

const loss = (f: (x: Tensor, at: Tensor) => Tensor) => (x: Tensor, at: Tensor) => sum(sin(f(x, at)));

const gathers: Readonly<Record<string, (x: Tensor, at: Tensor) => Tensor>> = {
  "take along the first axis": (x, at) => take(x, at, { axis: 0 }),
  "take along the last axis": (x, at) => take(x, at, { axis: -1 }),
  "take of the flattened": (x, at) => take(x, at),
  "take of what is computed": (x, at) => take(mul(x, sin(x)), at, { axis: 1 }),
  "take along an axis, one for each": (x, at) => takeAlongAxis(x, reshape(at, [1, -1]), { axis: 1 }),
};

describe("compiled gathers and scatters", () => {
  test.each(Object.entries(gathers))("%s, and its gradient: the reference's bits, without the host", (_, f) => {
    const side = fc.integer({ min: 1, max: 19 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 30 }), fc.nat(), (m, n, count, seed) => {
        const x = numbers([m, n]);
        const at = places([count], Math.min(m, n), (seed % 97) + 1);
        const compiled = jit(f)(x, at).data();
        const expected = withBackend("reference", () => jit(f)(x, at).data());
        const isExact = f !== gathers["take of what is computed"];
        if (isExact) expect(compiled).toEqual(expected);
        const slope = grad(loss(f));
        const [own, reference] = [
          jit(slope)(x, at).data(),
          withBackend("reference", () => jit((a: Tensor, b: Tensor) => slope(a, b))(x, at).data()),
        ];
        for (const [i, value] of reference.entries()) expect(own[i]).toBeCloseTo(value, 4);
        expect(costOf(slope, x, at).kernels.filter(({ kind }) => kind === "host")).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("sums in the order of the updates, for every width of row", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 21 }),
        fc.constantFrom("float32", "float64", "int32", "uint32") as fc.Arbitrary<"float32">,
        (size, count, inner, dtype) => {
          const updates = numbers([count, inner]);
          const at = places([count], size, 7);
          const f = (u: Tensor) => segmentSum(cast(mul(abs(u), 100), dtype), at, { count: size });
          expect(jit(f)(updates).data()).toEqual(withBackend("reference", () => jit(f)(updates).data()));
        },
      ),
    );
  });

  test("an index out of range is the reference's error, in a step of a scan too, and nothing is assigned", () => {
    const x = numbers([4, 3]);
    const row = jit((at: Tensor) => take(x, at, { axis: 0 }));
    expect(row(tensor([1, -4], { dtype: "int32" })).shape).toEqual([2, 3]);
    const outside = (f: () => Tensor) => expect(() => f().data()).toThrow(IndexError);
    outside(() => row(tensor([1, 4], { dtype: "int32" })));
    outside(() => row(tensor([0, -5], { dtype: "int32" })));
    const added = jit((at: Tensor) => scatterAdd(x, at, 1));
    outside(() => added(tensor([4], { dtype: "int32" })));
    const walk = jit(
      (at: Tensor) =>
        scan((c: Tensor, i: Tensor) => [add(c, take(x, i, { axis: 0 })), null], numbers([3]), at as never)[0],
    );
    expect(walk(tensor([0, 3], { dtype: "int32" })).shape).toEqual([3]);
    outside(() => walk(tensor([0, 3, 4], { dtype: "int32" })));
  });

  test("unsigned indices do not count from the end", () => {
    const row = jit((at: Tensor) => take(numbers([4]), at));
    expect(row(tensor([3], { dtype: "uint32" })).shape).toEqual([1]);
    expect(() => row(tensor([0xffffffff], { dtype: "uint32" })).data()).toThrow(IndexError);
  });

  test("what is made of them needs no host either", () => {
    const at = tensor([2, 0], { dtype: "int32" });
    const kinds = (f: (x: Tensor) => Tensor): string[] =>
      costOf(f, numbers([1, 1, 6, 6])).kernels.map(({ kind }) => kind);
    for (const f of [
      (x: Tensor) => maxPool2d(x, { kernelSize: 2 }),
      grad((x: Tensor) => sum(sin(maxPool2d(x, { kernelSize: 3, stride: 2, padding: 1 })))),
      (x: Tensor) => argmax(x, { axis: -1 }),
      (x: Tensor) => argmin(x),
      (x: Tensor) => dynamicSlice(x, [0, 0, 1, 2], [1, 1, 2, 2]),
      (x: Tensor) => dynamicUpdateSlice(x, x, [0, 0, 0, 0]),
      (x: Tensor) => mul(x, sum(oneHot(at, 6))),
      (x: Tensor) => takeAlongAxis(x, argmax(x, { axis: -1, keepDims: true }), { axis: -1 }),
    ]) {
      expect(kinds(f)).not.toContain("host");
    }
    expect(kinds((x) => scatterSet(x, at, 1, { axis: 2 }))).toContain("loops");
  });

  test("the place of the greatest: first of equals, first NaN", () => {
    const x = tensor([
      [1, 5, 5, 2],
      [Number.NaN, 9, Number.NaN, 1],
      [-1, -1, -3, -2],
    ]);
    expect(jit((y: Tensor) => argmax(y, { axis: 1 }))(x).toArray()).toEqual([1, 0, 0]);
    expect(jit((y: Tensor) => argmin(y, { axis: 1 }))(x).toArray()).toEqual([0, 0, 2]);
    const none = tensor([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(jit((y: Tensor) => argmax(y))(none).item()).toBe(0);
  });
});
