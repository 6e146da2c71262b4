import {
  DTypeError,
  dynamicSlice,
  dynamicUpdateSlice,
  grad,
  IndexError,
  mul,
  oneHot,
  ShapeError,
  scatterAdd,
  scatterSet,
  segmentSum,
  sum,
  type Tensor,
  take,
  takeAlongAxis,
  tensor,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

describe("take", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

  test("puts the indices' axes in place of the axis, negative ones from the end", () => {
    expect(take(x, [2, 0, -1], { axis: 0 }).toArray()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ]);
    expect(take(x, [[1], [0]], { axis: 1 }).shape).toEqual([3, 2, 1]);
    expect(take(x, 1, { axis: -1 }).toArray()).toEqual([2, 4, 6]);
  });

  test("flattens without an axis, and takes nothing with no indices", () => {
    expect(take(x, [4, 1]).toArray()).toEqual([5, 2]);
    expect(take(x, [], { axis: 0 }).shape).toEqual([0, 2]);
    expect(take(zeros([0, 2]), tensor(new Int32Array(0)), { axis: 0 }).shape).toEqual([0, 2]);
  });

  test("adds up the derivatives of what was taken twice", () => {
    const g = grad((y: Tensor) =>
      sum(
        mul(
          take(y, [0, 0, 2], { axis: 0 }),
          tensor([
            [1, 1],
            [2, 2],
            [3, 3],
          ]),
        ),
      ),
    )(x);
    expect(g.toArray()).toEqual([
      [3, 3],
      [0, 0],
      [3, 3],
    ]);
  });

  test("refuses indices that are no integers or out of range", () => {
    expect(() => take(x, [0.5], { axis: 0 })).toThrow(/index 0.5 is no integer/);
    expect(() => take(x, tensor([0, 1]), { axis: 0 })).toThrow(DTypeError);
    expect(() => take(x, [3], { axis: 0 }).toArray()).toThrow(IndexError);
    expect(() => take(x, [3], { axis: 0 }).toArray()).toThrow(
      /take: index 3 is out of range for axis 0 of size 3; use -3 … 2/,
    );
    expect(() => take(zeros([0]), [0]).toArray()).toThrow(/which is empty/);
  });

  test("batches either operand, or both", () => {
    const at = tensor(Int32Array.of(0, 2, 1, 1), { shape: [2, 2] });
    const rows = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const f = (y: Tensor, i: Tensor): Tensor => take(y, i, { axis: 0 });
    expect(vmap(f)(rows, at).toArray()).toEqual([
      [1, 3],
      [5, 5],
    ]);
    expect(vmap(f, { inAxes: [null, 0] })(tensor([7, 8, 9]), at).toArray()).toEqual([
      [7, 9],
      [8, 8],
    ]);
    expect(vmap(f, { inAxes: [0, null] })(rows, tensor(Int32Array.of(2, 0))).toArray()).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(
      vmap(vmap(f, { inAxes: [null, 0] }))(rows, tensor(new Int32Array(4), { shape: [2, 2, 1] })).toArray(),
    ).toEqual([
      [[1], [1]],
      [[4], [4]],
    ]);
  });
});

describe("takeAlongAxis", () => {
  test("takes one element for each index, other axes broadcast", () => {
    expect(
      takeAlongAxis(
        [
          [1, 2],
          [3, 4],
        ],
        [[1], [0]],
        { axis: 1 },
      ).toArray(),
    ).toEqual([[2], [3]]);
    expect(
      takeAlongAxis(
        [
          [1, 2],
          [3, 4],
        ],
        [[1, 0]],
        { axis: 0 },
      ).toArray(),
    ).toEqual([[3, 2]]);
    expect(takeAlongAxis([[5, 6, 7]], [[0], [2]], { axis: 1 }).toArray()).toEqual([[5], [7]]);
    // @ts-expect-error the compiler sees it too
    expect(() => takeAlongAxis([[1, 2]], [0])).toThrow(/shape \[1, 2\] and the indices \[1\].*same number of axes/);
  });
});

