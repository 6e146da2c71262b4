import {
  AxisError,
  meshgrid,
  mul,
  repeat,
  roll,
  ShapeError,
  type Tensor,
  tensor,
  tile,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { gradientAt } from "./gradients.js";

const values = (parts: readonly Tensor[]): unknown[] => parts.map((part) => part.toArray());

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
    // @ts-expect-error the compiler sees it too
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
    // @ts-expect-error the compiler sees it too
    expect(() => meshgrid([[[1]]])).toThrow(
      new ShapeError("meshgrid: operand 0 has shape [1, 1]; flatten it to one axis."),
    );
    // @ts-expect-error no such indexing
    expect(() => meshgrid([[1]], { indexing: "yx" })).toThrow('meshgrid: unknown indexing "yx"; use "xy" or "ij".');
    // @ts-expect-error the vectors come in an array
    expect(() => meshgrid(tensor([1]))).toThrow("meshgrid: takes an array of vectors, not an object (Tensor)");
  });
});
