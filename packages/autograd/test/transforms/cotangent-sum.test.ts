import {
  add,
  concat,
  grad,
  jit,
  jvp,
  mul,
  neg,
  ones,
  slice,
  split,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A slice of a [5, 6], along one axis or both, with what it is multiplied by. */
const parts = fc.array(
  fc
    .tuple(fc.nat(5), fc.nat(5), fc.nat(6), fc.nat(6), fc.constantFrom(1, 2), fc.integer({ min: -4, max: 4 }))
    .map(([a, b, c, d, step, factor]) => ({
      start: [Math.min(a, b), Math.min(c, d)],
      stop: [Math.max(a, b), Math.max(c, d)],
      step: [1, step],
      factor,
    })),
  { minLength: 1, maxLength: 8 },
);

describe("cotangents of slices", () => {
  test("are the sum of all, wherever the slices lie", () => {
    fc.assert(
      fc.property(parts, fc.boolean(), (taken, wholeToo) => {
        const f = (x: Tensor): Tensor =>
          taken.reduce(
            (total, { factor, ...bounds }) => add(total, mul(factor, sum(slice(x, bounds)))),
            wholeToo ? sum(x) : zeros([]),
          );
        const expected = Float32Array.from({ length: 30 }, (_, i) => {
          const [row, column] = [Math.floor(i / 6), i % 6];
          const weights = taken.map(({ start: [a = 0, c = 0], stop: [b = 0, d = 0], step: [, step = 1], factor }) =>
            row >= a && row < b && column >= c && column < d && (column - c) % step === 0 ? factor : 0,
          );
          return weights.reduce((total, weight) => total + weight, wholeToo ? 1 : 0);
        });
        const x = ones([5, 6]);
        expect(Array.from(grad(f)(x).data(), (each) => each + 0)).toEqual([...expected]);
        expect(Array.from(jit(grad(f))(x).data(), (each) => each + 0)).toEqual([...expected]);
      }),
    );
  });

  test("of a tensor taken apart cost no additions: as much as of the parts alone", () => {
    const apart = (x: Tensor): Tensor => sum(concat(split(x, 8).map((each) => square(each))));
    const whole = (x: Tensor): Tensor => sum(square(x));
    expect(costOf(grad(apart), ones([64])).flops).toBeLessThanOrEqual(costOf(grad(whole), ones([64])).flops);
  });

  test("join in derivatives of derivatives and in forward mode", () => {
    const f = (x: Tensor): Tensor => {
      const [a, b, c] = split(x, 3);
      return sum(mul(mul(a as Tensor, b as Tensor), sub(square(c as Tensor), neg(a as Tensor))));
    };
    const x = tensor([1, 2, 3]);
    // f = a b (c² + a)
    expect(grad(f)(x).toArray()).toEqual([22, 10, 12]);
    const slope = grad((y: Tensor) => sum(mul(grad(f)(y), tensor([1, 10, 100]))));
    expect(slope(x).toArray()).toEqual([4 + 110 + 1200, 11 + 600, 12 + 60 + 400]);
    expect(jvp(grad(f), [x], [tensor([1, 10, 100])])[1].toArray()).toEqual([1314, 611, 472]);
  });
});
