import { jit, ShapeError, type Tensor, ValueError, vmap, zeros } from "@glissade/autograd";
import { AvgPool2d, MaxPool2d, type Module } from "@glissade/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeLayer, distance, waves } from "./layer-laws.js";

interface Axis {
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
  readonly side: number;
}

const axes: fc.Arbitrary<Axis> = fc
  .record({
    taps: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.nat(2),
    more: fc.nat(5),
  })
  .map(({ more, padding, ...axis }) => ({
    ...axis,
    padding: Math.min(padding, Math.floor(axis.taps / 2)),
    side: axis.dilation * (axis.taps - 1) + 1 + more,
  }));

const problems = fc.record({
  lead: fc.oneof(fc.tuple(fc.nat(2), fc.nat(2)), fc.tuple(fc.nat(3))),
  axes: fc.tuple(axes, axes),
  ceilMode: fc.boolean(),
  countIncludePad: fc.boolean(),
});

/** PyTorch's count of windows: rounded up, a window must begin inside the input or the padding before it. */
function windowCount({ side, padding, dilation, taps, stride }: Axis, ceilMode: boolean): number {
  const room = side + 2 * padding - dilation * (taps - 1) - 1;
  const count = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  return ceilMode && (count - 1) * stride >= side + padding ? count - 1 : count;
}

/** What `reduce` makes of each window: its elements, and how many places of input and padding it covers. */
function pool(
  x: Tensor,
  [rows, columns]: readonly [Axis, Axis],
  ceilMode: boolean,
  reduce: (elements: readonly number[], places: number) => number,
): number[] {
  const result: number[] = [];
  const plane = rows.side * columns.side;
  /** The places of a window along an axis that are not beyond the padding. */
  const along = (o: number, { stride, padding, dilation, taps, side }: Axis): number[] =>
    Array.from({ length: taps }, (_, t) => o * stride + t * dilation - padding).filter((i) => i < side + padding);
  const inside = (i: number, { side }: Axis): boolean => i >= 0 && i < side;
  for (let start = 0; start < x.size; start += plane) {
    for (let i = 0; i < windowCount(rows, ceilMode); i++) {
      for (let j = 0; j < windowCount(columns, ceilMode); j++) {
        const [down, across] = [along(i, rows), along(j, columns)];
        const elements = down
          .filter((r) => inside(r, rows))
          .flatMap((r) => across.filter((c) => inside(c, columns)).map((c) => x.data()[start + r * columns.side + c]!));
        result.push(reduce(elements, down.length * across.length));
      }
    }
  }
  return result;
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const list = <K extends keyof Axis>(pair: readonly Axis[], key: K): number[] => pair.map((axis) => axis[key]);

type ImageLayer = Module & { forward(x: Tensor): Tensor };

function expectNumbers(layer: ImageLayer, x: Tensor, expected: readonly number[], sides: readonly number[]): void {
  const y = layer.forward(x);
  expect(y.shape).toEqual([...x.shape.slice(0, -2), ...sides]);
  expect(distance(y, expected)).toBeLessThan(1e-14);
  expect(distance(jit((operand: Tensor) => layer.forward(operand))(x), expected)).toBeLessThan(1e-14);
}

test("MaxPool2d gives the greatest element of each window, and the same inside jit", () => {
  fc.assert(
    fc.property(problems, ({ lead, axes: pair, ceilMode }) => {
      const x = waves([...lead, ...list(pair, "side")]);
      const layer = new MaxPool2d(list(pair, "taps"), {
        stride: list(pair, "stride"),
        padding: list(pair, "padding"),
        dilation: list(pair, "dilation"),
        ceilMode,
      });
      const sides = pair.map((axis) => windowCount(axis, ceilMode));
      expectNumbers(
        layer,
        x,
        pool(x, pair, ceilMode, (elements) => Math.max(...elements)),
        sides,
      );
    }),
    { numRuns: 60 },
  );
});

test("AvgPool2d gives the mean of each window, with the zeros around or without, and the same inside jit", () => {
  fc.assert(
    fc.property(problems, ({ lead, axes: drawn, ceilMode, countIncludePad }) => {
      const pair: [Axis, Axis] = [
        { ...drawn[0], dilation: 1 },
        { ...drawn[1], dilation: 1 },
      ];
      const x = waves([...lead, ...list(pair, "side")]);
      const layer = new AvgPool2d(list(pair, "taps"), {
        stride: list(pair, "stride"),
        padding: list(pair, "padding"),
        ceilMode,
        countIncludePad,
      });
      const sides = pair.map((axis) => windowCount(axis, ceilMode));
      const mean = (elements: readonly number[], places: number): number =>
        total(elements) / (countIncludePad ? places : elements.length);
      expectNumbers(layer, x, pool(x, pair, ceilMode, mean), sides);
    }),
    { numRuns: 60 },
  );
});

describe.each([
  ["MaxPool2d", MaxPool2d],
  ["AvgPool2d", AvgPool2d],
] as const)("%s", (name, Layer) => {
  test("moves by its own size unless it is told otherwise, has no parameters, and is batched by vmap", () => {
    const layer = new Layer([2, 3]);
    expect([layer.kernelSize, layer.stride, layer.padding]).toEqual([
      [2, 3],
      [2, 3],
      [0, 0],
    ]);
    expect(Object.keys(layer.stateDict())).toEqual([]);
    const x = waves([3, 2, 4, 6]);
    expect(vmap((image: Tensor) => layer.forward(image))(x).data()).toEqual(layer.forward(x).data());
    expect(
      layer
        .forward([
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ])
        .toArray(),
    ).toEqual([[[Layer === MaxPool2d ? 6 : 3.5]]]);
  });

  test.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "windows of 0",
      () => new Layer(0),
      ValueError,
      "kernelSize is 0; it must be a whole number, or 2 of them, at least 1.",
    ],
    ["three strides", () => new Layer(2, { stride: [1, 1, 1] }), ValueError, "stride is [1,1,1]; it must be"],
    ["negative padding", () => new Layer(2, { padding: -1 }), ValueError, "padding is -1; it must be"],
    [
      "padding of more than half a window",
      () => new Layer(3, { padding: [1, 2] }),
      ValueError,
      "padding 2 is more than half the kernelSize 3;",
    ],
    [
      "an input of two axes",
      // @ts-expect-error the compiler sees it too
      () => new Layer(2).forward(zeros([4, 4])),
      ShapeError,
      "the input [4, 4] must be [N, C, H, W] or [C, H, W].",
    ],
    // @ts-expect-error the compiler sees it too
    ["a window that does not fit", () => new Layer(3).forward(zeros([1, 2, 4])), ShapeError, "is larger than axis -2"],
  ])("refuses %s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(new RegExp(`^${name}: `));
  });
});

for (const [name, Layer] of [
  ["MaxPool2d", MaxPool2d],
  ["AvgPool2d", AvgPool2d],
] as const) {
  describeLayer<{ taps: number; stride: number; padding: number; ceilMode: boolean }, ImageLayer>(name, {
    settings: (draw) => {
      const taps = draw.integer(1, 3);
      const padding = draw.integer(0, Math.floor(taps / 2));
      return { taps, padding, stride: draw.integer(1, 2), ceilMode: draw.boolean() };
    },
    make: ({ taps, ...options }) => new Layer(taps, options),
    inputs: (draw, { taps }) => [
      draw.tensor([draw.side(2), draw.side(2), taps + draw.integer(0, 1), taps + draw.integer(0, 2)], {
        separation: 0.1,
      }),
    ],
    forward: (layer, [x]) => layer.forward(x!),
  });
}
