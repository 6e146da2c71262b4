import {
  cast,
  DTypeError,
  grad,
  IndexError,
  log,
  logSoftmax,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import { crossEntropy, nllLoss } from "@glissade/nn";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as plain from "./plain.js";

/** Scores, labels, probabilities and weights for N examples of C classes. */
const cases = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })).chain(([n, c]) =>
  fc.record({
    rows: fc.array(fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: c, maxLength: c }), {
      minLength: n,
      maxLength: n,
    }),
    labels: fc.array(fc.integer({ min: 0, max: c - 1 }), { minLength: n, maxLength: n }),
    weight: fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: c, maxLength: c }),
    labelSmoothing: fc.constantFrom(0, 0.1, 1),
    reduction: fc.constantFrom("mean" as const, "sum" as const),
  }),
);

const float64 = (rows: readonly (readonly number[])[] | readonly number[]): Tensor =>
  cast(tensor(Float64Array.from(rows.flat())), "float64").reshape(
    typeof rows[0] === "number" ? [rows.length] : [rows.length, (rows[0] ?? []).length],
  );

describe("crossEntropy", () => {
  test("is the plain formula for class indices, with weights, smoothing and ignored targets", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), fc.boolean(), ({ rows, labels, weight, ...options }, weighted, ignoring) => {
        const ignoreIndex = ignoring && labels.length > 1 ? labels[0]! : -100;
        fc.pre(labels.some((label) => label !== ignoreIndex));
        const all = { ...options, ignoreIndex, ...(weighted ? { weight } : {}) };
        const value = crossEntropy(float64(rows), tensor(Int32Array.from(labels)), all).item();
        const expected = plain.crossEntropy(rows, labels, all);
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(expected)));
      }),
    );
  });

  test("is the plain formula for probabilities: the mean counts examples, not weights", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ rows, weight, ...options }, weighted) => {
        const targets = rows.map((row) => plain.logSoftmax(row.map((x) => Math.sin(x))).map(Math.exp));
        const all = { ...options, ...(weighted ? { weight } : {}) };
        const value = crossEntropy(float64(rows), float64(targets), all).item();
        const expected = plain.softCrossEntropy(rows, targets, all);
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(expected)));
      }),
    );
  });

  test("of each example, without reduction; ignored ones are 0", () => {
    const logits = [
      [2, 0, 0],
      [0, 0, 0],
      [1, 2, 3],
    ];
    const losses = crossEntropy(logits, [0, -1, 2], { reduction: "none", ignoreIndex: -1 });
    expect(losses.shape).toEqual([3]);
    expect(losses.data()[0]).toBeCloseTo(Math.log(Math.exp(2) + 2) - 2, 6);
    expect(losses.data()[1]).toBe(0);
  });

  test("takes one example without a batch, and more axes behind the classes", () => {
    expect(crossEntropy([2, 0, 0], 0).item()).toBeCloseTo(0.2395, 4);
    expect(crossEntropy([2, 0, 0], [1, 0, 0]).item()).toBeCloseTo(0.2395, 4);
    const logits = tensor(new Float64Array([1, 2, 3, 4, 6, 8, 0, 1, 0, 1, 1, 5]), { shape: [2, 3, 2] });
    const losses = crossEntropy(
      logits,
      [
        [0, 2],
        [1, 1],
      ],
      { reduction: "none", weight: [1, 2, 4] },
    );
    const pixel = (n: number, d: number): number[] => [0, 1, 2].map((c) => logits.data()[6 * n + 2 * c + d]!);
    expect(losses.shape).toEqual([2, 2]);
    const expected = [
      [pixel(0, 0), 0],
      [pixel(0, 1), 2],
      [pixel(1, 0), 1],
      [pixel(1, 1), 1],
    ] as const;
    expected.forEach(([row, y], i) => {
      expect(losses.data()[i]).toBeCloseTo(-plain.logSoftmax(row)[y]! * [1, 2, 4][y]!, 12);
    });
    const soft = crossEntropy(logits, zeros([2, 3, 2]), { reduction: "none", labelSmoothing: 0.3 });
    expect(soft.shape).toEqual([2, 2]);
  });

  test("does not overflow", () => {
    expect(crossEntropy([[1000, 0]], [0]).item()).toBe(0);
    expect(crossEntropy([[1000, 0]], [1]).item()).toBe(1000);
  });

  test("has the derivative softmax − target, divided by the number of examples", () => {
    const slope = grad((x: Tensor) => crossEntropy(x, [0, 1]))(
      tensor([
        [0, 0],
        [0, 0],
      ]),
    );
    expect(slope.toArray()).toEqual([
      [-0.25, 0.25],
      [0.25, -0.25],
    ]);
  });

  test("has derivative 0 for an ignored example", () => {
    const slope = grad((x: Tensor) => crossEntropy(x, [0, -100]))(
      tensor([
        [0, 0],
        [3, 1],
      ]),
    );
    expect(slope.toArray()).toEqual([
      [-0.5, 0.5],
      [0, 0],
    ]);
  });

  test("of no examples is NaN in the mean and 0 in the sum", () => {
    const none = tensor(new Int32Array(0));
    expect(crossEntropy(zeros([0, 3]), none).item()).toBeNaN();
    expect(crossEntropy(zeros([0, 3]), none, { reduction: "sum" }).item()).toBe(0);
    expect(crossEntropy(zeros([1, 3]), [-100]).item()).toBeNaN();
  });

  test.each(["uint8", "uint32", "int32"] as const)("takes targets of dtype %s", (dtype) => {
    expect(crossEntropy([[2, 0, 0]], tensor([0], { dtype })).item()).toBeCloseTo(0.2395, 4);
  });

  test("keeps the dtype of the logits, whatever plain targets and weights are", () => {
    const options = { weight: [0.1, 0.2], labelSmoothing: 0.1 };
    expect(crossEntropy(zeros([1, 2], { dtype: "float64" }), [[0.3, 0.7]], options).dtype).toBe("float64");
    expect(crossEntropy(zeros([1, 2], { dtype: "float64" }), [1], options).dtype).toBe("float64");
    expect(crossEntropy(zeros([1, 2]), [1], options).dtype).toBe("float32");
  });

  test("is batched by vmap, its labels too", () => {
    const x = tensor([
      [1, 2],
      [3, 5],
      [0, 0],
    ]);
    const labels = tensor(new Int32Array([0, 1, 0]));
    const losses = vmap((row: Tensor, y: Tensor) => crossEntropy(row, y))(x, labels);
    expect(losses.data()).toEqual(crossEntropy(x, labels, { reduction: "none" }).data());
  });
});

