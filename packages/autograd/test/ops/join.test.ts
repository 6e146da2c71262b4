import {
  AxisError,
  chunk,
  concat,
  grad,
  mul,
  ShapeError,
  split,
  stack,
  sum,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const values = (parts: readonly Tensor[]): unknown[] => parts.map((part) => part.toArray());

describe("concat and stack", () => {
  test("join along an axis that is there, or a new one", () => {
    expect(concat([[1, 2], [3]]).toArray()).toEqual([1, 2, 3]);
    expect(
      concat(
        [
          [[1], [2]],
          [
            [3, 4],
            [5, 6],
          ],
        ],
        { axis: -1 },
      ).toArray(),
    ).toEqual([
      [1, 3, 4],
      [2, 5, 6],
    ]);
    expect(concat([zeros([0, 2]), [[1, 2]]]).toArray()).toEqual([[1, 2]]);
    expect(
      stack([
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(
      stack(
        [
          [1, 2],
          [3, 4],
        ],
        { axis: -1 },
      ).toArray(),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(stack([1, 2, 3]).toArray()).toEqual([1, 2, 3]);
  });

  test("promote dtypes", () => {
    expect(concat([new Int32Array([1]), [0.5]])).toMatchObject({ dtype: "float32" });
    expect(stack([tensor(1, { dtype: "float64" }), 0.1]).toArray()).toEqual([1, 0.1]);
    expect(concat([[true], new Uint8Array([3])]).dtype).toBe("uint8");
  });

  test("every operand gets its part of the cotangent", () => {
    const f = (a: Tensor, b: Tensor): Tensor => sum(mul(concat([a, b, a]), [1, 2, 3, 4, 5]));
    const [da, db] = grad(f, { argnums: [0, 1] })(tensor([1, 1]), tensor([1]));
    expect([da.toArray(), db.toArray()]).toEqual([[1 + 4, 2 + 5], [3]]);
  });

  test("refuse what does not fit", () => {
    expect(() => concat([[[1, 2]], [[1, 2, 3]]])).toThrow(ShapeError);
    expect(() => concat([[[1, 2]], [[1, 2, 3]]])).toThrow(
      "concat: tensor 1 has shape [1, 3] and tensor 0 [1, 2]; all sides but that of axis 0 must be equal.",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => concat([1, 2])).toThrow(AxisError);
    expect(() => concat([])).toThrow(new ValueError("concat: got no tensor; give at least one."));
    // @ts-expect-error the tensors come in an array
    expect(() => concat(tensor([1]))).toThrow(
      "concat: takes an array of tensors, not an object (Tensor); write concat([a, b]).",
    );
    expect(() => stack([[1], [1, 2]])).toThrow(
      "stack: tensor 1 has shape [2] and tensor 0 [1]; all shapes must be equal.",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => stack([[1]], { axis: 2 })).toThrow(AxisError);
  });
});

describe("split and chunk", () => {
  test("equal parts, or cuts", () => {
    expect(values(split([1, 2, 3, 4], 2))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(values(split([1, 2, 3, 4], [1, -1]))).toEqual([[1], [2, 3], [4]]);
    expect(values(split([1, 2], [0, 5]))).toEqual([[], [1, 2], []]);
    expect(
      values(
        split(
          [
            [1, 2],
            [3, 4],
          ],
          2,
          { axis: 1 },
        ),
      ),
    ).toEqual([
      [[1], [3]],
      [[2], [4]],
    ]);
    expect(values(split([1, 2, 3], [2, 1]))).toEqual([[1, 2], [], [2, 3]]);
  });

  test("at most so many parts, the last one smaller", () => {
    expect(values(chunk([1, 2, 3, 4, 5], 2))).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(values(chunk([1, 2, 3, 4], 3))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(values(chunk([], 2))).toEqual([[], []]);
  });

  test("refuse what does not divide, and what counts nothing", () => {
    expect(() => split([1, 2, 3], 2)).toThrow(
      "split: axis 0 of [3] has 3 elements, which do not divide into 2 equal parts. Use chunk, or give the indices to cut at.",
    );
    expect(() => split([1], 0)).toThrow(new ValueError("split: 0 is no number of parts; use an integer of 1 or more."));
    expect(() => split([1], [0.5])).toThrow("split: number 0.5 is no index to cut at");
    expect(() => chunk([1], 1.5)).toThrow(ValueError);
    // @ts-expect-error the compiler sees it too
    expect(() => chunk(1, 1)).toThrow(AxisError);
  });
});
