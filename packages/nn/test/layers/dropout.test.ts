import { generator, grad, type Tensor, tensor, ValueError } from "@glissade/autograd";
import { Dropout } from "@glissade/nn";
import { describe, expect, test } from "vitest";

describe("Dropout", () => {
  const ones = Float32Array.from({ length: 10_000 }, () => 1);

  test("drops a part p and keeps the expectation", () => {
    const values = new Dropout(0.2, { generator: generator(1) }).forward(ones).data();
    const kept = values.filter((value) => value !== 0);
    expect(kept.every((value) => value === 1.25)).toBe(true);
    expect(Math.abs(kept.length / values.length - 0.8)).toBeLessThan(0.02);
  });

  test("draws anew at each call, and the same from the same seed", () => {
    const layer = new Dropout(0.5, { generator: generator(1) });
    const first = layer.forward(ones).data();
    expect(layer.forward(ones).data()).not.toEqual(first);
    expect(new Dropout(0.5, { generator: generator(1) }).forward(ones).data()).toEqual(first);
    expect(new Dropout().forward(ones).data()).not.toEqual(new Dropout().forward(ones).data());
  });

  test("passes everything on in evaluation and with p = 0, and nothing with p = 1", () => {
    expect(new Dropout(0.5).eval().forward([1, 2]).toArray()).toEqual([1, 2]);
    expect(new Dropout(0).forward([1, 2]).toArray()).toEqual([1, 2]);
    const all = new Dropout(1);
    expect(all.forward([1, Number.POSITIVE_INFINITY]).toArray()).toEqual([0, 0]);
    expect(grad((x: Tensor) => all.forward(x).sum())(tensor([1, 2])).toArray()).toEqual([0, 0]);
  });

  test("has the derivative of what it kept", () => {
    const layer = new Dropout(0.5, { generator: generator(2) });
    const slope = grad((x: Tensor) => layer.forward(x).sum())(tensor(ones)).data();
    expect(new Set(slope)).toEqual(new Set([0, 2]));
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses p = %d", (p) => {
    expect(() => new Dropout(p)).toThrow(ValueError);
    expect(() => new Dropout(p)).toThrow(`Dropout: p is ${p}; a chance is from 0 to 1.`);
  });
});
