import { GradientError, grad, mul, sum, type Tensor, tensor, vmap } from "@glissade/autograd";
import { expect, test } from "vitest";
import { parametric } from "../../src/ops/parametric.js";

const scaled = parametric<{ by: number }>("scaled", ({ by }) => ({
  value: (x: number) => by * x,
  derivative: () => by,
  integers: "keep",
}));

test("attributes reach value, derivative and batches", () => {
  expect(scaled({ by: 3 }, [1, 2]).toArray()).toEqual([3, 6]);
  expect(scaled({ by: 3 }, tensor(new Int32Array([2]))).data()).toEqual(new Int32Array([6]));
  expect(grad((x: Tensor) => sum(mul(x, scaled({ by: 3 }, x))))(tensor([1, 2])).toArray()).toEqual([6, 12]);
  expect(vmap((x: Tensor) => scaled({ by: 2 }, x))(tensor([[1], [2]])).toArray()).toEqual([[2], [4]]);
});

test("two operands broadcast, or are named", () => {
  const mixed = parametric<{ by: number }>("mixed", ({ by }) => ({ value: (a: number, b: number) => a + by * b }));
  expect(mixed({ by: 10 }, [[1], [2]], [3, 4]).toArray()).toEqual([
    [31, 41],
    [32, 42],
  ]);
  expect(() => mixed({ by: 1 }, [1, 2], [1, 2, 3])).toThrow(/^mixed: cannot broadcast \[2\] with \[3\]/);
});

test("without a derivative, one that is asked for is an error with the reason", () => {
  const opaque = parametric<{ by: number }>("opaque", ({ by }) => ({
    value: (x: number) => by * x,
    derivative: { none: "it is opaque" },
  }));
  expect(() => grad((x: Tensor) => opaque({ by: 2 }, x))(tensor(1)).item()).toThrow(GradientError);
  expect(() => grad((x: Tensor) => opaque({ by: 2 }, x))(tensor(1)).item()).toThrow(
    "grad: opaque has no derivative: it is opaque.",
  );
});
