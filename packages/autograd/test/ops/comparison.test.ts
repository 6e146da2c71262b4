import {
  DTypeError,
  equal,
  grad,
  greater,
  greaterEqual,
  isFinite,
  isInf,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  mul,
  notEqual,
  ShapeError,
  type Tensor,
  tensor,
  where,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

describe("comparisons", () => {
  const a = tensor([1, 2, 3, NaN, -0]);
  const b = tensor([2, 2, 2, NaN, 0]);

  test.each([
    ["equal", equal, [0, 1, 0, 0, 1]],
    ["notEqual", notEqual, [1, 0, 1, 1, 0]],
    ["less", less, [1, 0, 0, 0, 0]],
    ["lessEqual", lessEqual, [1, 1, 0, 0, 1]],
    ["greater", greater, [0, 0, 1, 0, 0]],
    ["greaterEqual", greaterEqual, [0, 1, 1, 0, 1]],
  ])("%s", (_name, compare, expected) => {
    const result = compare(a, b);
    expect(result.dtype).toBe("bool");
    expect(result.toArray()).toEqual(expected);
  });

  test("integers are compared exactly, in their common dtype", () => {
    const large = tensor(new Int32Array([16777217]));
    expect(equal(large, tensor(new Int32Array([16777216]))).toArray()).toEqual([0]);
    expect(less(tensor(new Int32Array([-1])), tensor(new Uint32Array([4294967295]))).toArray()).toEqual([1]);
    expect(equal([true, false], [true, true]).toArray()).toEqual([1, 0]);
  });

  test("a number takes the precision of the tensor beside it", () => {
    expect(equal(tensor([0.1]), 0.1).toArray()).toEqual([1]);
    expect(less(tensor(new Int32Array([1])), 1.5).toArray()).toEqual([1]);
    expect(() => greater(tensor(new Uint8Array([1])), -1)).toThrow(DTypeError);
    expect(() => greater(tensor(new Uint8Array([1])), -1)).toThrow(/^greater: the number -1 does not fit into uint8/);
  });

  test("shapes broadcast, or are named", () => {
    expect(less([[1], [3]], [2, 4]).toArray()).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(() => equal([1, 2], [1, 2, 3])).toThrow(ShapeError);
    expect(less([], []).shape).toEqual([0]);
  });

  test("carry no derivative", () => {
    const f = (x: Tensor): Tensor => mul(x, where(greater(x, 0), 2, 3));
    expect(grad(f)(tensor(1)).item()).toBe(2);
    expect(grad(f)(tensor(-1)).item()).toBe(3);
  });
});

describe("logic", () => {
  test.each([
    ["logicalAnd", logicalAnd, [0, 0, 0, 1]],
    ["logicalOr", logicalOr, [0, 1, 1, 1]],
    ["logicalXor", logicalXor, [0, 1, 1, 0]],
  ])("%s", (_name, combine, expected) => {
    expect(combine([false, false, true, true], [false, true, false, true]).toArray()).toEqual(expected);
    expect(combine([0, 0, -2, NaN], [-0, 0.5, 0, 3]).toArray()).toEqual(expected);
  });

  test("logicalNot", () => {
    expect(logicalNot([true, false]).toArray()).toEqual([0, 1]);
    expect(logicalNot([0, -0, 2, NaN]).toArray()).toEqual([1, 1, 0, 0]);
  });
});

describe("kinds of number", () => {
  const x = tensor([NaN, Infinity, -Infinity, 0, -3]);

  test.each([
    ["isNaN", isNaN, [1, 0, 0, 0, 0]],
    ["isInf", isInf, [0, 1, 1, 0, 0]],
    ["isFinite", isFinite, [0, 0, 0, 1, 1]],
  ])("%s", (_name, is, expected) => {
    expect(is(x).toArray()).toEqual(expected);
    expect(is(tensor(new Int32Array([7]))).toArray()).toEqual([is === isFinite ? 1 : 0]);
  });
});
