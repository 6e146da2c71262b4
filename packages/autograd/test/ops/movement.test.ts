import {
  AxisError,
  arange,
  expandDims,
  flatten,
  flip,
  moveaxis,
  mT,
  reshape,
  ShapeError,
  squeeze,
  swapaxes,
  type Tensor,
  transpose,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

const cube = reshape(arange(24), [2, 3, 4]);

describe("transpose", () => {
  test("reverses the axes, or puts them in the order given", () => {
    expect(
      transpose([
        [1, 2, 3],
        [4, 5, 6],
      ]).toArray(),
    ).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(transpose(cube, { axes: [1, 0, 2] }).toArray()).toEqual([
      [
        [0, 1, 2, 3],
        [12, 13, 14, 15],
      ],
      [
        [4, 5, 6, 7],
        [16, 17, 18, 19],
      ],
      [
        [8, 9, 10, 11],
        [20, 21, 22, 23],
      ],
    ]);
    expect(transpose(cube, { axes: [-1, 0, 1] }).shape).toEqual([4, 2, 3]);
    expect(transpose(3).toArray()).toBe(3);
    expect(transpose(zeros([0, 2])).shape).toEqual([2, 0]);
    expect(transpose([[true, false]]).dtype).toBe("bool");
  });

  test("moves long rows as they are", () => {
    const x = reshape(arange(6 * 50), [2, 3, 50]);
    const moved = transpose(x, { axes: [1, 0, 2] }).data();
    expect([...moved.slice(50, 100)]).toEqual([...x.data().slice(150, 200)]);
  });

  test("of a transpose is one, or none", () => {
    const x = zeros([2, 3, 4]);
    expect(transpose(transpose(x)).node).toBe(x.node);
    const twice = transpose(transpose(x, { axes: [1, 2, 0] }), { axes: [1, 2, 0] });
    expect(twice.node.inputs).toEqual([x.node]);
    expect(twice.shape).toEqual([4, 2, 3]);
  });

  test("axes must be a permutation", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => transpose(cube, { axes: [0, 1] })).toThrow(
      new AxisError("transpose: axes [0,1] name 2 of the 3 axes of [2, 3, 4]; name each axis once."),
    );
    expect(() => transpose(cube, { axes: [0, 1, 1] })).toThrow(/^transpose: axis 1 is named twice/);
    // @ts-expect-error the compiler sees it too
    expect(() => transpose(cube, { axes: [0, 1, 3] })).toThrow(AxisError);
  });
});

describe("swapaxes, moveaxis, mT", () => {
  test("move what they name", () => {
    expect(swapaxes(cube, 0, -1).shape).toEqual([4, 3, 2]);
    expect(moveaxis(cube, 0, -1).shape).toEqual([3, 4, 2]);
    expect(moveaxis(zeros([1, 2, 3, 4]), [0, 1], [-1, -2]).shape).toEqual([3, 4, 2, 1]);
    expect(mT(cube).shape).toEqual([2, 4, 3]);
    expect(
      mT([
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  test("refuse what does not fit", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => swapaxes(cube, 0, 3)).toThrow(AxisError);
    // @ts-expect-error the compiler sees it too
    expect(() => moveaxis(cube, [0, 1], 0)).toThrow(
      new AxisError("moveaxis: 2 source axes and 1 destinations; give one destination for each."),
    );
    expect(() => moveaxis(cube, [0, 0], [1, 2])).toThrow(/^moveaxis: axis 0 is named twice/);
    // @ts-expect-error the compiler sees it too
    expect(() => mT([1, 2])).toThrow(
      new ShapeError("mT: [2] is no matrix or batch of matrices; add an axis with expandDims."),
    );
  });
});

describe("expandDims, squeeze, flatten", () => {
  test("axes of size 1 come", () => {
    expect(expandDims([1, 2], 0).shape).toEqual([1, 2]);
    expect(expandDims([1, 2], -1).shape).toEqual([2, 1]);
    expect(expandDims([1, 2], [0, -1]).shape).toEqual([1, 2, 1]);
    expect(expandDims(1, []).shape).toEqual([]);
    // @ts-expect-error the compiler sees it too
    expect(() => expandDims([1], 2)).toThrow("expandDims: axis 2 is out of range for rank 2; use -2 … 1.");
  });

  test("and go", () => {
    const x = zeros([1, 3, 1]);
    expect(squeeze(x).shape).toEqual([3]);
    expect(squeeze(x, { axis: 0 }).shape).toEqual([3, 1]);
    expect(squeeze(x, { axis: [0, -1] }).shape).toEqual([3]);
    expect(squeeze(x, { axis: [] }).shape).toEqual([1, 3, 1]);
    // @ts-expect-error the compiler sees it too
    expect(() => squeeze(x, { axis: 1 })).toThrow(
      "squeeze: axis 1 of [1, 3, 1] has size 3, not 1; only axes of size 1 can be dropped.",
    );
  });

  test("flatten gives one axis", () => {
    expect(
      flatten([
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([1, 2, 3, 4]);
    expect(flatten(5).toArray()).toEqual([5]);
    expect(flatten(zeros([0, 3])).shape).toEqual([0]);
  });
});

describe("flip", () => {
  test("reverses along some axes or all", () => {
    expect(
      flip([
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(
      flip(
        [
          [1, 2],
          [3, 4],
        ],
        { axis: -1 },
      ).toArray(),
    ).toEqual([
      [2, 1],
      [4, 3],
    ]);
    expect(
      flip(
        [
          [1, 2],
          [3, 4],
        ],
        { axis: [] },
      ).toArray(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(flip(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(flip(3).item()).toBe(3);
  });

  test("of a flip is one, or none", () => {
    const x = zeros([2, 3, 4]);
    expect(flip(flip(x)).node).toBe(x.node);
    const rest: Tensor = flip(flip(x, { axis: [0, 1] }), { axis: [1, 2] });
    expect(rest.node.inputs).toEqual([x.node]);
    expect(rest.node.attributes).toEqual({ axes: [0, 2] });
  });
});
