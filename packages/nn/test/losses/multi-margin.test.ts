import {
  DTypeError,
  grad,
  IndexError,
  mul,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { multiMarginLoss } from "@glissade/nn";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as plain from "./plain.js";

/** The example of the CS231n notes on linear classification: cat, car and frog, with losses 2.9, 0 and 12.9. */
const note = {
  scores: [
    [3.2, 5.1, -1.7],
    [1.3, 4.9, 2],
    [2.2, 2.5, -3.1],
  ],
  labels: [0, 1, 2],
};

describe("multiMarginLoss", () => {
  test("times the number of classes is the sum of the lecture note", () => {
    const losses = mul(3, multiMarginLoss(note.scores, note.labels, { reduction: "none" })).data();
    [2.9, 0, 12.9].forEach((expected, i) => {
      expect(losses[i]).toBeCloseTo(expected, 5);
    });
    expect(mul(3, multiMarginLoss(note.scores, note.labels)).item()).toBeCloseTo(15.8 / 3, 5);
  });

  test("is the plain formula, with margin, power and weights; the mean counts examples", () => {
    const score = fc.double({ min: -5, max: 5, noNaN: true });
    const example = fc.tuple(fc.array(score, { minLength: 4, maxLength: 4 }), fc.nat({ max: 3 }));
    const options = fc.record({
      margin: fc.constantFrom(1, 0.5, 3),
      p: fc.constantFrom(1 as const, 2 as const),
      weight: fc.constantFrom(undefined, [1, 0.5, 2, 3]),
    });
    fc.assert(
      fc.property(fc.array(example, { minLength: 1, maxLength: 5 }), options, (examples, { weight, ...rest }) => {
        const rows = examples.map(([row]) => row);
        const labels = examples.map(([, label]) => label);
        const scores = tensor(Float64Array.from(rows.flat()), { shape: [rows.length, 4] });
        const all = weight === undefined ? rest : { ...rest, weight };
        const expected = plain.multiMargin(rows, labels, all);
        const sum = expected.reduce((a, b) => a + b, 0);
        const losses = multiMarginLoss(scores, labels, { ...all, reduction: "none" }).data();
        expected.forEach((each, n) => {
          expect(losses[n]).toBeCloseTo(each, 10);
        });
        expect(multiMarginLoss(scores, labels, { ...all, reduction: "sum" }).item()).toBeCloseTo(sum, 9);
        expect(multiMarginLoss(scores, labels, all).item()).toBeCloseTo(sum / rows.length, 9);
      }),
    );
  });

  test("takes one example without a batch", () => {
    expect(multiMarginLoss([3.2, 5.1, -1.7], 0).item()).toBeCloseTo(2.9 / 3, 6);
  });

  test("has the derivative of the note: 1 for each violation, minus their number for the right class", () => {
    const slope = grad((s: Tensor) => mul(3, multiMarginLoss(s, [0])))(tensor([[1, 5, 0.5]]));
    expect(slope.toArray()).toEqual([[-2, 1, 1]]);
  });

  test("has derivative 0 at the kink", () => {
    const slope = grad((s: Tensor) => multiMarginLoss(s, [0]))(tensor([[2, 1]]));
    expect(slope.toArray()).toEqual([[0, 0]]);
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "more than two axes",
      // @ts-expect-error the compiler sees it too
      () => multiMarginLoss(zeros([2, 3, 4]), zeros([2, 4], { dtype: "int32" })),
      ShapeError,
      "multiMarginLoss: scores have shape [2, 3, 4]; they must be [N, C] or [C]. Flatten the leading axes with reshape.",
    ],
    [
      "another number of targets",
      () => multiMarginLoss(zeros([2, 3]), [0]),
      ShapeError,
      "multiMarginLoss: scores [2, 3] take targets of shape [2]",
    ],
    [
      "integer scores",
      () => multiMarginLoss(zeros([2, 3], { dtype: "int32" }), [0, 1]),
      DTypeError,
      "multiMarginLoss: scores must be float32 or float64, not int32",
    ],
    [
      "a label that is no class",
      () => multiMarginLoss(zeros([2, 3]), [0, 3]),
      IndexError,
      "multiMarginLoss: target 3 at [1] is none of the classes 0 … 2.",
    ],
    ["a label to be ignored", () => multiMarginLoss(zeros([2, 3]), [0, -100]), IndexError, "target -100 at [1]"],
    [
      "another power",
      // @ts-expect-error The power is 1 or 2.
      () => multiMarginLoss(zeros([2, 3]), [0, 1], { p: 3 }),
      ValueError,
      "multiMarginLoss: p is 3; it must be 1 or 2.",
    ],
    [
      "a margin of NaN",
      () => multiMarginLoss(zeros([2, 3]), [0, 1], { margin: Number.NaN }),
      ValueError,
      "multiMarginLoss: margin is NaN; it must be a finite number.",
    ],
    [
      "weights of another length",
      () => multiMarginLoss(zeros([2, 3]), [0, 1], { weight: [1] }),
      ShapeError,
      "multiMarginLoss: weight has shape [1] and needs [3]",
    ],
    [
      "an unknown reduction",
      // @ts-expect-error No such reduction.
      () => multiMarginLoss(zeros([2, 3]), [0, 1], { reduction: 1 }),
      ValueError,
      "multiMarginLoss: unknown reduction number.",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
