import {
  argsort,
  grad,
  nonzero,
  nonzeroAsync,
  ShapeError,
  searchsorted,
  sort,
  sum,
  type Tensor,
  TransformError,
  tensor,
  topk,
  unique,
  uniqueAsync,
  variable,
  vmap,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

describe("order", () => {
  test("sorts stably, NaN last, in both directions", () => {
    expect(argsort([2, 1, 2, 1]).toArray()).toEqual([1, 3, 0, 2]);
    expect(argsort([2, 1, 2, 1], { descending: true }).toArray()).toEqual([0, 2, 1, 3]);
    expect(sort([Number.NaN, 3, -Infinity, 1]).toArray()).toEqual([-Infinity, 1, 3, Number.NaN]);
    expect(sort([Number.NaN, 3, 1], { descending: true }).toArray()).toEqual([Number.NaN, 3, 1]);
    expect(
      sort(
        [
          [3, 1],
          [2, 4],
        ],
        { axis: 0 },
      ).toArray(),
    ).toEqual([
      [2, 1],
      [3, 4],
    ]);
    expect(sort(zeros([0])).shape).toEqual([0]);
  });

  test("topk gives values with their indices, and derivatives to them", () => {
    const { values, indices } = topk(
      [
        [1, 5, 3],
        [9, 7, 8],
      ],
      { k: 2 },
    );
    expect([values.toArray(), indices.toArray()]).toEqual([
      [
        [5, 3],
        [9, 8],
      ],
      [
        [1, 2],
        [0, 2],
      ],
    ]);
    expect(topk([1, 5, 3], { k: 1, descending: false }).values.toArray()).toEqual([1]);
    expect(grad((x: Tensor) => sum(topk(x, { k: 2 }).values))(tensor([1, 5, 3])).toArray()).toEqual([0, 1, 1]);
    expect(() => topk([1, 2], { k: 3 })).toThrow(/topk: k is 3; axis 0 has 2 elements/);
    expect(() => topk([1, 2], undefined as never)).toThrow(/topk: k is undefined/);
  });

  test("searchsorted on either side", () => {
    expect(searchsorted([1, 3, 3, 5], [0, 3, 4, 9]).toArray()).toEqual([0, 1, 3, 4]);
    expect(searchsorted([1, 3, 3, 5], [3, Number.NaN], { side: "right" }).toArray()).toEqual([3, 4]);
    // @ts-expect-error the compiler sees it too
    expect(() => searchsorted([[1]], [1])).toThrow(ShapeError);
    expect(() => searchsorted([1], [1], { side: "middle" as "left" })).toThrow(/unknown side "middle"/);
    expect(
      vmap((row: Tensor, v: Tensor) => searchsorted(row, v))(
        tensor([
          [1, 2],
          [5, 6],
        ]),
        tensor([2, 2]),
      ).toArray(),
    ).toEqual([1, 0]);
  });

  test("unique and nonzero depend on values, and say so where there are none", async () => {
    const x = [
      [3, 1],
      [3, Number.NaN],
    ];
    const { values, inverse, counts } = unique(x, { returnInverse: true });
    expect(unique(x).toArray()).toEqual([1, 3, Number.NaN]);
    expect(unique([Number.NaN, 0, Number.NaN], { returnCounts: true }).counts.toArray()).toEqual([1, 2]);
    expect(unique(zeros([0])).shape).toEqual([0]);
    expect([values.toArray(), inverse.toArray(), counts.toArray()]).toEqual([
      [1, 3, Number.NaN],
      [
        [1, 0],
        [1, 2],
      ],
      [1, 2, 1],
    ]);
    expect((await uniqueAsync(tensor([2, 2]))).toArray()).toEqual([2]);
    expect((await uniqueAsync(variable([2, 2]), { returnCounts: true })).counts.toArray()).toEqual([2]);
    expect((await nonzeroAsync(tensor([0, 2]))).toArray()).toEqual([[1]]);
    expect(nonzero(5).shape).toEqual([1, 0]);
    expect(grad((y: Tensor) => sum(unique(y)))(tensor([3, 1, 3])).toArray()).toEqual([1, 1, 0]);
    expect(
      nonzero([
        [0, 5],
        [7, 0],
      ]).toArray(),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(nonzero(zeros([2])).shape).toEqual([0, 1]);
    expect(() => vmap((x: Tensor) => nonzero(x))(zeros([2, 3]))).toThrow(TransformError);
    expect(() => vmap((x: Tensor) => unique(x))(zeros([2, 3]))).toThrow(
      /unique: the shape of its result depends on values.*vmap/,
    );
  });
});