describe("scatters", () => {
  test("scatterAdd adds up what repeats; scatterSet keeps the last", () => {
    expect(scatterAdd(zeros([3]), [0, 2, -1], [1, 2, 3]).toArray()).toEqual([1, 0, 5]);
    expect(scatterSet([1, 2, 3], [0, 2, 0], [7, 8, 9]).toArray()).toEqual([9, 2, 8]);
    expect(
      scatterSet(
        [
          [1, 2],
          [3, 4],
        ],
        [1],
        [[8], [9]],
        { axis: 1 },
      ).toArray(),
    ).toEqual([
      [1, 8],
      [3, 9],
    ]);
    expect(scatterSet([1, 2], [], []).toArray()).toEqual([1, 2]);
  });

  test("scatterSet's derivative goes to the last writer and to what was kept", () => {
    const f = (x: Tensor, u: Tensor): Tensor => sum(mul(scatterSet(x, [0, 2, 0], u), tensor([1, 10, 100])));
    expect(grad(f)(tensor([1, 2, 3]), tensor([7, 8, 9])).toArray()).toEqual([0, 10, 0]);
    expect(grad(f, { argnums: 1 })(tensor([1, 2, 3]), tensor([7, 8, 9])).toArray()).toEqual([0, 100, 1]);
  });

  test("say what shape the updates need, and which index is wrong", () => {
    expect(() => scatterAdd(zeros([3, 2]), [0], [1, 2, 3])).toThrow(ShapeError);
    expect(() => scatterAdd(zeros([3, 2]), [0], [1, 2, 3])).toThrow(/updates have shape \[3\].*need \[1, 2\]/);
    expect(() => scatterSet([1, 2], [2], [3]).toArray()).toThrow(/scatterSet: index 2 is out of range/);
    expect(() => scatterAdd([1, 2], [5], [3]).toArray()).toThrow(/scatterAdd: index 5 is out of range/);
    expect(() => segmentSum([1, 2], [0, 5], { count: 2 }).toArray()).toThrow(/segmentSum: index 5 is out of range/);
    const backward = grad((u: Tensor) => sum(scatterAdd(zeros([2]), [-3], u)));
    expect(() => backward(tensor([1])).toArray()).toThrow(/scatterAdd: index -3 is out of range/);
  });

  test("broadcast their updates", () => {
    expect(scatterSet([1, 2, 3], [0, 2], 9).toArray()).toEqual([9, 2, 9]);
    expect(scatterAdd(zeros([2, 2]), [0, 0], [1, 2]).toArray()).toEqual([
      [2, 4],
      [0, 0],
    ]);
    expect(grad((u: Tensor) => sum(scatterAdd(zeros([3]), [0, 1], u)))(tensor(5)).item()).toBe(2);
  });

  test("add booleans as or, and sum them as integers", () => {
    const found = scatterAdd(tensor([false, false]), [0, 0], tensor([true, true]));
    expect([found.dtype, ...found.data()]).toEqual(["bool", 1, 0]);
    const counts = segmentSum(tensor([true, true, true]), [0, 0, 1], { count: 2 });
    expect([counts.dtype, ...counts.data()]).toEqual(["int32", 2, 1]);
    expect(segmentSum(tensor(Uint8Array.of(200, 100)), [0, 0], { count: 1 }).toArray()).toEqual([300]);
  });

  test("differentiate twice", () => {
    const at = tensor(Int32Array.of(1, 1, 0));
    // Σ (scatterAdd(0, at, u))³ = (u₀ + u₁)³ + u₂³
    const f = (u: Tensor): Tensor => {
      const placed = scatterAdd(zeros([2]), at, u);
      return sum(mul(placed, mul(placed, placed)));
    };
    expect(grad(f)(tensor([1, 2, 3])).toArray()).toEqual([27, 27, 27]);
    expect(grad((u: Tensor) => sum(grad(f)(u)))(tensor([1, 2, 3])).toArray()).toEqual([36, 36, 18]);
  });

  test("batch by example, the last writer of each", () => {
    const f = (x: Tensor, i: Tensor, u: Tensor): Tensor => scatterSet(x, i, u);
    const at = tensor(Int32Array.of(0, 0, 1, 0), { shape: [2, 2] });
    const updates = tensor([
      [7, 8],
      [9, 6],
    ]);
    expect(vmap(f)(zeros([2, 2]), at, updates).toArray()).toEqual([
      [8, 0],
      [6, 9],
    ]);
    expect(vmap(f, { inAxes: [null, 0, null] })(zeros([2]), at, tensor([1, 2])).toArray()).toEqual([
      [2, 0],
      [2, 1],
    ]);
    const g = (x: Tensor, i: Tensor, u: Tensor): Tensor => scatterAdd(x, i, u);
    expect(vmap(g, { inAxes: [null, 0, 0] })(zeros([2]), at, updates).toArray()).toEqual([
      [15, 0],
      [6, 9],
    ]);
  });

  test("segmentSum and oneHot", () => {
    expect(
      segmentSum(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [1, 1, 0],
        { count: 3 },
      ).toArray(),
    ).toEqual([
      [5, 6],
      [4, 6],
      [0, 0],
    ]);
    expect(() => segmentSum([1, 2], [0], { count: 1 })).toThrow(/one id for each slice/);
    expect(() => segmentSum([1], [0], { count: -1 })).toThrow(ValueError);
    expect(oneHot([[0], [2]], 3).toArray()).toEqual([[[1, 0, 0]], [[0, 0, 1]]]);
    expect(oneHot([5, -1], 2, { dtype: "int32" }).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(oneHot([0, 2], 3, { axis: 0 }).toArray()).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
    ]);
    expect(() => oneHot([0], 1.5)).toThrow(/oneHot: 1.5 is no number of classes/);
    // @ts-expect-error the compiler sees it too
    expect(() => oneHot([0], 2, { axis: 2 })).toThrow(/oneHot: axis 2 is out of range for rank 2/);
    expect(() => oneHot([0], 2, { dtype: "float16" as "float32" })).toThrow(DTypeError);
  });

  test("dynamic slices move their start inside", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(dynamicSlice(x, [1, 5], [1, 2]).toArray()).toEqual([[5, 6]]);
    expect(dynamicSlice(x, [-3, 0], [2, 1]).toArray()).toEqual([[1], [4]]);
    expect(dynamicUpdateSlice(x, [[8], [9]], [7, 1]).toArray()).toEqual([
      [1, 8, 3],
      [4, 9, 6],
    ]);
    expect(dynamicUpdateSlice(3, 4, tensor(new Int32Array(0))).item()).toBe(4);
    expect(dynamicUpdateSlice([1, 2], zeros([0]), [1]).toArray()).toEqual([1, 2]);
    expect(dynamicUpdateSlice([1, 2], [-0], [0]).toArray()).toEqual([-0, 2]);
    const g = grad((y: Tensor, u: Tensor) => sum(mul(dynamicUpdateSlice(y, u, [9]), [1, 10, 100])), {
      argnums: [0, 1],
    });
    expect(g(tensor([1, 2, 3]), tensor([7, 8])).map((each) => each.toArray())).toEqual([
      [1, 0, 0],
      [10, 100],
    ]);
    expect(
      vmap((start: Tensor) => dynamicSlice([1, 2, 3], start, [2]))(
        tensor(Int32Array.of(0, 1, 5), { shape: [3, 1] }),
      ).toArray(),
    ).toEqual([
      [1, 2],
      [2, 3],
      [2, 3],
    ]);
    expect(() => dynamicSlice(x, [0, 0], 1 as never)).toThrow(/dynamicSlice: a shape is an array/);
    expect(() => dynamicSlice(x, [0], [1, 1])).toThrow(/one start for each of its 2 axes/);
    // @ts-expect-error the compiler sees it too
    expect(() => dynamicSlice(x, [0, 0], [3, 1])).toThrow(/a slice of \[3, 1\] does not lie inside \[2, 3\]/);
  });
});
