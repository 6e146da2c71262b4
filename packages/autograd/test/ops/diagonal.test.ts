import {
  AxisError,
  arange,
  diag,
  diagonal,
  ones,
  reshape,
  ShapeError,
  square,
  tensor,
  trace,
  tril,
  triu,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { gradientAt } from "./gradients.js";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("tril and triu", () => {
  test("keep one side of a diagonal", () => {
    expect(tril(matrix).toArray()).toEqual([
      [1, 0, 0],
      [4, 5, 0],
    ]);
    expect(tril(matrix, { k: 1 }).toArray()).toEqual([
      [1, 2, 0],
      [4, 5, 6],
    ]);
    expect(triu(matrix).toArray()).toEqual([
      [1, 2, 3],
      [0, 5, 6],
    ]);
    expect(triu(matrix, { k: -1 }).toArray()).toEqual(matrix.toArray());
    expect(triu(ones([2, 2, 2])).toArray()).toEqual([
      [
        [1, 1],
        [0, 1],
      ],
      [
        [1, 1],
        [0, 1],
      ],
    ]);
    expect(tril(tensor(new Int32Array([1, 2]), { shape: [1, 2] })).dtype).toBe("int32");
    expect(tril([[Infinity, Number.NaN]]).toArray()).toEqual([[Infinity, 0]]);
    expect(tril(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  test("refuse vectors and broken diagonals", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => tril([1, 2])).toThrow(
      new ShapeError("tril: [2] is no matrix or batch of matrices; add an axis with expandDims."),
    );
    expect(() => triu(matrix, { k: 0.5 })).toThrow(
      new ValueError("triu: 0.5 is no diagonal; use an integer, 0 for the main one."),
    );
  });
});

describe("diagonal and trace", () => {
  test.each([
    [0, [1, 5]],
    [1, [2, 6]],
    [2, [3]],
    [3, []],
    [-1, [4]],
    [-2, []],
    [-9, []],
    [9, []],
  ])("offset %i", (offset, expected) => {
    expect(diagonal(matrix, { offset }).toArray()).toEqual(expected);
    expect(trace(matrix, { offset }).item()).toBe(expected.reduce((sum, each) => sum + each, 0));
    expect(diag(matrix, { k: offset }).toArray()).toEqual(expected);
  });

  test("along other axes, the diagonal last", () => {
    const x = reshape(arange(8), [2, 2, 2]);
    expect(diagonal(x).toArray()).toEqual([
      [0, 6],
      [1, 7],
    ]);
    expect(diagonal(x, { axis1: -2, axis2: -1 }).toArray()).toEqual([
      [0, 3],
      [4, 7],
    ]);
    expect(diagonal(x, { axis1: 2, axis2: 0, offset: 1 }).toArray()).toEqual([[4], [6]]);
    expect(trace(x, { axis1: 1, axis2: 2 }).toArray()).toEqual([3, 11]);
    expect(trace(zeros([0, 0])).item()).toBe(0);
  });

  test("derivatives", () => {
    expect(gradientAt((x) => square(diagonal(x, { offset: 1 })), matrix)).toEqual([
      [0, 4, 0],
      [0, 0, 12],
    ]);
    expect(gradientAt(trace, matrix)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  test("bad axes", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => diagonal([1])).toThrow(new ShapeError("diagonal: [1] has no diagonal; it needs two axes."));
    // @ts-expect-error the compiler sees it too
    expect(() => trace(matrix, { axis1: 1 })).toThrow(
      new AxisError("trace: axis1 and axis2 are both 1; a diagonal runs along two different axes."),
    );
    // @ts-expect-error the compiler sees it too
    expect(() => diagonal(matrix, { axis2: 2 })).toThrow(AxisError);
  });
});

describe("diag of a vector", () => {
  test("is a square matrix", () => {
    expect(diag([1, 2]).toArray()).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(diag([1, 2], { k: 1 }).toArray()).toEqual([
      [0, 1, 0],
      [0, 0, 2],
      [0, 0, 0],
    ]);
    expect(diag([1], { k: -2 }).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ]);
    expect(diag([]).shape).toEqual([0, 0]);
    expect(diag([], { k: -1 }).toArray()).toEqual([[0]]);
    // @ts-expect-error the compiler sees it too
    expect(() => diag(zeros([1, 1, 1]))).toThrow("diag: [1, 1, 1] is neither a vector nor a matrix");
    // @ts-expect-error the compiler sees it too
    expect(() => diag(1)).toThrow(ShapeError);
  });
});
