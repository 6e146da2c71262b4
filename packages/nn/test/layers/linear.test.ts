import { DTypeError, generator, ShapeError, type Tensor, tensor, ValueError, vmap, zeros } from "@glissade/autograd";
import { Linear, type LinearOptions } from "@glissade/nn";
import { describe, expect, test } from "vitest";

describe("Linear", () => {
  const layer = new Linear(3, 2, { generator: generator(1), dtype: "float64" });
  const x = tensor(
    Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    { shape: [2, 4, 3] },
  );

  /** Σ_i w[o][i] x[i] + b[o] for each row of three. */
  function plain(): number[] {
    const [w, b] = layer.parameters().map((variable) => variable.value.data());
    const input = x.data();
    return Array.from({ length: 16 }, (_, at) => {
      const [row, o] = [Math.floor(at / 2), at % 2];
      return [0, 1, 2].reduce((sum, i) => sum + w![3 * o + i]! * input[3 * row + i]!, b![o]!);
    });
  }

  test("is x Wᵀ + b along the last axis, for any leading axes", () => {
    const expected = plain();
    for (const shape of [
      [2, 4, 3],
      [8, 3],
      [1, 2, 2, 2, 3],
    ]) {
      const y = layer.forward(x.reshape(shape));
      expect(y.shape).toEqual([...shape.slice(0, -1), 2]);
      y.data().forEach((each, i) => {
        expect(each).toBeCloseTo(expected[i]!, 12);
      });
    }
    const single = layer.forward(
      x
        .reshape([8, 3])
        .slice({ start: [0, 0], stop: [1, 3] })
        .reshape([3]),
    );
    expect(single.shape).toEqual([2]);
    expect(single.data()[1]).toBeCloseTo(expected[1]!, 12);
  });

  test("takes no examples, and plain numbers in the dtype of its weight", () => {
    expect(layer.forward(zeros([0, 3], { dtype: "float64" })).shape).toEqual([0, 2]);
    expect(layer.forward(zeros([5, 0, 3], { dtype: "float64" })).shape).toEqual([5, 0, 2]);
    expect(layer.forward([[0.1, 0.2, 0.3]]).dtype).toBe("float64");
    expect(new Linear(3, 2).forward([[0.1, 0.2, 0.3]]).dtype).toBe("float32");
  });

  test("is batched by vmap", () => {
    expect(vmap((row: Tensor) => layer.forward(row))(x).data()).toEqual(layer.forward(x).data());
  });

  test("has the parameters of PyTorch's layer", () => {
    expect(layer.namedParameters().map(([name, { shape, dtype }]) => [name, shape, dtype])).toEqual([
      ["weight", [2, 3], "float64"],
      ["bias", [2], "float64"],
    ]);
    expect([layer.inFeatures, layer.outFeatures]).toEqual([3, 2]);
    expect(new Linear(3, 2, { bias: false }).parameters()).toHaveLength(1);
  });

  test("starts uniform on ±1/√in, weight and bias", () => {
    const big = new Linear(400, 500, { generator: generator(5) });
    for (const variable of big.parameters()) {
      const values = Array.from(variable.value.data());
      const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(greatest).toBeLessThanOrEqual(0.05);
      expect(greatest).toBeGreaterThan(0.049);
      const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      expect(variance / (0.05 ** 2 / 3)).toBeGreaterThan(0.85);
      expect(variance / (0.05 ** 2 / 3)).toBeLessThan(1.15);
    }
  });

  test("is reproduced by a seed, and differs without one", () => {
    const weights = (options: LinearOptions): unknown => new Linear(4, 4, options).weight.value.toArray();
    expect(weights({ generator: generator(9) })).toEqual(weights({ generator: generator(9) }));
    expect(weights({})).not.toEqual(weights({}));
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "no whole number of features",
      () => new Linear(2.5, 1),
      ValueError,
      "Linear: inFeatures is 2.5; it must be a whole number, at least 1.",
    ],
    [
      "no features",
      () => new Linear(1, 0),
      ValueError,
      "Linear: outFeatures is 0; it must be a whole number, at least 1.",
    ],
    [
      "an integer dtype",
      // @ts-expect-error Parameters are floats.
      () => new Linear(1, 1, { dtype: "int32" }),
      DTypeError,
      "Linear: dtype int32; parameters are float32 or float64.",
    ],
    [
      "another number of features",
      // @ts-expect-error the compiler sees it too
      () => layer.forward(zeros([5, 4])),
      ShapeError,
      "Linear: the last axis of the input [5, 4] must have 3 features, for weight [2, 3] is [out, in]. Flatten or transpose the input",
    ],
    // @ts-expect-error the compiler sees it too
    ["a scalar", () => layer.forward(1), ShapeError, "Linear: the last axis of the input [] must have 3 features"],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