describe("nllLoss", () => {
  test("of logSoftmax is crossEntropy", () => {
    const x = tensor([
      [1, 2, 3],
      [0, 5, 1],
    ]);
    const options = { weight: [1, 2, 3], ignoreIndex: 7 };
    expect(nllLoss(logSoftmax(x, { axis: 1 }), [1, 2], options).item()).toBe(crossEntropy(x, [1, 2], options).item());
    expect(nllLoss(log([[0.5, 0.5]]), [1]).item()).toBeCloseTo(Math.LN2, 6);
  });

  test("takes no probabilities as targets", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => nllLoss([[0, 0]], [[1, 0]])).toThrow(
      "nllLoss: logProbabilities [1, 2] take targets of shape [1] (class indices), not [1, 2].",
    );
  });
});

describe("what does not fit", () => {
  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "targets of another length",
      () => crossEntropy(zeros([4, 3]), [0, 1]),
      ShapeError,
      "crossEntropy: logits [4, 3] take targets of shape [4] (class indices), not [2]. Reshape them, or turn one-hot rows into indices with argmax.",
    ],
    [
      "targets in a column",
      () => crossEntropy(zeros([2, 3]), [[0], [1]]),
      ShapeError,
      "take targets of shape [2] (class indices), not [2, 1]",
    ],
    [
      "scalar logits",
      // @ts-expect-error the compiler sees it too
      () => crossEntropy(1, 0),
      ShapeError,
      "crossEntropy: logits is a scalar; it needs an axis of classes",
    ],
    [
      "exchanged arguments",
      // @ts-expect-error the compiler sees it too
      () => crossEntropy(tensor(new Int32Array([0, 1])), zeros([2, 3])),
      DTypeError,
      'crossEntropy: logits must be float32 or float64, not int32 [2]. Are logits and targets exchanged? Else use cast(logits, "float32").',
    ],
    [
      "float labels",
      () => crossEntropy(zeros([2, 3]), zeros([2])),
      DTypeError,
      'crossEntropy: targets of shape [2] are class indices and must be integers, not float32. Use cast(targets, "int32").',
    ],
    ["fractions", () => crossEntropy(zeros([2, 3]), [0, 1.5]), DTypeError, "must be integers, not fractions."],
    ["booleans", () => crossEntropy(zeros([2, 3]), [true, false]), DTypeError, "must be integers, not bool."],
    [
      "a plain label that is no class",
      () => crossEntropy(zeros([2, 3]), [0, 3]),
      IndexError,
      "crossEntropy: target 3 at [1] is none of the classes 0 … 2. Number the classes from 0, and give the scores one entry for each class.",
    ],
    [
      "a negative label",
      () => crossEntropy(zeros([2, 3]), new Int32Array([0, -1])),
      IndexError,
      "target -1 at [1] is none of the classes 0 … 2.",
    ],
    [
      "weights of another length",
      () => crossEntropy(zeros([2, 3]), [0, 1], { weight: [1, 2] }),
      ShapeError,
      "crossEntropy: weight has shape [2] and needs [3]: one number for each class of [2, 3].",
    ],
    [
      "an unknown reduction",
      // @ts-expect-error No such reduction.
      () => crossEntropy(zeros([2, 3]), [0, 1], { reduction: "average" }),
      ValueError,
      'crossEntropy: unknown reduction "average". Use "mean", "sum" or "none".',
    ],
    [
      "smoothing above 1",
      () => crossEntropy(zeros([2, 3]), [0, 1], { labelSmoothing: 2 }),
      ValueError,
      "crossEntropy: labelSmoothing is 2; it must be from 0 to 1.",
    ],
    [
      "smoothing of NaN",
      () => crossEntropy(zeros([2, 3]), [0, 1], { labelSmoothing: Number.NaN }),
      ValueError,
      "labelSmoothing is NaN",
    ],
    [
      "a fraction as ignoreIndex",
      () => nllLoss(zeros([2, 3]), [0, 1], { ignoreIndex: 0.5 }),
      ValueError,
      "nllLoss: ignoreIndex is 0.5; it must be a whole number",
    ],
    [
      "ignoreIndex for probabilities",
      () => crossEntropy(zeros([2, 3]), zeros([2, 3]), { ignoreIndex: 1 }),
      ValueError,
      "crossEntropy: ignoreIndex is for class indices; targets of the logits' shape are probabilities.",
    ],
  ])("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  test("a label of a tensor is found when the loss is computed, with its place", () => {
    const labels = tensor(new Int32Array([0, 1, 2, 3, 1, 5]), { shape: [2, 3] });
    const loss = crossEntropy(zeros([2, 4, 3]), labels);
    expect(() => loss.item()).toThrow(IndexError);
    expect(() => loss.item()).toThrow("crossEntropy: target 5 at [1, 2] is none of the classes 0 … 3.");
  });
});
