import {
  AxisError,
  chunk,
  concat,
  grad,
  meshgrid,
  mul,
  repeat,
  roll,
  ShapeError,
  split,
  stack,
  sum,
  type Tensor,
  tensor,
  tile,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { gradientAt } from "./gradients.js";

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
    expect(() => concat([1, 2])).toThrow(AxisError);
    expect(() => concat([])).toThrow(new ValueError("concat: got no tensor; give at least one."));
    // @ts-expect-error the tensors come in an array
    expect(() => concat(tensor([1]))).toThrow(
      "concat: takes an array of tensors, not an object (Tensor); write concat([a, b]).",
    );
    expect(() => stack([[1], [1, 2]])).toThrow(
      "stack: tensor 1 has shape [2] and tensor 0 [1]; all shapes must be equal.",
    );
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
    expect(() => chunk(1, 1)).toThrow(AxisError);
  });
});

describe("tile and repeat", () => {
  test("the whole, or each element", () => {
    expect(tile([1, 2], 2).toArray()).toEqual([1, 2, 1, 2]);
    expect(tile([1, 2], [2, 1]).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(
      tile(
        [
          [1, 2],
          [3, 4],
        ],
        2,
      ).toArray(),
    ).toEqual([
      [1, 2, 1, 2],
      [3, 4, 3, 4],
    ]);
    expect(tile([1, 2], 0).toArray()).toEqual([]);
    expect(tile(5, [2, 2]).toArray()).toEqual([
      [5, 5],
      [5, 5],
    ]);
    expect(
      repeat(
        [
          [1, 2],
          [3, 4],
        ],
        2,
      ).toArray(),
    ).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(
      repeat(
        [
          [1, 2],
          [3, 4],
        ],
        2,
        { axis: 1 },
      ).toArray(),
    ).toEqual([
      [1, 1, 2, 2],
      [3, 3, 4, 4],
    ]);
    expect(repeat([1, 2, 3], [2, 0, 1]).toArray()).toEqual([1, 1, 3]);
    expect(repeat([[1], [2]], [0, 2], { axis: -2 }).toArray()).toEqual([[2], [2]]);
  });

  test("cotangents add up", () => {
    expect(gradientAt((x) => mul(tile(x, 2), [1, 2, 3, 4]), [1, 1])).toEqual([4, 6]);
    expect(gradientAt((x) => mul(repeat(x, [1, 3]), [1, 2, 3, 4]), [1, 1])).toEqual([1, 9]);
  });

  test("bad counts", () => {
    expect(() => tile([1], -1)).toThrow(
      new ValueError("tile: [-1] is no number of repetitions; use integers of 0 or more."),
    );
    expect(() => repeat([1, 2], [1])).toThrow("repeat: 1 counts for axis 0 of [2]; give 2, or one number for all.");
    expect(() => repeat([1], 0.5)).toThrow(ValueError);
    expect(() => repeat([1], 1, { axis: 1 })).toThrow(AxisError);
  });
});

describe("roll", () => {
  test("moves on and comes round", () => {
    expect(roll([1, 2, 3], 1).toArray()).toEqual([3, 1, 2]);
    expect(roll([1, 2, 3], -4).toArray()).toEqual([2, 3, 1]);
    expect(
      roll(
        [
          [1, 2],
          [3, 4],
        ],
        1,
      ).toArray(),
    ).toEqual([
      [4, 1],
      [2, 3],
    ]);
    expect(
      roll(
        [
          [1, 2],
          [3, 4],
        ],
        1,
        { axis: 0 },
      ).toArray(),
    ).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(
      roll(
        [
          [1, 2],
          [3, 4],
        ],
        [1, 1],
        { axis: [0, 1] },
      ).toArray(),
    ).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(roll(zeros([0, 2]), 1, { axis: 0 }).shape).toEqual([0, 2]);
    expect(roll(5, 3).item()).toBe(5);
  });

  test("bad arguments", () => {
    expect(() => roll([1], 0.5)).toThrow(new ValueError("roll: the shift 0.5 is no integer."));
    expect(() => roll([[1]], [1, 1], { axis: 0 })).toThrow(
      new AxisError("roll: 2 shifts for 1 axes; give one shift for each axis."),
    );
  });
});

describe("meshgrid", () => {
  test("as pictures have it, or as matrices", () => {
    expect(
      values(
        meshgrid([
          [1, 2, 3],
          [10, 20],
        ]),
      ),
    ).toEqual([
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
      [
        [10, 10, 10],
        [20, 20, 20],
      ],
    ]);
    expect(meshgrid([[1, 2, 3], [10, 20], [5]], { indexing: "ij" }).map((x) => x.shape)).toEqual([
      [3, 2, 1],
      [3, 2, 1],
      [3, 2, 1],
    ]);
    expect(values(meshgrid([[1, 2]]))).toEqual([[1, 2]]);
    expect(meshgrid([])).toEqual([]);
  });

  test("bad arguments", () => {
    expect(() => meshgrid([[[1]]])).toThrow(
      new ShapeError("meshgrid: operand 0 has shape [1, 1]; flatten it to one axis."),
    );
    // @ts-expect-error no such indexing
    expect(() => meshgrid([[1]], { indexing: "yx" })).toThrow('meshgrid: unknown indexing "yx"; use "xy" or "ij".');
    // @ts-expect-error the vectors come in an array
    expect(() => meshgrid(tensor([1]))).toThrow("meshgrid: takes an array of vectors, not an object (Tensor)");
  });
});
