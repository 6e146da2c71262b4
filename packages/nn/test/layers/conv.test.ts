import { DTypeError, generator, jit, ShapeError, type Tensor, ValueError, vmap, zeros } from "@glissade/autograd";
import type { Draw } from "@glissade/autograd/testing";
import { Conv1d, Conv2d, ConvTranspose2d, type Module } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, fillParameters, waves } from "./layer-laws.js";
import { convolve, inputOf, lay, list, type Problem, problems, windowCount } from "./plain-convolution.js";

describe.each([
  ["Conv1d", 1, Conv1d],
  ["Conv2d", 2, Conv2d],
] as const)("%s", (name, rank, Layer) => {
  const make = (p: Problem): InstanceType<typeof Layer> =>
    new Layer(p.channels * p.groups, p.features * p.groups, list(p, "taps"), {
      stride: list(p, "stride"),
      dilation: list(p, "dilation"),
      padding: p.axes.map(({ before, after }) => [before, after] as const),
      paddingMode: p.mode,
      groups: p.groups,
      bias: p.bias,
      dtype: "float64",
    });

  test("is the plain sum over windows, with every padding, and the same inside jit", () => {
    fc.assert(
      fc.property(problems(rank), (p) => {
        const layer = make(p);
        const { weight, bias } = fillParameters(layer);
        const x = inputOf(p);
        const y = layer.forward(x);
        const expected = convolve(x.data(), weight!, bias, p);
        const lead = p.examples === undefined ? [] : [p.examples];
        expect(y.shape).toEqual([...lead, p.features * p.groups, ...p.axes.map(windowCount)]);
        expect(distance(y, expected)).toBeLessThan(1e-12);
        expect(distance(jit((operand: Tensor) => layer.forward(operand))(x), expected)).toBeLessThan(1e-12);
      }),
      { numRuns: 60 },
    );
  });

  test("pads by name: same keeps the sides, the odd one behind; valid does not pad", () => {
    const sides = [5, 6].slice(0, rank);
    const same = new Layer(1, 1, 4, { padding: "same", dilation: 2 });
    expect(same.forward(zeros([1, ...sides])).shape).toEqual([1, ...sides]);
    expect(same.padding).toEqual(sides.map(() => [3, 3]));
    expect(new Layer(1, 1, 2, { padding: "same" }).padding).toEqual(sides.map(() => [0, 1]));
    expect(new Layer(1, 1, 2, { padding: "valid" }).padding).toEqual(sides.map(() => [0, 0]));
  });

  test("is batched by vmap, and takes plain numbers in the dtype of its weight", () => {
    const layer = new Layer(2, 3, 2, { generator: generator(1), dtype: "float64" });
    const x = waves([4, 2, ...[3, 4].slice(0, rank)]);
    expect(distance(vmap((image: Tensor) => layer.forward(image))(x), layer.forward(x).data())).toBeLessThan(1e-15);
    const numbers =
      rank === 1
        ? [
            [0.1, 0.2],
            [0.3, 0.4],
          ]
        : [
            [
              [0.1, 0.2],
              [0.3, 0.4],
            ],
            [
              [1, 2],
              [3, 4],
            ],
          ];
    expect(layer.forward(numbers).dtype).toBe("float64");
  });

  test("has the parameters of PyTorch's layer, uniform on ±1/√fan, and reproduced by a seed", () => {
    const window = [2, 3].slice(0, rank);
    const layer = new Layer(60, 40, window, { groups: 2, generator: generator(5) });
    expect(layer.namedParameters().map(([key, { shape }]) => [key, shape])).toEqual([
      ["weight", [40, 30, ...window]],
      ["bias", [40]],
    ]);
    expect([layer.inChannels, layer.outChannels]).toEqual([60, 40]);
    const bound = 1 / Math.sqrt(30 * window.reduce((a, b) => a * b, 1));
    for (const { value } of layer.parameters()) {
      const greatest = Math.max(...Array.from(value.data(), Math.abs));
      expect(greatest).toBeLessThanOrEqual(Math.fround(bound));
      expect(greatest).toBeGreaterThan(0.9 * bound);
    }
    const again = new Layer(60, 40, window, { groups: 2, generator: generator(5) });
    expect(again.weight.value.data()).toEqual(layer.weight.value.data());
    expect(new Layer(1, 1, 1, { bias: false }).parameters()).toHaveLength(1);
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    ["no channels", () => new Layer(0, 1, 1), ValueError, "inChannels is 0; it must be a whole number, at least 1."],
    ["half a feature", () => new Layer(1, 0.5, 1), ValueError, "outChannels is 0.5; it must be a whole number"],
    ["a kernel of 0", () => new Layer(1, 1, 0), ValueError, "kernelSize is 0; it must be a whole number"],
    ["a stride of 0", () => new Layer(1, 1, 1, { stride: 0 }), ValueError, "stride is 0; it must be a whole number"],
    ["too many strides", () => new Layer(1, 1, 1, { stride: [1, 1, 1] }), ValueError, "stride is [1,1,1]; it must be"],
    ["a dilation of 0", () => new Layer(1, 1, 1, { dilation: 0 }), ValueError, "dilation is 0; it must be"],
    ["no groups", () => new Layer(1, 1, 1, { groups: 0 }), ValueError, "groups is 0; it must be a whole number"],
    [
      "groups that do not divide",
      () => new Layer(4, 3, 1, { groups: 2 }),
      ValueError,
      "groups 2 must divide inChannels 4 and outChannels 3.",
    ],
    ["negative padding", () => new Layer(1, 1, 1, { padding: -1 }), ValueError, "padding is -1; it must be"],
    [
      "padding of three numbers",
      () => new Layer(1, 1, 1, { padding: new Array(rank).fill([1, 2, 3]) }),
      ValueError,
      "padding is [[1,2,3]",
    ],
    [
      "unknown padding",
      // @ts-expect-error No such name.
      () => new Layer(1, 1, 1, { padding: "full" }),
      ValueError,
      'padding is "full"; it must be a whole number of at least 0',
    ],
    [
      "same with a stride",
      () => new Layer(1, 1, 3, { padding: "same", stride: 2 }),
      ValueError,
      'padding "same" needs stride 1',
    ],
    [
      "an unknown padding mode",
      // @ts-expect-error No such mode.
      () => new Layer(1, 1, 1, { paddingMode: "mirror" }),
      ValueError,
      'unknown paddingMode "mirror". Use "zeros", "reflect", "replicate" or "circular".',
    ],
    [
      "an integer dtype",
      // @ts-expect-error Parameters are floats.
      () => new Layer(1, 1, 1, { dtype: "int32" }),
      DTypeError,
      "dtype int32; parameters are float32 or float64.",
    ],
    [
      "other channels",
      () => new Layer(2, 1, 1).forward(zeros([5, 3, ...[7, 7].slice(0, rank)])),
      ShapeError,
      `the input [5, 3, ${[7, 7].slice(0, rank).join(", ")}] has 3 channels in axis 1, not 2; it must be [N, 2, ${rank === 1 ? "L" : "H, W"}]`,
    ],
    // @ts-expect-error the compiler sees it too
    ["too few axes", () => new Layer(2, 1, 1).forward(zeros([2])), ShapeError, "the input [2] has 1 axes; it must be"],
    [
      "a window that does not fit",
      () => new Layer(1, 1, 5).forward(zeros([1, 1, ...[4, 4].slice(0, rank)])),
      ShapeError,
      "a window of 5 (kernel 5, dilation 1) is larger than axis",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(new RegExp(`^${name}: `));
  });
});

describe("ConvTranspose2d", () => {
  test("lays the kernel over the result at each place of the input, and the same inside jit", () => {
    fc.assert(
      fc.property(problems(2), fc.nat(2), (p, extra) => {
        const outputPadding = p.axes.map(({ stride, dilation }) => Math.min(extra, Math.max(stride, dilation) - 1));
        const layer = new ConvTranspose2d(p.channels * p.groups, p.features * p.groups, list(p, "taps"), {
          stride: list(p, "stride"),
          dilation: list(p, "dilation"),
          padding: list(p, "before"),
          outputPadding,
          groups: p.groups,
          bias: p.bias,
          dtype: "float64",
        });
        const sides = p.axes.map(
          ({ side, stride, before, dilation, taps }, a) =>
            (side - 1) * stride - 2 * before + dilation * (taps - 1) + outputPadding[a]! + 1,
        );
        fc.pre(sides.every((side) => side >= 1));
        const { weight, bias } = fillParameters(layer);
        const x = inputOf(p);
        const y = layer.forward(x);
        const expected = lay(x.data(), weight!, bias, p, sides);
        const lead = p.examples === undefined ? [] : [p.examples];
        expect(y.shape).toEqual([...lead, p.features * p.groups, ...sides]);
        expect(distance(y, expected)).toBeLessThan(1e-12);
        expect(distance(jit((operand: Tensor) => layer.forward(operand))(x), expected)).toBeLessThan(1e-12);
      }),
      { numRuns: 60 },
    );
  });

  test("has the parameters of PyTorch's layer, uniform on ±1/√(out / groups · window)", () => {
    const layer = new ConvTranspose2d(20, 60, [2, 3], { groups: 2, generator: generator(5) });
    expect(layer.namedParameters().map(([key, { shape }]) => [key, shape])).toEqual([
      ["weight", [20, 30, 2, 3]],
      ["bias", [60]],
    ]);
    expect([layer.inChannels, layer.outChannels]).toEqual([20, 60]);
    const bound = 1 / Math.sqrt(30 * 6);
    for (const { value } of layer.parameters()) {
      const greatest = Math.max(...Array.from(value.data(), Math.abs));
      expect(greatest).toBeLessThanOrEqual(Math.fround(bound));
      expect(greatest).toBeGreaterThan(0.9 * bound);
    }
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "an output padding as large as the stride",
      () => new ConvTranspose2d(1, 1, 3, { stride: 2, outputPadding: 2 }),
      ValueError,
      "outputPadding 2 must be less than the stride 2 or the dilation 1 of its axis.",
    ],
    [
      "padding by name",
      // @ts-expect-error A transposed convolution cuts off numbers.
      () => new ConvTranspose2d(1, 1, 3, { padding: "same" }),
      ValueError,
      'padding is "same"; it must be a whole number, or 2 of them, at least 0.',
    ],
    [
      "other channels",
      // @ts-expect-error the compiler sees it too
      () => new ConvTranspose2d(2, 1, 3).forward(zeros([3, 4, 4])),
      ShapeError,
      "the input [3, 4, 4] has 3 channels in axis 0, not 2; it must be [N, 2, H, W] or [2, H, W].",
    ],
    [
      "a result of which nothing is left",
      () => new ConvTranspose2d(1, 1, 1, { padding: 2 }).forward(zeros([1, 2, 2])),
      ShapeError,
      "leaves sides",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(/^ConvTranspose2d: /);
  });
});

const settings = (rank: number) => (draw: Draw) => {
  const taps = Array.from({ length: rank }, () => draw.integer(1, 2));
  return {
    taps,
    sides: taps.map((side) => side + draw.integer(0, 2)),
    channels: draw.integer(1, 2),
    features: draw.integer(1, 2),
    options: { stride: draw.integer(1, 2), padding: draw.integer(0, 1), bias: draw.boolean() },
  };
};

type Settings = ReturnType<ReturnType<typeof settings>>;

const input = (draw: Draw, { channels, sides }: Settings): Tensor[] => [
  draw.tensor([draw.side(2), channels, ...sides]),
];

const forward = (layer: Module & { forward(x: Tensor): Tensor }, [x]: readonly Tensor[]): Tensor => layer.forward(x!);

describeLayer("Conv1d", {
  settings: settings(1),
  make: ({ taps, channels, features, options }, dtype) => new Conv1d(channels, features, taps, { ...options, dtype }),
  inputs: input,
  forward,
});

describeLayer("Conv2d", {
  settings: settings(2),
  make: ({ taps, channels, features, options }, dtype) => new Conv2d(channels, features, taps, { ...options, dtype }),
  inputs: input,
  forward,
});

describeLayer("ConvTranspose2d", {
  settings: (draw) => {
    const drawn = settings(2)(draw);
    return { ...drawn, options: { ...drawn.options, padding: 0 } };
  },
  make: ({ taps, channels, features, options }, dtype) =>
    new ConvTranspose2d(channels, features, taps, { ...options, dtype }),
  inputs: input,
  forward,
});
