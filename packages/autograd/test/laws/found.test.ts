import { AxisError, any, roll, sum, tensor, ValueError } from "@glissade/autograd";
import { describe, expect, test } from "vitest";

/** Faults that the laws found in the package's own operators: each is tried for ever. */
describe("errors name the operator that was called", () => {
  test("any, which counts on the way", () => {
    // @ts-expect-error: null is no tensor
    expect(() => any(null)).toThrow(new ValueError(messageOf("any")));
    // @ts-expect-error the compiler sees it too
    expect(() => any(tensor([1]), { axis: 3 })).toThrow(/^any: axis 3 is out of range/);
  });
});

describe("what is no axis is refused by a typed error", () => {
  test.each(["rows", {}])("%j as the axes of a reduction", (axis) => {
    // @ts-expect-error: no axis
    expect(() => sum(tensor([1]), { axis })).toThrow(AxisError);
  });

  test("null as the axes of roll", () => {
    // @ts-expect-error: no axis
    expect(() => roll(tensor(0), [], { axis: null })).toThrow(AxisError);
  });
});

const messageOf = (operator: string): string =>
  `${operator}: null is no tensor; pass a tensor, a Variable, a number, nested arrays of numbers or a typed array.`;
