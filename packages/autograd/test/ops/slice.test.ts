import {
  arange,
  grad,
  pad,
  reshape,
  ShapeError,
  slice,
  square,
  sum,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { gradientAt } from "./gradients.js";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const row = arange(5);

describe("slice", () => {
  test.each([
    [{}, [0, 1, 2, 3, 4]],
    [{ start: [1] }, [1, 2, 3, 4]],
    [{ stop: [-1] }, [0, 1, 2, 3]],
    [{ start: [-3], stop: [4] }, [2, 3]],
    [{ start: [-9], stop: [99] }, [0, 1, 2, 3, 4]],
    [{ start: [3], stop: [1] }, []],
    [{ step: [2] }, [0, 2, 4]],
    [{ start: [1], step: [3] }, [1, 4]],
    [{ step: [-1] }, [4, 3, 2, 1, 0]],
    [{ start: [-2], step: [-2] }, [3, 1]],
    [{ start: [3], stop: [0], step: [-1] }, [3, 2, 1]],
    [{ start: [9], stop: [-9], step: [-3] }, [4, 1]],
    [{ start: [0], stop: [3], step: [-1] }, []],
    [{ start: [undefined], step: [9] }, [0]],
  ])("as Python: %j", (options, expected) => {
    expect(slice(row, options).toArray()).toEqual(expected);
  });

  test("of several axes; those without an entry are whole", () => {
    expect(slice(matrix, { start: [1] }).toArray()).toEqual([[4, 5, 6]]);
    expect(slice(matrix, { start: [undefined, 1], stop: [1] }).toArray()).toEqual([[2, 3]]);
    expect(slice(matrix, { step: [-1, -2] }).toArray()).toEqual([
      [6, 4],
      [3, 1],
    ]);
    expect(slice(7).item()).toBe(7);
    expect(slice(zeros([0, 2]), { step: [-1] }).shape).toEqual([0, 2]);
  });

  test("the cotangent goes where the elements came from", () => {
    const f = (x: typeof matrix): Tensor => square(slice(x, { start: [1, 2], step: [1, -2] }));
    expect(gradientAt(f, matrix)).toEqual([
      [0, 0, 0],
      [8, 0, 12],
    ]);
    expect(gradientAt(f, matrix, 2)).toEqual([
      [0, 0, 0],
      [2, 0, 2],
    ]);
    expect(grad((x: typeof matrix) => sum(slice(x, { stop: [0] })))(matrix).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("bad entries", () => {
    expect(() => slice(row, { step: [0] })).toThrow(
      new ValueError("slice: step holds 0; use integers other than 0, or undefined for the default."),
    );
    expect(() => slice(row, { start: [0.5] })).toThrow("slice: start holds 0.5; use integers");
    expect(() => slice(row, { stop: [1, 1] })).toThrow(
      "slice: stop has 2 entries for shape [5]; give an array with at most one entry for each axis.",
    );
  });
});

describe("pad", () => {
  test("widths for all ends, for all axes, for each axis", () => {
    expect(pad([1, 2], { widths: 1 }).toArray()).toEqual([0, 1, 2, 0]);
    expect(pad([[1]], { widths: [1, 0] }).toArray()).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(
      pad([[1, 2]], {
        widths: [
          [0, 1],
          [1, 0],
        ],
        value: 9,
      }).toArray(),
    ).toEqual([
      [9, 1, 2],
      [9, 9, 9],
    ]);
    expect(pad(matrix, { widths: 0 }).node).toBe(matrix.node);
    expect(pad(3, { widths: 2 }).item()).toBe(3);
    expect(pad([], { widths: [1, 2] }).toArray()).toEqual([0, 0, 0]);
  });

  test("values other than 0, also infinite; dtypes are kept", () => {
    expect(pad([1], { widths: 1, value: -Infinity }).toArray()).toEqual([-Infinity, 1, -Infinity]);
    expect(pad(new Int32Array([1]), { widths: [0, 1], value: 5 })).toMatchObject({ dtype: "int32" });
    expect(pad([false], { widths: [0, 1], value: 3 }).toArray()).toEqual([0, 1]);
    expect(gradientAt((x) => square(pad(x, { widths: 1, value: 5 })), [2, 3])).toEqual([4, 6]);
  });

  test.each([
    ["reflect", [2, 2], [3, 2, 1, 2, 3, 2, 1]],
    ["reflect", [5, 0], [2, 1, 2, 3, 2, 1, 2, 3]],
    ["reflect", [0, 6], [1, 2, 3, 2, 1, 2, 3, 2, 1]],
    ["edge", [2, 1], [1, 1, 1, 2, 3, 3]],
    ["replicate", [1, 2], [1, 1, 2, 3, 3, 3]],
    ["wrap", [2, 1], [2, 3, 1, 2, 3, 1]],
    ["circular", [4, 4], [3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]],
  ] as const)("%s %j", (mode, widths, expected) => {
    expect(pad([1, 2, 3], { widths, mode }).toArray()).toEqual(expected);
  });

  test("one element is its own mirror image", () => {
    expect(pad([7], { widths: 2, mode: "reflect" }).toArray()).toEqual([7, 7, 7, 7, 7]);
  });

  test("every copy sends its cotangent back", () => {
    expect(gradientAt((x) => pad(x, { widths: [2, 1], mode: "reflect" }), [1, 2, 3])).toEqual([1, 3, 2]);
    expect(gradientAt((x) => pad(x, { widths: 2, mode: "edge" }), [[1, 2]])).toEqual([[15, 15]]);
  });

  test("bad arguments", () => {
    expect(() => pad([1], { widths: -1 })).toThrow(
      new ValueError("pad: widths -1 must be integers of 0 or more; cut elements off with slice."),
    );
    // @ts-expect-error the compiler sees it too
    expect(() => pad(matrix, { widths: [[1, 1]] })).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => pad(matrix, { widths: [[1, 1]] })).toThrow("pad: widths [[1,1]] do not fit shape [2, 3]");
    expect(() => pad([], { widths: 1, mode: "wrap" })).toThrow(
      'pad: axis 0 of [0] has no element to pad with in mode "wrap"; use mode "constant".',
    );
    // @ts-expect-error no such mode
    expect(() => pad([1], { widths: 1, mode: "mirror" })).toThrow('pad: unknown mode "mirror"; use "constant" or');
    // @ts-expect-error no number
    expect(() => pad([1], { widths: 1, value: "x" })).toThrow("pad: the value is string, not a number.");
  });

  test("large tensors are moved by the row", () => {
    const x = reshape(arange(120), [3, 40]);
    const padded = pad(x, {
      widths: [
        [1, 0],
        [2, 1],
      ],
    });
    expect(slice(padded, { start: [1, 2], stop: [4, 42] }).toArray()).toEqual(x.toArray());
  });
});
