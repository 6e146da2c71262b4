import { allClose, isClose, ShapeError, tensor, ValueError } from "@glissade/autograd";
import { describe, expect, test } from "vitest";

describe("isClose", () => {
  test("allows a relative and an absolute difference", () => {
    expect(isClose([1, 2, 1e10], [1.000001, 2.1, 1.000005e10]).toArray()).toEqual([1, 0, 1]);
    expect(isClose([0, 0], [1e-9, 1e-7]).toArray()).toEqual([1, 0]);
    expect(isClose([0, 1], 0.4, { atol: 0.5 }).toArray()).toEqual([1, 0]);
    expect(isClose([1], [1.5], { rtol: 0.5 }).dtype).toBe("bool");
  });

  test("infinities and NaN", () => {
    const x = tensor([Infinity, Infinity, 1, -Infinity, NaN, NaN]);
    const y = tensor([Infinity, -Infinity, Infinity, 1, NaN, 1]);
    expect(isClose(x, y, { atol: Infinity }).toArray()).toEqual([1, 0, 0, 1, 0, 0]);
    expect(isClose(x, y, { equalNaN: true }).toArray()).toEqual([1, 0, 0, 0, 1, 0]);
  });

  test("integers do not wrap on the way", () => {
    expect(isClose(new Uint8Array([1]), new Uint8Array([255]), { atol: 10 }).toArray()).toEqual([0]);
    expect(isClose([true, false], [true, true]).toArray()).toEqual([1, 0]);
  });

  test("tolerances are numbers of 0 or more, and shapes must fit", () => {
    expect(() => isClose([1], [1], { rtol: -1 })).toThrow(ValueError);
    expect(() => isClose([1], [1], { atol: NaN })).toThrow("isClose: atol is NaN; use a number of 0 or more.");
    expect(() => isClose([1, 2], [1, 2, 3])).toThrow(ShapeError);
  });
});

describe("allClose", () => {
  test("is one boolean", () => {
    expect(allClose([1, 2], [1, 2.1]).item()).toBe(0);
    expect(allClose([[1, 2]], [1, 2.0000001]).shape).toEqual([]);
    expect(allClose([[1, 2]], [1, 2.0000001]).item()).toBe(1);
    expect(allClose([], []).item()).toBe(1);
    expect(() => allClose([1], [1], { rtol: -1 })).toThrow("allClose: rtol is -1");
    expect(() => allClose([1, 2], [1, 2, 3])).toThrow(ShapeError);
    expect(() => allClose([1, 2], [1, 2, 3])).toThrow(/^allClose: cannot broadcast \[2\] with \[3\]/);
    expect(allClose(tensor([0.1]), 0.1, { rtol: 0 }).item()).toBe(1);
  });
});
