import { IndexError, jit, ShapeError, type Tensor, tensor, ValueError, zeros } from "@glissade/autograd";
import { accuracy, confusionMatrix, topKAccuracy } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("accuracy", () => {
  test("is the part of the examples whose best class is the target", () => {
    const logits = [
      [0.1, 0.9],
      [0.8, 0.2],
      [3, -3],
      [5, 6],
    ];
    expect(accuracy(logits, [1, 1, 0, 1]).item()).toBe(0.75);
    expect(accuracy(logits, tensor(new Uint8Array([1, 1, 0, 1]))).dtype).toBe("float32");
  });

  test("takes the first of equal scores", () => {
    expect(accuracy([[1, 1]], [0]).item()).toBe(1);
    expect(accuracy([[1, 1]], [1]).item()).toBe(0);
  });

  test("takes one example, and more axes behind the classes", () => {
    expect(accuracy([1, 3, 2], 1).item()).toBe(1);
    expect(
      accuracy(
        [
          [
            [1, 5],
            [3, 4],
          ],
        ],
        [[1, 1]],
      ).item(),
    ).toBe(0.5);
  });

  test("of nothing is NaN", () => {
    expect(accuracy(zeros([0, 2]), tensor(new Int32Array(0))).item()).toBeNaN();
  });

  test("refuses targets of another shape, and what is no class", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => accuracy(zeros([2, 3]), zeros([2, 3]))).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => accuracy(zeros([2, 3]), [[1], [0]])).toThrow(
      "accuracy: logits [2, 3] take targets of shape [2] (class indices)",
    );
    expect(() => accuracy(zeros([1, 3]), [3])).toThrow(IndexError);
  });
});

/** Scores with many ties of N examples of C classes, in planes of D, and labels. */
const problems = fc
  .record({
    N: fc.integer({ min: 1, max: 5 }),
    C: fc.integer({ min: 1, max: 4 }),
    D: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .chain(({ N, C, D }) => {
    const count = N * (D ?? 1);
    return fc.record({
      shape: fc.constant<number[]>(D === undefined ? [N, C] : [N, C, D]),
      labels: fc.array(fc.nat(C - 1), { minLength: count, maxLength: count }),
      scores: fc.array(fc.nat(3), { minLength: count * C, maxLength: count * C }),
      k: fc.integer({ min: 1, max: C }),
    });
  });

/** The classes of each example by score, greatest first, and its label. */
function ranked(shape: readonly number[], scores: readonly number[], labels: readonly number[]) {
  const [, C = 0, D = 1] = shape;
  return labels.map((label, i) => {
    const [n, d] = [Math.floor(i / D), i % D];
    const own = Array.from({ length: C }, (_, c) => scores[(n * C + c) * D + d]!);
    const order = own.map((_, c) => c).sort((a, b) => own[b]! - own[a]! || a - b);
    return { label, order };
  });
}

describe("topKAccuracy and confusionMatrix", () => {
  test("count as plain loops do, with ties and further axes, and inside jit", () => {
    fc.assert(
      fc.property(problems, ({ shape, labels, scores, k }) => {
        const examples = ranked(shape, scores, labels);
        const x = tensor(Float32Array.from(scores), { shape });
        const y = tensor(Int32Array.from(labels), { shape: shape.filter((_, a) => a !== 1) });
        const right = examples.filter(({ label, order }) => order.slice(0, k).includes(label)).length;
        const [, C = 0] = shape;
        const counts = Array.from({ length: C }, () => new Array<number>(C).fill(0));
        for (const { label, order } of examples) counts[label]![order[0]!]!++;
        const both = (a: Tensor, b: Tensor): Tensor[] => [topKAccuracy(a, b, { k }), confusionMatrix(a, b)];
        for (const [top, matrix] of [both(x, y), jit(both)(x, y)]) {
          expect(top!.item()).toBeCloseTo(right / examples.length, 6);
          expect([matrix!.toArray(), matrix!.dtype]).toEqual([counts, "int32"]);
        }
        expect(topKAccuracy(x, y, { k: 1 }).item()).toBe(accuracy(x, y).item());
      }),
      { numRuns: 60 },
    );
  });

  test("take one example, and none", () => {
    expect(topKAccuracy([1, 3, 2], 2, { k: 2 }).item()).toBe(1);
    expect(confusionMatrix([1, 3], 0).toArray()).toEqual([
      [0, 1],
      [0, 0],
    ]);
    const none = tensor(new Int32Array(0));
    expect(topKAccuracy(zeros([0, 6]), none).item()).toBeNaN();
    expect(confusionMatrix(zeros([0, 2]), none).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("refuse another k, targets of another shape, and what is no class", () => {
    expect(() => topKAccuracy(zeros([2, 3]), [0, 1])).toThrow(ValueError);
    expect(() => topKAccuracy(zeros([2, 3]), [0, 1], { k: 4 })).toThrow(
      "topKAccuracy: k is 4; logits [2, 3] have 3 classes, so use 1 … 3.",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => topKAccuracy(zeros([2, 3]), [[0]], { k: 1 })).toThrow(ShapeError);
    expect(() => confusionMatrix(zeros([1, 3]), [3])).toThrow(IndexError);
    expect(() => confusionMatrix(zeros([1, 3]), [1, 2])).toThrow(
      "confusionMatrix: logits [1, 3] take targets of shape [1]",
    );
  });
});
