import { AxisError, type Tensor, ValueError, zeros } from "@glissade/autograd";
import { Flatten, Module, ReLU, Sequential } from "@glissade/nn";
import { describe, expect, test } from "vitest";

describe("Sequential", () => {
  test("applies modules and functions one after another", () => {
    const model = new Sequential(
      (x) => x.sub(1),
      new ReLU(),
      (x: Tensor) => x.mul(10),
    );
    expect(model.forward([0, 1, 2]).toArray()).toEqual([0, 0, 10]);
    expect(model.layers).toHaveLength(3);
    expect(new Sequential().forward([1]).toArray()).toEqual([1]);
  });

  test.each<[string, () => unknown, string]>([
    // @ts-expect-error A class is no layer.
    ["a class", () => new Sequential(ReLU), "Sequential: layer 0 is the class ReLU; write new ReLU(…)."],
    [
      "a module without forward",
      // @ts-expect-error A module without forward is no layer.
      () => new Sequential(new Module()),
      "Sequential: layer 0 is object; pass modules with a forward method, or functions from tensor to tensor.",
    ],
    // @ts-expect-error Null is no layer.
    ["null", () => new Sequential(new ReLU(), null), "Sequential: layer 1 is null;"],
    [
      "a function that returns nothing",
      // @ts-expect-error The function returns nothing.
      () => new Sequential(() => {}).forward([1]),
      "Sequential: layer 0 returned undefined, not a tensor.",
    ],
    [
      "an asynchronous function",
      // @ts-expect-error The function returns a Promise.
      () => new Sequential(async (x: Tensor) => x).forward([1]),
      "Sequential: layer 0 returned a Promise, not a tensor.",
    ],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(ValueError);
    expect(call).toThrow(message);
  });
});

describe("Flatten", () => {
  test("merges all axes but the first, or those that are named", () => {
    const x = zeros([2, 3, 4, 5]);
    expect(new Flatten().forward(x).shape).toEqual([2, 60]);
    expect(new Flatten({ startAxis: 0 }).forward(x).shape).toEqual([120]);
    expect(new Flatten({ startAxis: 1, endAxis: 2 }).forward(x).shape).toEqual([2, 12, 5]);
    expect(new Flatten({ startAxis: -2 }).forward(x).shape).toEqual([2, 3, 20]);
    expect(new Flatten().forward(zeros([0, 3, 4])).shape).toEqual([0, 12]);
    expect(new Flatten().forward(zeros([7, 2])).shape).toEqual([7, 2]);
  });

  test("refuses axes that the input does not have", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => new Flatten().forward([1, 2])).toThrow(AxisError);
    // @ts-expect-error the compiler sees it too
    expect(() => new Flatten().forward([1, 2])).toThrow(
      "Flatten: axis 1 is out of range for an input of shape [2]. Add the axis of the examples, or set startAxis.",
    );
    // @ts-expect-error the compiler sees it too
    expect(() => new Flatten({ startAxis: 2, endAxis: 1 }).forward(zeros([1, 1, 1]))).toThrow(
      "Flatten: endAxis 1 comes before startAxis 2 in [1, 1, 1]. Exchange them.",
    );
  });
});
