import { tensor, ValueError } from "@glissade/autograd";
import * as nn from "@glissade/nn";
import { describe, expect, test } from "vitest";

describe("activations", () => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const clip = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
  const softplus = (x: number): number => Math.log1p(Math.exp(x));
  const formulas: [nn.Layer, (x: number) => number][] = [
    [new nn.ReLU(), (x) => Math.max(0, x)],
    [new nn.ReLU6(), (x) => clip(x, 0, 6)],
    [new nn.LeakyReLU(), (x) => (x > 0 ? x : 0.01 * x)],
    [new nn.LeakyReLU({ negativeSlope: 0.2 }), (x) => (x > 0 ? x : 0.2 * x)],
    [new nn.ELU(), (x) => (x > 0 ? x : Math.expm1(x))],
    [new nn.ELU({ alpha: 0.5 }), (x) => (x > 0 ? x : 0.5 * Math.expm1(x))],
    [new nn.CELU({ alpha: 2 }), (x) => (x > 0 ? x : 2 * Math.expm1(x / 2))],
    [new nn.SELU(), (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
    [
      new nn.GELU({ approximate: "tanh" }),
      (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    ],
    [new nn.SiLU(), (x) => x * sigmoid(x)],
    [new nn.Mish(), (x) => x * Math.tanh(softplus(x))],
    [new nn.Sigmoid(), sigmoid],
    [new nn.LogSigmoid(), (x) => -softplus(-x)],
    [new nn.Tanh(), Math.tanh],
    [new nn.Softplus(), softplus],
    [new nn.Softsign(), (x) => x / (1 + Math.abs(x))],
    [new nn.Tanhshrink(), (x) => x - Math.tanh(x)],
    [new nn.HardTanh(), (x) => clip(x, -1, 1)],
    [new nn.HardSigmoid(), (x) => clip(x / 6 + 0.5, 0, 1)],
    [new nn.HardSwish(), (x) => x * clip(x / 6 + 0.5, 0, 1)],
  ];

  test.each(formulas.map(([layer, formula]) => ({ layer, formula, name: String(layer) })))(
    "$name",
    ({ layer, formula }) => {
      const x = Float64Array.from({ length: 33 }, (_, i) => (i - 16) / 2);
      const y = layer.forward(tensor(x));
      expect(y.shape).toEqual([33]);
      y.data().forEach((value, i) => {
        expect(value).toBeCloseTo(formula(x[i]!), 12);
      });
    },
  );

  test("GELU is x Φ(x)", () => {
    // Φ(1) = 0.8413447460685429 (M. Abramowitz, I. Stegun, table 26.1)
    const y = new nn.GELU().forward(new Float64Array([1, -1, 0])).data();
    [0.8413447460685429, -0.15865525393145705, 0].forEach((expected, i) => {
      expect(y[i]).toBeCloseTo(expected, 12);
    });
  });

  test("Softmax and LogSoftmax work along their axis", () => {
    expect(
      new nn.Softmax()
        .forward([
          [0, 0],
          [1, 1],
        ])
        .toArray(),
    ).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    const columns = new nn.Softmax({ axis: 0 })
      .forward([
        [0, 0],
        [1, 1],
      ])
      .data();
    expect(columns[0]).toBeCloseTo(1 / (1 + Math.E), 6);
    expect(new nn.LogSoftmax({ axis: 0 }).forward([[0], [1]]).data()[1]).toBeCloseTo(-Math.log1p(Math.exp(-1)), 6);
  });

  test("refuse a setting that is no number", () => {
    expect(() => new nn.LeakyReLU({ negativeSlope: Number.NaN })).toThrow(
      "LeakyReLU: negativeSlope is NaN; it must be a finite number.",
    );
    expect(() => new nn.ELU({ alpha: Number.POSITIVE_INFINITY })).toThrow(
      "ELU: alpha is Infinity; it must be a finite number.",
    );
    expect(() => new nn.CELU({ alpha: Number.NaN })).toThrow(ValueError);
  });
});
