import {
  AxisError,
  DTypeError,
  generator,
  grad,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  vmap,
  zeros,
} from "@glissade/autograd";
import * as nn from "@glissade/nn";
import { Dropout, Flatten, Linear, ReLU, Sequential } from "@glissade/nn";
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
    const weights = (options: nn.LinearOptions): unknown => new Linear(4, 4, options).weight.value.toArray();
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
      () => layer.forward(zeros([5, 4])),
      ShapeError,
      "Linear: the last axis of the input [5, 4] must have 3 features, for weight [2, 3] is [out, in]. Flatten or transpose the input",
    ],
    ["a scalar", () => layer.forward(1), ShapeError, "Linear: the last axis of the input [] must have 3 features"],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});

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
      () => new Sequential(new nn.Module()),
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
    expect(() => new Flatten().forward([1, 2])).toThrow(AxisError);
    expect(() => new Flatten().forward([1, 2])).toThrow(
      "Flatten: axis 1 is out of range for an input of shape [2]. Add the axis of the examples, or set startAxis.",
    );
    expect(() => new Flatten({ startAxis: 2, endAxis: 1 }).forward(zeros([1, 1, 1]))).toThrow(
      "Flatten: endAxis 1 comes before startAxis 2 in [1, 1, 1]. Exchange them.",
    );
  });
});

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
