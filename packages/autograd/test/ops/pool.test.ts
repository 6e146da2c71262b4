import {
  adaptiveAvgPool2d,
  arange,
  avgPool1d,
  avgPool2d,
  grad,
  interpolate,
  maxPool1d,
  maxPool2d,
  ones,
  reshape,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@glissade/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const pools = fc
  .record({
    kernelSize: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 6 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    more: fc.integer({ min: 0, max: 6 }),
    half: fc.integer({ min: 0, max: 2 }),
    ceilMode: fc.boolean(),
    countIncludePad: fc.boolean(),
  })
  .map(({ half, more, ...rest }) => ({
    ...rest,
    padding: Math.min(half, Math.floor(rest.kernelSize / 2)),
    side: rest.dilation * (rest.kernelSize - 1) + 1 + more,
  }));

/** The starts of the windows as PyTorch counts them: with ceilMode a last one too, if it begins before the padding behind. */
function starts(side: number, reach: number, stride: number, padding: number, ceilMode: boolean): number[] {
  const found: number[] = [];
  for (let start = -padding; ceilMode ? start < side : start + reach <= side + padding; start += stride) {
    found.push(start);
    if (start + reach >= side + padding) break;
  }
  return found;
}

describe("max pooling", () => {
  test("is the greatest of each window", () => {
    fc.assert(
      fc.property(pools, ({ side, countIncludePad: _, ...options }) => {
        const { kernelSize, stride, dilation, padding, ceilMode } = options;
        const x = Array.from({ length: side }, (_, i) => ((i * 5) % 7) - 9);
        const reach = dilation * (kernelSize - 1) + 1;
        const expected = starts(side, reach, stride, padding, ceilMode).map((start) =>
          Math.max(...Array.from({ length: kernelSize }, (_, k) => x[start + k * dilation] ?? -Infinity)),
        );
        expect(maxPool1d([x], options).toArray()).toEqual([expected]);
      }),
    );
  });

  test("strides by the window unless told, over each axis on its own", () => {
    const x = reshape(arange(24), [1, 1, 4, 6]);
    expect(maxPool2d(x, { kernelSize: [2, 3] }).toArray()).toEqual([
      [
        [
          [8, 11],
          [20, 23],
        ],
      ],
    ]);
    expect(maxPool2d(x, { kernelSize: 2, stride: [2, 4] }).shape).toEqual([1, 1, 2, 2]);
    expect(maxPool2d(zeros([0, 2, 4, 4]), { kernelSize: 2 }).shape).toEqual([0, 2, 2, 2]);
    expect(maxPool1d(tensor([[1, 2]], { dtype: "int32" }), { kernelSize: 2 }).dtype).toBe("int32");
  });

  test("the derivative goes to the first of equals, NaN wins, and padding is never chosen", () => {
    const pooled = grad((x: Tensor) => sum(maxPool1d(x, { kernelSize: 3, stride: 1 })));
    expect(pooled(tensor([[1, 1, 1, 2]])).toArray()).toEqual([[1, 0, 0, 1]]);
    expect(maxPool1d([[1, NaN, 3, 4]], { kernelSize: 2 }).toArray()).toEqual([[NaN, 4]]);
    expect(maxPool1d([[-Infinity, -Infinity]], { kernelSize: 2, padding: 1 }).toArray()).toEqual([
      [-Infinity, -Infinity],
    ]);
  });

  test("names what does not fit", () => {
    // @ts-expect-error the compiler sees it too
    expect(() => maxPool1d(zeros([1, 2]), { kernelSize: 3 })).toThrow(ShapeError);
    // @ts-expect-error the compiler sees it too
    expect(() => maxPool1d(zeros([2]), { kernelSize: 1 })).toThrow("maxPool1d: x must be [N, C, L] or [C, L], not [2]");
    expect(() => maxPool2d(zeros([1, 4, 4]), { kernelSize: 2, padding: 2 })).toThrow("more than half the kernel 2");
    expect(() => maxPool2d(zeros([1, 4, 4]), { kernelSize: [2] })).toThrow(ValueError);
  });
});

describe("mean pooling", () => {
  test("is the mean of what counts in each window", () => {
    fc.assert(
      fc.property(pools, ({ side, dilation: _, ...options }) => {
        const { kernelSize, stride, padding, ceilMode, countIncludePad } = options;
        const x = Array.from({ length: side }, (_, i) => ((i * 5) % 7) - 3);
        const expected = starts(side, kernelSize, stride, padding, ceilMode).map((start) => {
          const inside = x.slice(Math.max(0, start), Math.min(start + kernelSize, side));
          const counted = Math.min(start + kernelSize, side + padding) - start;
          return inside.reduce((a, b) => a + b, 0) / (countIncludePad ? counted : inside.length);
        });
        const actual = avgPool1d(tensor(new Float64Array(x), { shape: [1, side] }), options);
        expect(actual.toArray()).toEqual([expected]);
      }),
    );
  });

  test("of images", () => {
    const x = reshape(arange(16), [1, 4, 4]);
    expect(avgPool2d(x, { kernelSize: 2 }).toArray()).toEqual([
      [
        [2.5, 4.5],
        [10.5, 12.5],
      ],
    ]);
    expect(avgPool2d(ones([1, 1, 2, 2]), { kernelSize: 2, padding: 1 }).toArray()).toEqual([
      [
        [
          [0.25, 0.25],
          [0.25, 0.25],
        ],
      ],
    ]);
    expect(avgPool2d(ones([1, 1, 2, 2]), { kernelSize: 2, padding: 1, countIncludePad: false }).toArray()).toEqual([
      [
        [
          [1, 1],
          [1, 1],
        ],
      ],
    ]);
    // @ts-expect-error the compiler sees it too
    expect(() => avgPool2d(zeros([1, 1, 2, 2]), { kernelSize: 3 })).toThrow(ShapeError);
  });

  test("into a given number of windows", () => {
    expect(adaptiveAvgPool2d([[[1, 2, 3]]], { outputSize: [1, 2] }).toArray()).toEqual([[[1.5, 2.5]]]);
    expect(adaptiveAvgPool2d(reshape(arange(16), [1, 1, 4, 4]), { outputSize: 1 }).toArray()).toEqual([[[[7.5]]]]);
    expect(adaptiveAvgPool2d([[[1, 2]]], { outputSize: [2, 4] }).toArray()).toEqual([
      [
        [1, 1, 2, 2],
        [1, 1, 2, 2],
      ],
    ]);
    // What lies in another window has no part in it, not even a NaN.
    expect(adaptiveAvgPool2d([[[1, 1, NaN, NaN]]], { outputSize: [1, 2] }).toArray()).toEqual([[[1, NaN]]]);
    // @ts-expect-error the compiler sees it too
    expect(() => adaptiveAvgPool2d([[1]], { outputSize: 1 })).toThrow(ShapeError);
    expect(() => adaptiveAvgPool2d([[[1]]], { outputSize: 0 })).toThrow(ValueError);
  });
});

describe("interpolate", () => {
  test("takes the nearest element", () => {
    expect(interpolate([[[1, 2]]], { scaleFactor: 2 }).toArray()).toEqual([[[1, 1, 2, 2]]]);
    expect(interpolate([[[1, 2, 3, 4, 5]]], { size: 3 }).toArray()).toEqual([[[1, 2, 4]]]);
    expect(interpolate(ones([1, 1, 2, 3]), { scaleFactor: [1.5, 2] }).shape).toEqual([1, 1, 3, 6]);
  });

  test("weighs neighbours, with edges or corners aligned", () => {
    expect(interpolate([[[0, 4]]], { size: 4, mode: "linear" }).toArray()).toEqual([[[0, 1, 3, 4]]]);
    expect(interpolate([[[1, 3]]], { size: 3, mode: "linear", alignCorners: true }).toArray()).toEqual([[[1, 2, 3]]]);
    expect(interpolate([[[1, 3]]], { size: 1, mode: "linear", alignCorners: true }).toArray()).toEqual([[[1]]]);
    const x = reshape(arange(4), [1, 1, 2, 2]);
    expect(interpolate(x, { size: 3, mode: "bilinear", alignCorners: true }).toArray()).toEqual([
      [
        [
          [0, 0.5, 1],
          [1, 1.5, 2],
          [2, 2.5, 3],
        ],
      ],
    ]);
    // The factor given is used, not the one that the rounded sides have.
    expect(interpolate([[[0, 2, 4]]], { scaleFactor: 0.5, mode: "linear" }).toArray()).toEqual([[[1]]]);
  });

  test("names what does not fit", () => {
    const x = ones([1, 1, 4]);
    expect(() => interpolate(x, {})).toThrow("give either size or scaleFactor");
    expect(() => interpolate(x, { size: 2, scaleFactor: 2 })).toThrow("not both");
    // @ts-expect-error the compiler sees it too
    expect(() => interpolate(x, { size: 2, mode: "bilinear" })).toThrow(ShapeError);
    expect(() => interpolate(x, { size: 2, alignCorners: true })).toThrow(ValueError);
    expect(() => interpolate(x, { scaleFactor: 0.1 })).toThrow("leaves nothing of axis 2");
    expect(() => interpolate(x, { scaleFactor: -1 })).toThrow(ValueError);
    // @ts-expect-error: no such mode.
    expect(() => interpolate(x, { size: 2, mode: "cubic" })).toThrow('unknown mode "cubic"');
  });
});
