import { grad, ShapeError, sum, type Tensor, tensor, ValueError, zeros } from "@glissade/autograd";
import { bceWithLogits, binaryCrossEntropy, l1Loss, mseLoss } from "@glissade/nn";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as plain from "./plain.js";

const number = fc.double({ min: -30, max: 30, noNaN: true });
const chance = fc.double({ min: 0, max: 1, noNaN: true });
const pairs = (x: fc.Arbitrary<number>, y: fc.Arbitrary<number>): fc.Arbitrary<[number, number][]> =>
  fc.array(fc.tuple(x, y), { minLength: 1, maxLength: 6 });

/** Checks the three reductions of a loss against one number for each element. */
function agrees(
  loss: (x: Tensor, y: Tensor, options: { readonly reduction?: "mean" | "sum" | "none" }) => Tensor,
  drawn: readonly (readonly [number, number])[],
  formula: (x: number, y: number) => number,
): void {
  const x = tensor(Float64Array.from(drawn, ([each]) => each));
  const y = tensor(Float64Array.from(drawn, ([, each]) => each));
  const expected = drawn.map(([a, b]) => formula(a, b));
  const total = expected.reduce((a, b) => a + b, 0);
  loss(x, y, { reduction: "none" })
    .data()
    .forEach((each, i) => {
      expect(each).toBeCloseTo(expected[i]!, 9);
    });
  expect(loss(x, y, { reduction: "sum" }).item()).toBeCloseTo(total, 8);
  expect(loss(x, y, {}).item()).toBeCloseTo(total / drawn.length, 8);
}

describe("losses of each element", () => {
  test("mseLoss is (x − y)²", () => {
    fc.assert(fc.property(pairs(number, number), (drawn) => agrees(mseLoss, drawn, (x, y) => (x - y) ** 2)));
    expect(
      mseLoss(
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [3, 8],
        ],
      ).item(),
    ).toBe(4);
  });

  test("l1Loss is |x − y|, with derivative 0 where they are equal", () => {
    fc.assert(fc.property(pairs(number, number), (drawn) => agrees(l1Loss, drawn, (x, y) => Math.abs(x - y))));
    const slope = grad((x: Tensor) => l1Loss(x, [1, 1, 1], { reduction: "sum" }))(tensor([0, 1, 2]));
    expect(slope.toArray()).toEqual([-1, 0, 1]);
  });

  test("binaryCrossEntropy is −y log p − (1 − y) log(1 − p)", () => {
    fc.assert(
      fc.property(pairs(chance, chance), (drawn) => agrees(binaryCrossEntropy, drawn, plain.binaryCrossEntropy)),
    );
  });

  test("binaryCrossEntropy is finite at 0 and 1, in value and derivative", () => {
    expect(binaryCrossEntropy([0, 1], [1, 0], { reduction: "none" }).toArray()).toEqual([100, 100]);
    expect(binaryCrossEntropy([0, 1], [0, 1], { reduction: "none" }).toArray()).toEqual([0, 0]);
    const slope = grad((p: Tensor) => sum(binaryCrossEntropy(p, [1, 0], { reduction: "none" })))(
      tensor(new Float64Array([0, 1])),
    );
    expect(slope.toArray()).toEqual([-1e12, 1e12]);
    expect(binaryCrossEntropy([1.5], [1]).item()).toBeNaN();
  });

  test("bceWithLogits is binaryCrossEntropy of the sigmoid, without overflow", () => {
    const formula = (x: number, y: number): number => Math.max(x, 0) - x * y + Math.log1p(Math.exp(-Math.abs(x)));
    fc.assert(fc.property(pairs(number, chance), (drawn) => agrees(bceWithLogits, drawn, formula)));
    expect(bceWithLogits([1000, -1000, 1000], [1, 0, 0], { reduction: "none" }).toArray()).toEqual([0, 0, 1000]);
  });

  test("weights are factors; posWeight is one of positive targets", () => {
    const x = [0.3, -2];
    const none = { reduction: "none" } as const;
    const [a = 0, b = 0] = bceWithLogits(x, [1, 0], none).data();
    const both = bceWithLogits(x, [1, 0], { ...none, weight: [2, 3], posWeight: 5 }).data();
    expect(both[0]).toBeCloseTo(10 * a, 5);
    expect(both[1]).toBeCloseTo(3 * b, 5);
    expect(binaryCrossEntropy([0.5, 0.5], [1, 1], { weight: [1, 3] }).item()).toBeCloseTo(2 * Math.LN2, 6);
  });

  test("plain targets take the dtype of the predictions", () => {
    expect(mseLoss(tensor(new Float64Array([1])), [0.1]).item()).toBe((1 - 0.1) ** 2);
    expect(mseLoss(tensor([1]), [0.1]).dtype).toBe("float32");
  });

  test("the mean of nothing is NaN", () => {
    expect(mseLoss(zeros([0]), zeros([0])).item()).toBeNaN();
  });
});

describe.each(Object.entries({ mseLoss, l1Loss, binaryCrossEntropy, bceWithLogits }))("%s", (name, loss) => {
  test("refuses shapes that differ, even where they would broadcast", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => loss(zeros([3]), zeros([3, 1]))).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => loss(zeros([3]), zeros([3, 1]))).toThrow(
      `${name}: predictions [3] and targets [3, 1] differ in shape. Reshape one of them, or stretch it with broadcastTo.`,
    );
  });

  test("refuses an unknown reduction", () => {
    // @ts-expect-error No such reduction.
    expect(() => loss([1], [1], { reduction: "max" })).toThrow(ValueError);
    // @ts-expect-error No such reduction.
    expect(() => loss([1], [1], { reduction: "max" })).toThrow(
      `${name}: unknown reduction "max". Use "mean", "sum" or "none".`,
    );
  });
});
