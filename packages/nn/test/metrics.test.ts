import { IndexError, ShapeError, tensor, zeros } from "@glissade/autograd";
import { accuracy } from "@glissade/nn";
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
    expect(() => accuracy(zeros([2, 3]), zeros([2, 3]))).toThrow(ShapeError);
    expect(() => accuracy(zeros([2, 3]), [[1], [0]])).toThrow(
      "accuracy: logits [2, 3] take targets of shape [2] (class indices)",
    );
    expect(() => accuracy(zeros([1, 3]), [3])).toThrow(IndexError);
  });
});
